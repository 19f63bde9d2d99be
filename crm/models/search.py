"""What a company is found by. The index over it differs per database."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .companies import Company


class CompanySearch(models.Model):
    """One company's searchable words; written by crm.search, never by hand.

    `tokens` feeds the index (SQLite: FTS5 kept by triggers, PostgreSQL: GIN over the
    words), the other columns are compared to tell a hit from a near miss.
    """

    company = models.OneToOneField(
        Company, models.CASCADE, primary_key=True, related_name="search"
    )
    # Normalised names, one per line.
    names = models.TextField(default="", blank=True)
    # Names of the present contacts, one per line.
    people = models.TextField(default="", blank=True)
    code = models.CharField(max_length=18, default="", blank=True)
    # One line per way to read the name: "hrfz" and "/heng/run/fang/zhi".
    initials = models.TextField(default="", blank=True)
    pinyin = models.TextField(default="", blank=True)
    tokens = models.TextField(default="", blank=True)

    class Meta:
        verbose_name = _("search words of a company")
        verbose_name_plural = _("search words of companies")

    def __str__(self) -> str:
        return self.names.partition("\n")[0]

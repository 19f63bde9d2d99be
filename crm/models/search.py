"""What a company is found by, and how each database is asked for it."""

from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from crm.lib.search_tokens import Question, Way, question

# Up to this many hits the index leads and the rest of the query sorts them. With more,
# the list's own order leads and each row is compared: a page is full soon.
FEW = 3_000


class CompanySearch(models.Model):
    """One company's searchable words; written by crm.search, never by hand.

    `tokens` feeds the index (SQLite: FTS5 kept by triggers, PostgreSQL: GIN over the
    words), the other columns are compared to tell a hit from a near miss.
    """

    company = models.OneToOneField(
        "crm.Company", models.CASCADE, primary_key=True, related_name="search"
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


@dataclass(frozen=True)
class Sql:
    """A condition on the table `s`, with its parameters."""

    text: str
    params: tuple[Any, ...]  # str, or a list of words


def matching(text: str) -> Q:
    """The condition on companies for what a person typed; none for nothing typed."""
    asked = question(text)
    if asked is None:
        return Q()
    if not all(asked):
        return Q(pk__in=[])
    found = candidates(asked)
    if is_rare(found):
        return Q(pk__in=RawSQL(*narrowed(asked, found)))
    return Q(Exists(compared(asked).filter(company=OuterRef("pk"))))


def candidates(asked: Question) -> Sql:
    """The companies whose words fit, from the index."""
    if connection.vendor == "sqlite":
        terms = (
            " OR ".join(f"({' AND '.join(quoted(way))})" for way in term)
            for term in asked
        )
        match = " AND ".join(f"({term})" for term in terms)
        table = "crm_company_words"
        return Sql(f"SELECT rowid FROM {table} WHERE {table} MATCH %s", (match,))
    has = "string_to_array(s.tokens, ' ') @> %s::text[]"
    condition = " AND ".join(f"({' OR '.join([has] * len(term))})" for term in asked)
    params = tuple(list(way.tokens) for term in asked for way in term)
    return Sql(
        f"SELECT s.company_id FROM crm_companysearch s WHERE {condition}", params
    )


def quoted(way: Way) -> list[str]:
    return [f'"{token}"' for token in way.tokens]


def is_rare(found: Sql) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM ({found.text} LIMIT {FEW + 1}) few", found.params
        )
        return bool(cursor.fetchone()[0] <= FEW)


def narrowed(asked: Question, found: Sql) -> tuple[str, tuple[Any, ...]]:
    """The candidates, less those whose text does not bear the words out."""
    if all(way.is_exact for term in asked for way in term):
        return found.text, found.params
    conditions, params = [], []
    for term in asked:
        conditions.append(" OR ".join(f"c.{way.column} LIKE %s" for way in term))
        params += ["%" + way.needle + ("" if way.at_end else "%") for way in term]
    rest = " AND ".join(f"({one})" for one in conditions)
    text = (
        "SELECT c.company_id FROM crm_companysearch c "
        f"WHERE c.company_id IN ({found.text}) AND {rest}"
    )
    return text, (*found.params, *params)


def compared(asked: Question) -> "models.QuerySet[CompanySearch]":
    """The same question to the stored text, row by row."""
    rows = CompanySearch.objects.all()
    for term in asked:
        condition = Q(pk__in=[])
        for number, way in enumerate(term):
            lookup = "endswith" if way.at_end else "contains"
            one = Q(**{f"{way.column}__{lookup}": way.needle})
            condition = one if number == 0 else condition | one
        rows = rows.filter(condition)
    return rows

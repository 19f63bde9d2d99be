"""What the list of escalations can be narrowed by."""

import django_filters as filters
from django.utils.translation import gettext_lazy as _

from crm.lib.narrowing import AskedFilterSet
from crm.models import Company
from visits import escalation_kinds
from visits.models import Escalation
from visits.models.escalation_rules import Level
from visits.models.escalation_sets import EscalationQuerySet


def kinds() -> list[tuple[str, object]]:
    return [(kind.key, kind.label) for kind in escalation_kinds.every()]


class EscalationFilter(AskedFilterSet):
    """The escalations are scoped already: a name that is asked for opens nothing."""

    q = filters.CharFilter(method="search", label=_("company"), max_length=60)
    level = filters.ChoiceFilter(choices=Level.choices, label=_("level"))
    kind = filters.ChoiceFilter(choices=kinds, method="of_kind", label=_("of what"))

    class Meta:
        model = Escalation
        fields: list[str] = []

    def search(
        self, rows: EscalationQuerySet, name: str, value: str
    ) -> EscalationQuerySet:
        companies = Company.objects.search(value.strip()).values("pk")
        return rows.filter(company__in=companies)

    def of_kind(
        self, rows: EscalationQuerySet, name: str, value: str
    ) -> EscalationQuerySet:
        kind = escalation_kinds.by_key(value)
        return rows.filter(subject_type=kind.subject_type) if kind else rows.none()

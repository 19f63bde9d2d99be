"""What the supervisors' list of complaints can be narrowed by."""

from datetime import timedelta

import django_filters as filters
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.narrowing import AskedFilterSet
from crm.models import Lamp
from crm.services import deadlines
from visits.models import Complaint
from visits.models.complaints import ComplaintQuerySet


class ComplaintFilter(AskedFilterSet):
    """They are scoped already: what is asked for opens nothing."""

    q = filters.CharFilter(
        method="search", label=_("number, person or department"), max_length=60
    )
    status = filters.ChoiceFilter(choices=Complaint.Status.choices, label=_("state"))
    category = filters.ChoiceFilter(
        choices=Complaint.Category.choices, label=_("category")
    )
    lamp = filters.ChoiceFilter(
        method="with_lamp",
        choices=Lamp.choices,
        label=pgettext_lazy("deadline", "lamp"),
    )

    class Meta:
        model = Complaint
        fields: list[str] = []

    def search(
        self, found: ComplaintQuerySet, name: str, value: str
    ) -> ComplaintQuerySet:
        """Whom it is about, never who made it."""
        text = value.strip()
        return found.filter(
            Q(number__contains=text.upper())
            | Q(accused__name__contains=text)
            | Q(accused_name__contains=text)
            | Q(unit__name__contains=text)
        )

    def with_lamp(
        self, found: ComplaintQuerySet, name: str, value: str
    ) -> ComplaintQuerySet:
        today = timezone.localdate()
        near = deadlines.yellow_from(today)
        match value:
            case Lamp.RED:
                return found.due_within(None, today - timedelta(days=1))
            case Lamp.YELLOW:
                return found.due_within(today, near)
            case Lamp.GREEN:
                return found.due_within(near + timedelta(days=1), None)
        return found.exclude(status__in=Complaint.OWED)

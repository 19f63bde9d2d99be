"""What the audit log can be narrowed by."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Event, User

APPS = ("crm", "projects", "visits", "reports")
MAX_ID = 2**63 - 1
# Whom a piece of a name can mean; more is not a name.
MOST_PEOPLE = 50


def kinds() -> list[tuple[str, Any]]:
    """The kinds of records that have a name on screens; no others stand in the log."""
    named = [
        (model._meta.label_lower, model._meta.verbose_name)
        for model in apps.get_models()
        if model._meta.app_label in APPS
        # Without one Django makes English up from the code.
        and isinstance(model._meta.verbose_name, Promise)
    ]
    return [("", _("Any record")), *sorted(named, key=lambda pair: str(pair[1]))]


class AuditFilter(forms.Form):
    """All of it optional; a wrong value narrows to nothing and says so."""

    person = forms.CharField(label=_("Person"), max_length=40, required=False)
    action = forms.CharField(
        label=_("Action begins with"), max_length=60, required=False
    )
    kind = forms.ChoiceField(label=_("Kind of record"), required=False)
    record = forms.IntegerField(
        label=_("Number of the record"), min_value=0, max_value=MAX_ID, required=False
    )
    company = forms.IntegerField(
        label=_("Number of the company"), min_value=1, max_value=MAX_ID, required=False
    )
    first_day = forms.DateField(label=_("From"), required=False)
    last_day = forms.DateField(label=_("To and including"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # any: as Form has them
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds()  # type: ignore[attr-defined] # a ChoiceField

    def apply(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        if not self.is_valid():
            return rows.none()
        values = self.cleaned_data
        if values["person"]:
            people = User.objects.search(values["person"]).values_list("pk", flat=True)
            rows = rows.filter(actor__in=list(people[:MOST_PEOPLE]))
        if start := values["action"].strip():
            # A range, not LIKE: the index answers it on both databases.
            rows = rows.filter(action__gte=start, action__lt=start + "\uffff")
        if values["kind"]:
            rows = rows.filter(subject_type=values["kind"])
        if values["record"] is not None:
            rows = rows.filter(subject_id=values["record"])
        if values["company"] is not None:
            rows = rows.filter(company_id=values["company"])
        if values["first_day"]:
            rows = rows.filter(at__gte=midnight(values["first_day"]))
        if values["last_day"]:
            rows = rows.filter(at__lt=midnight(values["last_day"], later=1))
        return rows


def midnight(day: date, *, later: int = 0) -> datetime:
    """The local midnight that begins the day, or one that many days later."""
    # The ends of time have no midnight in another zone.
    day = min(max(day, date(1900, 1, 1)), date(2999, 12, 31)) + timedelta(days=later)
    return datetime.combine(day, time(), timezone.get_current_timezone())

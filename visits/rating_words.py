"""How the audit log and the streams say the codes of ratings and corrections."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.audit_words import Record
from crm.models import Department
from visits.models import Objection

ACTIONS = {
    "rating.given": _("rating given"),
    "rating.second_look": _("looked again after a correction"),
    "rating.objected": _("objection to a rating"),
    "rating.objection_ruled": _("ruled on an objection to a rating"),
    "rating.link_made": _("link to a rating made"),
    "correction.started": _("correction began"),
    "correction.handed": _("correction handed to a colleague"),
    "correction.sent": _("correction reported"),
    "correction.called_back": _("company asked back about a correction"),
    "correction.ended": _("correction ended"),
    "correction.dropped": _("correction dropped"),
    "correction.due_moved": _("deadline of a correction moved"),
    "rating_rule.set": _("rules of ratings set"),
}

ICONS = {
    "rating.given": "star",
    "rating.second_look": "star",
    "rating.objected": "alert-circle",
    "rating.objection_ruled": "check",
    "correction.started": "tool",
    "correction.handed": "user-check",
    "correction.sent": "send",
    "correction.called_back": "phone-call",
    "correction.ended": "circle-check",
    "correction.dropped": "ban",
    "correction.due_moved": "calendar-event",
}

NAMES = {
    "subject_type": pgettext_lazy("rating", "what was rated"),
    "decision": _("decision"),
    "kind": _("kind"),
}

CODES: dict[str, dict[str, str | Promise]] = {
    "kind": dict(Objection.Kind.choices),
    "decision": dict(Objection.Decision.choices),
}

RECORDS: dict[str, Record] = {"department": (Department, "pk")}

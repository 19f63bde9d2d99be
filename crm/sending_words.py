"""Why a message did not go out, in words for who sees to it."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

REASONS: Final[dict[str, str | Promise]] = {
    "bad_certificate": gettext_lazy("The certificate of the other side is not valid."),
    "host_not_allowed": gettext_lazy("The host is not on the list that may be called."),
    "inactive": gettext_lazy("The account is closed."),
    "no_address": gettext_lazy("The person has no address any more."),
    "not_in_use": gettext_lazy("This robot is not in use."),
    "not_sent": gettext_lazy("The message could not be made; see the worker's log."),
    "not_wanted": gettext_lazy("There was nothing to say any more."),
    "odd_answer": gettext_lazy("The other side answered something unknown."),
    "read": gettext_lazy("It was read in the app before."),
    "timeout": gettext_lazy("The other side did not answer in time."),
    "unknown_service": gettext_lazy("The service is not known."),
    "unreachable": gettext_lazy("The other side could not be reached."),
}


def reason_of(code: str) -> str:
    """A sentence; of codes of the other side the number as well."""
    if code in REASONS:
        return str(REASONS[code])
    who, _sep, number = code.rpartition("_")
    values = {"number": number}
    match who:
        case "smtp_us":
            return _("The mail server does not take our mail (%(number)s).") % values
        case "smtp":
            return _("The mail server refused this mail (%(number)s).") % values
        case "http":
            return _("The host answered with %(number)s.") % values
        case "said":
            return _("The service refused it, code %(number)s.") % values
    return code

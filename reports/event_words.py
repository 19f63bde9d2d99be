"""How the audit log says the codes of documents and exported figures."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "document.made": _("document made"),
    "document.failed": _("document could not be made"),
    "document.retried": _("document tried again"),
    "document.opened": _("document opened"),
    "ledger.exported": _("ledger of tickets exported"),
    "outcomes.exported": _("outcomes taken out as a file"),
}

# What an event says of its record beside the record's own columns.
NAMES = {
    "by": _("rows by"),
    "filters": _("filters"),
    "first": _("first day"),
    "last": _("last day"),
    "number": _("number"),
    "rows": _("rows"),
    "sha256": _("SHA-256 of the file"),
}

# Codes that are no column's choices.
CODES: dict[str, dict[str, str | Promise]] = {
    "by": {"unit": _("unit"), "category": _("category")},
}

"""How the audit log says the codes of documents."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "document.made": _("document made"),
    "document.failed": _("document could not be made"),
    "document.retried": _("document tried again"),
    "document.opened": _("document opened"),
    "ledger.exported": _("ledger of tickets exported"),
}

# What an event says of its record beside the record's own columns.
NAMES = {
    "filters": _("filters"),
    "number": _("number"),
    "rows": _("rows"),
    "sha256": _("SHA-256 of the file"),
}

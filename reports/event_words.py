"""How the audit log says the codes of documents."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "document.made": _("document made"),
    "document.failed": _("document could not be made"),
    "document.retried": _("document tried again"),
    "document.opened": _("document opened"),
}

# What an event says of its record beside the record's own columns.
NAMES = {"number": _("number"), "sha256": _("SHA-256 of the file")}

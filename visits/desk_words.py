"""How the audit log says what the dispatch centre does to many tickets at once."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "dispatch_batch.started": _("dispatch of several tickets started"),
    "dispatch_batch.finished": _("dispatch of several tickets finished"),
}

NAMES = {
    "refused": _("not dispatched"),
    "total": _("tickets"),
}

"""How the audit log and the company's stream say the codes of visits and tickets."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "visit.planned": _("visit planned"),
    "visit.plan_changed": _("plan of a visit changed"),
    "visit.held": _("visit logged"),
    "visit.amended": _("visit amended"),
    "visit.cancelled": _("visit cancelled"),
    "visit.conflict": _("visit sent again with other content"),
    "visit.conflict_decided": _("decided between two contents of a visit"),
    "visit.file_rejected": _("file of a visit not readable"),
    "visit.commented": _("remark on a visit"),
    "ticket.raised": _("ticket raised"),
    "ticket.admitted": _("ticket admitted"),
    "ticket.refused": _("ticket not accepted"),
    "ticket.dispatched": _("ticket dispatched"),
    "ticket.accepted": _("ticket signed for"),
    "ticket.handed": _("ticket handed to a colleague"),
    "ticket.contacted": _("company called about a ticket"),
    "ticket.started": _("work on a ticket begun"),
    "ticket.part_answered": _("assisting part of a ticket answered"),
    "ticket.answered": _("ticket answered"),
    "ticket.confirmed": _("ticket closed by the company's word"),
    "ticket.rejected": _("ticket not solved, back to work"),
    "ticket.due_moved": _("deadline of a ticket moved"),
    "ticket.commented": _("remark on a ticket"),
    "category.edited": _("category changed"),
}

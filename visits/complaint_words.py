"""What the events of complaints are called. None of them names anybody concerned."""

from django.utils.translation import gettext_lazy as _

ACTIONS = {
    "complaint.received": _("complaint received"),
    "complaint.acknowledged": _("complaint acknowledged"),
    "complaint.taken": _("complaint taken over"),
    "complaint.noted": _("step of a complaint noted"),
    "complaint.asked": _("question to a complainant"),
    "complaint.replied": _("complainant added something"),
    "complaint.accused_found": _("person of a complaint found"),
    "complaint.name_revealed": _("complainant's name looked at"),
    "complaint.name_erased": _("complainant's name erased"),
    "complaint.shared": _("complaint shown to one's company"),
    "complaint.unshared": _("complaint no longer shown to one's company"),
    "complaint.answered": _("complaint answered"),
    "complaint.unsatisfied": _("second look at a complaint asked for"),
    "complaint.closed": _("complaint closed"),
    "complaint.late": _("deadline of a complaint passed"),
    "statement.asked": _("statement asked for"),
    "statement.given": _("statement given"),
}

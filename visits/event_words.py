"""How the audit log and the company's stream say the codes of visits and tickets."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.audit_words import Record
from crm.models import DeadlinePause, Department, StoredFile
from visits.models import Ticket

from .ticket_words import CLOCKS

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
    "visit_request.asked": _("visit asked for"),
    "visit_request.planned": _("visit planned as asked for"),
    "visit_request.declined": _("request for a visit declined"),
    "visit_request.withdrawn": _("request for a visit withdrawn"),
    "ticket.draft_saved": _("draft of a ticket saved"),
    "ticket.draft_discarded": _("draft of a ticket discarded"),
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
    "ticket.returned": _("ticket returned by its department"),
    "ticket.return_upheld": _("return of a ticket upheld"),
    "ticket.return_overruled": _("return of a ticket overruled"),
    "ticket.reassigned": _("ticket given to another department"),
    "ticket.assistant_added": _("department asked to assist"),
    "ticket.paused": _("ticket paused"),
    "ticket.pause_asked": _("pause of a ticket asked for"),
    "ticket.pause_refused": _("pause of a ticket not granted"),
    "ticket.resumed": _("clock of a ticket goes on"),
    "ticket.extension_asked": _("extension of a ticket asked for"),
    "ticket.extended": _("ticket extended"),
    "ticket.extension_refused": _("extension of a ticket not granted"),
    "ticket.parked": _("ticket parked"),
    "ticket.next_reply": _("next reply on a parked ticket promised"),
    "ticket.unparked": _("parked ticket taken up again"),
    "ticket.reopened": _("closed ticket reopened"),
    "ticket.merged": _("ticket merged into another"),
    "ticket.merged_in": _("another ticket merged into it"),
    "ticket.unmerged": _("ticket taken out of a merger"),
    "ticket.split": _("ticket split"),
    "category.edited": _("category changed"),
}

# What an event says of its record beside the record's own columns.
NAMES = {
    "assistants": _("assisting departments"),
    "called_at": _("time of the call"),
    "closed_at": _("closed"),
    "companions": _("companions"),
    "decision": _("decision"),
    "days": _("working days"),
    "due_on": _("due"),
    "findings": _("findings"),
    "handler": _("handler"),
    "into": _("merged into"),
    "is_first": _("first contact"),
    "is_provisional": _("provisional"),
    "kind": _("kind"),
    "lead": _("lead department"),
    "merged": _("merged ticket"),
    "met": _("people met"),
    "note": _("note"),
    "person": _("person spoken to"),
    "phone": _("telephone"),
    "project": _("key project"),
    "photos": _("photos"),
    "pieces": _("tickets split off"),
    "proposed": _("proposed outcome"),
    "reason": _("reason"),
    "refusal": _("reason for not accepting"),
    "sign_off": _("confirmed by"),
    "signature": _("signature"),
    "size": _("size in bytes"),
    "split_from": _("split from"),
    "status": _("state"),
    "until_on": _("last day of the pause"),
}

# Codes that are no column's choices.
CODES: dict[str, dict[str, str | Promise]] = {
    "decision": {"taken": _("later content taken"), "kept": _("first content kept")},
    "kind": {
        **CLOCKS,
        **dict(StoredFile.Kind.choices),
        **dict(DeadlinePause.Kind.choices),
    },
    "proposed": dict(Ticket.Outcome.choices),
}

# Keys of departments under names that are no column of the event's record.
RECORDS: dict[str, Record] = {
    "assistants": (Department, "pk"),
    "for_unit": (Department, "pk"),
    "lead": (Department, "pk"),
}

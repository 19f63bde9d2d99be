"""The kinds of notices about visits and tickets: what a person can choose about."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.models import Mail, Role
from crm.notices import Kind, register

UNIT: Final = frozenset({Role.HANDLER, Role.UNIT_HEAD})
OFFICIALS: Final = UNIT | {Role.OFFICER, Role.DISPATCHER}

TASK: Final = register(
    Kind("task", _("Given to my unit"), "inbox", UNIT, mail=Mail.NOW, robot=True)
)
AGAIN: Final = register(
    Kind(
        "again",
        _("Not solved, says the company"),
        "arrow-back-up",
        UNIT | {Role.OFFICER},
        mail=Mail.NOW,
        robot=True,
    )
)
QUEUE: Final = register(
    Kind(
        "queue",
        _("Waits for the dispatch centre"),
        "send",
        {Role.DISPATCHER},
        robot=True,
    )
)
ASKED: Final = register(
    Kind(
        "asked",
        _("Waits for my decision"),
        "question-mark",
        {Role.UNIT_HEAD, Role.LEADER},
        mail=Mail.NOW,
    )
)
DECIDED: Final = register(
    Kind("decided", _("Decisions on what my unit asked"), "gavel", UNIT, mail=Mail.NOW)
)
CONFIRM: Final = register(
    Kind(
        "confirm",
        _("Waits for the company's word"),
        "circle-check",
        {Role.OWNER, Role.OFFICER},
        mail=Mail.NOW,
    )
)
OTHERWISE: Final = register(
    Kind(
        "otherwise",
        _("Asked again, the company says otherwise"),
        "phone-call",
        {Role.DISPATCHER, Role.SUPERVISOR},
        is_discreet=True,
        mail=Mail.NOW,
    )
)
OURS: Final = register(
    Kind("ours", _("Our company's problems"), "checklist", {Role.OWNER}, mail=Mail.NOW)
)
DIRECTIVE: Final = register(
    Kind("directive", _("Directives to my unit"), "edit", UNIT, mail=Mail.NOW)
)
ANSWER: Final = register(
    Kind(
        "answer",
        _("Answers to my directives"),
        "message-2",
        {Role.LEADER},
        mail=Mail.NOW,
    )
)
MEETING: Final = register(
    Kind(
        "meeting",
        _("Coordination meetings"),
        "users",
        UNIT | {Role.LEADER, Role.DISPATCHER},
        mail=Mail.NOW,
    )
)
REMINDER: Final = register(
    Kind("reminder", _("Due soon or late"), "clock", UNIT | {Role.OFFICER}, robot=True)
)
RAISED: Final = register(
    Kind(
        "raised",
        _("Raised to me"),
        "stairs-up",
        {Role.UNIT_HEAD, Role.LEADER},
        mail=Mail.NOW,
    )
)
RED_ORDER: Final = register(
    Kind(
        "red_order",
        _("Red supervision orders"),
        "alert-triangle",
        UNIT,
        is_urgent=True,
        mail=Mail.NOW,
        robot=True,
    )
)
ORDER: Final = register(
    Kind(
        "order",
        _("Supervision orders"),
        "alert-circle",
        UNIT | {Role.SUPERVISOR, Role.LEADER},
        mail=Mail.NOW,
        robot=True,
    )
)
RATING: Final = register(
    Kind("rating", _("Ratings"), "star", OFFICIALS | {Role.SUPERVISOR})
)
CORRECTION: Final = register(
    Kind(
        "correction",
        _("Bad ratings to be corrected"),
        "tool",
        UNIT | {Role.OFFICER},
        mail=Mail.NOW,
    )
)
COMPLAINT: Final = register(
    Kind(
        "complaint",
        _("Complaints"),
        "shield-check",
        {Role.SUPERVISOR},
        is_discreet=True,
        mail=Mail.NOW,
    )
)
STATEMENT: Final = register(
    Kind(
        "statement",
        _("Statements asked of me"),
        "question-mark",
        {Role.UNIT_HEAD},
        is_discreet=True,
        mail=Mail.NOW,
    )
)
ACCOUNTABILITY: Final = register(
    Kind(
        "accountability",
        _("Accountability and exemption"),
        "scale",
        {Role.UNIT_HEAD, Role.SUPERVISOR},
        is_discreet=True,
        mail=Mail.NOW,
    )
)
MINE: Final = register(Kind("mine", _("Tickets in my hands"), "tool", UNIT))
FOLLOWED: Final = register(Kind("followed", _("Tickets I follow"), "eye", OFFICIALS))
REMARK: Final = register(
    Kind("remark", _("Remarks"), "message", OFFICIALS | {Role.OWNER})
)
VISIT: Final = register(
    Kind("visit", _("Visits"), "clipboard-list", OFFICIALS | {Role.OWNER})
)

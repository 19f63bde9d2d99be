"""The kinds of notices about key projects: what a person can choose about."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from crm.models import Mail, Role
from crm.notices import Kind, register

UNIT: Final = frozenset({Role.HANDLER, Role.UNIT_HEAD})

DESK: Final = register(
    Kind(
        "desk",
        _("Approval items for my unit"),
        "rubber-stamp",
        UNIT,
        mail=Mail.NOW,
        robot=True,
    )
)
TURN: Final = register(
    Kind(
        "turn",
        _("Approvals: the company's turn"),
        "alert-circle",
        {Role.OWNER, Role.OFFICER},
        mail=Mail.NOW,
    )
)
PROGRESS: Final = register(
    Kind(
        "progress",
        _("Progress of key projects"),
        "building-factory-2",
        {Role.OWNER, Role.OFFICER, Role.LEADER},
    )
)
BLOCKER: Final = register(
    Kind(
        "blocker",
        _("Blockers of key projects"),
        "barrier-block",
        UNIT | {Role.OFFICER, Role.LEADER},
        mail=Mail.NOW,
        robot=True,
    )
)
SESSION: Final = register(
    Kind(
        "session",
        _("Joint sessions"),
        "users",
        UNIT | {Role.OWNER, Role.OFFICER, Role.LEADER, Role.DISPATCHER},
        mail=Mail.NOW,
        robot=True,
    )
)
LISTING: Final = register(
    Kind("listing", _("Key list"), "star", {Role.LEADER, Role.OFFICER, Role.DISPATCHER})
)
TALK: Final = register(
    Kind(
        "talk",
        _("Remarks on key projects"),
        "message",
        UNIT | {Role.OWNER, Role.OFFICER, Role.LEADER, Role.DISPATCHER},
    )
)

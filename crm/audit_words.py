"""How the audit log says its codes; upper apps add their own when they are loaded.

A column of the record says itself by its name and its choices; here is the rest. What
nobody has given a word stands as it is, and the tests refuse to record it.
"""

from typing import Any

from django.db.models import Field, Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.models import Department, Industry, Region, Tag, User
from crm.sending_words import REASONS

# A kind of record, and the column that names one of them.
Record = tuple[type[Model], str]
# Names of columns, not values.
FIELDS = "fields"

ACTIONS = {
    "session.started": _("signed in"),
    "session.code_sent": _("code to sign in sent"),
    "session.refused": _("sign-in refused"),
    "session.locked": _("account locked after failed sign-ins"),
    "session.ended": _("signed out"),
    "session.ended_elsewhere": _("signed out on another device"),
    "session.all_ended": _("signed out everywhere"),
    "user.created": _("account made"),
    "user.edited": _("account changed"),
    "user.deactivated": _("account closed"),
    "user.activated": _("account opened again"),
    "user.unlocked": _("lock lifted"),
    "user.password_reset": _("one-time password given"),
    "user.password_changed": _("password changed"),
    "grant.added": _("role given"),
    "grant.ended": _("role ended"),
    "region.created": _("region made"),
    "region.edited": _("region changed"),
    "region.moved": _("region moved"),
    "region.closed": _("region taken out of use"),
    "region.reopened": _("region in use again"),
    "department.created": _("unit made"),
    "department.edited": _("unit changed"),
    "department.moved": _("unit moved"),
    "department.closed": _("unit taken out of use"),
    "department.reopened": _("unit in use again"),
    "link.setup_made": _("link for first administrators made"),
    "link.setup_used": _("first administrators made"),
    "link.password_made": _("link for a new password made"),
    "company.created": _("company entered"),
    "company.edited": _("company's data changed"),
    "company.tagged": _("tags set"),
    "company.leader_linked": _("linked leader set"),
    "company.archived": _("company archived"),
    "company.restored": _("company taken out of the archive"),
    "company.commented": _("remark on a company"),
    "contact.added": _("contact added"),
    "contact.edited": _("contact changed"),
    "contact.archived": _("contact removed"),
    "phone.revealed": _("telephone number looked at"),
    "liaison.assigned": _("officer assigned"),
    "liaison.ended": _("officer withdrawn"),
    "absence.entered": _("absence entered"),
    "absence.shortened": _("absence ended early"),
    "absence.cancelled": _("absence called off"),
    "stand_in.set": _("B of a handler set"),
    "stand_in.ended": _("B of a handler ended"),
    "work_note.handed": _("handover note signed by A"),
    "work_note.taken": _("handover note signed by B"),
    "work_note.reported": _("B told what was done"),
    "company.owner_invited": _("company's person invited"),
    "company.invitation_revoked": _("invitation taken back"),
    "company.owner_joined": _("company's person joined"),
    "audit.check_asked": _("check of the log asked for"),
    "audit.checked": _("log checked"),
    "work_year.imported": _("notice of days off taken into use"),
    "work_year.replaced": _("notice of days off replaced"),
    "deadline.recomputed": _("deadline computed anew"),
    "notice_choices.edited": _("choices of notices changed"),
    "robot.added": _("group robot entered"),
    "robot.edited": _("group robot changed"),
    "robot.closed": _("group robot taken out of use"),
    "robot.reopened": _("group robot in use again"),
    "delivery.failed": _("message could not be sent"),
    "delivery.retried": _("message to be sent again"),
}

# What an event says of its record beside the record's own columns.
NAMES = {
    "address": _("network address"),
    "count": _("open matters"),
    "department": _("unit"),
    "device": _("device"),
    "erased": _("personal values erased"),
    "events": _("entries"),
    FIELDS: _("fields"),
    "file_count": _("files"),
    "first_problems": _("first faults"),
    "is_demo": _("demo account"),
    "is_new_key": _("new key of the robot"),
    "link": _("link"),
    "note": _("note"),
    "path": _("place in the tree"),
    "problems": _("faults"),
    "reason": _("reason"),
    "seals": _("seals"),
    "tags": _("tags"),
    "typed": _("typed as the account"),
    "unsealed": _("not sealed yet"),
    "user": _("account"),
    "version": _("version"),
    "way": _("way in"),
}

# Codes that are no column's choices. Where people write a reason it stands as written.
CODES: dict[str, dict[str, str | Promise]] = {
    "error": REASONS,
    "way": {
        "password": _("by password"),
        "code": _("by a code sent to the phone"),
        "invitation": _("by invitation"),
        "demo": _("by a button of the demo"),
    },
    "reason": {
        "wrong_password": _("wrong password"),
        "wrong_code": _("wrong code"),
        "unknown_account": _("no such account"),
        "inactive": _("account is closed"),
        "by_hand": _("taken by hand"),
        "transfer": _("moved to another unit"),
    },
}

# Records that are told by name. Companies and their matters are not the auditor's.
NAMED: set[type[Model]] = {Department, Industry, Region, User}

# Keys of such records under names that are no column of the event's record.
RECORDS: dict[str, Record] = {
    "department": (Department, "pk"),
    "tags": (Tag, "key"),
    "user": (User, "pk"),
}


def name_of(model: type[Model] | None, name: str) -> str | Promise | None:
    """What a value of an event is called, None if nobody has given it a word."""
    column = column_of(model, name)
    # Without one Django makes English up from the code.
    if column is not None and isinstance(column.verbose_name, Promise):
        return column.verbose_name
    return NAMES.get(name)


def codes_of(model: type[Model] | None, name: str) -> dict[str, str | Promise]:
    """The words of the codes that this value may hold."""
    column = column_of(model, name)
    return {**CODES.get(name, {}), **dict(column.flatchoices if column else ())}


def record_of(model: type[Model] | None, name: str) -> Record | None:
    """Which records this value names."""
    column = column_of(model, name)
    if column is not None and column.related_model in NAMED:
        return column.related_model, "pk"
    return RECORDS.get(name)


def column_of(model: type[Model] | None, name: str) -> "Field[Any, Any] | None":
    # any: of whatever type
    columns = {one.name: one for one in model._meta.fields} if model else {}
    return columns.get(name)

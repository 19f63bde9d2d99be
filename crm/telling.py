"""Who is told of which event of the ground: officers, absences, what did not arrive.

A row: what happened, as which kind it is told, to whom. The rules of the tables stand
in crm/notices.py; those of visits and projects have tables of their own.
"""

from typing import Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm import notices
from crm.lib.words import exact_day
from crm.models import (
    Absence,
    Company,
    CompanyLiaison,
    Delivery,
    Event,
    HandoverNote,
    Mail,
    Notice,
    Role,
    StandIn,
    User,
    WorkNote,
)
from crm.notices import About, Kind, Told, register
from crm.recipients import Keys, owners_of_company

SERVED: Final = register(
    Kind(
        "served",
        gettext_lazy("Companies I serve"),
        "building",
        {Role.OFFICER},
        mail=Mail.NOW,
    )
)
OUR_OFFICER: Final = register(
    Kind("our_officer", gettext_lazy("Our officer"), "user-check", {Role.OWNER})
)
STANDS_IN: Final = register(
    Kind(
        "stands_in",
        gettext_lazy("Standing in"),
        "switch-horizontal",
        {Role.HANDLER, Role.UNIT_HEAD},
        mail=Mail.NOW,
    )
)
UNREACHED: Final = register(
    Kind(
        "unreached",
        gettext_lazy("Messages that did not arrive"),
        "alert-triangle",
        roles=(),  # nothing to choose: how should it come but in the app?
        mail=Mail.NO,
    )
)


def new_officer(event: Event, company: Company) -> Keys:
    """Who came. Who went does not see the company any more."""
    officer = event.changes["officer"][1]
    return [officer] if officer else []


def stand_ins(event: Event, absence: Absence) -> Keys:
    """Each B with a note of what is open."""
    notes = HandoverNote.objects.filter(absence=absence)
    return notes.values_list("stand_in", flat=True).distinct()


def work_stand_ins(event: Event, absence: Absence) -> Keys:
    """B of a handler, or the head who covers."""
    return absence.work_notes.values_list("stand_in", flat=True)


def to_a(event: Event, absence: Absence) -> Keys:
    return [absence.officer_id]


def both(event: Event, pair: StandIn) -> Keys:
    return [pair.stand_in_id, pair.handler_id]


def receiver(event: Event, delivery: Delivery) -> Keys:
    """Whose address it was; once, until he has read it."""
    return not_told_yet([delivery.recipient_id] if delivery.recipient_id else [])


def system_administrators(event: Event, delivery: Delivery) -> Keys:
    """Of a robot that cannot speak; once, until it was read."""
    if delivery.robot_id is None:
        return []
    people = User.objects.active().with_role(
        Role.SYSTEM_ADMIN, today=timezone.localdate(event.at)
    )
    return not_told_yet(people.values_list("pk", flat=True))


def not_told_yet(people: Keys) -> Keys:
    unread = Notice.objects.unread().filter(kind=UNREACHED.key)
    told = set(unread.filter(recipient__in=people).values_list("recipient", flat=True))
    return [pk for pk in people if pk not in told]


def company_of(event: Event, liaison: CompanyLiaison) -> Company:
    return liaison.company


def absence_of(event: Event, note: WorkNote) -> Absence:
    return note.absence


TABLE: Final = (
    ("liaison.assigned", SERVED, new_officer),
    ("liaison.assigned", OUR_OFFICER, owners_of_company),
    ("liaison.ended", OUR_OFFICER, owners_of_company),
    ("absence.entered", SERVED, stand_ins),
    ("absence.entered", STANDS_IN, work_stand_ins),
    ("absence.shortened", STANDS_IN, work_stand_ins),
    ("absence.cancelled", STANDS_IN, work_stand_ins),
    ("work_note.handed", STANDS_IN, work_stand_ins),
    ("work_note.taken", STANDS_IN, to_a),
    ("work_note.reported", STANDS_IN, to_a),
    ("stand_in.set", STANDS_IN, both),
    ("stand_in.ended", STANDS_IN, both),
    ("delivery.failed", UNREACHED, receiver, system_administrators),
)
OPENS: Final[dict[str, notices.Opens]] = {
    "liaison.assigned": company_of,
    "liaison.ended": company_of,
    "work_note.handed": absence_of,
    "work_note.taken": absence_of,
    "work_note.reported": absence_of,
}


def hang() -> None:
    """Called once, when the app is loaded."""
    for action, kind, *who in TABLE:
        opens = OPENS.get(action, notices.subject_itself)
        notices.on(action, kind, *who, opens=opens)
    notices.describe(About(Company, told_of_company))
    notices.describe(About(Absence, told_of_absence, visible=seen_by_stand_ins))
    notices.describe(About(StandIn, told_of_pair))
    notices.describe(About(Delivery, told_of_delivery))


def told_of_company(company: Company, user: User | None) -> Told:
    return Told(company.name, company.get_absolute_url())


def told_of_absence(absence: Absence, user: User | None) -> Told:
    days = {"first": exact_day(absence.starts_on), "last": exact_day(absence.ends_on)}
    title = _("Stand in from %(first)s to %(last)s") % days
    return Told(title, reverse("crm:absence", args=[absence.pk]))


def told_of_pair(pair: StandIn, user: User | None) -> Told:
    names = {"b": pair.stand_in.name, "a": pair.handler.name}
    return Told(_("%(b)s stands in for %(a)s") % names, reverse("crm:absences"))


def seen_by_stand_ins(absences: "QuerySet[Absence]", user: User) -> "QuerySet[Absence]":
    """As its page is open: to who leads the officer, and to who stands in."""
    notes = HandoverNote.objects.filter(stand_in=user)
    work = WorkNote.objects.filter(stand_in=user)
    led = Absence.objects.visible_to(user)
    return absences.filter(
        Q(pk__in=led.values("pk"))
        | Q(pk__in=notes.values("absence"))
        | Q(pk__in=work.values("absence"))
    )


def told_of_delivery(delivery: Delivery, user: User | None) -> Told:
    if delivery.robot_id is not None:
        title = _("A group robot could not speak.")
        return Told(title, reverse("crm:deliveries"))
    title = _("A mail to you did not arrive. Have your address looked at.")
    return Told(title, reverse("crm:notice-choices"))

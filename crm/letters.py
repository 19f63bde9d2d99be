"""What a message says: made when it is sent, of what its receiver may see by then."""

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm import notices
from crm.lib.words import exact_day
from crm.models import Delivery, Mail, Notice, User
from crm.notice_lines import lines_of, records_of
from crm.notices import Told
from crm.services.notices.choices import choices_of

Channel = Delivery.Channel
# Of a summary; the rest is one click away.
MOST_LINES: Final = 20
# Of a unit's name in a robot's line: six of them make up one message.
UNIT_LENGTH: Final = 20


def not_needed(delivery: Delivery) -> str:
    """Why it need not go out any more, as a code; empty if it must."""
    if delivery.channel == Channel.ROBOT:
        is_there = delivery.robot is not None and delivery.robot.is_active
        return "" if is_there else "not_in_use"
    person = receiver(delivery)
    if not person.is_active:
        return "inactive"
    if not person.email:
        return "no_address"
    if delivery.notice is not None and delivery.notice.is_read:
        return "read"
    return ""


def receiver(delivery: Delivery) -> User:
    assert delivery.recipient is not None, "of its channel"
    return delivery.recipient


def letter_of(delivery: Delivery) -> EmailMessage | None:
    """The mail; None if there is nothing to say any more."""
    made = digest_of if delivery.channel == Channel.DIGEST else mail_of
    said = made(delivery)
    if said is None:
        return None
    subject, body = said
    return EmailMessage(
        # What people wrote may hold a line break; a header may not.
        " ".join(subject.split()),
        body,
        to=[receiver(delivery).email],
        headers={
            "Message-ID": delivery.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def mail_of(delivery: Delivery) -> tuple[str, str] | None:
    assert delivery.notice is not None, "of its channel"
    (line,) = lines_of([delivery.notice], receiver(delivery))
    if line.told is None:
        return None  # moved elsewhere since: it is not his any more
    values = {"kind": line.label, "record": line.told.number or line.told.title}
    subject = _("%(kind)s: %(record)s") % values
    return subject, rendered("notice", line=line, told=line.told)


def digest_of(delivery: Delivery) -> tuple[str, str] | None:
    """Of what he did not read, save the kinds of which he wants no mail."""
    person = receiver(delivery)
    unread = (
        Notice.objects.visible_to(person)
        .unread()
        .exclude(kind__in=kinds_without_mail(person))
    )
    count = unread.count()
    lines = [
        line
        for line in lines_of(unread.for_list()[:MOST_LINES], person)
        if line.told is not None
    ]
    if not lines:
        return None
    subject = ngettext("%(n)s unread notice", "%(n)s unread notices", count)
    rest = max(count - len(lines), 0)
    return subject % {"n": count}, rendered("digest", lines=lines, rest=rest)


def kinds_without_mail(person: User) -> list[str]:
    choices = choices_of(person)
    every = notices.every_kind()
    return [kind.key for kind in every if choices.mail(kind) == Mail.NO]


def rendered(name: str, **values: object) -> str:
    context = {
        **values,
        "base": settings.CRM_BASE_URL,
        "notices": address(reverse("crm:notices")),
        "choices": address(reverse("crm:notice-choices")),
    }
    return render_to_string(f"crm/mail/{name}.txt", context)


def address(path: str) -> str:
    return f"{settings.CRM_BASE_URL}{path}"


# --- Robots: a group chat reads number, kind, unit, day and a link, and no more -------


def lines_for(deliveries: Sequence[Delivery]) -> dict[int, str]:
    """By delivery; one whose record is gone is left out."""
    found = [one.notice for one in deliveries if one.notice is not None]
    told = records_of(found, None)
    lines = {}
    for one in deliveries:
        if one.notice is None:
            lines[one.pk] = _("This is a test: the robot can be heard here.")
        elif record := told.get((one.notice.about_type, one.notice.about_id)):
            lines[one.pk] = line_of(one, record)
    return lines


def line_of(delivery: Delivery, told: Told) -> str:
    kind = notices.kind_of(delivery.kind)
    parts = [str(kind.label) if kind else "", told.number, told.unit[:UNIT_LENGTH]]
    if told.due_on:
        parts.append(_("due %(day)s") % {"day": exact_day(told.due_on)})
    parts.append(address(told.url))
    return " · ".join(part for part in parts if part)


def said(lines: Sequence[str]) -> str:
    """Several in one message, each on its own line."""
    if len(lines) == 1:
        return lines[0]
    head = ngettext("%(n)s notice", "%(n)s notices", len(lines)) % {"n": len(lines)}
    return "\n".join([head, *lines])

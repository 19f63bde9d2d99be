"""督办单 on paper: the order as it was issued, raised, and closed with its answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from crm.models import Document, User
from visits.models import OrderAnswer, OrderRaise, SupervisionOrder
from visits.models.orders import title_of

from .agency_papers import paper_day
from .kinds import Kind
from .visit_reports import version_words

ORDER: Final = "supervision_order"
# What of the order makes the next version of its paper.
MAKES_PAPER: Final = frozenset(
    {"order.issued", "order.raised", "order.closed", "order.withdrawn"}
)


def is_readable(user: User, document: Document) -> bool:
    orders = SupervisionOrder.objects.visible_to(user)
    return orders.filter(pk=document.subject_id).exists()


def address(document: Document) -> str:
    return reverse("visits:order", args=[document.subject_id])


KIND: Final = Kind(
    key=ORDER,
    label=pgettext_lazy("paper", "Supervision order"),
    job="reports.order_jobs.make_order_paper",
    is_readable=is_readable,
    address=address,
)


@dataclass(frozen=True)
class Said:
    """A part of the paper: its heading and its paragraphs."""

    heading: str
    paragraphs: list[str]


@dataclass(frozen=True)
class Sheet:
    """Everything the paper shows, in words."""

    title: str
    order_number: str
    addressee: str
    parts: list[Said]
    # The last paragraph: nobody signs a page without a word of what is signed.
    last: str
    unit: str
    date: str
    number: str
    version_words: str
    verify_url: str


def sheet_of(order: SupervisionOrder, document: Document) -> Sheet:
    """The order as it stood when this version was asked for.

    The caller has activated the paper's language.
    """
    at = document.created_at
    raises = [one for one in order.raises.all() if one.raised_at <= at]
    verify = reverse("reports:verify", args=[document.number])
    unit = order.issued_by.department
    parts = list(parts_of(order, raises, at))
    return Sheet(
        title=title_of(colour_at(order, at)),
        order_number=order.number,
        addressee=order.department.name,
        parts=parts,
        last=parts[-1].paragraphs.pop(),
        unit=unit.name if unit else order.region.name,
        date=paper_day(order.issued_at),
        number=document.number,
        version_words=version_words(document.version),
        verify_url=settings.CRM_BASE_URL + verify,
    )


def colour_at(order: SupervisionOrder, at: datetime) -> str:
    """Before what was raised later."""
    later = [one for one in order.raises.all() if one.raised_at > at]
    return later[0].before if later else order.colour


def parts_of(
    order: SupervisionOrder, raises: list[OrderRaise], at: datetime
) -> Iterator[Said]:
    yield Said(pgettext("paper", "I. Matter"), [order.matter])
    yield Said(pgettext("paper", "II. Basis"), paragraphs(order.basis))
    demanded = [*paragraphs(order.requirement), *deadline_words(order)]
    yield Said(pgettext("paper", "III. Requirement"), demanded)
    if raises:
        told = [raise_words(one) for one in raises]
        yield Said(pgettext("paper", "IV. Colour raised"), told)
    if order.ended_at and order.ended_at <= at:
        yield Said(end_heading(order, bool(raises)), list(end_words(order)))


def paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def deadline_words(order: SupervisionOrder) -> Iterator[str]:
    if order.person:
        yield pgettext("paper", "Responsible person: %s") % order.person.name
    due = order.answer_by.due_on
    if due:
        values = {
            "n": order.answer_by.days,
            "day": formats.date_format(due, _("paper date")),
        }
        yield (
            pgettext(
                "paper",
                "Answer in writing with evidence within %(n)s working days, by "
                "%(day)s. The days run from the day of this order, signed for or not.",
            )
            % values
        )


def raise_words(one: OrderRaise) -> str:
    values = {
        "day": paper_day(one.raised_at),
        "before": one.get_before_display(),
        "after": one.get_after_display(),
        "reason": one.reason,
    }
    words = pgettext("paper", "On %(day)s from %(before)s to %(after)s: %(reason)s")
    return words % values


def end_heading(order: SupervisionOrder, is_raised: bool) -> str:
    if order.status == SupervisionOrder.Status.WITHDRAWN:
        return (
            pgettext("paper", "V. Withdrawn")
            if is_raised
            else pgettext("paper", "IV. Withdrawn")
        )
    if is_raised:
        return pgettext("paper", "V. Answer and acceptance")
    return pgettext("paper", "IV. Answer and acceptance")


def end_words(order: SupervisionOrder) -> Iterator[str]:
    assert order.ended_at and order.ended_by, "it has ended"
    day, who = paper_day(order.ended_at), order.ended_by.name
    if order.status == SupervisionOrder.Status.WITHDRAWN:
        values = {"day": day, "who": who, "reason": order.end_note}
        yield pgettext("paper", "Withdrawn on %(day)s by %(who)s: %(reason)s") % values
        return
    for answer in order.answers.filter(verdict=OrderAnswer.Verdict.ACCEPTED):
        values = {"day": paper_day(answer.given_at), "who": answer.given_by.name}
        yield pgettext("paper", "Answered on %(day)s by %(who)s:") % values
        yield from paragraphs(answer.text)
    values = {"day": day, "who": who}
    yield pgettext("paper", "Accepted and closed on %(day)s by %(who)s.") % values
    if order.end_note:
        yield order.end_note

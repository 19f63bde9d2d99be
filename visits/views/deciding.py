"""A decision in one's own words: a page per act, and its effect at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.lib.http import AppRequest
from crm.models import Role
from crm.services import calendar
from projects.models import Milestone, Project
from projects.views.shared import act_page
from visits.forms import deciding as deciding_forms
from visits.forms import meetings as meeting_forms
from visits.forms.leading import DirectiveForm
from visits.leader_desk.matters import MILESTONE, PROJECT, TICKET
from visits.leader_desk.offers import Offer, offers_of
from visits.leader_desk.page import case_for
from visits.leader_desk.proposals import Case
from visits.models import Decision, Meeting, SupervisionOrder, Ticket
from visits.models.led import departments_about
from visits.services import decisions as services
from visits.services import directives, meetings, orders, tickets
from visits.services.directives import About

from .directives import people_for
from .meetings import MORNING, SOON

Act = Decision.Act
# The form of an act, and what of it goes along with the decision.
Form = Callable[[AppRequest, Case], forms.Form]
Terms = Callable[[dict[str, Any], Case], dict[str, Any]]  # Any: cleaned values


@dataclass(frozen=True)
class Asked:
    """What is asked before the act is done."""

    form: Form
    terms: Terms


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: AppRequest, card: str, act: str) -> HttpResponse:
    # A card is there for whom it waits, and for nobody else.
    is_leader = request.user.has_role(Role.LEADER)
    case = case_for(request.user, card, timezone.localdate()) if is_leader else None
    if case is None or act not in ASKED or not is_offered(case, act):
        raise Http404
    asked = ASKED[act]
    form = asked.form(request, case)

    def save(data: dict[str, Any]) -> str:
        if act == Act.MEET:
            called(request, case, form)
        else:
            services.decide_in_words(
                card, actor=request.user, act=act, terms=asked.terms(data, case)
            )
        values = {"act": Act(act).label, "title": case.matter.title}
        messages.success(request, _("%(act)s: “%(title)s”.") % values)
        return reverse("visits:decisions")

    return act_page(
        request,
        form,
        save,
        title=str(Act(act).label),
        back=reverse("visits:decisions"),
        state=case.matter.title,
        template="visits/leader/decide.html",
        matter=case.matter,
    )


def is_offered(case: Case, act: str) -> bool:
    """As a button of the card, whether it is tapped or asks for words."""
    offers = offers_of(case)
    every: list[Offer] = [offers.proposed, *offers.beside, *offers.more]
    return any(one.act == act for one in every)


def called(request: AppRequest, case: Case, form: Any) -> None:  # Any: a PlanForm
    services.decide_by_meeting(
        case.waiting.card,
        actor=request.user,
        plan=form.plan(),
        title=case.matter.title[:200],
        client_key=form.cleaned_data["client_key"],
    )


def about_of(case: Case) -> About:
    """The record itself, for what is read from it."""
    key, kind = case.matter.pk, case.matter.subject_type
    if kind == TICKET:
        return About(ticket=Ticket.objects.select_related("company").get(pk=key))
    if kind == MILESTONE:
        items = Milestone.objects.select_related("project", "department")
        return About(milestone=items.get(pk=key))
    return About(project=Project.objects.get(pk=key)) if kind == PROJECT else About()


def directive_form(request: AppRequest, case: Case) -> forms.Form:
    about = about_of(case)
    units = directives.addressees(about, request.user).order_by("name", "pk")
    proposed = offers_of(case).proposed.terms
    return DirectiveForm(
        request.POST or None,
        units=units,
        people=people_for(about, units),
        initial={
            "department": case.department,
            "text": proposed.get("text", ""),
            "days": proposed.get("days", directives.USUAL_DAYS),
        },
    )


def directive_terms(data: dict[str, Any], case: Case) -> dict[str, Any]:
    person = data["person"]
    return {
        "text": data["text"],
        "department": data["department"].pk,
        "person": person.pk if person else None,
        "days": data["days"],
    }


def note_form(request: AppRequest, case: Case) -> forms.Form:
    return deciding_forms.NoteForm(request.POST or None)


def reassign_form(request: AppRequest, case: Case) -> forms.Form:
    about = about_of(case)
    assert about.ticket, "only a ticket goes to another department"
    units = tickets.lead_targets(about.ticket, request.user).order_by("name", "pk")
    others = units.exclude(pk=case.matter.department or 0)
    return deciding_forms.ReassignForm(request.POST or None, units=others)


def table_form(request: AppRequest, case: Case) -> forms.Form:
    mine = Meeting.objects.changeable_by(request.user).planned()
    return deciding_forms.TableForm(
        request.POST or None, meetings=mine.order_by("day", "pk")
    )


def table_terms(data: dict[str, Any], case: Case) -> dict[str, Any]:
    return {"meeting": data["meeting"].pk, "title": case.matter.title[:200]}


def meeting_form(request: AppRequest, case: Case) -> forms.Form:
    return meeting_forms.PlanForm(
        request.POST or None,
        region=meetings.home_region(request.user),
        now=timezone.now(),
        initial={
            "topic": case.matter.title[:120],
            "day": calendar.add(timezone.localdate(), SOON).due,
            "at": MORNING,
            "chair": request.user.pk,
            "departments": departments_of(case),
        },
    )


def departments_of(case: Case) -> set[int]:
    """Whose matter it is, and all that have a part in it."""
    about = about_of(case)
    found = departments_about(about.ticket, about.of_project)
    concerned = {*found.values_list("pk", flat=True), case.department}
    return {pk for pk in concerned if pk is not None}


def order_form(request: AppRequest, case: Case) -> forms.Form:
    proposed = offers_of(case).proposed.terms
    return deciding_forms.OrderForm(
        request.POST or None,
        units=orders.addressees_for(request.user).order_by("name", "pk"),
        initial={
            "colour": proposed.get("colour", SupervisionOrder.Colour.YELLOW),
            "department": case.department,
            "text": proposed.get("text", ""),
            "days": proposed.get("days", directives.USUAL_DAYS),
        },
    )


def reason_form(request: AppRequest, case: Case) -> forms.Form:
    return deciding_forms.ReasonForm(request.POST or None)


def settle_form(request: AppRequest, case: Case) -> forms.Form:
    return deciding_forms.SettleForm(request.POST or None)


def plain(data: dict[str, Any], case: Case) -> dict[str, Any]:
    return {name: getattr(value, "pk", value) for name, value in data.items()}


ASKED: dict[str, Asked] = {
    Act.DIRECT: Asked(directive_form, directive_terms),
    Act.DENY: Asked(note_form, plain),
    Act.REFUSE: Asked(note_form, plain),
    Act.REASSIGN: Asked(reassign_form, plain),
    Act.TABLE: Asked(table_form, table_terms),
    Act.MEET: Asked(meeting_form, plain),
    Act.ORDER: Asked(order_form, plain),
    Act.RAISE: Asked(reason_form, plain),
    Act.SETTLE: Asked(settle_form, plain),
}

urls = [path("decisions/<str:card>/<slug:act>/", decide, name="decide")]

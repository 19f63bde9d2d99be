"""责任追究 and 容错, for supervisors of the scope and the head of the unit alone."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from crm.downloads import download
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import listing
from crm.models import Attachment, Role, StoredFile
from crm.services.attaching import received
from projects.views.shared import act_page
from visits.forms import orders as forms
from visits.models import AccountabilityRecord, Exemption
from visits.services import accountability as services
from visits.services.orders import subjects

FORM = ["GET", "HEAD", "POST"]
READERS = (Role.SUPERVISOR, Role.UNIT_HEAD)
# By day, never by person.
NEWEST = ("-decided_on", "-pk")
Status = AccountabilityRecord.Status


@require_safe
def index(request: AppRequest) -> HttpResponse:
    if not request.user.has_role(*READERS):
        raise PermissionDenied
    records = AccountabilityRecord.objects.visible_to(request.user)
    shown = records.select_related("department")
    context = {
        "page": listing(request, shown, NEWEST),
        "figures": records.figures(),
        "today": timezone.localdate(),
    }
    return render(request, "visits/accountability.html", context)


def record_of(request: AppRequest, pk: int) -> AccountabilityRecord:
    records = AccountabilityRecord.objects.visible_to(request.user).for_page()
    return get_object_or_404(records.with_rights(request.user), pk=pk)


@require_safe
def detail(request: AppRequest, pk: int) -> HttpResponse:
    record = record_of(request, pk)
    exemptions = list(
        record.exemptions.select_related("asked_by", "reviewed_by").order_by("-pk")
    )
    attached = Attachment.objects.filter(
        subject_type=Exemption._meta.label_lower,
        subject_id__in=[one.pk for one in exemptions],
    )
    found = subjects.found(request.user, record.subject_type, record.subject_id)
    today = timezone.localdate()
    context = {
        "record": record,
        "exemptions": exemptions,
        "files": list(attached.select_related("file").order_by("pk")),
        "subject_url": subjects.facts_of(found, today).url if found else "",
        "step": services.step_words(record.event) if record.event else "",
        "acts": acts_of(record, request),
        "today": today,
    }
    return render(request, "visits/accountability_record.html", context)


def acts_of(record: AccountabilityRecord, request: AppRequest) -> dict[str, bool]:
    """What this person can do now; the service judges it again."""
    may_watch = bool(getattr(record, "may_watch", False))
    may_head = bool(getattr(record, "may_head", False))
    own = {record.decided_by_id, record.recorded_by_id}
    is_open = record.status in AccountabilityRecord.COUNTED
    return {
        "ask": may_head and record.status == Status.STANDING,
        "review": may_watch
        and record.status == Status.ASKED
        and request.user.pk not in own,
        "withdraw": may_watch and is_open,
    }


@require_safe
def file(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """Evidence of an exemption, to whoever reads the record."""
    record = record_of(request, pk)
    attached = Attachment.objects.filter(
        subject_type=Exemption._meta.label_lower,
        subject_id__in=record.exemptions.values("pk"),
    )
    files = StoredFile.objects.filter(pk__in=attached.values("file"))
    return download(get_object_or_404(files, uuid=uuid))


@require_http_methods(FORM)
def new(request: AppRequest) -> HttpResponse:
    """On the record that the address names: an order, a ticket, an approval item."""
    if not request.user.has_role(Role.SUPERVISOR):
        raise PermissionDenied
    kind, key = request.GET.get("subject", ""), key_of(request.GET.get("id", ""))
    subject = subjects.found(request.user, kind, key)
    if subject is None:
        return choose(request, kind)
    today = timezone.localdate()
    facts = subjects.facts_of(subject, today)
    if not services.may_record(request.user, facts.place_path):
        raise PermissionDenied
    form = forms.DecisionForm(
        request.POST or None,
        actor=request.user,
        steps=services.steps_of(kind, key),
        deciders=services.deciders_for(facts.place_path, today),
        initial={
            "department": facts.department,
            "decided_on": today,
            "decided_by": request.user.pk,
            "basis": "\n".join(facts.basis),
        },
    )

    def save(data: dict[str, Any]) -> AccountabilityRecord:
        return services.record_decision(subject, actor=request.user, **data)

    return act_page(
        request,
        form,
        save,
        title=_("Record a decision on responsibility"),
        back=facts.url,
        state=facts.matter,
    )


def choose(request: AppRequest, kind: str) -> HttpResponse:
    """Without a record there is nothing to be responsible for: say where to begin."""
    if kind:
        raise Http404
    status = 422 if request.method == "POST" else 200
    return render(request, "visits/accountability_begin.html", status=status)


def record_for(request: AppRequest, pk: int, flag: str) -> AccountabilityRecord:
    record = record_of(request, pk)
    if not getattr(record, flag):
        raise PermissionDenied
    return record


@require_http_methods(FORM)
def ask(request: AppRequest, pk: int) -> HttpResponse:
    record = record_for(request, pk, "may_head")
    form = forms.ExemptionForm(
        request.POST or None, request.FILES or None, initial=version_of(record)
    )

    def save(data: dict[str, Any]) -> AccountabilityRecord:
        with received(data.pop("papers")) as sent:
            services.ask_exemption(record, actor=request.user, files=sent, **data)
        return record

    return of_record(request, record, form, save, _("Ask for exemption"))


@require_http_methods(FORM)
def review(request: AppRequest, pk: int) -> HttpResponse:
    record = record_for(request, pk, "may_watch")
    form = forms.ReviewForm(request.POST or None, initial=version_of(record))

    def save(data: dict[str, Any]) -> AccountabilityRecord:
        return services.review_exemption(record, actor=request.user, **data)

    return of_record(request, record, form, save, _("Review the exemption"))


@require_http_methods(FORM)
def withdraw(request: AppRequest, pk: int) -> HttpResponse:
    record = record_for(request, pk, "may_watch")
    form = forms.LongReasonForm(request.POST or None, initial=version_of(record))

    def save(data: dict[str, Any]) -> AccountabilityRecord:
        return services.withdraw_record(record, actor=request.user, **data)

    return of_record(request, record, form, save, _("Take the record back"))


def of_record(
    request: AppRequest, record: AccountabilityRecord, form: Any, save: Any, title: str
) -> HttpResponse:  # Any: a form and what saves it, as act_page() takes them
    back = reverse("visits:accountability", args=[record.pk])
    return act_page(request, form, save, title=title, back=back, state=record.matter)


def version_of(record: AccountabilityRecord) -> dict[str, Any]:  # Any: initial values
    return {"version": record.version}


urls = [
    path("accountability/", index, name="accountability-list"),
    path("accountability/new/", new, name="accountability-new"),
    path("accountability/<int:pk>/", detail, name="accountability"),
    path("accountability/<int:pk>/ask/", ask, name="accountability-ask"),
    path("accountability/<int:pk>/review/", review, name="accountability-review"),
    path("accountability/<int:pk>/withdraw/", withdraw, name="accountability-withdraw"),
    path(
        "accountability/<int:pk>/files/<uuid:uuid>/", file, name="accountability-file"
    ),
]

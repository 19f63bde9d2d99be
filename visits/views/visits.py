"""The list of visits, the page of one, its photos and its older versions."""

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_GET

from crm.downloads import picture
from crm.lib.http import AppRequest, key_of
from crm.lib.listing import addresses
from crm.lib.paging import COUNT_CAP, NARROWED_CAP, capped_count, flat_page
from crm.models import StoredFile
from visits import rating_hooks
from visits.filters import VisitFilter
from visits.models import Visit, VisitVersion
from visits.services import offers, reach
from visits.services.content import Content, content_of
from visits.sheets import (
    BY_KEYS,
    VisitRow,
    is_public_only,
    pictures_of,
    sheet_of,
    told,
)

ORDER = ("-day", "-pk")


@require_GET
def index(request: AppRequest) -> HttpResponse:
    visits = Visit.objects.visible_to(request.user)
    filtered = VisitFilter(request.GET, visits, request=request)
    status = 200 if filtered.is_valid() else 422
    found = filtered.qs if status == 200 else visits.none()
    rows = flat_page(found, ORDER, request.GET.get("cursor"), BY_KEYS, VisitRow)
    cap = NARROWED_CAP if any(filtered.chosen.values()) else COUNT_CAP
    context = {
        "rows": rows.rows,
        "page": {
            "count": capped_count(found, cap),
            **addresses(request.GET, rows),
        },
        "form": filtered.form,
        "chosen": filtered.chosen,
        "modes": Visit.Mode.choices,
        "statuses": Visit.Status.choices,
        "is_filtered": any(filtered.chosen.values()),
        "may_log": reach.may_log(request.user),
        "today": timezone.localdate(),
    }
    return render(request, "visits/index.html", context, status=status)


@require_GET
def detail(request: AppRequest, pk: int) -> HttpResponse:
    related = ("company", "logged_by", "unit", "signature")
    visits = Visit.objects.visible_to(request.user).select_related(*related)
    visit = get_object_or_404(visits, pk=pk)
    context = {
        "sheet": sheet_of(visit, request.user),
        "rating": rating_hooks.of_visit(visit, request.user),
        "today": timezone.localdate(),
    }
    return render(request, "visits/detail.html", context)


@require_GET
def photo(request: AppRequest, pk: int, uuid: str) -> HttpResponseBase:
    """The stored picture, never the raw one; `?size=report` is the small copy."""
    visit = internal_visit(request, pk)
    files = StoredFile.objects.filter(visit_photos__visit=visit)
    return picture(request, get_object_or_404(files, uuid=uuid))


@require_GET
def signature(request: AppRequest, pk: int) -> HttpResponseBase:
    visit = internal_visit(request, pk)
    if visit.signature is None:
        raise Http404
    return picture(request, visit.signature)


def internal_visit(request: AppRequest, pk: int) -> Visit:
    """A visit of which this person reads more than the public part, or 404."""
    if is_public_only(request.user):
        raise Http404
    visits = Visit.objects.visible_to(request.user).select_related("signature")
    return get_object_or_404(visits, pk=pk)


@require_GET
def version(request: AppRequest, pk: int, number: int) -> HttpResponse:
    """What the visit said before an amendment."""
    visit = internal_visit(request, pk)
    versions = VisitVersion.objects.select_related("replaced_by")
    old = get_object_or_404(versions, visit=visit, version=number)
    newer = versions.filter(visit=visit, version=number + 1).first()
    after = Content.from_json(newer.content) if newer else content_of(visit)
    content = Content.from_json(old.content)
    context = {
        "visit": visit,
        "version": old,
        "told": told(content, after),
        "pictures": pictures_of(visit, content),
    }
    return render(request, "visits/version.html", context)


@require_GET
def burden(request: AppRequest) -> HttpResponse:
    """The box of the planning form: what the chosen company had lately."""
    pk = key_of(request.GET.get("company", ""))
    facts = offers.facts_for(request.user, pk, today=timezone.localdate())
    if facts is None:
        raise Http404
    return render(request, "visits/_burden.html", {"facts": facts})


urls = [
    path("visits/", index, name="index"),
    path("visits/burden/", burden, name="burden"),
    path("visits/<int:pk>/", detail, name="detail"),
    path("visits/<int:pk>/photos/<uuid:uuid>/", photo, name="photo"),
    path("visits/<int:pk>/signature/", signature, name="signature"),
    path("visits/<int:pk>/versions/<int:number>/", version, name="version"),
]

"""Read-only links to one project: made, shown once with a QR code, taken back."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.lib import qr
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from projects.forms.progress import LinkForm
from projects.models import ProjectLink
from projects.services import links as services

from .shared import project_for

# As linkable_by() has it: who may make a link sees all links of the project.
RIGHTS = ("may_work", "may_manage", "is_owned")


@require_http_methods(["GET", "HEAD", "POST"])
def links(request: AppRequest, pk: int) -> HttpResponse:
    """Who has one, when it was last used, and a form for one more."""
    project = project_for(request, pk, *RIGHTS)
    form = LinkForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            link, token = services.make_link(
                project, actor=request.user, **form.cleaned_data
            )
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
        else:
            return shown_once(request, link, token)
    now = timezone.now()
    open_ones = project.links.open(now).select_related("created_by__department")
    context = {"project": project, "form": form, "links": open_ones}
    status = 422 if form.errors else 200
    return render(request, "projects/links.html", context, status=status)


def shown_once(request: AppRequest, link: ProjectLink, token: str) -> HttpResponse:
    """From the configured address, never from the Host header."""
    url = f"{settings.CRM_BASE_URL}{reverse('projects:public', args=[token])}"
    context = {"link": link, "url": url, "qr": qr.data_uri(url)}
    response = render(request, "projects/link_made.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: AppRequest, pk: int, link_pk: int) -> HttpResponse:
    project = project_for(request, pk, *RIGHTS)
    link = get_object_or_404(ProjectLink.objects.filter(project=project), pk=link_pk)
    services.revoke_link(link, actor=request.user)
    messages.success(request, _("The link opens nothing any more."))
    return redirect("projects:links", pk)


urls = [
    path("projects/<int:pk>/links/", links, name="links"),
    path("projects/<int:pk>/links/<int:link_pk>/revoke/", revoke, name="link-revoke"),
]

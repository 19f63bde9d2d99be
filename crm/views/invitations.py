"""Invite a company's own people; the link is shown once, to be handed over."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.forms.people import InviteForm
from crm.lib import qr
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.models import Company, Role, TokenLink
from crm.services import links


def company_or_404(request: AppRequest, pk: int) -> Company:
    """Not visible is 404; visible but not one's own to invite for is 403."""
    companies = Company.objects.visible_to(request.user)
    company: Company = get_object_or_404(companies, pk=pk)
    if not Company.objects.changeable_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    return company


@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: AppRequest, pk: int) -> HttpResponse:
    """Who acts for the company, who is invited, and a form for one more."""
    company = company_or_404(request, pk)
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            link, token = links.invite_owner(
                company, actor=request.user, **form.cleaned_data
            )
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
        else:
            return shown_once(request, company, link, token)
    now = timezone.now()
    grants = company.grants.filter(role=Role.OWNER).current(timezone.localdate(now))
    context = {
        "company": company,
        "form": form,
        "owners": grants.select_related("user"),
        "invitations": links.invitations_of(company, now).order_by("-pk"),
    }
    status = 422 if form.errors else 200
    return render(request, "crm/invite.html", context, status=status)


def shown_once(
    request: AppRequest, company: Company, link: TokenLink, token: str
) -> HttpResponse:
    """From the configured address, never from the Host header."""
    url = f"{settings.CRM_BASE_URL}{reverse('crm:invitation', args=[token])}"
    context = {"company": company, "link": link, "url": url, "qr": qr.data_uri(url)}
    response = render(request, "crm/invite_made.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response


@require_POST
def revoke(request: AppRequest, pk: int, link_pk: int) -> HttpResponse:
    company = company_or_404(request, pk)
    open_ones = links.invitations_of(company, timezone.now())
    link: TokenLink = get_object_or_404(open_ones, pk=link_pk)
    links.revoke_invitation(link, actor=request.user)
    messages.success(request, _("The invitation is taken back."))
    return redirect("crm:invite", pk=pk)


urls = [
    path("companies/<int:pk>/invite/", invite, name="invite"),
    path(
        "companies/<int:pk>/invite/<int:link_pk>/revoke/",
        revoke,
        name="invitation_revoke",
    ),
]

"""Pages behind a one-time token: first administrators, invitations, new passwords.

Open to all; what they show and do comes from the token's own record.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm.auth import user_named
from crm.forms.session import InvitationForm, RepeatedPassword, SetupForm
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.models import TokenLink, User
from crm.services import links

from .session import enter

Purpose = TokenLink.Purpose
View = Callable[..., HttpResponse]


def token_page(view: View) -> View:
    """Keep the token out of caches and Referer headers; a dead one is 410 in words."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        try:
            response = view(request, token)
        except links.UsedLinkError as error:
            context = {"sentence": error.sentence}
            response = render(request, "crm/link_used.html", context, status=410)
        response.headers["Cache-Control"] = "no-store"
        # The page itself loosens this to the bare origin, for its own form.
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Make the system and the security administrator, once."""
    links.find(Purpose.SETUP, token, timezone.now())
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and made_first(form, token):
        messages.success(
            request,
            _(
                "Both administrators exist now. Sign in as the security administrator "
                "to give roles, as the system administrator to make accounts."
            ),
        )
        return redirect("crm:login")
    status = 422 if form.errors else 200
    return render(request, "crm/setup.html", {"form": form}, status=status)


def made_first(form: SetupForm, token: str) -> bool:
    values = form.cleaned_data
    first, second = (
        links.FirstPerson(
            login=values[f"{which}_login"],
            name=values[f"{which}_name"],
            password=values[f"{which}_password"],
        )
        for which in ("system", "security")
    )
    return tried(
        form,
        lambda: links.make_first_administrators(token, system=first, security=second),
    )


def tried(form: Form, act: Callable[[], object]) -> bool:
    """Run a service; put its refusal at the form. A dead link ends the page."""
    try:
        act()
    except links.UsedLinkError:
        raise
    except DomainError as error:
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error.sentence))
        return False
    return True


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """A company's person chooses name and password, or signs in to accept."""
    link = links.find(Purpose.INVITE, token, timezone.now())
    account = user_named(link.phone)
    form = InvitationForm(request.POST or None, initial={"name": link.name})
    is_new = account is None and not request.user.is_authenticated
    if request.method == "POST" and is_new and form.is_valid():
        values = form.cleaned_data
        made: list[User] = []
        if tried(
            form,
            lambda: made.append(
                links.join_company(
                    token, name=values["name"], password=values["password"]
                )
            ),
        ):
            enter(request, made[0], way="invitation")
            return redirect("reports:home")
    context = {
        "form": form,
        "link": link,
        "has_account": account is not None,
        "is_right_person": request.user.is_authenticated and request.user == account,
    }
    status = 422 if form.errors else 200
    return render(request, "crm/invitation.html", context, status=status)


@require_POST
@token_page
def accept(request: AppRequest, token: str) -> HttpResponse:
    """The invited person has an account: add the company to it, then sign in anew."""
    company = links.accept_invitation(token, actor=request.user)
    user = User.objects.get(pk=request.user.pk)
    enter(request, user, way="invitation")
    sentence = _("You act for %(company)s now.") % {"company": company.name}
    messages.success(request, sentence)
    return redirect("reports:home")


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@token_page
def new_password(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password with a link from the server's operator."""
    link = links.find(Purpose.PASSWORD, token, timezone.now())
    form = RepeatedPassword(request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["password"]
        if tried(form, lambda: links.use_password_link(token, password=chosen)):
            messages.success(request, _("Your password is changed. Please sign in."))
            return redirect("crm:login")
    context = {"form": form, "account": link.user}
    status = 422 if form.errors else 200
    return render(request, "crm/new_password.html", context, status=status)


urls = [
    path("setup/<str:token>/", setup, name="setup"),
    path("invite/<str:token>/", invitation, name="invitation"),
    path("invite/<str:token>/accept/", accept, name="accept_invitation"),
    path("new-password/<str:token>/", new_password, name="new_password"),
]

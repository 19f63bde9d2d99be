"""Sign in, sign out, choose a password."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import path
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from crm import passwords
from crm.auth import checked, lock_name, locked_until, user_named
from crm.forms.session import LoginForm, PasswordForm
from crm.lib.code_senders import is_offered
from crm.lib.devices import device_of, where
from crm.lib.errors import DomainError
from crm.lib.http import AppRequest
from crm.models import User
from crm.services import people, sessions
from crm.session_store import DEVICE_KEY, WAY_KEY
from crm.unsent import restore

from .demo import buttons

BACKEND = "crm.auth.LoginNameBackend"


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponse:
    """Account or phone and password; one sentence for everything that is wrong."""
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(next_url(request))
        return login_page(request, LoginForm())
    form = LoginForm(request.POST)
    if not form.is_valid():
        return login_page(request, form, status=422)
    user = signed_in(request, form)
    if user is None:
        return login_page(request, form, status=422)
    return way_on(request, user)


def way_on(request: HttpRequest, user: User) -> HttpResponse:
    """To where the person wanted to go, or back to what could not be saved."""
    unsent = restore(request.POST.get("unsent", ""), user.pk)
    # With JavaScript the page itself gets its text back, and `next` says where it is.
    if unsent and not request.POST.get("next"):
        return render(request, "crm/unsent.html", {"unsent": unsent})
    return HttpResponseRedirect(next_url(request))


def login_page(
    request: HttpRequest, form: LoginForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The page with its demo buttons; `more` is what a lost form left behind."""
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "unsent": request.POST.get("unsent", ""),
        "demo": buttons() if settings.DEMO else [],
        "has_code": is_offered(),
        **more,
    }
    response = render(request, "crm/login.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def signed_in(request: HttpRequest, form: LoginForm) -> User | None:
    """The person, signed in; or None with the reason on the form."""
    typed = form.cleaned_data["username"]
    credentials = {"username": typed, "password": form.cleaned_data["password"]}
    name, now = lock_name(request, credentials), timezone.now()
    if not locked_until(name, now):
        user = checked(request, **credentials)
        if user:
            enter(request, user)
            return user
        is_locked = bool(locked_until(name, now))
        sessions.note_refusal(
            typed,
            user=user_named(typed),
            is_locked=is_locked,
            where=where(request),
        )
    until = locked_until(name, now)
    form.add_error(None, locked_sentence(until) if until else wrong_sentence())
    return None


def wrong_sentence() -> str:
    return _("Account or password is not right. Please check both and try again.")


def locked_sentence(until: datetime) -> str:
    sentence = _(
        "Too many failed attempts. You can try again at %(time)s; the security "
        "administrator can lift the lock earlier."
    )
    return sentence % {"time": f"{timezone.localtime(until):%H:%M}"}


def enter(request: HttpRequest, user: User, *, way: str = "password") -> None:
    """Begin the session under a new key, and write it down."""
    # Django keeps the key when the same person signs in again.
    request.session.cycle_key()
    auth.login(request, user, backend=BACKEND)
    request.session[DEVICE_KEY] = device_of(request)
    request.session[WAY_KEY] = way
    sessions.note_login(user, way=way, where=where(request))


def next_url(request: HttpRequest) -> str:
    """Where the person wanted to go, if that is on this site."""
    wanted = request.POST.get("next") or request.GET.get("next", "")
    hosts = {request.get_host()}
    if url_has_allowed_host_and_scheme(wanted, hosts, request.is_secure()):
        return wanted
    return resolve_url(settings.LOGIN_REDIRECT_URL)


@require_POST
def logout(request: AppRequest) -> HttpResponse:
    sessions.note_logout(request.user)
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@login_not_required
@require_POST
def demo_enter(request: HttpRequest) -> HttpResponse:
    """Become one of the demo's people; the address does not exist outside a demo."""
    if not settings.DEMO:
        raise Http404
    key = request.POST.get("user", "")
    people_of_demo = User.objects.filter(is_demo=True, is_active=True)
    user = get_object_or_404(people_of_demo, login=key[:100])
    enter(request, user, way="demo")
    return way_on(request, user)


@sensitive_post_parameters("old", "password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: AppRequest) -> HttpResponse:
    """Choose a new password; every other session of the person ends."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and changed(request, form):
        messages.success(
            request, _("Your password is changed. Other devices are signed out.")
        )
        return HttpResponseRedirect(next_url(request))
    context = {
        "form": form,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "must": passwords.must_change(request.user, timezone.now()),
        "is_first": request.user.must_change_password,
    }
    return render(
        request, "crm/password.html", context, status=422 if form.errors else 200
    )


def changed(request: AppRequest, form: PasswordForm) -> bool:
    """Check the present password as a login does, counted and locked alike."""
    user, old = request.user, form.cleaned_data["old"]
    until = locked_until(user.login, timezone.now())
    if until:
        form.add_error("old", locked_sentence(until))
        return False
    if checked(request, username=user.login, password=old) != user:
        form.add_error("old", _("This is not your present password."))
        return False
    try:
        fresh = people.change_password(user, password=form.cleaned_data["password"])
    except DomainError as error:
        form.add_error(error.field or None, str(error.sentence))
        return False
    auth.update_session_auth_hash(request, fresh)
    return True


urls = [
    path("login/", login, name="login"),
    path("logout/", logout, name="logout"),
    path("demo-enter/", demo_enter, name="demo_enter"),
    path("password/", password, name="password"),
]

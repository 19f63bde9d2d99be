"""The second way in: a code sent to the phone of a company's person."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import path
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.forms.session import AccountForm, CodeForm, PhoneForm
from crm.lib.code_senders import is_offered
from crm.lib.devices import address_of, where
from crm.lib.errors import DomainError
from crm.models import LoginCode
from crm.services import login_codes

from .session import enter, next_url

Context = dict[str, object]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Whose phone; the answer is the same whether anybody here has it."""
    if not is_offered():
        raise Http404
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request))
    form = PhoneForm(request.POST or None)
    asked = asked_for(request, form) if request.method == "POST" else None
    if asked is None:
        return page(request, "crm/login_code_ask.html", {"form": form})
    way_on = urlencode({"next": next_url(request)})
    return redirect(f"{resolve_url('crm:login-code', asked.key)}?{way_on}")


def asked_for(request: HttpRequest, form: PhoneForm) -> LoginCode | None:
    """What was asked for; or None with the reason on the form."""
    if not form.is_valid():
        return None
    phone, address = form.cleaned_data["phone"], address_of(request)
    try:
        return login_codes.ask_for_code(phone, address=address)
    except DomainError as error:
        form.add_error("phone", str(error.sentence))
        return None


@login_not_required
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest, key: UUID) -> HttpResponse:
    """The code that came, typed by who asked for it."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_url(request))
    asked = login_codes.find_code(key, timezone.now())
    if asked is None:
        return page(request, "crm/login_code_over.html", {}, status=410)
    form = CodeForm(request.POST or None)
    minutes = login_codes.MINUTES
    context: Context = {"form": form, "phone": asked.phone, "minutes": minutes}
    if request.method == "POST" and form.is_valid():
        checked = login_codes.use_code(key, **form.cleaned_data, where=where(request))
        if checked.user:
            enter(request, checked.user, way="code")
            return HttpResponseRedirect(next_url(request))
        if checked.is_over:
            return page(request, "crm/login_code_over.html", {}, status=410)
        context["choice"] = say_why(form, checked)
    return page(request, "crm/login_code.html", context)


def say_why(form: CodeForm, checked: login_codes.Checked) -> AccountForm | None:
    """The code opens several accounts, or none."""
    if checked.accounts:
        return AccountForm(checked.accounts)
    sentence = _("This is not the code. Please look at the latest message again.")
    form.add_error("code", sentence)
    return None


def page(
    request: HttpRequest, template: str, context: Context, status: int = 200
) -> HttpResponse:
    form = context.get("form")
    if isinstance(form, PhoneForm | CodeForm) and form.is_bound:
        status = 422
    wanted = request.POST.get("next") or request.GET.get("next", "")
    more = {"next": wanted, "demo": settings.DEMO}
    response = render(request, template, {**context, **more}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


urls = [
    path("login/code/", ask, name="ask-login-code"),
    path("login/code/<uuid:key>/", enter_code, name="login-code"),
]

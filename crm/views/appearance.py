"""Choose appearance and language. Open to all: the login page has both."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from crm.lib.appearance import THEMES, remember_theme


@login_not_required
@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Set the cookie and go back to where the person was."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        remember_theme(response, theme, secure=request.is_secure())
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Django's own: the language in a cookie, then back to `next`."""
    return set_language(request)


urls = [
    path("appearance/", appearance, name="appearance"),
    path("language/", language, name="language"),
]

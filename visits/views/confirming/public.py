"""The company's word behind a link that works once. GET spends nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from crm.lib.errors import DomainError
from crm.lib.http import typed
from crm.services.links import UsedLinkError
from crm.views.public import token_page
from visits.forms.confirming import WordForm
from visits.models import ConfirmLink
from visits.services import confirm_links as services
from visits.services.confirm_links import LinkOverError, Said, SaidAlreadyError
from visits.views.strangers import limited, visitor_of

# In the address after one's own word: it is thanked for, not told as another's.
THANKS = "thanks"


@login_not_required
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@token_page
@limited
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """One answer, four words about it, no account."""
    link = services.find_confirm_link(token, timezone.now())
    form, status = WordForm(typed(request)), 200
    try:
        services.check_open(link)
        if form.is_valid():
            services.say_by_link(
                token, visitor=visitor_of(request), **form.cleaned_data
            )
            # To a page of its own: read again, it says nothing again.
            return redirect(f"{request.path}?{THANKS}")
    except SaidAlreadyError as error:
        status = 409 if request.method == "POST" else 200
        is_repeat = request.method == "POST" or THANKS not in request.GET
        return done(request, link, error.said, is_repeat=is_repeat, status=status)
    except LinkOverError as error:
        return refused(request, link, error, status=410)
    except UsedLinkError:
        raise
    except DomainError as error:
        if not error.field:
            return refused(request, link, error, status=409)
        field = error.field if error.field in form.fields else None
        form.add_error(field, str(error.sentence))
    if form.errors:
        status = 422
    context = {"form": form, "link": link, "today": timezone.localdate()}
    return render(request, "visits/confirm/public.html", context, status=status)


def done(
    request: HttpRequest, link: ConfirmLink, said: Said, *, is_repeat: bool, status: int
) -> HttpResponse:
    """Thanks, or what was said before: nothing is said twice."""
    context = {
        "said": said,
        "link": link,
        "is_repeat": is_repeat,
        "today": timezone.localdate(),
    }
    return render(request, "visits/confirm/public_done.html", context, status=status)


def refused(
    request: HttpRequest, link: ConfirmLink, error: DomainError, *, status: int
) -> HttpResponse:
    context = {"sentence": error.sentence, "link": link}
    return render(request, "visits/confirm/public_refused.html", context, status=status)


urls = [path("c/<str:token>/", confirm, name="confirm-by-link")]

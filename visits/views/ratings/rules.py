"""How ratings are counted: the system administrator sets it for days to come."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.lib.errors import DomainError
from crm.lib.http import AppRequest, typed
from crm.models import Role
from crm.views.rights import only
from visits.forms.rating_rules import RatingRuleForm
from visits.models import RatingRule
from visits.services import ratings as services
from visits.services.ratings.rules import DAYS, WEIGHTS


@require_http_methods(["GET", "HEAD", "POST"])
@only(Role.SYSTEM_ADMIN)
def index(request: AppRequest) -> HttpResponse:
    """What is in force, what comes, and a form that begins with it."""
    today = timezone.localdate()
    current = RatingRule.objects.on(today)
    names = (*WEIGHTS, *DAYS)
    initial = {name: getattr(current, name) for name in names}
    # Not the instance: a saved one would be changed.
    form = RatingRuleForm(typed(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_rule(
                actor=request.user,
                effective_on=form.cleaned_data["effective_on"],
                values=form.values(),
            )
            return redirect("visits:rating-rules")
        except DomainError as error:
            field = error.field if error.field in form.fields else None
            form.add_error(field, str(error.sentence))
    context = {
        "form": form,
        "current": current,
        "rules": RatingRule.objects.newest_first().select_related("set_by")[:50],
        "today": today,
    }
    status = 422 if form.errors else 200
    return render(request, "visits/ratings/rules.html", context, status=status)


urls = [path("rating-rules/", index, name="rating-rules")]

"""Which screens are whose."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from crm.lib.http import AppRequest
from crm.models import Role, User

P = ParamSpec("P")
View = Callable[Concatenate[AppRequest, P], HttpResponse]


def only(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A screen of these roles; others get 403, whatever its records are."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(
            request: AppRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.has_role(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def account_or_404(request: AppRequest, pk: int, *roles: Role) -> User:
    """An account for an administrator: not visible is 404, not his work 403."""
    accounts = User.objects.visible_to(request.user).select_related("department")
    account: User = get_object_or_404(accounts, pk=pk)
    if not request.user.has_role(*roles):
        raise PermissionDenied
    return account

"""Scoped querysets: whose rows a view may see and a service may change."""

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models

if TYPE_CHECKING:
    from crm.models import User

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """A queryset that knows whose rows it holds.

    Write the rules with subqueries (`__in`, `Exists`), never with a join and
    `distinct()`: the result must stay lockable and countable.
    """

    def visible_to(self, user: "User") -> Self:
        """The rows this user may read. Closed unless a model opens it."""
        return self.none()

    def changeable_by(self, user: "User") -> Self:
        """The rows this user may change. Closed unless a model opens it."""
        return self.none()

    def claim(self, pk: int, user: "User") -> M:
        """Lock one row for this transaction, or refuse if the user may not."""
        return self.lock(self.changeable_by(user), pk)

    def lock(self, allowed: models.QuerySet[M], pk: int) -> M:
        """Lock one row out of `allowed`: for acts with a rule of their own."""
        try:
            return allowed.select_for_update(of=("self",)).get(pk=pk)
        except ObjectDoesNotExist:
            raise PermissionDenied from None


def union_of(
    branches: "list[models.QuerySet[Any, Any]]",
) -> "models.QuerySet[Any, Any] | None":
    """Keys of several branches as one subquery; None when there is no branch.

    SQLite refuses an ordered branch, and a default ordering hides in every model.
    """
    plain = [branch.order_by() for branch in branches]
    if len(plain) < 2:
        return plain[0] if plain else None
    return plain[0].union(*plain[1:])

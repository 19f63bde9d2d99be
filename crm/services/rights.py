"""Who may call a service that no single record guards."""

from django.core.exceptions import PermissionDenied

from crm.models import Role, User


def require(actor: User | None, *roles: Role) -> None:
    """Refuse unless the person holds one of the roles; nobody is the system itself."""
    if actor is not None and not (actor.is_active and actor.has_role(*roles)):
        raise PermissionDenied

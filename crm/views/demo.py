"""The people one can enter the demo as, in the order of the day's job."""

from dataclasses import dataclass

from django.utils import timezone

from crm.models import Grant, Role

# Who notices, who solves, who decides, whom it is for, who watches, who keeps it.
ORDER = (
    Role.OFFICER,
    Role.HANDLER,
    Role.UNIT_HEAD,
    Role.DISPATCHER,
    Role.LEADER,
    Role.OWNER,
    Role.SUPERVISOR,
    Role.SYSTEM_ADMIN,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
)


@dataclass(frozen=True)
class Button:
    login: str
    role: str
    name: str
    place: str


def buttons() -> list[Button]:
    """One person per role: the first that the demo made."""
    found = []
    for role in ORDER:
        if grant := first_grant(role):
            user = grant.user
            place = grant.company or grant.region or grant.department or user.department
            name = str(place) if place else ""
            found.append(Button(user.login, str(role.label), user.name, name))
    return found


def first_grant(role: Role) -> Grant | None:
    grants = Grant.objects.current(timezone.localdate()).filter(
        role=role, user__is_demo=True, user__is_active=True
    )
    related = ("user__department", "company", "region", "department")
    return grants.select_related(*related).order_by("pk").first()

"""Who: users and what they may do where."""

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, wraps
from typing import Any, Final, Self

from django.apps import apps
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, FilteredRelation, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from crm.lib.aggregates import CountOf
from crm.lib.prepared import KEPT, Prepared, place
from crm.lib.querysets import ScopedQuerySet

from .access import Access
from .places import Department, Region


class Role(models.TextChoices):
    """The ten roles of the product; what each may is in docs/guide/roles."""

    OFFICER = "officer", _("liaison officer")
    HANDLER = "handler", _("handler")
    UNIT_HEAD = "unit_head", _("unit head")
    DISPATCHER = "dispatcher", _("dispatcher")
    LEADER = "leader", _("leader")
    SUPERVISOR = "supervisor", _("supervisor")
    OWNER = "owner", _("company")
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")


# One more than the bell says in figures.
MOST_COUNTED: Final = 100

# What each role is granted for.
REGION_ROLES = {Role.DISPATCHER, Role.LEADER, Role.SUPERVISOR}
DEPARTMENT_ROLES = {Role.OFFICER, Role.HANDLER, Role.UNIT_HEAD, Role.LEADER}
ADMIN_ROLES = {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}


class UserQuerySet(ScopedQuerySet["User"]):
    def visible_to(self, user: "User") -> Self:
        """Accounts are the administrators' business; everybody has his own."""
        if user.has_role(*ADMIN_ROLES):
            return self.all()
        return self.filter(pk=user.pk)

    def active(self) -> Self:
        return self.filter(is_active=True)

    def with_role(self, *roles: Role, today: date) -> Self:
        """People who hold one of the roles today, wherever."""
        held = Grant.objects.current(today).filter(role__in=roles)
        return self.filter(pk__in=held.values("user"))

    def search(self, text: str) -> Self:
        return self.filter(
            Q(name__contains=text) | Q(login__contains=text) | Q(phone__contains=text)
        )


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def with_access(self, pk: int, today: date) -> "User | None":
        """A person, his rights and his bell, in one query: every page begins so."""
        rows: list[User] = with_grants(today).rows([pk])
        if not rows:
            return None
        columns = [f"held_{name}" for name in Access.COLUMNS]
        held = [tuple(getattr(row, name) for name in columns) for row in rows]
        rows[0].access = Access.of(one for one in held if one[0] is not None)
        rows[0].unread_count = getattr(rows[0], "counted", 0)
        return rows[0]

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(login=username)


class User(AbstractBaseUser):
    """A person. An official belongs to one department, an owner to companies."""

    login = models.CharField(_("account"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("mobile"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    title = models.CharField(_("post"), max_length=40, blank=True)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        verbose_name=_("department"),
    )
    is_active = models.BooleanField(_("active"), default=True)
    # Django's own flag for its tools; it opens no business data.
    is_superuser = models.BooleanField(default=False, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    must_change_password = models.BooleanField(default=False)
    password_changed_at = models.DateTimeField(null=True, blank=True)
    # Part of every session's hash: adding one ends all sessions of the person.
    sessions_epoch = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1)
    # Notices not read, up to a hundred; counted by with_access().
    unread_count = 0

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager.from_queryset(UserQuerySet)()

    class Meta:
        ordering = ["login"]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    @cached_property
    def access(self) -> Access:
        """What this person may do where, today. Read once per request."""
        return self.access_on(timezone.localdate())

    def access_on(self, today: date) -> Access:
        grants = Grant.objects.current(today).filter(user=self)
        rows = grants.order_by().values_list(*Access.COLUMNS)
        return Access.of(rows) if self.pk else Access()

    def has_role(self, *roles: Role) -> bool:
        return self.access.has(*roles)

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}.{self.sessions_epoch}"

    def get_session_auth_fallback_hash(self) -> Any:
        for known in super().get_session_auth_fallback_hash():
            yield f"{known}.{self.sessions_epoch}"

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """No table of permissions: rules are `visible_to` and `changeable_by`."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        return False


def anybody_with(access: Access) -> User:
    """Whoever has this access, for preparing a query: the key is place(1)."""
    anybody = User(pk=place(1))
    anybody.access = access
    return anybody


def by_access(build: Callable[..., models.QuerySet[Any, Any]]) -> Callable[..., Any]:
    """Turn a person's query into its rows, prepared for all who have the same access.

    What else `build` is given must be hashable: it is part of the query.
    """

    @lru_cache(maxsize=KEPT)
    def prepared(access: Access, *asked: Any) -> Prepared:  # Any: as build's
        return Prepared(lambda: build(anybody_with(access), *asked))

    @wraps(build)
    def rows(user: User, *asked: Any) -> list[Any]:  # Any: as build's
        return prepared(user.access, *asked).rows([user.pk])

    return rows


def unended(today: date, path: str = "") -> Q:
    """Grants in force or from a later day on; `path` leads to them."""
    no_end, later = {f"{path}ends_on": None}, {f"{path}ends_on__gte": today}
    return Q(**{f"{path}revoked_at": None}) & (Q(**no_end) | Q(**later))


def in_force(today: date, path: str = "") -> Q:
    return unended(today, path) & Q(**{f"{path}starts_on__lte": today})


@lru_cache(maxsize=2)
def with_grants(today: date) -> Prepared:
    """A person's columns with those of each grant in force, or with none."""
    held = FilteredRelation("grants", condition=in_force(today, "grants__"))
    return Prepared(
        lambda: (
            User.objects.filter(pk=place())
            .alias(held=held)
            .order_by()
            .annotate(**{f"held_{name}": F(f"held__{name}") for name in Access.COLUMNS})
            .annotate(counted=CountOf(unread_of(place())))
        )
    )


def unread_of(user: int) -> "models.QuerySet[Any, Any]":
    """What the bell counts, which says 99+ at the most."""
    notices = apps.get_model("crm", "Notice")._default_manager  # it points to people
    unread = notices.filter(recipient=user, read_at=None).order_by("-pk")
    return unread.values("pk")[:MOST_COUNTED]


class GrantQuerySet(ScopedQuerySet["Grant"]):
    def visible_to(self, user: User) -> Self:
        """All to who gives them and to who audits, one's own to everybody."""
        if user.has_role(Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
            return self.all()
        return self.filter(user=user)

    def current(self, today: date) -> Self:
        return self.filter(in_force(today))

    def unended(self, today: date) -> Self:
        """In force, or from a later day on."""
        return self.filter(unended(today))


class Grant(models.Model):
    """A role of a person for a region, a department's subtree or a company."""

    user = models.ForeignKey(
        User, models.PROTECT, related_name="grants", verbose_name=_("user")
    )
    role = models.CharField(_("role"), max_length=16, choices=Role)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, verbose_name=_("region")
    )
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("department"),
    )
    company = models.ForeignKey(
        "crm.Company",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="grants",
        verbose_name=_("company"),
    )
    starts_on = models.DateField(_("from"), default=timezone.localdate)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    # Taken back at once, whatever the days say.
    revoked_at = models.DateTimeField(null=True, editable=False)
    granted_by = models.ForeignKey(
        User, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = GrantQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role", "pk"]
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        constraints = [
            # A role without its kind of scope would either open all or nothing.
            models.CheckConstraint(
                name="grant_scope_fits_role",
                condition=Q(
                    role__in=sorted(REGION_ROLES),
                    region__isnull=False,
                    department__isnull=True,
                    company__isnull=True,
                )
                | Q(
                    role__in=sorted(DEPARTMENT_ROLES),
                    region__isnull=True,
                    department__isnull=False,
                    company__isnull=True,
                )
                | Q(
                    role=Role.OWNER,
                    region__isnull=True,
                    department__isnull=True,
                    company__isnull=False,
                )
                | Q(
                    role__in=sorted(ADMIN_ROLES),
                    region__isnull=True,
                    department__isnull=True,
                    company__isnull=True,
                ),
            ),
            models.CheckConstraint(
                name="grant_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


class TokenLinkQuerySet(models.QuerySet["TokenLink"]):
    def open(self, now: datetime) -> Self:
        """Those that can still be used."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now)


class TokenLink(models.Model):
    """A link that does one thing once. Only its hash is stored."""

    class Purpose(models.TextChoices):
        SETUP = "setup", _("first administrators")
        INVITE = "invite", _("invitation")
        PASSWORD = "password", _("new password")

    purpose = models.CharField(max_length=10, choices=Purpose)
    token_hash = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    company = models.ForeignKey(
        "crm.Company", models.PROTECT, null=True, related_name="+"
    )
    # Whom an invitation is for: the phone becomes the account.
    name = models.CharField(_("name"), max_length=40, blank=True)
    phone = models.CharField(_("mobile"), max_length=20, blank=True)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TokenLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("one-time link")
        verbose_name_plural = _("one-time links")

    def __str__(self) -> str:
        return f"{self.get_purpose_display()} #{self.pk}"


class OldPassword(models.Model):
    """A hash that this person may not use again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user_id} {self.replaced_at:%Y-%m-%d}"

"""审批模板: the stages and items of a kind of project, as versioned data."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.lib.errors import WrongStatus
from crm.lib.querysets import ScopedQuerySet
from crm.models import Department, Role, StoredFile, User

from .items import KEY, Item, Material

# Who reads templates: everybody who works on projects; administrators write them.
READERS = (
    Role.SYSTEM_ADMIN,
    Role.OFFICER,
    Role.HANDLER,
    Role.UNIT_HEAD,
    Role.DISPATCHER,
    Role.LEADER,
    Role.SUPERVISOR,
)


class TemplateQuerySet(ScopedQuerySet["ApprovalTemplate"]):
    def visible_to(self, user: User) -> Self:
        """Reference data for officials; drafts are the administrator's."""
        if user.has_role(Role.SYSTEM_ADMIN):
            return self.all()
        return self.exclude(state="draft") if user.has_role(*READERS) else self.none()

    def changeable_by(self, user: User) -> Self:
        return self.all() if user.has_role(Role.SYSTEM_ADMIN) else self.none()

    def published(self) -> Self:
        """The version of each template that new projects take."""
        return self.filter(state="published")


class ApprovalTemplate(models.Model):
    """One version of a template. A published one is never changed again."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("template", "draft")
        PUBLISHED = "published", pgettext_lazy("template", "in use")
        RETIRED = "retired", pgettext_lazy("template", "replaced")

    NEXT = {
        State.DRAFT: {State.PUBLISHED},
        State.PUBLISHED: {State.RETIRED},
        State.RETIRED: {State.PUBLISHED},
    }

    key = models.CharField(_("key"), max_length=40, validators=[KEY])
    name = models.CharField(pgettext_lazy("approval", "template"), max_length=80)
    number = models.PositiveSmallIntegerField(pgettext_lazy("template", "version"))
    source = models.CharField(_("basis"), max_length=300, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State, default=State.DRAFT
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    # Of the record: two who edit one draft notice each other.
    version = models.PositiveIntegerField(default=1)

    objects = TemplateQuerySet.as_manager()

    class Meta:
        ordering = ["key", "-number"]
        verbose_name = _("approval template")
        verbose_name_plural = _("approval templates")
        constraints = [
            models.UniqueConstraint(
                fields=["key", "number"], name="template_version_once"
            ),
            models.UniqueConstraint(
                fields=["key"],
                name="template_one_in_use",
                condition=Q(state="published"),
            ),
            models.UniqueConstraint(
                fields=["key"], name="template_one_draft", condition=Q(state="draft")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("projects:template", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    def move_to(self, new: State) -> None:
        """Take the state if the rules allow it. The caller locks and saves."""
        old = self.State(self.state)
        if new not in self.NEXT.get(old, ()):
            sentence = _("A template that is “%(old)s” cannot become “%(new)s”.")
            raise WrongStatus(sentence % {"old": old.label, "new": new.label})
        self.state = new


class TemplateItem(Item):
    """One item of a template."""

    template = models.ForeignKey(ApprovalTemplate, models.CASCADE, related_name="items")
    # The department itself, or the name by which each place has its own.
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    department_name = models.CharField(_("name of the department"), max_length=80)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("item of a template")
        constraints = [
            models.UniqueConstraint(
                fields=["template", "key"], name="template_item_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateNeed(models.Model):
    """One item waits for another of the same template."""

    item = models.ForeignKey(TemplateItem, models.CASCADE, related_name="needs")
    needed = models.ForeignKey(TemplateItem, models.CASCADE, related_name="needed_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "needed"], name="template_need_once"
            ),
            models.CheckConstraint(
                name="template_need_is_another", condition=~Q(item=F("needed"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_id} ← {self.needed_id}"


class TemplateMaterial(Material):
    """A material of an item, with an example to download."""

    item = models.ForeignKey(TemplateItem, models.CASCADE, related_name="materials")
    sample = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

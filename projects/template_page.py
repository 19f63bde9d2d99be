"""One version of a template as its pages show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.models import Role, User

from .models import ApprovalTemplate
from .outline import Outline, OutlineItem, levels
from .outline_words import STAGES, days, listed, tags
from .picture.graph import Node, graph
from .services.templates import outline_of

# Nobody reads more of them; the older ones stay where projects point to them.
MOST_VERSIONS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One item in the list."""

    pk: int
    item: OutlineItem
    days: str
    needs: str
    tags: list[str]
    is_critical: bool


@dataclass
class TemplatePage:
    """A template with what is computed of it; the drawing only when asked for."""

    template: ApprovalTemplate
    user: User

    @cached_property
    def outline(self) -> Outline:
        return outline_of(self.template)

    @cached_property
    def keys(self) -> Mapping[str, int]:
        """Where each item is to be found."""
        return dict(self.template.items.values_list("key", "pk"))

    @property
    def names(self) -> Mapping[str, str]:
        return {one.key: one.name for one in self.outline.items}

    @cached_property
    def stages(self) -> list[tuple[str, list[Row]]]:
        names = self.names
        rows = [self.row(one, names) for one in self.outline.items]
        found = [
            (str(name), [row for row in rows if row.item.stage == stage])
            for stage, name in STAGES.items()
        ]
        return [(name, rows) for name, rows in found if rows]

    def row(self, item: OutlineItem, names: Mapping[str, str]) -> Row:
        return Row(
            pk=self.keys[item.key],
            item=item,
            days=days(item),
            needs=listed(names[key] for key in item.needs),
            tags=tags(item),
            is_critical=self.outline.slots[item.key].is_critical,
        )

    @cached_property
    def drawing(self) -> SafeString:
        return drawing_of(self.outline, self.template.pk, self.keys)

    @cached_property
    def may_write(self) -> bool:
        return self.user.has_role(Role.SYSTEM_ADMIN)

    @property
    def may_edit(self) -> bool:
        return self.may_write and self.template.is_draft

    @cached_property
    def versions(self) -> list[ApprovalTemplate]:
        visible = ApprovalTemplate.objects.visible_to(self.user)
        same = visible.filter(key=self.template.key).annotate(steps=Count("items"))
        return list(same.order_by("-number")[:MOST_VERSIONS])

    @property
    def draft(self) -> ApprovalTemplate | None:
        return next((one for one in self.versions if one.is_draft), None)

    @property
    def in_use(self) -> ApprovalTemplate | None:
        """The version that this one would replace, or has been replaced by."""
        state = ApprovalTemplate.State.PUBLISHED
        return next((one for one in self.versions if one.state == state), None)


def drawing_of(
    outline: Outline, template: int, keys: Mapping[str, int], here: str = ""
) -> SafeString:
    """The graph of an outline without a cycle; `here` is the item one works on."""
    lanes = {stage: str(name) for stage, name in STAGES.items()}
    nodes = nodes_of(outline, template, keys, here)
    return graph(nodes, lanes, _("Which item waits for which"))


def nodes_of(
    outline: Outline, template: int, keys: Mapping[str, int], here: str
) -> list[Node]:
    place = levels(outline.items)
    around = reverse("projects:template-item", args=[template, 0])
    names = {one.key: one.name for one in outline.items}
    return [
        Node(
            key=one.key,
            name=one.name,
            lane=one.stage,
            level=place[one.key],
            needs=one.needs,
            foot=f"{one.department_name} · {days(one)}",
            sentence=sentence(one, names),
            url=around.replace("/0/", f"/{keys[one.key]}/") if one.key in keys else "",
            is_critical=outline.slots[one.key].is_critical,
            is_here=one.key == here,
        )
        for one in outline.items
    ]


def sentence(item: OutlineItem, names: Mapping[str, str]) -> str:
    """What pointing at a box says."""
    told = f"{item.name} · {item.department_name} · {days(item)}"
    if not item.needs:
        return told
    needs = listed(names[key] for key in item.needs)
    return f"{told} · {_('after')} {needs}"

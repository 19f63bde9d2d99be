"""Regions and departments: two trees that an administrator keeps."""

from datetime import datetime
from typing import Any, TypeVar, cast

from django.db import IntegrityError, models, transaction
from django.db.models import Max, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from crm import events
from crm.lib.errors import DomainError
from crm.lib.trees import PathRange
from crm.models import Company, Department, Grant, Region, Role, User
from crm.models.places import TreeNode

from .rights import require

Node = TypeVar("Node", Region, Department)
LONGEST_PATH = 200


@transaction.atomic
def add_region(
    *,
    actor: User | None,
    code: str,
    name: str,
    kind: str,
    parent: Region | None = None,
    now: datetime | None = None,
) -> Region:
    require(actor, Role.SYSTEM_ADMIN)
    region = Region(code=code, name=name.strip(), kind=kind, parent=parent)
    return _add(region, actor, now)


@transaction.atomic
def add_department(
    *,
    actor: User | None,
    code: str,
    name: str,
    kind: str,
    region: Region,
    parent: Department | None = None,
    phone: str = "",
    now: datetime | None = None,
) -> Department:
    require(actor, Role.SYSTEM_ADMIN)
    department = Department(
        code=code,
        name=name.strip(),
        kind=kind,
        parent=parent,
        region=region,
        phone=phone.strip(),
    )
    return _add(department, actor, now)


@transaction.atomic
def edit_region(
    region: Region,
    *,
    actor: User,
    name: str,
    kind: str,
    parent: Region | None,
    now: datetime | None = None,
) -> Region:
    """Rename, or hang the region and all below it under another one."""
    require(actor, Role.SYSTEM_ADMIN)
    region, parent = _lock(region, parent)
    before = events.snapshot(region, "name", "kind", "parent", "path")
    old_path = region.path
    region.name, region.kind = name.strip(), kind
    region.save(update_fields=["name", "kind"])
    if _move(region, parent):
        # Companies carry the path of their region, so that lists need no join.
        _rewrite(Company.objects.all(), "region_path", old_path, region.path)
    return _note(region, actor, before, now)


@transaction.atomic
def edit_department(
    department: Department,
    *,
    actor: User,
    name: str,
    kind: str,
    region: Region,
    parent: Department | None,
    phone: str = "",
    now: datetime | None = None,
) -> Department:
    """Rename, or hang the unit and all below it under another one."""
    require(actor, Role.SYSTEM_ADMIN)
    department, parent = _lock(department, parent)
    names = ("name", "kind", "region", "phone", "parent", "path")
    before = events.snapshot(department, *names)
    department.name, department.kind = name.strip(), kind
    department.region, department.phone = region, phone.strip()
    department.save(update_fields=["name", "kind", "region", "phone"])
    _move(department, parent)
    return _note(department, actor, before, now)


@transaction.atomic
def close_region(region: Region, *, actor: User, now: datetime | None = None) -> Region:
    """Take a region out of use; refused while anything in use hangs from it."""
    require(actor, Role.SYSTEM_ADMIN)
    region, _parent = _lock(region, None)
    _refuse_if(region.children.filter(is_active=True), _("regions below it"))
    _refuse_if(region.departments.filter(is_active=True), _("units in it"))
    _refuse_if(region.companies.filter(archived_at=None), _("companies in it"))
    _refuse_if(_grants(now).filter(region=region), _("roles given for it"))
    return _switch(region, False, actor, now)


@transaction.atomic
def close_department(
    department: Department, *, actor: User, now: datetime | None = None
) -> Department:
    """Take a unit out of use; refused while people or units in use hang from it."""
    require(actor, Role.SYSTEM_ADMIN)
    department, _parent = _lock(department, None)
    _refuse_if(department.children.filter(is_active=True), _("units below it"))
    _refuse_if(department.users.filter(is_active=True), _("people in it"))
    _refuse_if(department.involvements.filter(is_open=True), _("open work"))
    _refuse_if(_grants(now).filter(department=department), _("roles given for it"))
    return _switch(department, False, actor, now)


@transaction.atomic
def reopen(node: Node, *, actor: User, now: datetime | None = None) -> Node:
    """Put a region or unit back into use, below one that is."""
    require(actor, Role.SYSTEM_ADMIN)
    node, _parent = _lock(node, None)
    if node.parent and not node.parent.is_active:
        sentence = _("What it hangs from, “%(name)s”, is not in use.")
        raise DomainError(sentence % {"name": node.parent.name}, code="parent_closed")
    return _switch(node, True, actor, now)


def _add(node: Node, actor: User | None, now: datetime | None) -> Node:
    if node.parent:
        _refuse_closed(node.parent)
    node.path = node.path_under(cast(Node | None, node.parent))
    _refuse_long(len(node.path))
    try:
        with transaction.atomic():
            node.save(force_insert=True)
    except IntegrityError:
        sentence = _("The code %(code)s is taken.") % {"code": node.code}
        raise DomainError(sentence, code="code_taken", field="code") from None
    events.record(
        actor,
        f"{node._meta.model_name}.created",
        node,
        now=now,
        code=node.code,
        name=node.name,
        kind=node.kind,
        path=node.path,
    )
    return node


def _lock(node: Node, parent: Node | None) -> tuple[Node, Node | None]:
    """The whole tree, in one order: it is small, and moves must not cross."""
    manager = type(node)._default_manager
    rows = {
        row.pk: row for row in manager.select_for_update(of=("self",)).order_by("pk")
    }
    return rows[node.pk], rows[parent.pk] if parent else None


def _move(node: Node, parent: Node | None) -> bool:
    """Hang the node under `parent`, with everything below; say whether it moved."""
    if (parent.pk if parent else None) == node.parent_id:
        return False
    if parent:
        _refuse_closed(parent)
        if parent.path in PathRange(node.path):
            sentence = _("It cannot hang from itself or from something below it.")
            raise DomainError(sentence, code="circle", field="parent")
    nodes: models.QuerySet[Node] = type(node).objects.all()
    old, new = node.path, node.path_under(parent)
    below = nodes.filter(PathRange(old).q("path"))
    longest = below.aggregate(longest=Max(Length("path")))["longest"]
    _refuse_long(longest - len(old) + len(new))
    # Every path ends in a code of its own, so no two can meet while they change.
    _rewrite(nodes, "path", old, new)
    node.parent, node.path = parent, new
    node.save(update_fields=["parent"])
    return True


def _rewrite(rows: "models.QuerySet[Any]", field: str, old: str, new: str) -> None:
    """Replace the beginning of every path in the subtree, in one statement."""
    inside = rows.filter(PathRange(old).q(field))
    inside.update(**{field: Concat(Value(new), Substr(field, len(old) + 1))})


def _note(
    node: Node, actor: User, before: dict[str, events.Plain], now: datetime | None
) -> Node:
    changes = events.changed(before, node)
    if changes:
        moved = "path" in changes
        action = f"{node._meta.model_name}.{'moved' if moved else 'edited'}"
        events.record(actor, action, node, now=now, **changes)
    return node


def _switch(node: Node, is_active: bool, actor: User, now: datetime | None) -> Node:
    if node.is_active == is_active:
        sentence = _("Somebody else did this already.")
        raise DomainError(sentence, code="done_already")
    node.is_active = is_active
    node.save(update_fields=["is_active"])
    action = f"{node._meta.model_name}.{'reopened' if is_active else 'closed'}"
    pair = [not is_active, is_active]
    events.record(actor, action, node, now=now, is_active=pair)
    return node


def _grants(now: datetime | None) -> "models.QuerySet[Grant]":
    return Grant.objects.unended(timezone.localdate(now))


def _refuse_if(rows: "models.QuerySet[models.Model]", what: str) -> None:
    if rows.exists():
        sentence = _("It cannot be taken out of use yet: there are %(what)s.")
        raise DomainError(sentence % {"what": what}, code="in_use")


def _refuse_closed(parent: TreeNode) -> None:
    if not parent.is_active:
        sentence = _("“%(name)s” is not in use.") % {"name": parent.name}
        raise DomainError(sentence, code="parent_closed", field="parent")


def _refuse_long(length: int) -> None:
    if length > LONGEST_PATH:
        sentence = _("This is too deep: the codes from the root down are too long.")
        raise DomainError(sentence, code="too_deep", field="parent")

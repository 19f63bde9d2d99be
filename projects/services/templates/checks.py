"""What a template may say: the same for the editor and for files."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.lib.guards import is_clean
from crm.lib.workdays import Unit
from projects import schedule
from projects.models import Item, Stage
from projects.models.items import KEY
from projects.outline import Outline, OutlineItem, OutlineMaterial
from projects.services.milestones.graph import cycle
from projects.services.numbers import wrong_numbers

MOST_ITEMS: Final = 500
MOST_MATERIALS: Final = 50
LENGTHS: Final = {"name": 80, "source": 300, "department_name": 80, "where": 200}
LONGEST_MATERIAL: Final = 120
CHOICES: Final[Mapping[str, Collection[object]]] = {
    "stage": Stage.values,
    "track": Item.Track.values,
    "kind": Item.Kind.values,
    "unit": [unit.value for unit in Unit],
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A sentence, and the field and item that it is about where there is one."""

    field: str
    sentence: str
    key: str = ""


def problems_of_item(item: OutlineItem) -> Iterator[Problem]:
    """What is wrong with one item by itself."""
    yield from problems_of_key(item.key, item.key)
    for name in ("name", "department_name"):
        yield from problems_of_text(name, getattr(item, name), item.key)
    for name, known in CHOICES.items():
        if getattr(item, name) not in known:
            yield Problem(name, _("Choose one of the known values."), item.key)
    for name, sentence in wrong_numbers(partial(getattr, item)):
        yield Problem(name, sentence, item.key)
    if item.key in item.needs:
        yield Problem("needs", _("An item cannot wait for itself."), item.key)
    yield from problems_of_materials(item)


def problems_of_key(key: str, item: str = "") -> Iterator[Problem]:
    try:
        KEY(key)
    except ValidationError as error:
        yield Problem("key", str(error.message), item)


def problems_of_text(name: str, text: str, item: str = "") -> Iterator[Problem]:
    if not text:
        yield Problem(name, _("This must be filled in."), item)
    yield from too_long(name, text, LENGTHS[name], item)


def too_long(name: str, text: str, most: int, item: str) -> Iterator[Problem]:
    if len(text) > most:
        yield Problem(name, _("At most %(most)s characters.") % {"most": most}, item)
    if not is_clean(text):
        sentence = _("There are characters here that cannot be stored.")
        yield Problem(name, sentence, item)


def problems_of_materials(item: OutlineItem) -> Iterator[Problem]:
    if len(item.materials) > MOST_MATERIALS:
        sentence = _("At most %(most)s materials for one item.")
        yield Problem("materials", sentence % {"most": MOST_MATERIALS}, item.key)
    names: set[str] = set()
    for one in item.materials:
        yield from problems_of_material(one, item.key)
        if one.name in names:
            sentence = _("The material “%(name)s” is there twice.")
            yield Problem("materials", sentence % {"name": one.name}, item.key)
        names.add(one.name)


def problems_of_material(one: OutlineMaterial, key: str) -> Iterator[Problem]:
    if not one.name:
        yield Problem("materials", _("A material has no name."), key)
    yield from too_long("materials", one.name, LONGEST_MATERIAL, key)
    yield from too_long("materials", one.where, LENGTHS["where"], key)


def problems_of_graph(items: Iterable[OutlineItem]) -> Iterator[Problem]:
    """Items that wait for what is not there, or for each other."""
    by_key = {one.key: one for one in items}
    for one in by_key.values():
        for need in one.needs:
            if need not in by_key:
                sentence = _("“%(item)s” waits for “%(need)s”, which is not there.")
                values = {"item": one.name, "need": need}
                yield Problem("needs", sentence % values, one.key)
    if sentence := cycle_in(by_key):
        yield Problem("needs", sentence)


def cycle_in(items: Mapping[str, OutlineItem]) -> str:
    """A sentence that names the items of one circle; empty where there is none."""
    known = {
        key: [need for need in one.needs if need in items and need != key]
        for key, one in items.items()
    }
    try:
        schedule.order(known)
    except schedule.Cycle as error:
        return str(cycle(items[key].name for key in error.keys).sentence)
    return ""


def problems_of(outline: Outline) -> Iterator[Problem]:
    """All that is wrong with a whole template."""
    yield from problems_of_key(outline.key)
    yield from problems_of_text("name", outline.name)
    yield from too_long("source", outline.source, LENGTHS["source"], "")
    if not outline.items:
        yield Problem("items", _("The template has no items."))
    if len(outline.items) > MOST_ITEMS:
        sentence = _("At most %(most)s items in one template.")
        yield Problem("items", sentence % {"most": MOST_ITEMS})
    keys: set[str] = set()
    for one in outline.items:
        yield from problems_of_item(one)
        if one.key in keys:
            yield Problem("key", _("Another item has this key already."), one.key)
        keys.add(one.key)
    yield from problems_of_graph(outline.items)

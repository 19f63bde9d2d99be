"""A project's schedule as it would be; nothing is saved."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.lib import words
from crm.services import calendar
from projects.schedule import Schedule, delayed, paced
from projects.services.scheduling import Plan


def changed(plan: Plan, asked: dict[str, Any]) -> Schedule:  # Any: values of the form
    """With one item so many days later, and one department at another speed."""
    tasks = list(plan.tasks.values())
    if asked["department"] and asked["speed"]:
        unit = int(asked["department"])
        keys = {key for key, row in plan.rows.items() if row.department == unit}
        tasks = paced(tasks, keys, int(asked["speed"]))
    if asked["item"] and asked["days"]:
        tasks = delayed(tasks, asked["item"], asked["days"])
    return plan.what_if(tasks)


def difference(before: Schedule, after: Schedule, today: date) -> str:
    """What becomes of the end, in a sentence."""
    old, new = before.finish, after.finish
    if old is None or new is None:
        return ""
    if old == new:
        sentence = _(
            "By the committed days the end does not move: it stays at %(day)s."
        )
        return sentence % {"day": words.day(old, today)}
    days = calendar.count_between(min(old, new), max(old, new))
    counted = ngettext("%(n)s working day", "%(n)s working days", days) % {"n": days}
    sentence = (
        _(
            "By the committed days the end moves from %(old)s to %(new)s, "
            "%(days)s later."
        )
        if new > old
        else _(
            "By the committed days the end moves from %(old)s to %(new)s, "
            "%(days)s earlier."
        )
    )
    values = {"old": words.day(old, today), "new": words.day(new, today)}
    return sentence % {**values, "days": counted}


def path_told(plan: Plan, today: date) -> str:
    """Why the end is where it is: the items that leave no day to spare."""
    slots = [slot for slot in plan.schedule.slots.values() if slot.is_critical]
    if not slots or plan.schedule.finish is None:
        return ""
    slots.sort(key=lambda slot: (slot.earliest_start, slot.earliest_finish))
    names = " → ".join(plan.rows[slot.key].name for slot in slots)
    return _(
        "By the committed days the last approval comes on %(day)s, because these "
        "follow each other without a day to spare: %(names)s. Every day lost on one "
        "of them moves the end; the others have room."
    ) % {"day": words.day(plan.schedule.finish, today), "names": names}

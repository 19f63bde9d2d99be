"""What a project's lamp says: its word, and why it shines, with the numbers."""

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext_lazy

from crm.models import Lamp
from projects.lamps import Points, ProjectLamp, Reason, Step
from projects.models import LampRule, Project

Kind = LampRule.Kind
WORDS: Final = {
    Lamp.GREEN: pgettext_lazy("project lamp", "on plan"),
    Lamp.YELLOW: pgettext_lazy("project lamp", "behind"),
    Lamp.RED: pgettext_lazy("project lamp", "far behind"),
    Lamp.GREY: pgettext_lazy("project lamp", "nothing due"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A lamp for a page: its colour and word, and why it shines, the worst first."""

    colour: str
    word: str
    reasons: tuple[str, ...]


def told(lamp: ProjectLamp) -> Told:
    reasons = tuple(sentence(one) for one in lamp.reasons)
    return Told(lamp.lamp, str(WORDS[lamp.lamp]), reasons)


def sentence(reason: Reason) -> str:
    if reason.step is not None:
        return _late(reason, reason.step)
    if reason.kind == Kind.IN_A_ROW:
        return ngettext(
            "Yellow at the end of %(count)s month; red from %(limit)s in a row.",
            "Yellow at the end of %(count)s months in a row; red from %(limit)s.",
            reason.count,
        ) % {"count": reason.count, "limit": reason.limit}
    return _behind(reason, reason.points or Points(0, 0))


def _behind(reason: Reason, points: Points) -> str:
    values = {
        "behind": points.behind,
        "planned": points.planned,
        "actual": points.actual,
        "limit": reason.limit,
    }
    if reason.lamp == Lamp.RED:
        return (
            _(
                "%(behind)s points behind the plan: %(planned)s%% should be done, "
                "%(actual)s%% are; red above %(limit)s."
            )
            % values
        )
    return (
        _(
            "%(behind)s points behind the plan: %(planned)s%% should be done, "
            "%(actual)s%% are; yellow from %(limit)s."
        )
        % values
    )


def _late(reason: Reason, step: Step) -> str:
    values = {
        "step": Project.Stage(step.stage).label,
        "day": step.planned_on.isoformat(),
        "count": reason.count,
        "limit": reason.limit,
    }
    if reason.lamp == Lamp.RED:
        return (
            ngettext(
                "“%(step)s” was planned for %(day)s, %(count)s month ago; red from "
                "%(limit)s.",
                "“%(step)s” was planned for %(day)s, %(count)s months ago; red from "
                "%(limit)s.",
                reason.count,
            )
            % values
        )
    return _("“%(step)s” was planned for %(day)s and has not been reached.") % values

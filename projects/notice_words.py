"""How projects and what hangs from them stand in a notice."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from crm import notices
from crm.lib.words import exact_day
from crm.models import User
from crm.notices import About, Told
from projects.models import Blocker, JointSession, Milestone, Project

BETWEEN = " · "


def hang() -> None:
    """Called once, when the apps are loaded."""
    notices.describe(About(Project, project, rows=with_company))
    notices.describe(About(Milestone, milestone, rows=with_clocks))
    notices.describe(About(Blocker, blocker, rows=with_project))
    notices.describe(About(JointSession, session, rows=with_project))


def with_company(rows: "QuerySet[Project]") -> "QuerySet[Project]":
    return rows.select_related("company").order_by()


def with_clocks(rows: "QuerySet[Milestone]") -> "QuerySet[Milestone]":
    near = rows.select_related("project__company", "department", "decide_by")
    return near.order_by()


def with_project(rows: "QuerySet[Blocker]") -> "QuerySet[Blocker]":
    return rows.select_related("project__company").order_by()


def company_of(one: Project) -> str:
    return one.company.name if one.company else ""


def project(one: Project, user: User | None) -> Told:
    return Told(
        one.name, one.get_absolute_url(), number=one.code or "", company=company_of(one)
    )


def milestone(one: Milestone, user: User | None) -> Told:
    clock = one.decide_by
    return Told(
        BETWEEN.join([one.name, one.project.name]),
        one.get_absolute_url(),
        number=one.project.code or "",
        company=company_of(one.project),
        unit=one.department.name if one.department else "",
        due_on=clock.due_on if clock and clock.met_at is None else None,
    )


def blocker(one: Blocker, user: User | None) -> Told:
    title = BETWEEN.join([str(one.get_kind_display()), one.project.name])
    return Told(
        title,
        one.project.get_absolute_url(),
        number=one.project.code or "",
        company=company_of(one.project),
        due_on=one.relief_by if one.cleared_at is None else None,
    )


def session(one: JointSession, user: User | None) -> Told:
    title = _("Joint session on %(day)s") % {"day": exact_day(one.day)}
    return Told(
        BETWEEN.join([title, one.project.name]),
        one.get_absolute_url(),
        number=one.project.code or "",
        company=company_of(one.project),
    )

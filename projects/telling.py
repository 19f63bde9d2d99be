"""Who is told of which event of key projects. This table is the whole of it.

A row: what happened, as which kind it is told, to whom. Nobody is told of what he did
himself or of a record that he may not see; for who is away his stand-in is told. Where
several rows name a person, the first one counts. Of what stands under NOBODY no one is
told, and why. A new event stands in one of the two (tests/projects/test_telling.py).
"""

from typing import Final

from crm import notices
from crm.recipients import owners_of_company

from .concerned import (
    asker_of_listing,
    chair,
    commented_item,
    commented_project,
    company_if_its_turn,
    department,
    department_if_handed_in,
    department_of_line,
    departments_asked,
    leader_in_charge,
    leaders,
    new_remover,
    of_project,
    officer_if_companys_turn,
    officer_of_project,
    remover,
    reporter,
    session_of,
)
from .notice_kinds import BLOCKER, DESK, LISTING, PROGRESS, SESSION, TALK, TURN

TABLE: Final = (
    ("milestone.moved", DESK, department_if_handed_in),
    ("milestone.moved", TURN, company_if_its_turn, officer_if_companys_turn),
    ("milestone.moved", PROGRESS, owners_of_company, officer_of_project),
    ("milestone.ready_told", DESK, department),
    ("milestone.ready_told", PROGRESS, officer_of_project),
    ("milestone.expires_soon", TURN, owners_of_company, officer_of_project),
    ("milestone.commented", TALK, officer_of_project, department, owners_of_company),
    ("blocker.reported", BLOCKER, remover, officer_of_project, leader_in_charge),
    ("blocker.edited", BLOCKER, new_remover),
    ("blocker.cleared", BLOCKER, reporter, officer_of_project, leader_in_charge),
    ("joint_session.called", SESSION, departments_asked, chair),
    ("joint_session.called", SESSION, officer_of_project, owners_of_company),
    ("joint_session.edited", SESSION, departments_asked, chair),
    ("joint_session.edited", SESSION, officer_of_project, owners_of_company),
    ("joint_session.cancelled", SESSION, departments_asked, chair),
    ("joint_session.cancelled", SESSION, officer_of_project, owners_of_company),
    ("joint_session.line_added", SESSION, department_of_line),
    ("joint_session.recorded", SESSION, department_of_line),
    ("joint_session.answered", SESSION, officer_of_project, owners_of_company),
    ("joint_session.held", SESSION, departments_asked, chair),
    ("joint_session.held", SESSION, officer_of_project, owners_of_company),
    ("agency.moved", PROGRESS, officer_of_project, owners_of_company),
    ("project.officer_assigned", PROGRESS, officer_of_project, owners_of_company),
    ("project.approvals_begun", PROGRESS, officer_of_project, owners_of_company),
    ("project.template_changed", PROGRESS, officer_of_project, owners_of_company),
    ("project.green_opened", PROGRESS, officer_of_project, owners_of_company),
    ("project.green_closed", PROGRESS, officer_of_project, owners_of_company),
    ("project.listing_asked", LISTING, leaders),
    ("project.listing_decided", LISTING, asker_of_listing, officer_of_project),
    ("project.commented", TALK, officer_of_project, owners_of_company),
)

OFFICE: Final = "the system administrator's own work on templates and rules"
FILE: Final = "the project's file; whoever works on it sees it there"
NOBODY: Final = {
    "statuses.imported": "who imports it sees what differs at once",
    "template.created": OFFICE,
    "template.copied": OFFICE,
    "template.imported": OFFICE,
    "template.edited": OFFICE,
    "template.published": OFFICE,
    "template.exported": OFFICE,
    "template.discarded": OFFICE,
    "template.item_added": OFFICE,
    "template.item_edited": OFFICE,
    "template.item_removed": OFFICE,
    "lamp_rule.edited": OFFICE,
    "project.created": FILE,
    "project.edited": FILE,
    "project.archived": FILE,
    "project.restored": FILE,
    "project.step_reached": FILE,
    "project.step_taken_back": FILE,
    "project.steps_planned": FILE,
    "project.progress_noted": FILE,
    "project.officer_ended": "who went sees it no more; who came is told",
    "project.link_made": FILE,
    "project.link_revoked": FILE,
    "milestone.added": FILE,
    "milestone.removed": FILE,
    "milestone.needs_set": FILE,
    "milestone.material_set": "dozens a day; moves of the item are told",
    "milestone.certificate_added": FILE,
    "milestone.official_noted": "what differs is listed for the officer",
    "joint_session.line_edited": "before the session; the line is read there",
    "joint_session.line_removed": "as above",
    "joint_session.kept": "the decision itself is told",
}

# What opens, where that is not the event's own record.
OPENS: Final[dict[str, notices.Opens]] = {
    "agency.moved": of_project,
    "joint_session.line_added": session_of,
    "joint_session.recorded": session_of,
    "joint_session.answered": session_of,
    "milestone.commented": commented_item,
    "project.commented": commented_project,
}


def hang() -> None:
    """Called once, when the apps are loaded."""
    for action, kind, *who in TABLE:
        opens = OPENS.get(action, notices.subject_itself)
        notices.on(action, kind, *who, opens=opens)

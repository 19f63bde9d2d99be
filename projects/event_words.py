"""How the audit log and the company's stream say the codes of projects."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.audit_words import Record
from crm.models import Department
from projects.models import (
    ApprovalTemplate,
    KeyListing,
    MilestoneMaterial,
    MilestoneMove,
    Project,
)

ACTIONS = {
    "statuses.imported": _("official status imported"),
    "template.created": _("approval template begun"),
    "template.copied": _("new version of an approval template begun"),
    "template.imported": _("approval template taken from a file"),
    "template.edited": _("approval template renamed"),
    "template.published": _("approval template taken into use"),
    "template.exported": _("approval template exported"),
    "template.discarded": _("draft of an approval template thrown away"),
    "template.item_added": _("item of an approval template added"),
    "template.item_edited": _("item of an approval template changed"),
    "template.item_removed": _("item of an approval template taken out"),
    "project.created": _("project entered"),
    "project.edited": _("project's data changed"),
    "project.archived": _("project archived"),
    "project.restored": _("project taken out of the archive"),
    "project.step_reached": _("project came to its next step"),
    "project.step_taken_back": _("project's last step taken back"),
    "project.steps_planned": _("project's steps planned"),
    "project.template_changed": _("project taken over to another version"),
    "project.approvals_begun": _("project's approvals begun"),
    "project.officer_assigned": _("project's officer assigned"),
    "project.officer_ended": _("project's officer withdrawn"),
    "project.listing_asked": _("change of the key list asked for"),
    "project.listing_decided": _("change of the key list decided"),
    "project.green_opened": _("green channel opened"),
    "project.green_closed": _("green channel closed"),
    "project.progress_noted": _("progress on site noted"),
    "project.commented": _("remark on a project"),
    "joint_session.called": _("joint session called"),
    "joint_session.edited": _("joint session changed"),
    "joint_session.cancelled": _("joint session called off"),
    "joint_session.held": _("joint session closed with its minutes"),
    "joint_session.line_added": _("line of a joint session added"),
    "joint_session.line_edited": _("line of a joint session changed"),
    "joint_session.line_removed": _("line of a joint session taken out"),
    "joint_session.recorded": _("what a department said in a joint session"),
    "joint_session.answered": _("promise of a joint session answered"),
    "joint_session.kept": _("promise of a joint session kept by the decision"),
    "agency.moved": _("agency agreement moved on"),
    "blocker.reported": _("blocker reported"),
    "blocker.edited": _("blocker changed"),
    "blocker.cleared": _("blocker removed"),
    "milestone.moved": _("approval item moved"),
    "milestone.added": _("approval item added"),
    "milestone.removed": _("approval item taken out"),
    "milestone.needs_set": _("prerequisites of an approval item set"),
    "milestone.material_set": _("material of an approval item set"),
    "milestone.expires_soon": _("approval about to lapse"),
    "milestone.ready_told": _("company said its papers are ready"),
    "project.link_made": _("read-only link made"),
    "project.link_revoked": _("read-only link taken back"),
    "milestone.certificate_added": _("certificate number added"),
    "milestone.official_noted": _("official status of an approval item noted"),
    "milestone.commented": _("remark on an approval item"),
    "lamp_rule.edited": _("rule of the projects' lamps changed"),
}

# What an event says of its record beside the record's own columns.
NAMES = {
    "copied_from": _("copied from version"),
    "expires_at": _("valid until"),
    "is_approved": _("approved"),
    "items_added": _("items added"),
    "items_changed": _("items changed"),
    "items_removed": _("items taken out"),
    "label": _("for whom"),
    "listing": _("key list"),
    "material": _("material"),
    "material_state": _("state of the material"),
    "materials": _("materials"),
    "needs": _("prerequisites"),
    "officer": _("officer"),
    "on": _("day"),
    "owner": _("owner company"),
    "percent": _("progress (%)"),
    "planned_on": _("planned for"),
    "reached_on": _("reached on"),
    "replaced": _("replaced version"),
    "role": _("role"),
    "row_count": _("rows"),
    "source": _("source"),
    "started_on": _("approvals begun"),
    "supporting": _("supporting departments"),
    "taken_count": _("rows taken over"),
    "warned_days": _("days ahead"),
}

# Codes that are no column's choices.
CODES: dict[str, dict[str, str | Promise]] = {
    "listing": dict(KeyListing.Kind.choices),
    "material_state": dict(MilestoneMaterial.State.choices),
    "planned_on": dict(Project.Stage.choices),
    "source": dict(MilestoneMove.Source.choices),
}

# Keys of records under names that are no column of the event's record.
RECORDS: dict[str, Record] = {
    "supporting": (Department, "pk"),
    "template": (ApprovalTemplate, "pk"),
}

"""Key projects, their approval items and the templates these come from."""

from .agency import Agency, AgencyState
from .forecasts import Forecast
from .items import Item
from .lamps import LampRule, Reading
from .life import Blocker, KeyListing, LifeStep, ProgressNote
from .links import ProjectLink
from .milestones import (
    Milestone,
    MilestoneMaterial,
    MilestoneMove,
    MilestoneNeed,
)
from .official import OfficialStatus
from .projects import Project, ProjectLiaison, ProjectPart
from .sessions import JointSession, SessionLine
from .states import Group, Stage, State, Turn
from .templates import (
    ApprovalTemplate,
    TemplateItem,
    TemplateMaterial,
    TemplateNeed,
)
from .uploads import Upload

__all__ = [
    "Agency",
    "AgencyState",
    "ApprovalTemplate",
    "Blocker",
    "Forecast",
    "Group",
    "Item",
    "JointSession",
    "KeyListing",
    "LampRule",
    "LifeStep",
    "Milestone",
    "MilestoneMaterial",
    "MilestoneMove",
    "MilestoneNeed",
    "OfficialStatus",
    "ProgressNote",
    "Project",
    "ProjectLiaison",
    "ProjectLink",
    "ProjectPart",
    "Reading",
    "SessionLine",
    "Stage",
    "State",
    "TemplateItem",
    "TemplateMaterial",
    "TemplateNeed",
    "Turn",
    "Upload",
]

"""The ground's records, one module per noun."""

from .access import Access
from .calendar import WorkYear
from .companies import Company, CompanyTag, Involvement
from .contacts import Contact
from .deadlines import Deadline, DeadlinePause, Lamp, Unit, lamp_of
from .events import Event, EventPersonal, PendingSeal, Seal
from .files import Attachment, Comment, Document, StoredFile, subject_of
from .liaisons import Absence, CompanyLiaison, HandoverNote, Liaison, people_led_by
from .login_codes import LoginCode
from .notices import Delivery, Mail, Notice, NoticeChoices, Robot
from .ops import ScheduleSlot, TaskLease
from .people import Grant, OldPassword, Role, TokenLink, User
from .places import Department, Region
from .reference import Industry, Tag
from .search import CompanySearch
from .sessions import UserSession
from .standing_in import StandIn, WorkNote

__all__ = [
    "Absence",
    "Access",
    "Attachment",
    "Comment",
    "Company",
    "CompanyLiaison",
    "CompanySearch",
    "CompanyTag",
    "Contact",
    "Deadline",
    "DeadlinePause",
    "Delivery",
    "Department",
    "Document",
    "Event",
    "EventPersonal",
    "Grant",
    "HandoverNote",
    "Industry",
    "Involvement",
    "Lamp",
    "Liaison",
    "LoginCode",
    "Mail",
    "Notice",
    "NoticeChoices",
    "OldPassword",
    "PendingSeal",
    "Region",
    "Robot",
    "Role",
    "ScheduleSlot",
    "Seal",
    "StandIn",
    "StoredFile",
    "Tag",
    "TaskLease",
    "TokenLink",
    "Unit",
    "User",
    "UserSession",
    "WorkNote",
    "WorkYear",
    "lamp_of",
    "people_led_by",
    "subject_of",
]

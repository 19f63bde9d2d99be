"""What leaders decide on: their region, or their departments and what those do."""

from typing import Any

from django.db import models
from django.db.models import Q

from crm.lib import trees
from crm.lib.querysets import union_of
from crm.models import Company, Department, Role, User
from projects.models import Project

from .parts import TicketPart
from .ticket_sets import TicketQuerySet
from .tickets import Ticket


def led_tickets(user: User) -> TicketQuerySet:
    """Of the companies of a leader's region, or with a part of his departments."""
    access, every = user.access, Ticket.objects.all()
    branches: list[models.QuerySet[Any, Any]] = []
    if wide := access.region_ranges(Role.LEADER):
        inside = Company.objects.filter(trees.in_ranges(wide, "region_path"))
        branches.append(every.filter(company__in=inside.values("pk")).values("pk"))
    if below := access.department_ranges(Role.LEADER):
        branches.append(TicketPart.objects.of(below).open().values("ticket"))
    keys = union_of(branches)
    return every.none() if keys is None else every.filter(pk__in=keys)


def led_departments(user: User) -> "models.QuerySet[Department]":
    """Whom a leader can direct: departments of his region, or in his charge."""
    access = user.access
    condition = trees.in_ranges(access.region_ranges(Role.LEADER), "region__path")
    condition |= trees.in_ranges(access.department_ranges(Role.LEADER), "path")
    return Department.objects.filter(condition, is_active=True)


def departments_about(
    ticket: Ticket | None, project: Project | None
) -> "models.QuerySet[Department]":
    """Those that have a part in the matter, whoever is in charge of them."""
    condition = Q(pk__in=[])
    if ticket is not None:
        parts = TicketPart.objects.open().filter(ticket=ticket)
        condition |= Q(pk__in=parts.values("department"))
    if project is not None:
        parts_of = project.parts.open().values("department")
        condition |= Q(pk__in=parts_of) | Q(pk=project.lead_department_id)
    return Department.objects.filter(condition, is_active=True)

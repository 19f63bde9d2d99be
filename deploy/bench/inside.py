"""What is asked inside the site: who signs in as whom, queries, papers, the chain."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.db.models import Count
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from crm.lib.forked import run_forked
from crm.models import (
    Company,
    CompanyLiaison,
    Document,
    Event,
    Grant,
    PendingSeal,
    Role,
    User,
)
from crm.services import audit, calendar
from crm.session_store import SessionStore
from crm.views.demo import buttons
from projects.models import Milestone, Project
from projects.services.milestones import planning
from reports.jobs import encoded
from reports.qr import qr_png
from reports.visit_reports import visit_report
from visits.models import Ticket, Visit
from visits.services import intake, tickets
from visits.services.content import Content

from . import schedules, sweeps
from .pages import BUSIEST, chosen, pages

VISITS, TICKETS, ITEMS = 200, 50, 40
SAVERS, COMPANIES_EACH = 40, 25
PAPERS = 5
BACKEND = "crm.auth.LoginNameBackend"
Found = dict[str, Any]  # Any: what JSON holds


def prepare() -> Found:
    """Sessions for every role, officers who save visits, and a company with many."""
    people = {one.role: User.objects.get(login=one.login) for one in buttons()}
    roles = {name: people[label] for name, label in role_labels().items()}
    company = heavy_company(roles["officer"])
    people_shown = {**roles, BUSIEST: busiest()}
    return {
        "sessions": {name: session_of(user) for name, user in people_shown.items()},
        "records": {
            "company": company.pk,
            "project": heavy_project(roles).pk,
            "queued": queued(roles["dispatcher"], company).pk,
        },
        "savers": list(savers()),
        "counts": counts(),
    }


def role_labels() -> dict[str, str]:
    """The roles that are measured, by the words of the demo's buttons."""
    names = {page.who for page in pages()}
    return {role.value: str(role.label) for role in Role if role.value in names}


def busiest() -> User:
    """A handler of the department on whose desk most items lie."""
    waiting = Milestone.objects.living().with_department().order_by()
    by_unit = waiting.values_list("department").annotate(n=Count("pk")).order_by("-n")
    keys = [key for key, _number in by_unit]
    grants = Grant.objects.current(timezone.localdate()).filter(role=Role.HANDLER)
    own = {one.department_id: one.user for one in grants.select_related("user")}
    found = next(own[key] for key in keys if key in own)
    User.objects.filter(pk=found.pk).update(
        must_change_password=False, password_changed_at=timezone.now()
    )
    return User.objects.get(pk=found.pk)


def counts() -> dict[str, int]:
    return {
        "companies": Company.objects.count(),
        "visits": Visit.objects.count(),
        "events": Event.objects.count(),
    }


def session_of(user: User) -> str:
    """A session as a login makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def heavy_company(officer: User) -> Company:
    """The officer's first company, with 200 visits and 50 tickets."""
    own = CompanyLiaison.objects.open().filter(officer=officer, role="A")
    company = Company.objects.living().filter(pk__in=own.values("company"))
    found = company.order_by("pk")[:1].get()
    give(found, officer, found, None)
    return found


def heavy_project(roles: dict[str, User]) -> Project:
    """The owner's running project, with 40 items and as many visits and tickets."""
    officer, dispatcher = roles["officer"], roles["dispatcher"]
    own = Project.objects.worked_by(officer).owned_by(roles["owner"]).running()
    found = own.order_by("pk")[:1].get()
    unit = found.lead_department
    for number in range(ITEMS - found.milestones.living().count()):
        values = {"name": f"专项审查{number}", "department": unit, "stage": 5}
        days = {"committed_days": 7, "statutory_days": 20}
        planning.add_item(found, actor=dispatcher, values=values | days)
    assert found.company, "asked for"
    give(found.company, officer, found, found)
    return found


def queued(dispatcher: User, company: Company) -> Ticket:
    """The first of those that wait, as the desk shows it; one is made if none waits."""
    own = Ticket.objects.dispatchable_by(dispatcher).waiting_for_dispatch()
    found = own.order_by("raised_at", "pk").first()
    return found or tickets.raise_ticket(
        actor=dispatcher, company=company, text="用电增容未批", now=timezone.now()
    )


def give(
    company: Company,
    officer: User,
    owner: Company | Project,
    project: Project | None,
) -> None:
    """Visits and tickets until their owner has enough of both."""
    now = timezone.now()
    for number in range(VISITS - owner.visits.count()):
        starts_at = now - timedelta(days=number % 80, hours=1)
        content = replace(
            content_at(starts_at), project=project.pk if project else None
        )
        sending = intake.Sending(uuid=uuid4(), company=company.pk, content=content)
        intake.receive(sending, actor=officer, now=now)
    for number in range(TICKETS - owner.tickets.count()):
        tickets.raise_ticket(
            actor=officer,
            company=company,
            text=f"第{number}件：用电增容未批",
            project=project,
            now=now,
        )


def content_at(starts_at: Any) -> Content:  # Any: a datetime
    return Content(
        mode=Visit.Mode.ONSITE,
        purpose="了解用工和订单情况",
        starts_at=starts_at,
        gate_reason="企业要求",
    )


def savers() -> Any:  # Any: dicts for JSON, made one by one
    """Officers with a session each and the companies that they visit."""
    own = CompanyLiaison.objects.open().filter(role="A", officer__is_active=True)
    keys = own.order_by("officer").values_list("officer", flat=True).distinct()
    people = User.objects.filter(pk__in=list(islice(keys, SAVERS)))
    # Most of a large demo has never signed in, and would have to choose a password.
    people.update(must_change_password=False, password_changed_at=timezone.now())
    for officer in people:
        companies = Company.objects.living().filter(
            pk__in=own.filter(officer=officer).values("company")
        )
        yield {
            "session": session_of(officer),
            "csrf": secrets.token_hex(16),
            "companies": list(companies.values_list("pk", flat=True)[:COMPANIES_EACH]),
        }


def probe() -> Found:
    """What needs no load: queries and bytes of pages."""
    found = prepare()
    client = Client(SERVER_NAME="127.0.0.1", headers={"accept-language": "zh-CN"})
    shown = []
    for page in chosen():
        client.cookies[settings.SESSION_COOKIE_NAME] = found["sessions"][page.who]
        path = page.path.format(**found["records"])
        client.get(path)  # what a process keeps is there afterwards
        with CaptureQueriesContext(connection) as asked:
            response = client.get(path)
        size = len(response.content)
        status = response.status_code
        shown.append({"queries": len(asked), "bytes": size, "status": status})
    return {"pages": shown}


def sweep() -> Found:
    return sweeps.measured()


def rates() -> Found:
    """A paper, the chain, the days, and 1,000 projects."""
    today = timezone.localdate()
    calendar.add(today, 1)
    add = cpu_of(lambda: [calendar.add(today, 15) for _ in range(1000)])
    waiting = PendingSeal.objects.count()
    sealing = cpu_of(audit.seal_everything)
    sealed = waiting - PendingSeal.objects.count()
    checking = cpu_of(audit.verify)
    events = Event.objects.count()
    return {
        "pdf_cpu_ms": paper_cpu(),
        "calendar_add_us": add * 1000,  # of a thousand, in millionths
        "seal_per_cpu_s": round(sealed / sealing) if sealing and sealed else None,
        "verify_per_cpu_s": round(events / checking) if checking else None,
        "projects": schedules.measured(),
    }


def cpu_of(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def paper_cpu() -> float:
    """Milliseconds of processor for a report, made in a child of a warm worker."""
    from reports import papers  # noqa: PLC0415 # heavy: no web process has it

    related = ("company__industry", "unit", "logged_by")
    visit = Visit.objects.held().filter(photos=None).select_related(*related).first()
    assert visit is not None, "every scale has visits"
    document = Document(version=1, created_at=timezone.now())
    papers.warm_up()

    def make() -> None:
        report = visit_report(visit, document)
        html = render_to_string("reports/paper/visit_report.html", {"report": report})
        pictures = {"qr": encoded(qr_png(report.verify_url))}
        run_forked("reports.papers.render_plain", html, pictures)

    with translation.override("zh-hans"):
        make()
        started = with_children()
        for _ in range(PAPERS):
            make()
        return (with_children() - started) * 1000 / PAPERS


def with_children() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system

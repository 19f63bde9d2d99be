"""The hands that write rows: what the services would have left, by the thousand."""

from dataclasses import replace
from datetime import date, datetime
from random import Random

from django.db import connection

from crm.demo.county import County
from crm.demo.rows import row_of
from crm.models import Comment, Company, Deadline, Involvement, User
from projects.models import Project
from visits.models import (
    Answer,
    Category,
    Finding,
    FirstDispatch,
    Met,
    Ticket,
    TicketNumber,
    TicketPart,
    Visit,
)
from visits.services import intake
from visits.services.content import Content
from visits.services.projects import about

from . import projects
from .acts import Case
from .bulk_corrections import CorrectionRows
from .bulk_work import WorkRows
from .hands import content_of, people_met
from .story import VisitStory


class BulkHands(WorkRows, CorrectionRows):
    """Knows the rows of every act; a test compares them with those of the services."""

    def __init__(
        self, county: County, random: Random, categories: dict[str, Category]
    ) -> None:
        super().__init__(county, random, categories)
        # In an order in which each row finds what it points to.
        self.rows.follow(
            Visit, Met, Finding, Deadline, Ticket, TicketPart, Answer, Involvement
        )
        self.rows.follow(Comment, FirstDispatch)
        self.begin_ratings()
        self.projects = projects.by_company()
        self.last_visit_on: dict[int, date] = {}
        self.last_on_site: dict[int, date] = {}

    def finish(self) -> None:
        """What is still open, the counters, and when each company was last seen."""
        for sheaf in list(self.open.values()):
            self.put_away(sheaf)
        self.end_ratings()
        self.note_visits()
        self.rows.finish()
        TicketNumber.objects.bulk_create(
            TicketNumber(year=year, last=last)
            for year, last in self.last_number.items()
        )

    def note_visits(self) -> None:
        for model, last in (
            (Company, self.last_visit_on),
            (Project, self.last_on_site),
        ):
            table = connection.ops.quote_name(model._meta.db_table)
            update = f"UPDATE {table} SET last_visit_on = %s WHERE id = %s"
            days = [
                (day.isoformat() if connection.vendor == "sqlite" else day, key)
                for key, day in last.items()
            ]
            with connection.cursor() as cursor:
                cursor.executemany(update, days)

    # --- Visits ----------------------------------------------------------------

    def hold(self, visit: VisitStory, now: datetime) -> list[Case]:
        officer = self.county.users[visit.officer]
        of_company = self.projects.get(self.county.keys[visit.company], ())
        content = content_of(visit, people=people_met(self.county, visit))
        content = replace(content, project=projects.chosen(of_company, visit, now))
        row = self.visit_of(visit, content, officer, now)
        self.rows.add(row)
        self.held_visit = row
        for person in content.met:
            self.rows.add(
                row_of(
                    Met,
                    visit_id=row.pk,
                    name=person.name,
                    title=person.title,
                    contact_id=person.contact,
                )
            )
        findings = self.findings_of(row, visit)
        self.rows.add(*findings)
        self.rows.record(
            officer,
            "visit.held",
            row,
            now,
            {
                "status": row.status,
                "mode": row.mode,
                "day": row.day,
                "for_unit": None,
                "findings": len(findings),
                "photos": len(content.photos),
                **about(row),
            },
            is_public=True,
            personal={"signed_by": content.signed_by} if content.signed_by else None,
        )
        self.last_visit_on[row.company_id] = row.day
        if row.project_id:
            self.last_on_site[row.project_id] = row.day
        cases = [
            self.raise_from(finding, told, visit.company, row, officer, now)
            for finding, told in zip(findings, visit.findings, strict=True)
            if told.result == Finding.Result.TICKET
        ]
        self.rows.flush_if_full()
        return cases

    def visit_of(
        self, visit: VisitStory, content: Content, officer: User, now: datetime
    ) -> Visit:
        key = self.county.keys[visit.company]
        row = row_of(Visit, company_id=key, created_at=now)
        intake.set_words(row, content)
        row.project_id = content.project
        row.uuid = self.new_uuid()
        row.logged_by_id, row.unit_id = officer.pk, intake.unit_of(officer)
        row.content_hash = intake.Sending(
            uuid=row.uuid, company=row.company_id, content=content
        ).hash
        row.status, row.held_at = Visit.Status.HELD.value, now
        return row

    def findings_of(self, row: Visit, visit: VisitStory) -> list[Finding]:
        return [
            row_of(
                Finding,
                visit_id=row.pk,
                key=str(order - 1),
                order=order,
                category_id=self.categories[told.category].pk,
                symptom=told.symptom,
                cause=told.cause,
                wish=told.wish,
                result=told.result,
                answer=told.answer,
            )
            for order, told in enumerate(visit.findings, start=1)
        ]

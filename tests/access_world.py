"""Two counties with one of everything: what the access table is tried on."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from crm.models import (
    Absence,
    Attachment,
    Comment,
    Delivery,
    Document,
    Grant,
    Robot,
    StandIn,
    StoredFile,
    User,
    WorkNote,
)
from crm.services import deadlines
from projects.models import (
    KeyListing,
    LampRule,
    MilestoneMaterial,
    OfficialStatus,
    ProgressNote,
    ProjectLiaison,
)
from projects.services import (
    agencies,
    life,
    links,
    milestones,
    official,
    sessions,
    templates,
)
from tests.access_confirming import make_confirming
from tests.access_ratings import People, make_ratings
from tests.factories import (
    NOON,
    CategoryFactory,
    ContactFactory,
    DepartmentFactory,
    GrantFactory,
    ProjectFactory,
    TagFactory,
    TemplateFactory,
    UserFactory,
    VisitFactory,
)
from visits.models import (
    Decision,
    DispatchBatch,
    EscalationRule,
    Finding,
    IntakeConflict,
    StatementRequest,
    VisitPhoto,
    VisitVersion,
)
from visits.models.escalation_rules import Level
from visits.services import (
    complaints,
    directives,
    drafts,
    escalations,
    meetings,
    requests,
    tickets,
)
from visits.services.content import content_of

ABSENT = 987654321
NOBODY = "00000000-0000-4000-8000-000000000000"
# In every text of the own records, so that a leak is seen in any answer.
MARK = "恒润"
INTERNAL = "仅供内部"
# Of a complaint: for the supervisor and whoever made it, and for nobody else.
COMPLAINT = "前后跑了五趟紫荆花"
COMPLAINANT = "慕容雪"


@dataclass
class Records:
    """One of everything at one company; `ids` fills the places of an address."""

    company: object
    ids: dict[str, dict[str, object]] = field(default_factory=dict)


def stored(company, user, kind="photo"):
    name = default_storage.save(
        "stored/x.jpg", ContentFile(b"\xff\xd8\xff" + b"x" * 40)
    )
    return StoredFile.objects.create(
        kind=kind,
        state="stored",
        company=company,
        size=43,
        mime="image/jpeg",
        received_sha256="1" * 64,
        stored_sha256="2" * 64,
        stored_name=name,
        report_name=name,
        uploaded_by=user,
        uploaded_at=NOON,
    )


def subject(record):
    return {"subject_type": record._meta.label_lower, "subject_id": record.pk}


def hang(record, company, user, is_internal):
    """An internal or a public file with its comment on a record."""
    comment = Comment.objects.create(
        **subject(record),
        company=company,
        author=user,
        text=INTERNAL if is_internal else "对外说明",
        is_internal=is_internal,
        created_at=NOON,
    )
    file = stored(company, user, "attachment")
    Attachment.objects.create(
        **subject(record), comment=comment, file=file, is_internal=is_internal
    )
    return file


def make_records(company, officer, unit, dispatcher, handler):
    """A company's contact, visits, tickets, files and papers."""
    visit = VisitFactory(held=True, company=company, logged_by=officer, note=INTERNAL)
    ticket = make_ticket(visit, officer, unit, dispatcher)
    paper = hang(company, company, officer, True)
    people = People(officer, unit, dispatcher, handler)
    ids = {
        "company": {"pk": company.pk},
        "company-role": {"pk": company.pk, "role": "a"},
        "company-file": {"pk": company.pk, "uuid": paper.uuid},
        "invitation": {"pk": company.pk, "link_pk": ABSENT},
        **make_ratings(company, stored(company, handler, "attachment"), people),
        "visit-request": {"pk": ask_for_visit(company).pk},
        "ticket-draft": {"pk": keep_draft(company).pk},
        "absence": {"pk": make_absence(officer).pk},
        # Of the dispatch of what he raised.
        "notice": {"pk": officer.notices.latest("pk").pk},
        **make_handover(handler),
        **make_project(company, officer, unit, dispatcher),
        **make_complaint(company, handler),
        **hang_on_visit(visit, company, officer),
        **hang_on_ticket(ticket, company, handler),
        **make_confirming(company, officer, unit, dispatcher, handler),
        **lead(ticket, unit, handler),
        **take_higher(ticket, dispatcher),
        "batch": {"pk": make_batch(ticket, dispatcher).pk},
    }
    return Records(company, ids)


def make_batch(ticket, dispatcher):
    """Of one ticket, which was refused."""
    batch = DispatchBatch.objects.create(
        started_by=dispatcher, started_at=NOON, finished_at=NOON, total=1
    )
    batch.rows.create(ticket=ticket, version=1, state="refused", refusal=MARK)
    return batch


def site_photo(project, officer):
    """On a note of progress: the company sees it too."""
    note = ProgressNote.objects.create(
        project=project, on=NOON, percent=40, noted_by=officer, noted_at=NOON
    )
    file = stored(project.company, officer, "attachment")
    Attachment.objects.create(**subject(note), file=file, is_internal=False)
    return file.uuid


def make_project(company, officer, unit, dispatcher):
    """With an item and its material, a blocker, a request and a photo."""
    project = ProjectFactory(name=f"{company.name[:2]}扩建项目", company=company)
    ProjectLiaison.objects.create(
        project=project, role="A", officer=officer, started_on=NOON.date()
    )
    listing = KeyListing.objects.create(
        project=project, kind="entry", reason=MARK, asked_by=officer, asked_at=NOON
    )
    template = TemplateFactory(items={"filing": (unit, 3, [])})
    milestones.start_approvals(project, actor=dispatcher, template=template, now=NOON)
    item = project.milestones.get()
    sample = stored(company, officer, "attachment")
    material = MilestoneMaterial.objects.create(
        milestone=item, name="申请表", sample=sample
    )
    agency = agencies.ask_for_agency(project, actor=officer, stages=[1], now=NOON)
    link, _token = links.make_link(project, actor=officer, label="银行", now=NOON)
    values = {"kind": "land", "text": INTERNAL, "since": NOON.date()}
    called = make_session(project, officer, unit)
    blocker = life.report_blocker(project, actor=officer, values=values, now=NOON)
    photo = hang(project, company, officer, False)
    status = OfficialStatus.objects.create(
        milestone=item, state=1, on=NOON.date(), read_by=dispatcher, read_at=NOON
    )
    upload = official.keep_statuses([], actor=dispatcher, name=MARK, now=NOON)
    return {
        "card": {"card": f"listing-{listing.pk}", "act": "refuse"},
        "statuses": {"pk": upload.pk},
        "official-status": {"pk": project.pk, "status_pk": status.pk},
        "project": {"pk": project.pk},
        "agency": {"pk": agency.pk, "act": "draw-up"},
        "agency-alone": {"pk": agency.pk},
        "session": {"pk": called.pk},
        "session-line": {"pk": called.lines.get().pk},
        "project-link": {"pk": project.pk, "link_pk": link.pk},
        "sample": {"pk": project.pk, "uuid": sample.uuid},
        "timeline-paper": {"pk": project.pk, "kind": "timeline"},
        "project-file": {"pk": project.pk, "uuid": photo.uuid},
        "project-photo": {"pk": project.pk, "uuid": site_photo(project, officer)},
        "blocker": {"pk": blocker.pk},
        "milestone": {"pk": item.pk},
        "milestone-act": {"pk": item.pk, "act": "prepare"},
        "material": {"pk": item.pk, "material_pk": material.pk},
    }


def make_session(project, officer, unit):
    """To which one department is called."""
    plan = sessions.Plan(
        topic=f"{project.name[:2]}现场会", day=NOON.date(), place="工地", chair=officer
    )
    return sessions.call_session(
        project, actor=officer, plan=plan, departments=[unit], now=NOON
    )


def hang_on_visit(visit, company, officer):
    """A photo, an older version and a paper; a contact and a plan beside it."""
    contact = ContactFactory(company=company, name=f"{company.name[:2]}经理")
    plan = VisitFactory(company=company, logged_by=officer)
    photo = VisitPhoto.objects.create(
        visit=visit, sha256="1" * 64, order=1, file=stored(company, officer)
    )
    visit.signature = stored(company, officer, "signature")
    visit.save()
    conflict = make_history(visit, officer)
    document = make_paper(visit)
    return {
        "contact": {"pk": contact.pk},
        "visit": {"pk": visit.pk},
        "plan": {"pk": plan.pk},
        "photo": {"pk": visit.pk, "uuid": photo.file.uuid},
        "version": {"pk": visit.pk, "number": 1},
        "conflict": {"pk": visit.pk, "conflict_pk": conflict.pk},
        "document": {"number": document.number},
    }


def make_history(visit, officer):
    """An older version of the visit, and a copy of it that differed."""
    VisitVersion.objects.create(
        visit=visit,
        version=1,
        content=content_of(visit).as_json(),
        replaced_by=officer,
        replaced_at=NOON,
    )
    return IntakeConflict.objects.create(
        visit=visit,
        content=content_of(visit).as_json(),
        content_hash="3" * 64,
        received_at=NOON,
    )


def make_paper(visit):
    return Document.objects.create(
        kind="visit_report",
        **subject(visit),
        version=1,
        company=visit.company,
        state="ready",
        stored_name=default_storage.save("documents/x.pdf", ContentFile(b"%PDF-1.7")),
        sha256="4" * 64,
        created_at=NOON,
        ready_at=NOON,
    )


def make_ticket(visit, officer, unit, dispatcher):
    """Of a finding of the visit, dispatched to the unit."""
    labour = CategoryFactory()
    finding = Finding.objects.create(
        visit=visit, key="1", order=1, category=labour, symptom="缺人", result="ticket"
    )
    ticket = tickets.raise_from_finding(finding, actor=officer, now=NOON)
    return tickets.dispatch_ticket(ticket, actor=dispatcher, lead=unit, now=NOON)


def hang_on_ticket(ticket, company, handler):
    """A public and an internal file."""
    public, internal = (
        hang(ticket, company, handler, is_internal) for is_internal in (False, True)
    )
    part = ticket.parts.get(is_lead=True)
    return {
        "ticket": {"pk": ticket.pk},
        "ticket-kind": {"pk": ticket.pk, "kind": "solve"},
        "ticket-part": {"pk": ticket.pk, "part": part.pk},
        "ticket-file": {"pk": ticket.pk, "uuid": internal.uuid},
        "ticket-public-file": {"pk": ticket.pk, "uuid": public.uuid},
    }


def lead(ticket, unit, handler):
    """What the leader of the county says, takes on and decides."""
    leader = leader_of(unit.region)
    # Lists show these words: of the foreign county they are its own.
    is_own = ticket.company.name.startswith(MARK)
    words = MARK + INTERNAL if is_own else ticket.company.name
    told = {"actor": leader, "department": unit, "now": NOON}
    about = directives.About(ticket=ticket)
    directive = directives.give_directive(about, text=words, **told)
    answered = directives.give_directive(about, text=words, **told)
    answer = {"actor": handler, "text": words, "now": NOON}
    directives.answer_directive(answered, **answer)
    file = stored(None, handler, "attachment")
    given = subject(answered.answers.get())
    Attachment.objects.create(**given, file=file, is_internal=True)
    return {
        "directive": {"pk": directive.pk},
        "directive-answered": {"pk": answered.pk},
        "directive-file": {"pk": answered.pk, "uuid": file.uuid},
        "decision": {"pk": decision_of(ticket, leader).pk},
        "adoption": {"pk": directives.adopt(ticket, actor=leader, now=NOON).pk},
        **make_meeting(ticket, leader, unit, words),
    }


def decision_of(ticket, leader):
    """Of a moment ago: it can be taken back for years."""
    return Decision.objects.create(
        card=f"extension-{ticket.pk}",
        subject_type="visits.ticket",
        subject_id=ticket.pk,
        company=ticket.company,
        leader=leader,
        act="grant",
        taken_at=NOON,
        effective_at=NOON + timedelta(days=36500),
    )


def leader_of(region):
    """Of the county; the foreign one has its own."""
    held = Grant.objects.filter(role="leader", region=region).first()
    if held is not None:
        return held.user
    unit = DepartmentFactory(code="far-office", region=region)
    user = UserFactory(login="farleader", department=unit)
    GrantFactory(user=user, role="leader", region=region)
    return user


def make_meeting(ticket, leader, unit, words):
    """One of a series, with a matter and a task."""
    plan = {
        "place": words, "at": NOON.time(), "chair": leader, "departments": [unit],
    }  # fmt: skip
    rule = meetings.Rule(
        name=words, rhythm="weekly", weekday=2, first_on=NOON.date(), **plan
    )
    series = meetings.begin_series(actor=leader, rule=rule, now=NOON)
    meeting = series.meetings.get()
    item = meetings.add_item(meeting, actor=leader, ticket=ticket, now=NOON)
    given = meetings.give_task(
        meeting, actor=leader, department=unit, text=words, days=3, now=NOON
    )
    return {
        "meeting-series": {"pk": series.pk},
        "meeting": {"pk": meeting.pk},
        "agenda-item": {"pk": item.pk},
        "meeting-task": {"pk": given.pk},
    }


def take_higher(ticket, dispatcher):
    """To the unit's head; where there is none, to the chief leader."""
    escalation_rule()
    reason = f"{ticket.company.name[:2]}的事无人牵头"
    one = escalations.raise_by_hand(
        ticket, actor=dispatcher, level=Level.HEAD, reason=reason, now=NOON
    )
    return {
        "escalation": {"pk": one.pk},
        "escalate": {"kind": "ticket", "pk": ticket.pk},
    }


def escalation_rule():
    """As shipped; a test that really commits leaves the tables empty."""
    values = {"name": "人工提级", "trigger": "hand", "level": Level.HEAD}
    return EscalationRule.objects.get_or_create(key="by_hand", defaults=values)[0]


def ask_for_visit(company):
    owner = company.grants.get(role="owner").user
    return requests.ask_for_visit(
        company, actor=owner, wish=f"{company.name[:2]}约访", now=NOON
    )


def keep_draft(company):
    owner = company.grants.get(role="owner").user
    return drafts.save_draft(
        actor=owner,
        company=company,
        values={"text": f"{company.name[:2]}草稿"},
        client_key=uuid.uuid4(),
        now=NOON,
    )


def make_complaint(company, accused):
    """By the company about a handler; the head of his unit is asked for a statement."""
    owner = company.grants.get(role="owner").user
    is_own = company.name.startswith(MARK)
    text, name = (COMPLAINT, COMPLAINANT) if is_own else (company.name, company.name)
    complaint = complaints.file_complaint(
        complaints.Matter(category="shifting", text=text, accused=accused),
        complainant=complaints.Complainant(user=owner, company=company, name=name),
        now=NOON,
    ).complaint
    for supervisor in complaints.supervisors_of(complaint, NOON.date()):
        complaints.acknowledge_complaint(complaint, actor=supervisor, now=NOON)
    file = stored(None, owner, "attachment")
    Attachment.objects.create(**subject(complaint), file=file)
    heads = accused.department.users.filter(grants__role="unit_head")
    request = StatementRequest.objects.create(
        complaint=complaint,
        unit=accused.department,
        asked_of=heads.first() or accused,
        question="请说明有关情况。",
        asked_by=accused,
        asked_at=NOON,
        answer_by=begun("complaint_statement"),
    )
    return {
        "complaint": {"pk": complaint.pk},
        "complaint-file": {"pk": complaint.pk, "uuid": file.uuid},
        "statement": {"pk": request.pk},
    }


@transaction.atomic
def begun(kind):
    return deadlines.start(kind, 5, started_on=NOON.date())


def make_handover(handler):
    """The handler goes away, and the head of the unit is B."""
    unit = handler.department
    head = User.objects.filter(department=unit, grants__role="unit_head").first()
    if head is None:
        head = UserFactory(department=unit)
        GrantFactory(user=head, role="unit_head", department=unit)
    pair = StandIn.objects.create(
        handler=handler, stand_in=head, department=unit, started_on=NOON
    )
    absence = make_absence(handler)
    note = WorkNote.objects.create(absence=absence, stand_in=head, listed_at=NOON)
    return {
        "stand-in": {"pk": handler.pk},
        "pair": {"pk": pair.pk},
        "work-note": {"pk": absence.pk, "note_pk": note.pk},
    }


def make_absence(officer):
    return Absence.objects.create(
        officer=officer,
        kind="leave",
        starts_on=date(2030, 1, 7),
        ends_on=date(2030, 1, 8),
        created_by=officer,
        created_at=NOON,
    )


def make_world(cast):
    """The own and the foreign records; the foreign ones have their own department."""
    TagFactory()
    far = DepartmentFactory(code="far", name="邻县人社局", region=cast.elsewhere)
    faraway = UserFactory(login="faraway", department=far)
    GrantFactory(user=faraway, role="handler", department=far)
    own = make_records(cast.company, cast.olga, cast.bureau, cast.dora, cast.hana)
    foreign = make_records(cast.foreign, cast.oleg, far, cast.dirk, faraway)
    from tests.access_cases import make_case  # they need what stands here
    from tests.access_orders import make_everywhere

    make_everywhere(cast, own, foreign, far, faraway)
    make_case(own, cast.bureau, cast.dora)
    make_case(foreign, far, cast.dirk)
    category = CategoryFactory()
    places = {
        "department": {"pk": cast.other_bureau.pk},
        "region": {"pk": cast.elsewhere.pk},
        "person": {"pk": cast.tom.pk},
        "grant": {"pk": Grant.objects.get(user=cast.tom).pk},
        "category": {"pk": category.pk},
        "lamp-rule": {"pk": lamp_rule().pk},
        "escalation-rule": {"pk": escalation_rule().pk},
        **make_templates(cast.sven, cast.bureau),
        "year": {"year": 2026},
        "token": {"token": "x" * 43},
        "code": {"key": NOBODY},
        "name": {"name": "list"},
        **make_robot(cast.bureau),
    }
    own.ids.update(places)
    return own, foreign


def make_templates(sven, unit):
    """A version in use with an example, a draft of the next, and a file."""
    template = TemplateFactory(items={"filing": (unit, 3, [])})
    item, file = template.items.get(), stored(None, sven, "attachment")
    item.materials.create(name="申请表", sample=file)
    draft = templates.new_version(template, actor=sven, now=NOON)
    upload = templates.keep_upload([], actor=sven, name="x", now=NOON)
    return {
        "template": {"pk": template.pk},
        "template-export": {"pk": template.pk, "form": "json"},
        "template-item": {"pk": template.pk, "item_pk": item.pk},
        "template-sample": {"pk": template.pk, "uuid": file.uuid},
        "draft": {"pk": draft.pk},
        "draft-item": {"pk": draft.pk, "item_pk": draft.items.get().pk},
        "upload": {"pk": upload.pk},
    }


def make_robot(unit):
    """With a word that it could not say."""
    robot = Robot.objects.create(
        service="wecom", name="工作群", department=unit, host="127.0.0.1", token="x" * 9
    )
    delivery = Delivery.objects.create(
        channel="robot",
        robot=robot,
        message_id="<1@liaison>",
        state="dead",
        error="timeout",
        next_at=NOON,
        created_at=NOON,
        settled_at=NOON,
    )
    return {"robot": {"pk": robot.pk}, "delivery": {"pk": delivery.pk}}


def lamp_rule():
    """As shipped; a test that really commits leaves the tables empty."""
    rule, _ = LampRule.objects.get_or_create(kind="step", defaults={"red": 3})
    return rule


def absent(ids):
    """The same address for a record that does not exist."""
    changed = {"pk": ABSENT, "uuid": NOBODY, "card": f"listing-{ABSENT}"}
    if "number" in ids and "pk" not in ids:
        changed["number"] = "ABCDEFGH2345"
    return {key: changed.get(key, value) for key, value in ids.items()}


def every_url(resolver=None, space=""):
    """Names of all addresses of the site."""
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from every_url(one, inner)
        elif isinstance(one, URLPattern):
            yield f"{space}{one.name}"

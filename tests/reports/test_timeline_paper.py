"""A project's timeline on A3 and as a picture: whose eyes it is drawn for."""

from io import BytesIO

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse
from PIL import Image

from crm.lib.errors import DomainError
from crm.models import Document
from projects.models import Milestone, ProjectLiaison
from projects.services import milestones
from reports import services
from tests.factories import (
    NOON,
    CategoryFactory,
    ProjectFactory,
    TemplateFactory,
    VisitFactory,
)
from tests.reports.test_visit_report import words_of
from visits.services.tickets import raise_ticket

pytestmark = pytest.mark.usefixtures("at_noon")


@pytest.fixture
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def project(cast):
    """Begun today, with a visit and a ticket that hana's bureau does not see."""
    made = ProjectFactory(
        name="𠮷祥织造项目", company=cast.company, lead_department=cast.bureau
    )
    ProjectLiaison.objects.create(
        project=made, role="A", officer=cast.olga, started_on=NOON.date()
    )
    template = TemplateFactory(
        items={"site": (cast.bureau, 7, []), "permit": (cast.bureau, 5, ["site"])}
    )
    milestones.start_approvals(made, actor=cast.dora, template=template, now=NOON)
    VisitFactory(company=cast.company, project=made, logged_by=cast.olga, held=True)
    CategoryFactory()
    raise_ticket(
        actor=cast.olga, company=cast.company, text="…", title="临电", project=made
    )
    return made


@pytest.fixture
def without_worker(monkeypatch):
    queued = []
    monkeypatch.setattr(services, "enqueue", lambda *args, **when: queued.append(args))
    return queued


def ask(project, actor, kind="timeline"):
    return services.request_timeline(project, kind, actor=actor, now=NOON)


def body_of(document):
    document.refresh_from_db()
    with default_storage.open(document.stored_name) as file:
        return file.read()


@pytest.mark.slow
def test_the_paper_shows_what_its_reader_may_see(cast, project):
    own, theirs = (
        words_of(body_of(ask(project, who))) for who in (cast.olga, cast.hana)
    )
    for words in [
        "𠮷祥织造项目",
        "事项site",
        "恒润纺织",
        "截至2026-03-18",
        "走访1",
        "临电",
    ]:
        assert words in own
    assert "事项site" in theirs
    assert "走访" not in theirs
    assert "临电" not in theirs
    paper = Document.objects.get(created_by=cast.olga)
    assert (paper.pages, paper.warnings) == (1, [])


@pytest.mark.slow
def test_rows_go_on_over_as_many_sheets_as_needed(cast, project):
    for n in range(60):
        Milestone.objects.create(
            project=project,
            key=f"more-{n}",
            name=f"事项{n}号",
            department=cast.bureau,
            stage=5,
            order=n,
            attempt_from=NOON.date(),
        )
    paper = ask(project, cast.olga)
    text = words_of(body_of(paper))
    paper.refresh_from_db()
    assert paper.pages == 3
    assert all(f"事项{n}号" in text for n in range(60))


@pytest.mark.slow
def test_the_picture_is_a_png_as_wide_as_a_sheet_is_sharp(cast, project):
    paper = ask(project, cast.olga, "timeline_png")
    picture = Image.open(BytesIO(body_of(paper)))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(420 / 25.4 * 144, abs=2)
    assert paper.stored_name.endswith(".png")


def test_asking_twice_is_one_paper_and_each_reader_has_his_own(
    cast, project, without_worker
):
    first = ask(project, cast.olga)
    assert ask(project, cast.olga) == first
    other = ask(project, cast.dora)
    assert (other.version, first.version) == (2, 1)
    assert len(without_worker) == 2


def test_one_person_waits_for_one_paper_at_a_time(cast, project, without_worker):
    ask(project, cast.olga)
    with pytest.raises(DomainError, match="还在生成"):
        ask(project, cast.olga, "timeline_png")
    Document.objects.update(state="failed")
    ask(project, cast.olga, "timeline_png")


@pytest.mark.parametrize("kind", ["timeline", "timeline_png"])
def test_the_buttons_lead_to_the_paper_and_its_file(
    cast, project, as_user, without_worker, kind
):
    client = as_user(cast.otto)
    page = client.get(reverse("projects:timeline", args=[project.pk]))
    address = reverse("reports:make-timeline", args=[project.pk, kind])
    assert address in page.content.decode()
    answer = client.post(address)
    paper = Document.objects.get()
    assert answer["Location"] == reverse("reports:paper", args=[paper.number])
    assert "<progress" in client.get(answer["Location"]).content.decode()
    services.keep_document(paper, body=b"made", pages=1, warnings=[])
    file = reverse("reports:document", args=[paper.number])
    assert file in client.get(answer["Location"]).content.decode()
    taken = client.get(file)
    assert b"".join(taken.streaming_content) == b"made"
    mime = {"timeline": "application/pdf", "timeline_png": "image/png"}[kind]
    assert taken["Content-Type"] == mime


def test_nobody_reads_what_was_drawn_for_another(
    cast, project, as_user, without_worker
):
    """Not even who sees the project: the marks on it are the other's."""
    paper = ask(project, cast.olga)
    services.keep_document(paper, body=b"made", pages=1, warnings=[])
    for who in (cast.dora, cast.hana, cast.otto, cast.omar, cast.sven):
        for name in ("document", "paper"):
            page = reverse(f"reports:{name}", args=[paper.number])
            assert as_user(who).get(page).status_code == 404


def test_who_loses_the_project_loses_its_papers(cast, project, as_user, without_worker):
    paper = ask(project, cast.hana)
    services.keep_document(paper, body=b"made", pages=1, warnings=[])
    page = reverse("reports:document", args=[paper.number])
    assert as_user(cast.hana).get(page).status_code == 200
    project.parts.update(is_open=False)
    assert as_user(cast.hana).get(page).status_code == 404


def test_a_failed_paper_is_tried_again(cast, project, as_user, without_worker):
    paper = ask(project, cast.otto)
    services.fail_document(paper, reason="ChildTimeoutError")
    page = reverse("reports:paper", args=[paper.number])
    assert "重新生成" in as_user(cast.otto).get(page).content.decode()
    as_user(cast.otto).post(page)
    paper.refresh_from_db()
    assert paper.state == Document.State.QUEUED
    assert without_worker[-1] == ("reports.jobs.make_timeline", paper.pk)


def test_the_public_page_says_what_kind_it_is(cast, project, client, without_worker):
    paper = ask(project, cast.olga)
    services.keep_document(paper, body=b"made", pages=1, warnings=[])
    page = client.get(reverse("reports:verify", args=[paper.number])).content.decode()
    assert "项目时间线" in page
    assert "织造" not in page


def test_an_unknown_kind_is_not_there(cast, project, as_user):
    address = reverse("reports:make-timeline", args=[project.pk, "visit_report"])
    assert as_user(cast.olga).post(address).status_code == 404

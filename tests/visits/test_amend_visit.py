"""An officer puts his visit right: every version is kept, tickets stay."""

from dataclasses import replace

import pytest
from django.core.exceptions import PermissionDenied

from crm.lib.errors import DomainError, StaleVersion
from crm.models import Event
from tests.factories import NOON, VisitFactory
from visits.models import IntakeConflict, Visit
from visits.services import intake
from visits.services import visits as services
from visits.services.content import Content, Heard, Person, content_of

from .conftest import picture, sha

pytestmark = pytest.mark.usefixtures("at_noon", "category")


def heard(key="a", **changes):
    said = {"category": "labour", "symptom": "招工难", "result": "ticket"}
    return Heard(key=key, **(said | changes))


def words(**changes):
    said = {"mode": "onsite", "purpose": "了解用工", "starts_at": NOON}
    said |= {"met": (Person(name="王经理"),), "findings": (heard(),)}
    return Content(**(said | changes))


@pytest.fixture
def visit(cast):
    from uuid import uuid4

    sending = intake.Sending(uuid=uuid4(), company=cast.company.pk, content=words())
    return intake.receive(sending, actor=cast.olga).visit


def amend(visit, actor, content, version=1, **options):
    return services.amend_visit(
        visit, actor=actor, version=version, content=content, reason="记错了", **options
    )


def test_the_old_words_are_kept_as_a_version(cast, visit):
    old = content_of(visit)
    amend(visit, cast.olga, words(note="补记", met=(Person(name="李厂长"),)))
    visit.refresh_from_db()
    assert (visit.note, visit.version) == ("补记", 2)
    assert [one.name for one in visit.met.all()] == ["李厂长"]
    kept = visit.versions.get()
    assert (kept.version, kept.reason, kept.replaced_by) == (1, "记错了", cast.olga)
    assert Content.from_json(kept.content) == old
    event = Event.objects.get(action="visit.amended")
    assert event.changes["fields"] == [None, ["note", "met"]]


def test_the_same_words_change_nothing(cast, visit):
    amend(visit, cast.olga, content_of(visit))
    visit.refresh_from_db()
    assert visit.version == 1
    assert not visit.versions.exists()


def test_a_finding_left_out_is_withdrawn_not_deleted(cast, visit):
    amend(visit, cast.olga, words(findings=(heard(), heard("b", result="noted"))))
    amend(visit, cast.olga, words(), version=2)
    gone = visit.findings.get(key="b")
    assert gone.withdrawn_at == NOON
    assert [one.key for one in content_of(visit).findings] == ["a"]


def test_a_finding_that_is_a_ticket_stays(cast, visit):
    for findings in [(), (heard(result="noted"),)]:
        with pytest.raises(DomainError) as refused:
            amend(visit, cast.olga, words(findings=findings))
        assert refused.value.code == "finding_has_ticket"
    assert visit.tickets.count() == 1


def test_a_new_ticket_may_come_of_an_amendment(cast, visit):
    amend(visit, cast.olga, words(findings=(heard(), heard("b"))))
    assert visit.tickets.count() == 2


def test_photos_and_signature_stay(cast, phone, visit_json):
    photo = picture()
    phone(cast.olga, visit_json(photos=[sha(photo)], signed_by="王"), photo)
    visit = Visit.objects.get()
    amend(visit, cast.olga, words(findings=()))
    visit.refresh_from_db()
    assert visit.photos.count() == 1
    assert visit.signed_by == "王"


def test_a_photo_can_be_taken_out_and_brought_back(cast, phone, visit_json):
    first, second = picture(), picture(colour="red")
    hashes = [sha(first), sha(second)]
    phone(cast.olga, visit_json(photos=hashes), first, second)
    visit = Visit.objects.get()
    amend(visit, cast.olga, words(findings=()), without=hashes[:1])
    assert [one.sha256 for one in visit.photos.shown()] == hashes[1:]
    assert visit.versions.get(version=1).content["photos"] == hashes
    visit.refresh_from_db()
    amend(visit, cast.olga, words(findings=(), photos=tuple(hashes)), version=2)
    assert {one.sha256 for one in visit.photos.shown()} == set(hashes)


def test_a_stale_version_is_refused(cast, visit):
    amend(visit, cast.olga, words(note="一"))
    with pytest.raises(StaleVersion):
        amend(visit, cast.olga, words(note="二"))


@pytest.mark.parametrize("who", ["bela", "oleg", "dora", "maria", "axel", "otto"])
def test_only_who_logged_it_amends(cast, visit, who):
    with pytest.raises(PermissionDenied):
        amend(visit, getattr(cast, who), words(note="x"))


def test_a_plan_is_not_amended(cast):
    plan = VisitFactory(company=cast.company, logged_by=cast.olga)
    with pytest.raises(DomainError):
        amend(plan, cast.olga, words())


def test_an_amended_visit_does_not_move_into_the_future(cast, visit):
    with pytest.raises(DomainError):
        amend(visit, cast.olga, words(starts_at=NOON.replace(day=19)))


def form_of(visit, **changes):
    said = {"mode": "onsite", "purpose": "了解用工", "starts_at": "2026-03-18T12:00"}
    said |= {"met_names": "王经理", "reason": "补充", "version": visit.version}
    said |= {f"findings.0.{name}": "" for name in ("cause", "wish", "answer")}
    said |= {"findings.0.key": "a", "findings.0.category": "labour"}
    said |= {"findings.0.symptom": "招工难", "findings.0.result": "ticket"}
    return said | changes


def test_the_page_amends_and_shows_the_version(cast, as_user, visit):
    client, url = as_user(cast.olga), f"/visits/{visit.pk}/amend/"
    assert "招工难" in client.get(url).content.decode()
    assert client.post(url, form_of(visit, note="后来补的")).status_code == 302
    old = client.get(f"/visits/{visit.pk}/versions/1/")
    assert "补充" in old.content.decode()
    page = client.get(f"/visits/{visit.pk}/").content.decode()
    assert "后来补的" in page


def test_what_was_not_touched_does_not_differ(cast, as_user, visit):
    """A browser ends the lines of a text in its own way."""
    amend(visit, cast.olga, words(note="一\n二"))
    sent = form_of(visit, note="一\r\n二", purpose="另一件事", version=2)
    url = f"/visits/{visit.pk}/amend/"
    assert as_user(cast.olga).post(url, sent).status_code == 302
    event = Event.objects.filter(action="visit.amended").latest("pk")
    assert event.changes["fields"][1] == ["purpose"]
    assert Visit.objects.get(pk=visit.pk).note == "一\n二"


def test_the_page_adds_photos(cast, as_user, visit):
    from django.core.files.uploadedfile import SimpleUploadedFile

    photo = SimpleUploadedFile("x.jpg", picture())
    sent = form_of(visit) | {"photos": photo}
    assert (
        as_user(cast.olga).post(f"/visits/{visit.pk}/amend/", sent).status_code == 302
    )
    assert visit.photos.get().file.state == "stored"
    visit.refresh_from_db()
    assert visit.version == 2


@pytest.mark.slow
def test_the_page_takes_a_photo_out(cast, as_user, phone, visit_json):
    photo = picture()
    phone(cast.olga, visit_json(photos=[sha(photo)]), photo)
    visit, client = Visit.objects.get(), as_user(cast.olga)
    url = f"/visits/{visit.pk}/amend/"
    assert f'value="{sha(photo)}"' in client.get(url).content.decode()
    sent = form_of(visit, without=sha(photo))
    refused = client.post(url, sent | {"reason": ""})
    assert (refused.status_code, visit.photos.shown().count()) == (422, 1)
    assert f'value="{sha(photo)}" checked' in refused.content.decode()
    assert client.post(url, sent).status_code == 302
    assert not visit.photos.shown().exists()
    link = f"/visits/{visit.pk}/photos/"
    assert link not in client.get(f"/visits/{visit.pk}/").content.decode()
    # The older version shows it, and that the next one differs.
    old = client.get(f"/visits/{visit.pk}/versions/1/").content.decode()
    assert link in old
    assert "有差异" in old


def test_a_stale_page_is_409_with_both(cast, as_user, visit):
    sent = form_of(visit, note="我的")
    amend(visit, cast.olga, words(note="先到的"))
    page = as_user(cast.olga).post(f"/visits/{visit.pk}/amend/", sent)
    assert page.status_code == 409
    assert "我的" in page.content.decode()
    assert "先到的" in page.content.decode()


def test_a_mistake_comes_back_with_what_was_typed(cast, as_user, visit):
    sent = form_of(visit, purpose="", note="别丢了")
    page = as_user(cast.olga).post(f"/visits/{visit.pk}/amend/", sent)
    assert page.status_code == 422
    assert "别丢了" in page.content.decode()


def test_a_missing_reason_is_listed_with_the_other_mistakes(cast, as_user, visit):
    url, client = f"/visits/{visit.pk}/amend/", as_user(cast.olga)
    for more, listed in [({}, ["reason"]), ({"purpose": ""}, ["reason", "purpose"])]:
        page = client.post(url, form_of(visit, reason="", **more))
        assert page.status_code == 422
        anchors = [one["anchor"] for one in page.context["problems"]]
        assert anchors == [f"f-{name}" for name in listed]
        assert 'id="f-reason"' in page.content.decode()


@pytest.fixture
def conflict(cast, visit):
    other = replace(words(), note="手机上的另一份")
    sending = intake.Sending(uuid=visit.uuid, company=cast.company.pk, content=other)
    return intake.receive(sending, actor=cast.olga).conflict


def test_keeping_leaves_the_visit(cast, visit, conflict):
    services.decide_conflict(conflict, actor=cast.olga, take=False)
    visit.refresh_from_db()
    assert (visit.note, visit.version) == ("", 1)
    assert IntakeConflict.objects.get().decision == "kept"


def test_taking_amends_and_makes_the_content_known(cast, visit, conflict):
    services.decide_conflict(conflict, actor=cast.dora, take=True)
    visit.refresh_from_db()
    assert (visit.note, visit.version) == ("手机上的另一份", 2)
    assert intake.is_known(visit, conflict.content_hash)
    with pytest.raises(DomainError):
        services.decide_conflict(conflict, actor=cast.olga, take=False)


def test_a_taken_content_brings_its_photo(cast, phone, visit_json):
    photo, sent = picture(), visit_json()
    phone(cast.olga, sent)
    phone(cast.olga, sent | {"photos": [sha(photo)]}, photo)
    conflict = IntakeConflict.objects.get()
    services.decide_conflict(conflict, actor=cast.olga, take=True)
    assert Visit.objects.get().photos.get().file.received_sha256 == sha(photo)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("olga", 200),
        ("dora", 200),
        ("bela", 403),
        ("maria", 403),
        ("axel", 403),
        ("oleg", 404),
        ("otto", 404),
        ("dirk", 404),
    ],
)
def test_who_decides(cast, as_user, visit, conflict, who, status):
    url = f"/visits/{visit.pk}/conflicts/{conflict.pk}/"
    client = as_user(getattr(cast, who))
    page = client.get(url)
    assert page.status_code == status
    assert ("手机上的另一份" in page.content.decode()) == (status == 200)
    assert client.post(url, {"decision": "kept"}).status_code == (
        302 if status == 200 else status
    )

"""代办: asked for, drawn up, signed, stopped or finished, by the two sides."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from PIL import Image

from crm.lib.errors import DomainError, StaleVersion, WrongStatus
from crm.models import Event
from crm.services.attaching import received
from projects.models import Agency, AgencyState
from projects.services import agencies
from projects.services.agencies import Signed
from tests.factories import NOON, GrantFactory, ProjectFactory, UserFactory

S = AgencyState
BUT = {"reason": "材料由企业自办"}


@pytest.fixture(autouse=True)
def no_papers(monkeypatch):
    """Papers are made by `reports`, which has tests of its own."""
    monkeypatch.setattr("reports.listeners.request_agency_paper", lambda *a, **k: None)


def picture(name="signature.png"):
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 90), (0, 0, 0, 0)).save(buffer, "PNG")
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


@pytest.fixture
def asked(cast, project):
    return agencies.ask_for_agency(
        project, actor=cast.otto, stages=[3, 1], wish="人手不够", now=NOON
    )


@pytest.fixture
def go(cast):
    """Bring it so far: `go(agency, S.SIGNED)`."""

    def brought(agency, state):
        olga = {"actor": cast.olga, "now": NOON}
        path = {
            S.DRAFTING: [draw],
            S.TO_SIGN: [draw, agencies.offer],
            S.SIGNED: [draw, agencies.offer, sign],
            S.STOPPING: [draw, agencies.offer, sign, stop],
            S.FINISHING: [draw, agencies.offer, sign, finish],
        }[state]
        for act in path:
            who = cast.otto if act is sign else cast.olga
            agency = act(agency, **{**olga, "actor": who})
        return agency

    def draw(agency, **more):
        return agencies.draw_up(agency, agent=cast.bela, stages=[1], **more)

    def stop(agency, **more):
        return agencies.stop(agency, reason="企业改自办", **more)

    def finish(agency, **more):
        return agencies.finish(agency, reason="四证已发", **more)

    return brought


def sign(agency, *, actor, now=NOON, name="王总"):
    with received([picture()]) as sent:
        return agencies.sign(agency, actor=actor, signed=Signed(name, sent[0]), now=now)


def test_from_asking_to_the_signed_end(cast, asked, go):
    assert asked.stages == [1, 3]
    agency = go(asked, S.FINISHING)
    agency = sign(agency, actor=cast.otto, now=NOON + timedelta(days=9))
    assert agency.state == S.FINISHED
    assert agency.signature_id != agency.end_signature_id
    assert agency.ended_at == NOON + timedelta(days=9)
    steps = Event.objects.filter(action="agency.moved").order_by("pk")
    assert [one.changes["state"][1] for one in steps] == [1, 2, 3, 4, 8, 9]
    assert all(one.is_public for one in steps)
    assert "王总" not in str([one.changes for one in steps])


def test_stopped_with_a_reason_that_both_sides_hold(cast, asked, go):
    agency = sign(go(asked, S.STOPPING), actor=cast.otto)
    assert (agency.state, agency.reason) == (S.STOPPED, "企业改自办")


@pytest.mark.parametrize("state", [S.TO_SIGN, S.STOPPING, S.FINISHING])
def test_the_company_sends_back_what_it_does_not_sign(cast, asked, go, state):
    agency = agencies.send_back(go(asked, state), actor=cast.otto, **BUT)
    assert agency.state == (S.DRAFTING if state == S.TO_SIGN else S.SIGNED)
    assert agency.reason == ""


def test_refused_before_it_is_signed(cast, asked):
    agency = agencies.refuse(asked, actor=cast.olga, **BUT)
    assert (agency.state, agency.is_open) == (S.REFUSED, False)


def test_every_state_allows_its_own_steps_only(cast, asked):
    table = {(a.value, b.value) for a, nexts in Agency.NEXT.items() for b in nexts}
    assert table == {
        (1, 2), (1, 5), (2, 2), (2, 3), (2, 5), (3, 4), (3, 2), (3, 5),
        (4, 6), (4, 8), (6, 7), (6, 4), (8, 9), (8, 4),
    }  # fmt: skip
    for act in (agencies.offer, agencies.finish, agencies.stop):
        more = {} if act is agencies.offer else BUT
        with pytest.raises(WrongStatus):
            act(asked, actor=cast.olga, **more)
    with pytest.raises(WrongStatus):
        sign(asked, actor=cast.otto)


@pytest.mark.parametrize("who", ["hana", "maria", "axel", "oleg", "omar"])
def test_strangers_to_the_agreement_do_nothing(cast, project, asked, who):
    actor = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        agencies.refuse(asked, actor=actor, **BUT)
    Agency.objects.all().delete()
    with pytest.raises(PermissionDenied):
        agencies.ask_for_agency(project, actor=actor, stages=[1])


# What the centre does: in which state, with what.
CENTRES = {
    "draw_up": (S.DRAFTING, {"stages": [1]}),
    "offer": (S.DRAFTING, {}),
    "refuse": (S.DRAFTING, BUT),
    "stop": (S.SIGNED, BUT),
    "finish": (S.SIGNED, BUT),
}


@pytest.mark.parametrize("act", CENTRES)
def test_what_the_centre_does_the_company_does_not(cast, asked, go, act):
    state, said = CENTRES[act]
    agency, do = go(asked, state), getattr(agencies, act)
    more = {"agent": cast.bela, **said} if act == "draw_up" else said
    with pytest.raises(PermissionDenied):
        do(agency, actor=cast.otto, **more)
    with pytest.raises(StaleVersion):
        do(agency, actor=cast.olga, version=agency.version - 1, **more)
    if "reason" in said:
        with pytest.raises(DomainError) as refused:
            do(agency, actor=cast.olga, reason=" ")
        assert refused.value.field == "reason"
    assert do(agency, actor=cast.olga, version=agency.version, **more)


def test_the_company_signs_on_the_officers_screen_too(cast, asked, go):
    assert sign(go(asked, S.TO_SIGN), actor=cast.olga).state == S.SIGNED


def test_what_changed_meanwhile_is_neither_signed_nor_sent_back(cast, asked, go):
    agency = go(asked, S.TO_SIGN)
    old = {"actor": cast.otto, "version": agency.version - 1}
    with pytest.raises(StaleVersion), received([picture()]) as sent:
        agencies.sign(agency, signed=Signed("王总", sent[0]), **old)
    with pytest.raises(StaleVersion):
        agencies.send_back(agency, **old, **BUT)
    with pytest.raises(DomainError) as refused:
        agencies.send_back(agency, actor=cast.otto, reason=" ")
    assert refused.value.field == "reason"
    with pytest.raises(DomainError) as refused:
        sign(agency, actor=cast.otto, name=" ")
    assert refused.value.field == "signed_by"


def test_one_agreement_at_a_time(cast, project, asked):
    with pytest.raises(DomainError, match="已有"):
        agencies.ask_for_agency(project, actor=cast.olga, stages=[2])
    agencies.refuse(asked, actor=cast.olga, **BUT)
    agencies.ask_for_agency(project, actor=cast.olga, stages=[2])


@pytest.mark.parametrize("stages", [[], [5], [0], [1, 99]])
def test_only_the_four_stages_can_be_agreed_on(cast, project, stages):
    with pytest.raises(DomainError):
        agencies.ask_for_agency(project, actor=cast.otto, stages=stages)


def test_a_project_without_a_company_has_nobody_to_sign(cast, project):
    bare = ProjectFactory(company=None, region=cast.town)
    with pytest.raises(DomainError):
        agencies.ask_for_agency(bare, actor=cast.dora, stages=[1])


def test_the_agent_is_an_officer_of_the_place(cast, asked):
    with pytest.raises(DomainError):
        agencies.draw_up(asked, actor=cast.olga, agent=cast.hana, stages=[1])
    far = UserFactory(department__region=cast.elsewhere)
    GrantFactory(user=far, role="officer", department=far.department)
    with pytest.raises(DomainError):
        agencies.draw_up(asked, actor=cast.olga, agent=far, stages=[1])


def test_two_who_decide_at_once_are_told(cast, asked):
    agencies.draw_up(
        asked, actor=cast.olga, agent=cast.bela, stages=[1], version=asked.version
    )
    with pytest.raises(StaleVersion):
        agencies.refuse(asked, actor=cast.dora, version=asked.version, **BUT)


@pytest.mark.parametrize(
    "upload", [("a.pdf", b"%PDF-1.7 x"), ("a.png", b"not a picture")]
)
def test_a_signature_is_a_picture(cast, asked, go, upload, as_user):
    agency = go(asked, S.TO_SIGN)
    url = reverse("projects:agency-act", args=[agency.pk, "sign"])
    form = {"signed_by": "王总", "signature": SimpleUploadedFile(*upload)}
    assert as_user(cast.otto).post(url, form).status_code == 422
    agency.refresh_from_db()
    assert agency.state == S.TO_SIGN


def test_a_signed_agreement_has_its_signature_in_the_table_too(cast, asked):
    with pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.filter(pk=asked.pk).update(state=S.SIGNED)
    with pytest.raises(IntegrityError), transaction.atomic():
        Agency.objects.filter(pk=asked.pk).update(state=S.REFUSED)


# --- The pages ---------------------------------------------------------------------


def act_of(client, agency, act, **form):
    return client.post(reverse("projects:agency-act", args=[agency.pk, act]), form)


@pytest.mark.slow
def test_the_whole_way_through_the_pages(cast, project, as_user):
    owner, officer = as_user(cast.otto), as_user(cast.olga)
    url = reverse("projects:agency", args=[project.pk])
    with time_machine.travel(NOON, tick=False):
        assert (
            owner.post(url, {"stages": ["1", "2"], "wish": "求代办"}).status_code == 302
        )
        agency = Agency.objects.get()
        draft = {"stages": ["1"], "agent": cast.bela.pk, "terms": "每周五反馈进展。"}
        assert "待拟定的代办协议" in officer.get("/").content.decode()
        assert act_of(officer, agency, "draw-up", **draft).status_code == 302
        assert act_of(officer, agency, "offer").status_code == 302
        assert "请您签字" in owner.get("/").content.decode()
        page = owner.get(url).content.decode()
        assert "待申请人签章" in page
        assert "每周五反馈进展。" in page
        form = {"signed_by": "王总", "signature": picture()}
        assert act_of(owner, agency, "sign", **form).status_code == 302
        assert act_of(officer, agency, "finish", reason="两证已发").status_code == 302
        form = {"signed_by": "王总", "signature": picture()}
        assert act_of(owner, agency, "sign", **form).status_code == 302
        agency.refresh_from_db()
        assert agency.state == S.FINISHED
        assert "重新申请代办" in owner.get(url).content.decode()


def test_each_side_is_offered_its_own_acts(cast, asked, go, as_user):
    go(asked, S.TO_SIGN)
    url = reverse("projects:agency", args=[asked.project_id])
    own = as_user(cast.otto).get(url).content.decode()
    inside = as_user(cast.olga).get(url).content.decode()
    reading = as_user(cast.hana).get(url).content.decode()
    for act, sees in (("sign", own), ("back", own), ("refuse", inside)):
        assert reverse("projects:agency-act", args=[asked.pk, act]) in sees
    assert f"/agencies/{asked.pk}/refuse/" not in own
    assert f"/agencies/{asked.pk}/" not in reading


def test_who_only_reads_it_is_offered_and_does_nothing(cast, asked, as_user):
    url = reverse("projects:agency", args=[asked.project_id])
    agencies.refuse(asked, actor=cast.olga, **BUT)
    reader, stranger = as_user(cast.hana), as_user(cast.omar)
    assert 'name="stages"' not in reader.get(url).content.decode()
    assert 'name="stages"' in as_user(cast.otto).get(url).content.decode()
    for form in ({}, {"stages": ["1"]}):
        assert reader.post(url, form).status_code == 403
        assert stranger.post(url, form).status_code == 404
    for act in ("draw-up", "sign", "back"):
        address = reverse("projects:agency-act", args=[asked.pk, act])
        assert reader.get(address).status_code == 403
        assert stranger.get(address).status_code == 404
    centres = reverse("projects:agency-act", args=[asked.pk, "refuse"])
    assert as_user(cast.otto).get(centres).status_code == 403


def test_nobody_is_asked_to_ask_while_one_is_open(cast, asked, as_user):
    url = reverse("projects:agency", args=[asked.project_id])
    assert 'name="stages"' not in as_user(cast.otto).get(url).content.decode()


def test_an_act_that_comes_too_late_is_refused_in_words(cast, asked, as_user):
    assert act_of(as_user(cast.olga), asked, "finish", reason="x").status_code == 409
    assert act_of(as_user(cast.olga), asked, "nonsense").status_code == 404


def test_nobody_without_a_login_sees_it(asked):
    url = reverse("projects:agency", args=[asked.project_id])
    assert Client().get(url).status_code == 302

"""Every address of the site, opened by everybody whom a complaint must not reach."""

from urllib.parse import quote

import pytest
from django.test import Client

from crm.models import Company, Role
from tests.access_world import COMPLAINANT, COMPLAINT, make_world
from tests.factories import NOON, GrantFactory, UserFactory
from tests.test_access import NO, ROWS, ask
from tests.visits.complaints import stories
from visits.models import Complaint
from visits.services import complaints
from visits.services.complaints import Voice

pytestmark = pytest.mark.slow

# In every text that supervisors or the complainant wrote.
NOTE, ANSWER, REPLY, AGAIN = (
    "核查记录甲乙",
    "答复内容丙丁",
    "补充材料戊己",
    "不满理由庚辛",
)
OUTSIDERS = "olga bela oleg tom hana uma dora dirk maria omar sven selma alma"


SEARCHES = ("/companies/?q=", "/tickets/?tab=all&q=", "/complaints/?tab=all&q=")


@pytest.fixture
def world(cast):
    return make_world(cast)


@pytest.fixture
def told(cast, world):
    """The whole life of the complaint about hana, once late, with a second look."""
    complaint = Complaint.objects.get(accused=cast.hana)
    axel = cast.axel
    complaints.note_complaint(complaint, actor=axel, kind="call", text=NOTE)
    complaints.reveal_complainant(complaint, actor=axel, reason=NOTE)
    complaints.reply_to_supervisor(complaint, voice=Voice(cast.otto), text=REPLY)
    complaints.note_late(now=NOON.replace(month=6))
    complaints.answer_complaint(complaint, actor=axel, outcome="true", text=ANSWER)
    complaints.say_unsatisfied(complaint, voice=Voice(cast.otto), note=AGAIN)
    return Complaint.objects.get(pk=complaint.pk)


def marks(complaint):
    texts = (COMPLAINT, COMPLAINANT, NOTE, ANSWER, REPLY, AGAIN)
    return (*texts, complaint.number)


def found_in(client, world, complaint):
    """Where any mark stands, over all addresses, and which search knows it."""
    own, foreign = world
    wrong = []
    for name, (kind, _readers, get, _post) in ROWS.items():
        for records in (own, foreign):
            ids = (records if kind in records.ids else own).ids.get(kind, {})
            if get is NO:
                continue
            _status, body = ask(client, "get", name, ids)
            wrong += [(name, mark) for mark in marks(complaint) if mark in body]
    wrong += [
        (address, mark)
        for address in SEARCHES
        for mark in marks(complaint)
        if searched(client, address, mark) != searched(client, address, "Q" * 11)
    ]
    return wrong


def searched(client, address, text):
    """The answer without what was typed: what nobody has ever heard of gives it too."""
    body = client.get(f"{address}{text}").content.decode()
    for typed in (text, quote(text)):
        body = body.replace(typed, "")
    return [line for line in body.splitlines() if "csrf" not in line]


@pytest.mark.parametrize("who", OUTSIDERS.split())
def test_nobody_outside_reads_a_byte(cast, world, told, as_user, who):
    assert found_in(as_user(getattr(cast, who)), world, told) == []


@pytest.mark.parametrize("who", ["hana", "uma"])
def test_nor_the_accused_and_the_unit_as_supervisors(cast, world, told, as_user, who):
    user = getattr(cast, who)
    GrantFactory(user=user, role=Role.SUPERVISOR, region=cast.county)
    assert found_in(as_user(user), world, told) == []


def test_nor_the_new_colleagues_of_the_accused(cast, world, told, as_user):
    anna = stories.another_supervisor(cast)
    assert told.number in ask(as_user(anna), "get", "visits:complaints", {})[1]
    cast.hana.department = anna.department
    cast.hana.save()
    assert found_in(as_user(anna), world, told) == []


def test_nor_other_people_of_the_company(cast, world, told, as_user):
    other = UserFactory(department=None)
    GrantFactory(user=other, role=Role.OWNER, company=cast.company)
    assert found_in(as_user(other), world, told) == []


def test_nor_who_takes_the_company_over(cast, world, told, as_user):
    Company.objects.filter(pk=cast.company.pk).update(
        merged_into=cast.foreign, archived_at=NOON
    )
    assert found_in(as_user(cast.omar), world, told) == []


def test_nor_a_stranger(world, told, db):
    assert found_in(Client(), world, told) == []


def test_the_walk_would_see_it(cast, world, told, as_user):
    """The supervisor himself finds the texts, but nowhere the name."""
    found = found_in(as_user(cast.axel), world, told)
    assert {"visits:complaint", "visits:complaints"} <= {one[0] for one in found}
    assert COMPLAINANT not in {one[1] for one in found}


def test_the_auditor_reads_that_something_happened(cast, told, as_user):
    body = as_user(cast.alma).get("/audit/").content.decode()
    assert "申请复核投诉" in body and "查看投诉人姓名" in body
    assert cast.hana.name not in body.split("申请复核投诉")[1].split("</tr>")[0]

"""A complaint comes in: a number, a code, deadlines, and the name apart from it."""

import uuid
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.lib.errors import DomainError
from crm.models import Attachment, Event, EventPersonal, StoredFile
from tests.factories import NOON, CompanyFactory
from tests.visits.complaints import stories
from visits.models import Complaint, ComplaintPersonal
from visits.services import complaints
from visits.services.complaints import Complainant, Matter


def test_it_gives_a_number_of_its_own_series_and_a_code(cast):
    first, second = stories.filed(cast), stories.filed(cast)
    assert first.complaint.number == "TS2026-0001"
    assert second.complaint.number == "TS2026-0002"
    assert first.code != second.code and len(first.code) == 16
    assert complaints.find_by_code(first.code) == first.complaint


def test_the_code_stands_in_no_table(cast):
    given = stories.filed(cast)
    assert given.code not in str(Complaint.objects.values_list())
    assert complaints.find_by_code(given.code.lower()) == given.complaint
    spaced = complaints.spaced(given.code)
    assert complaints.find_by_code(f" {spaced} ") == given.complaint


def test_the_same_press_twice_is_one_complaint_with_one_code(cast):
    key = uuid.uuid4()
    first, again = (stories.filed(cast, key=key) for _ in range(2))
    assert first == again
    assert Complaint.objects.count() == 1


def test_it_is_acknowledged_the_next_and_answered_in_15_working_days(cast):
    complaint = stories.received_one(cast)  # on a Wednesday
    assert complaint.ack_by.due_on == date(2026, 3, 19)
    assert complaint.answer_by.due_on == date(2026, 4, 9)  # 清明 is no working day
    assert complaint.ack_by.department is None and complaint.ack_by.handler is None


def test_days_are_settings(cast, settings):
    settings.CRM_COMPLAINT_ACK_DAYS, settings.CRM_COMPLAINT_ANSWER_DAYS = 2, 5
    complaint = stories.received_one(cast)
    assert complaint.ack_by.due_on == date(2026, 3, 20)
    assert complaint.answer_by.due_on == date(2026, 3, 25)


def test_the_name_stands_in_a_row_of_its_own(cast):
    complaint = stories.received_one(cast)
    assert complaint.personal.name == stories.NAME
    assert complaint.personal.masked_name == f"{stories.NAME[0]}**"
    assert stories.PHONE not in complaint.personal.masked_phone
    assert complaint.personal.company == cast.company
    assert not any(stories.NAME in str(value) for value in vars(complaint).values())


def test_an_anonymous_one_has_no_name_row(cast):
    complaint = stories.anonymous(cast).complaint
    assert not ComplaintPersonal.objects.filter(complaint=complaint).exists()


def test_a_public_one_may_leave_a_name(cast):
    who = Complainant(name="王", phone="13700000000", company_name="某某厂")
    personal = stories.received_one(cast, who=who).personal
    assert (personal.user, personal.company) == (None, None)
    assert personal.company_name == "某某厂"


def test_no_event_says_who_did_it_nor_whom_it_is_about(cast):
    stories.with_paper(cast)
    events = Event.objects.filter(action__startswith="complaint")
    assert [one.action for one in events] == ["complaint.received"]
    event = events.get()
    assert (event.actor, event.company, event.is_public) == (None, None, False)
    assert event.changes == {}
    assert not EventPersonal.objects.filter(event=event).exists()


def test_its_files_are_of_no_company_and_of_nobody(cast):
    complaint = stories.with_paper(cast)
    file = StoredFile.objects.get()
    assert (file.company, file.uploaded_by) == (None, None)
    attached = Attachment.objects.get()
    assert attached.subject_id == complaint.pk and attached.is_internal


def test_the_region_is_the_companys_else_the_departments(cast):
    assert stories.received_one(cast).region == cast.town
    assert stories.anonymous(cast).complaint.region == cast.county


def test_it_may_be_about_a_department_or_a_name_as_typed(cast):
    about = {"accused": None, "unit": cast.bureau}
    assert stories.received_one(cast, **about).about == cast.bureau.name
    named = stories.received_one(cast, **about, accused_name=" 李某 ")
    assert named.about == f"李某 · {cast.bureau.name}"


def test_a_person_we_know_is_not_kept_as_a_typed_name(cast):
    complaint = stories.received_one(cast, accused_name="别人")
    assert complaint.accused == cast.hana and complaint.accused_name == ""
    assert complaint.unit == cast.bureau


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 4001}, "text"),
        ({"category": "nonsense"}, "category"),
        ({"accused": None}, "unit"),
    ],
)
def test_what_is_missing_is_said(cast, change, field):
    with pytest.raises(DomainError) as refused:
        stories.filed(cast, **change)
    assert refused.value.field == field
    assert not Complaint.objects.exists()


def test_an_archived_company_may_still_complain(cast):
    gone = CompanyFactory(region=cast.town, archived_at=NOON)
    who = Complainant(user=cast.otto, company=gone)
    assert stories.received_one(cast, who=who).region == cast.town


def test_what_a_wrong_code_costs_tells_nothing(cast):
    """Unknown, malformed and nearly right ones ask the same of the database."""
    code = stories.filed(cast).code
    wrong = ["", "x", "A" * 16, code[:-1] + ("2" if code[-1] != "2" else "3"), code * 9]
    asked = []
    for one in wrong:
        with CaptureQueriesContext(connection) as captured:
            assert complaints.find_by_code(one) is None
        asked.append(len(captured))
    assert asked == [1] * len(wrong)


def test_a_matter_of_a_person_without_a_unit_is_refused(cast):
    with pytest.raises(DomainError):
        complaints.file_complaint(
            Matter(category="other", text="某事", accused=cast.otto), now=NOON
        )

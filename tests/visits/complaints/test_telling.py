"""Of a complaint the supervisors of the scope are told, and nobody else."""

import pytest

from crm.models import Delivery, Notice, Robot, User
from tests.factories import NOON
from tests.visits.complaints import stories
from visits.services import complaints
from visits.services.complaints import Voice

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def all_ways_are_open(cast, settings):
    settings.EMAIL_HOST = "mail.example.gov.cn"
    settings.CRM_NOTICE_HOSTS = ["qyapi.weixin.qq.com"]
    User.objects.update(email="x@example.gov.cn")
    Robot.objects.create(
        service="wecom",
        name="工作群",
        region=cast.county,
        host="qyapi.weixin.qq.com",
        token="12345678",
    )


def told():
    return set(Notice.objects.values_list("recipient__login", "kind"))


def test_from_receipt_to_second_look_only_supervisors_hear_of_it(cast):
    complaint = stories.second(cast)
    complaints.reply_to_supervisor(
        complaint, voice=Voice(cast.otto), text="补充一张单据。", now=NOON
    )
    complaints.note_late(now=NOON.replace(month=9))
    assert told() == {("axel", "complaint")}


def test_the_head_hears_that_a_statement_is_asked_of_him(cast):
    stories.statement(cast)
    assert told() == {("axel", "complaint"), ("uma", "statement")}


def test_a_supervisor_who_is_concerned_is_not_told(cast):
    stories.filed(cast, accused=cast.axel)
    assert told() == set()


def test_no_group_hears_of_it_and_no_list_says_what_was_sent(cast, as_user):
    complaint = stories.received_one(cast)
    mail = Delivery.objects.get()
    assert (mail.channel, mail.recipient) == ("mail", cast.axel)
    page = as_user(cast.sven).get("/people/sending/?tab=all").content.decode()
    assert cast.axel.name in page
    assert "投诉" not in page
    assert complaint.number not in page


def test_nobody_can_have_it_said_in_a_group(cast, as_user):
    form = as_user(cast.axel).get("/me/notices/").context["form"]
    assert "mail_complaint" in form.fields
    assert "robot_complaint" not in form.fields
    assert "robot_rating" in form.fields

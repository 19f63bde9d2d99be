"""Complaints with a past, told through the services."""

import uuid
from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import Role
from crm.services.attaching import received
from tests.factories import NOON, DepartmentFactory, GrantFactory, UserFactory
from visits.models import Complaint
from visits.services import complaints
from visits.services.complaints import Complainant, Matter, Voice

# In no other text of the tests: a leak is seen in any answer.
TEXT = "窗口收了材料又退,前后跑了五趟紫荆花"
NAME = "慕容雪"
PHONE = "13912345678"
DAY = timedelta(days=1)


def matter(cast, **more):
    told = {"category": "shifting", "text": TEXT, "accused": cast.hana} | more
    return Matter(**told)


def by_otto(cast):
    return Complainant(user=cast.otto, company=cast.company, name=NAME, phone=PHONE)


def filed(cast, now=NOON, who=None, key=None, **more):
    """With its code: by otto under his name, about hana of the bureau."""
    return complaints.file_complaint(
        matter(cast, **more),
        complainant=who or by_otto(cast),
        origin=Complaint.Origin.LOGIN,
        client_key=key or uuid.uuid4(),
        now=now,
    )


def received_one(cast, **more):
    return filed(cast, **more).complaint


def anonymous(cast, **more):
    return filed(cast, who=Complainant(), **more)


def acknowledged(cast, by=None, **more):
    return complaints.acknowledge_complaint(
        received_one(cast, **more), actor=by or cast.axel, now=NOON
    )


def answered(cast, by=None, **more):
    return complaints.answer_complaint(
        acknowledged(cast, by=by, **more),
        actor=by or cast.axel,
        outcome="partly",
        text="已核实,材料清单没有一次告知。",
        now=NOON + DAY,
    )


def second(cast, by=None, **more):
    return complaints.say_unsatisfied(
        answered(cast, by=by, **more),
        voice=Voice(cast.otto),
        note="没有说怎么处理。",
        now=NOON + 2 * DAY,
    )


def statement(cast, complaint=None, **more):
    told = {"question": "请说明贵局窗口三月的材料退回情况。", "asked_of": cast.uma}
    return complaints.ask_statement(
        complaint or acknowledged(cast), actor=cast.axel, now=NOON, **(told | more)
    )


def another_supervisor(cast, login="anna", region=None, unit=None):
    """Of the county, from an office that has nothing to do with anybody."""
    office = unit or DepartmentFactory(code="audit-office", region=cast.county)
    user = UserFactory(login=login, department=office)
    GrantFactory(user=user, role=Role.SUPERVISOR, region=region or cast.county)
    return user


def with_paper(cast, name="收据.pdf"):
    upload = SimpleUploadedFile(name, b"%PDF-1.7 " + b"x" * 64)
    with received([upload]) as sent:
        return complaints.file_complaint(
            matter(cast),
            complainant=by_otto(cast),
            papers=sent,
            sender=cast.otto,
            now=NOON,
        ).complaint

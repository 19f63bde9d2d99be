"""Two workers as processes, and one that is killed in the middle: nothing twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from django.utils import timezone

from crm import events
from crm.models import Delivery, Notice, Role
from crm.sending import Sender
from tests.cast import make_cast
from tests.factories import GrantFactory, UserFactory
from tests.post import post_office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).parents[2]
MAILS = 120
WORK = """
import django
django.setup()
from crm.models import Delivery
from crm.sending import Sender
sender = Sender()
print("up", flush=True)
input()
while Delivery.objects.open().filter(state="waiting").exists():
    sender.turn()
"""


def database():
    """The test's own, as the environment of a process names it."""
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite://{name}"
    parts = urlsplit(os.environ["CRM_TEST_DATABASE"])
    return parts._replace(path=f"/{name}").geturl()


def worker(settings, folder):
    """A process that waits for a line and then sends until nothing waits."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "crm.config.settings",
        "CRM_DATABASE": database(),
        "CRM_DATA_DIR": str(folder),
        "SECRET_KEY": "x" * 50,
        "EMAIL_HOST": settings.EMAIL_HOST,
        "EMAIL_PORT": str(settings.EMAIL_PORT),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", WORK],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "up\n"
    return process


def go(process):
    process.stdin.write("\n")
    process.stdin.flush()


def leave(count):
    """So many mails about one company, each to another dispatcher of its county."""
    cast, now = make_cast(), timezone.now()
    with transaction.atomic():
        for number in range(count):
            person = UserFactory(email=f"person{number}@example.gov.cn")
            GrantFactory(user=person, role=Role.DISPATCHER, region=cast.county)
            event = events.record(None, "company.edited", cast.company, now=now)
            notice = Notice.objects.create(
                event=event,
                recipient=person,
                kind="served",
                about_type="crm.company",
                about_id=cast.company.pk,
                created_at=now,
            )
            Delivery.objects.create(
                channel="mail",
                event=event,
                notice=notice,
                recipient=person,
                kind="served",
                is_urgent=True,  # the test may run at night
                message_id=f"<{number}@liaison>",
                next_at=now,
                created_at=now,
            )


def ended(process):
    status = process.wait(120)
    process.stdin.close()
    process.stdout.close()
    return status


def test_two_workers_send_each_mail_once(settings, tmp_path):
    leave(MAILS)
    with post_office(settings) as office:
        workers = [worker(settings, tmp_path) for _ in range(2)]
        for one in workers:
            go(one)
        assert [ended(one) for one in workers] == [0, 0]
    ids = Counter(mail["Message-ID"] for _to, mail in office.mails)
    assert len(ids) == MAILS
    assert set(ids.values()) == {1}
    assert set(Delivery.objects.values_list("state", "tries")) == {("sent", 1)}


def test_what_a_killed_worker_had_in_hand_goes_again_under_the_same_name(
    settings, tmp_path
):
    leave(3)
    with post_office(settings) as office:
        first = worker(settings, tmp_path)

        def kill():
            # The server has the mail; the worker never hears that.
            if len(office.mails) == 2:
                first.send_signal(signal.SIGKILL)

        office.before_answer = kill
        go(first)
        assert ended(first) == -signal.SIGKILL
        states = Counter(Delivery.objects.values_list("state", flat=True))
        assert states == {"sent": 1, "sending": 1, "waiting": 1}
        second = worker(settings, tmp_path)
        go(second)
        assert ended(second) == 0
        # What the first one held is let alone until its time has run out.
        assert Delivery.objects.get(state="sending").tries == 1
        Delivery.objects.filter(state="sending").update(next_at=timezone.now())
        Sender().turn()
    ids = [mail["Message-ID"] for _to, mail in office.mails]
    assert Counter(ids) == {"<0@liaison>": 1, "<1@liaison>": 2, "<2@liaison>": 1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}

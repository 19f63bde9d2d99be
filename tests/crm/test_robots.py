"""Robots of group chats: what they say, over real TLS, and who sees their key."""

import time
from datetime import timedelta

import pytest
from django.db import transaction

from crm import events, notices
from crm.lib.errors import DomainError
from crm.models import Delivery, Event, Notice, Robot, Role
from crm.notices import Kind, Told
from crm.sending import PACE, Sender
from crm.services.notices import robots
from crm.services.notices.robots import Profile
from tests.factories import NOON
from tests.post import group_chat

pytestmark = pytest.mark.django_db
EDITED = "company.edited"
KEY = "693a91f6-7abc-4bc4-97a0-0ec2sifa5aaa"
TOKEN = "566cc69da782ec33e42541b09b08551f09fbe864eb8008112e994b43887"
SIGNING = "SEC0123456789abcdef"
ROBOTS = "/people/sending/robots/"


@pytest.fixture
def chat(settings, tmp_path):
    settings.CRM_BASE_URL = "https://crm.example.gov.cn"
    with group_chat(settings, tmp_path) as chat:
        yield chat


@pytest.fixture
def robot(cast, chat):
    """Of olga's and dora's unit."""
    return make(cast, chat)


def make(cast, chat, service="wecom", **more):
    values = {"token": KEY, "department": cast.olga.department, **more}
    values = {"host": chat.host, **values}
    return Robot.objects.create(service=service, name="服务中心工作群", **values)


@pytest.fixture
def told(cast, monkeypatch):
    """Of an event the unit's people are told, and its robot says it."""
    monkeypatch.setattr(notices, "_rules", {})
    kind = Kind("test", "问题已交办", "bell", set(Role.values), robot=True)
    monkeypatch.setitem(notices._kinds, "test", kind)
    people = [cast.olga.pk, cast.dora.pk]
    notices.on(EDITED, kind, lambda event, about: people)

    def tell(now=NOON):
        with transaction.atomic():
            return events.record(None, EDITED, cast.company, now=now)

    return tell


def state():
    row = Delivery.objects.get(channel="robot")
    return row.state, row.error


# --- What is said


@pytest.mark.parametrize(
    ("service", "more", "path"),
    [
        ("wecom", {}, f"/cgi-bin/webhook/send?key={KEY}"),
        (
            "dingtalk",
            {"token": TOKEN},
            f"/robot/send?access_token={TOKEN}",
        ),
        ("feishu", {}, f"/open-apis/bot/v2/hook/{KEY}"),
    ],
)
def test_each_service_hears_it(cast, chat, told, service, more, path):
    make(cast, chat, service, **more)
    told()
    Sender().turn(NOON)
    assert [heard for heard, _said in chat.heard] == [path]
    assert "问题已交办" in chat.texts[0]
    assert state() == ("sent", "")


def test_dingtalk_is_asked_with_a_signature(cast, chat, told):
    make(cast, chat, "dingtalk", token=TOKEN, signing_key=SIGNING)
    told()
    Sender().turn(NOON)
    ((path, _said),) = chat.heard
    assert "&timestamp=" in path
    assert "&sign=" in path
    assert SIGNING not in path


def test_a_group_reads_number_unit_day_and_a_link_and_nothing_else(
    cast, chat, told, robot, monkeypatch
):
    told_of_it = Told(
        title="2026-000123 招不到挡车工",
        url="/tickets/7/",
        number="2026-000123",
        company="恒润纺织有限公司",
        unit="人社局",
        due_on=NOON.date(),
    )
    about = notices.About(type(cast.company), lambda record, user: told_of_it)
    monkeypatch.setitem(notices._about, "crm.company", about)
    told()
    Sender().turn(NOON)
    assert chat.texts == [
        "问题已交办 · 2026-000123 · 人社局 · 2026-03-18 周三 前办结 · "
        "https://crm.example.gov.cn/tickets/7/"
    ]


def test_what_is_due_together_is_said_together(cast, chat, told, robot):
    for _ in range(3):
        told()
    assert Sender().turn(NOON) == 3
    (text,) = chat.texts
    assert text.count(cast.company.get_absolute_url()) == 3
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_more_waits_for_the_next_message(cast, chat, told, robot, monkeypatch):
    for _ in range(8):
        told()
    sender = Sender()
    assert sender.turn(NOON) == 8
    assert sender.turn(NOON) == 0  # a service takes twenty messages a minute
    sender.resting[robot.pk] -= PACE
    assert sender.turn(NOON) == 2
    counts = [text.count(cast.company.get_absolute_url()) for text in chat.texts]
    assert counts == [6, 2]
    assert len(chat.texts[0].encode()) < 2048


# --- What becomes of it


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        # The services say no with 200; apprise would take it for a yes.
        (200, {"errcode": 93000, "errmsg": "invalid"}, ("dead", "said_93000")),
        (200, {"errcode": 45009, "errmsg": "freq"}, ("waiting", "said_45009")),
        (200, b"<html>Please log in</html>", ("waiting", "odd_answer")),
        (200, b"[]", ("waiting", "odd_answer")),
        (200, {}, ("waiting", "odd_answer")),
        (400, {}, ("dead", "http_400")),
        (404, {}, ("dead", "http_404")),
        (429, {}, ("waiting", "http_429")),
        (500, {}, ("waiting", "http_500")),
        (503, {}, ("waiting", "http_503")),
    ],
)
def test_what_the_service_answers(cast, chat, told, robot, status, body, expected):
    chat.status, chat.body = status, body
    told()
    Sender().turn(NOON)
    assert state() == expected
    assert Delivery.objects.get().tries == 1


def test_a_redirect_is_not_followed(cast, chat, told, robot):
    chat.status, chat.headers = 302, {"Location": f"https://{chat.host}/elsewhere"}
    told()
    Sender().turn(NOON)
    assert len(chat.heard) == 1
    assert state() == ("dead", "http_302")


@pytest.mark.slow
def test_a_service_that_hangs_is_given_a_rest(cast, chat, told, robot, monkeypatch):
    monkeypatch.setattr("crm.lib.robots.READ", 0.2)
    chat.delay = 0.6
    told()
    sender, began = Sender(), time.monotonic()
    sender.turn(NOON)
    assert time.monotonic() - began < 0.6
    assert state() == ("waiting", "timeout")
    assert sender.turn(NOON + timedelta(minutes=5)) == 0
    chat.delay = 0
    assert Sender().turn(NOON + timedelta(minutes=5)) == 1
    assert state() == ("sent", "")


def test_a_certificate_of_somebody_else_is_refused(cast, chat, told, robot, settings):
    settings.CRM_NOTICE_CA = ""
    told()
    Sender().turn(NOON)
    assert chat.heard == []
    assert state() == ("waiting", "bad_certificate")


def test_a_host_that_is_not_on_the_list_is_not_called(
    cast, chat, told, robot, settings
):
    told()
    settings.CRM_NOTICE_HOSTS = ["qyapi.weixin.qq.com"]
    Sender().turn(NOON)
    assert chat.heard == []
    assert state() == ("dead", "host_not_allowed")


def test_a_robot_out_of_use_is_silent(cast, chat, told, robot):
    told()
    robots.close_robot(robot, actor=cast.sven)
    Sender().turn(NOON)
    assert chat.heard == []
    assert state() == ("dropped", "not_in_use")


def test_one_that_cannot_speak_is_told_to_the_administrator_once(
    cast, chat, told, robot, monkeypatch
):
    from crm import telling

    notices.on("delivery.failed", telling.UNREACHED, telling.system_administrators)
    chat.status = 404
    told()
    Sender().turn(NOON)
    told()
    Sender().turn(NOON)
    assert Delivery.objects.filter(state="dead").count() == 2
    (notice,) = Notice.objects.filter(kind="unreached")
    assert notice.recipient == cast.sven


def test_the_others_are_told_as_before(cast, chat, told, robot):
    other = make(cast, chat, token="b" * 20, department=cast.bureau)
    chat.status = 500
    told()
    assert Notice.objects.count() == 2
    assert not Delivery.objects.filter(robot=other).exists()


# --- The key is seen nowhere


def typed(cast, chat, **changes):
    values = {
        "service": "wecom",
        "name": "人社局工作群",
        "department": cast.bureau.pk,
        "host": chat.host,
        "token": f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}",
    }
    return values | changes


def test_the_key_is_taken_out_of_the_address_and_never_shown(
    cast, chat, as_user, caplog
):
    caplog.set_level("DEBUG")
    client = as_user(cast.sven)
    response = client.post(f"{ROBOTS}new/", typed(cast, chat))
    robot = Robot.objects.get()
    assert response.url == f"{ROBOTS}{robot.pk}/"
    assert robot.token == KEY
    robots.try_robot(robot, actor=cast.sven, now=NOON)
    Sender().turn(NOON)
    pages = [response.url, ROBOTS, "/people/sending/?tab=all"]
    shown = [client.get(url).content.decode() for url in pages]
    shown.append(as_user(cast.alma).get("/audit/").content.decode())
    shown.append(caplog.text)
    shown += [str(event.changes) for event in Event.objects.all()]
    assert chat.texts == ["测试消息：群机器人已接通。"]
    assert not any(KEY in text for text in shown)
    assert "••••••••" in shown[0]


def test_a_failure_does_not_tell_the_key_either(cast, chat, told, caplog, settings):
    caplog.set_level("DEBUG")
    make(cast, chat, host="127.0.0.1:1")
    settings.CRM_NOTICE_HOSTS = ["127.0.0.1:1"]
    told()
    Sender().turn(NOON)
    assert state() == ("waiting", "unreachable")
    make(cast, chat, department=cast.bureau, token="not a key of any service")
    Delivery.objects.update(robot=Robot.objects.latest("pk"))
    Sender().turn(NOON + timedelta(hours=1))
    assert KEY not in caplog.text
    assert "not a key" not in caplog.text


def test_what_was_typed_wrong_does_not_come_back_with_the_key(cast, chat, as_user):
    client = as_user(cast.sven)
    response = client.post(f"{ROBOTS}new/", typed(cast, chat, name=""))
    assert response.status_code == 422
    assert KEY not in response.content.decode()


def test_an_empty_key_keeps_the_known_one(cast, chat, as_user, robot):
    client = as_user(cast.sven)
    sent = typed(cast, chat, token="", version=1, name="新名字")
    sent["department"] = robot.department_id
    assert client.post(f"{ROBOTS}{robot.pk}/", sent).status_code == 302
    robot.refresh_from_db()
    assert (robot.name, robot.token, robot.version) == ("新名字", KEY, 2)
    event = Event.objects.get(action="robot.edited")
    assert event.changes == {"name": ["服务中心工作群", "新名字"]}
    assert client.post(f"{ROBOTS}{robot.pk}/", sent).status_code == 409


def test_for_another_host_the_key_is_typed_again(cast, chat, robot, settings):
    # Or it could be sent to a host of somebody's own.
    settings.CRM_NOTICE_HOSTS = [chat.host, "elsewhere.example.gov.cn"]
    profile = Profile(
        service="wecom",
        name="群",
        department=robot.department,
        host="elsewhere.example.gov.cn",
    )
    with pytest.raises(DomainError) as refused:
        robots.edit_robot(robot, actor=cast.sven, profile=profile, version=1)
    assert refused.value.field == "token"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token": ""}, "token"),
        ({"token": "short"}, "token"),
        ({"token": "https://x/?key=a b c d e f g h i"}, "token"),
        ({"signing_key": "nicht gut!"}, "signing_key"),
        ({"host": "evil.example.com"}, "host"),
        ({"host": "127.0.0.1"}, "host"),
        ({"service": "pigeon"}, "service"),
        ({"department": ""}, "department"),
        ({"department": "987654321"}, "department"),
        ({"region": "REGION"}, "department"),
        ({"name": "x" * 61}, "name"),
    ],
)
def test_what_is_refused(cast, chat, as_user, changes, field):
    if changes.get("region"):
        changes = {"region": cast.county.pk}
    client = as_user(cast.sven)
    response = client.post(f"{ROBOTS}new/", typed(cast, chat, **changes))
    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Robot.objects.exists()


def test_a_place_has_one_robot(cast, chat, as_user):
    client = as_user(cast.sven)
    for status in (302, 422):
        response = client.post(f"{ROBOTS}new/", typed(cast, chat))
        assert response.status_code == status
    first = Robot.objects.get()
    robots.close_robot(first, actor=cast.sven)
    assert client.post(f"{ROBOTS}new/", typed(cast, chat)).status_code == 302
    with pytest.raises(DomainError):
        robots.reopen_robot(first, actor=cast.sven)


def test_the_test_is_said_once(cast, chat, as_user, robot):
    client = as_user(cast.sven)
    for _ in range(2):
        client.post(f"{ROBOTS}{robot.pk}/try/")
    assert Delivery.objects.count() == 1


def test_the_list_of_messages_tells_whom_and_why_and_not_what(
    cast, chat, told, robot, as_user
):
    chat.status = 404
    told()
    Sender().turn(NOON)
    page = as_user(cast.sven).get("/people/sending/").content.decode()
    assert "服务中心工作群" in page
    assert "404" in page
    assert cast.company.name not in page
    row = Delivery.objects.get()
    response = as_user(cast.sven).post(f"/people/sending/{row.pk}/retry/")
    assert response.status_code == 302
    row.refresh_from_db()
    assert row.state == "waiting"

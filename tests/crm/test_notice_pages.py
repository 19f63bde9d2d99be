"""The bell, the list behind it, and what people choose."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from crm import events, notices
from crm.audit_words import ACTIONS
from crm.models import Event, Notice, NoticeChoices, Robot
from crm.services.notices import choices_of
from tests.factories import NOON, CompanyFactory, LiaisonFactory

pytestmark = pytest.mark.django_db
LIST = "/notices/"


@transaction.atomic
def told(person, company, count=1, kind="served", actor=None, now=NOON):
    """So many notices about a company."""
    rows = []
    for _ in range(count):
        event = events.record(actor, "company.edited", company, now=now)
        rows.append(
            Notice(
                event=event,
                recipient=person,
                kind=kind,
                about_type="crm.company",
                about_id=company.pk,
                created_at=now,
            )
        )
    return Notice.objects.bulk_create(rows)


def page_of(client, url=LIST):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def bell(client):
    """What the bell of any page says."""
    return client.get("/me/").context["shell"].unread


@pytest.mark.parametrize(
    ("count", "said"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (130, "99+")]
)
def test_the_bell_counts_what_is_unread(cast, as_user, count, said):
    told(cast.olga, cast.company, count)
    told(cast.bela, cast.company, 3)
    assert bell(as_user(cast.olga)) == said


def test_the_bell_costs_no_query(cast, as_user, queries_of):
    client = as_user(cast.olga)
    without = queries_of(lambda: client.get("/me/"))
    told(cast.olga, cast.company, 120)
    assert queries_of(lambda: client.get("/me/")) == without


def test_the_bell_is_on_every_page_and_says_its_number(cast, as_user):
    told(cast.olga, cast.company, 2)
    page = page_of(as_user(cast.olga), "/me/")
    assert 'class="bell" href="/notices/"' in page
    assert '<span class="count" aria-hidden="true">2</span>' in page


def test_the_list_says_what_happened_and_by_whom(cast, as_user):
    told(cast.olga, cast.company, actor=cast.dora)
    page = page_of(as_user(cast.olga))
    assert "恒润纺织有限公司" in page
    assert str(ACTIONS["company.edited"]) in page


def test_everybody_reads_his_own(cast, as_user):
    (notice,) = told(cast.olga, cast.company)
    assert cast.company.name not in page_of(as_user(cast.bela))
    client = as_user(cast.bela)
    for name in ("crm:notice-open", "crm:notice-read"):
        assert client.post(reverse(name, args=[notice.pk])).status_code == 404
    client.post("/notices/read/", {"until": notice.pk})
    notice.refresh_from_db()
    assert notice.read_at is None


def test_opening_one_reads_it_and_leads_to_the_record(cast, as_user):
    (notice,) = told(cast.olga, cast.company)
    client = as_user(cast.olga)
    response = client.post(reverse("crm:notice-open", args=[notice.pk]))
    assert response.url == cast.company.get_absolute_url()
    notice.refresh_from_db()
    assert notice.is_read
    assert bell(client) == ""


def test_looking_changes_nothing(cast, as_user):
    (notice,) = told(cast.olga, cast.company)
    client = as_user(cast.olga)
    assert client.get(reverse("crm:notice-open", args=[notice.pk])).status_code == 405
    page_of(client)
    assert bell(client) == "1"


def test_one_is_marked_as_read(cast, as_user):
    first, _second = told(cast.olga, cast.company, 2)
    client = as_user(cast.olga)
    client.post(reverse("crm:notice-read", args=[first.pk]))
    assert bell(client) == "1"


def test_all_are_marked_but_what_came_after_the_page(cast, as_user):
    client = as_user(cast.olga)
    told(cast.olga, cast.company, 30)
    until = client.get(LIST).context["newest"]
    told(cast.olga, cast.company)
    client.post("/notices/read/", {"until": until})
    assert bell(client) == "1"


@pytest.mark.parametrize("until", ["", "x", "-1", "9" * 30])
def test_a_bad_until_marks_nothing(cast, as_user, until):
    told(cast.olga, cast.company)
    client = as_user(cast.olga)
    assert client.post("/notices/read/", {"until": until}).status_code == 302
    assert bell(client) == "1"


def test_read_ones_stand_under_all(cast, as_user):
    told(cast.olga, cast.company)
    Notice.objects.update(read_at=NOON)
    client = as_user(cast.olga)
    assert cast.company.name not in page_of(client)
    assert cast.company.name in page_of(client, LIST + "?tab=all")


def test_what_one_may_not_see_any_more_is_not_told_again(cast, as_user):
    (notice,) = told(cast.olga, cast.company)
    cast.company.liaisons.filter(officer=cast.olga).update(ended_on=NOON.date())
    client = as_user(cast.olga)
    page = page_of(client)
    assert cast.company.name not in page
    assert cast.company.get_absolute_url() not in page
    response = client.post(reverse("crm:notice-open", args=[notice.pk]))
    assert response.url == LIST


def test_a_list_costs_the_same_for_1_and_20(cast, as_user, queries_of):
    told(cast.olga, cast.company, actor=cast.dora)
    client = as_user(cast.olga)
    cost = queries_of(lambda: client.get(LIST))
    for _ in range(19):
        other = CompanyFactory(region=cast.town)
        LiaisonFactory(company=other, officer=cast.olga)
        told(cast.olga, other, actor=cast.dora)
    assert queries_of(lambda: client.get(LIST)) == cost
    # Session, person; the notices, their count; the companies they are about.
    assert cost == 5


# --- Choices


def form_of(client, **changes):
    form = client.get("/me/notices/").context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (values | changes).items() if value}


def test_a_person_chooses_by_kind(cast, as_user):
    client = as_user(cast.hana)
    task = notices.kind_of("task")
    assert choices_of(cast.hana).mail(task) == "now"
    sent = form_of(client, mail_task="digest", has_digest="")
    assert client.post("/me/notices/", sent).status_code == 302
    chosen = choices_of(cast.hana)
    assert (chosen.mail(task), chosen.has_digest) == ("digest", False)
    assert chosen.mail(notices.kind_of("again")) == "now"
    assert choices_of(cast.uma).mail(task) == "now"
    event = Event.objects.get(action="notice_choices.edited")
    assert event.changes == {"fields": [None, ["has_digest", "kinds"]]}


def test_the_same_choices_again_are_no_event(cast, as_user):
    client = as_user(cast.hana)
    for _ in range(2):
        client.post("/me/notices/", form_of(client, mail_task="no"))
    assert Event.objects.filter(action="notice_choices.edited").count() == 1


def test_a_choice_that_is_none_is_refused(cast, as_user):
    client = as_user(cast.hana)
    sent = form_of(client, mail_task="carrier pigeon")
    assert client.post("/me/notices/", sent).status_code == 422
    assert not NoticeChoices.objects.exists()


def test_only_kinds_of_ones_own_roles_can_be_chosen(cast, as_user):
    client = as_user(cast.otto)
    kinds = {row.kind.key for row in client.get("/me/notices/").context["form"].rows}
    assert "ours" in kinds
    assert not kinds & {"queue", "task", "mine"}
    client.post("/me/notices/", form_of(client, mail_queue="no", mail_ours="no"))
    assert set(NoticeChoices.objects.get().kinds) == kinds


def test_the_group_is_offered_where_there_is_a_robot(cast, as_user, settings):
    client = as_user(cast.hana)
    assert "robot_task" not in client.get("/me/notices/").context["form"].fields
    settings.CRM_NOTICE_HOSTS = ["qyapi.weixin.qq.com"]
    Robot.objects.create(
        service="wecom",
        name="人社局工作群",
        region=cast.county,
        host="qyapi.weixin.qq.com",
        token="12345678",
    )
    page = client.get("/me/notices/")
    assert "robot_task" in page.context["form"].fields
    assert "人社局工作群" in page.content.decode()
    client.post("/me/notices/", form_of(client, robot_task=""))
    assert not choices_of(cast.hana).robot(notices.kind_of("task"))
    # Without the group on the page its choice stays.
    settings.CRM_NOTICE_HOSTS = []
    client.post("/me/notices/", form_of(client, mail_task="no"))
    assert not choices_of(cast.hana).robot(notices.kind_of("task"))


def test_notices_are_kept_for_half_a_year(cast):
    from crm.services.notices import claims

    (old,) = told(cast.olga, cast.company)
    (new,) = told(cast.olga, cast.company, now=NOON + timedelta(days=10))
    claims.forget(now=NOON + timedelta(days=181))
    assert not Notice.objects.filter(pk=old.pk).exists()
    assert Notice.objects.filter(pk=new.pk).exists()
    assert Event.objects.filter(pk=old.event_id).exists()

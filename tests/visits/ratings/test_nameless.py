"""A rating without a name: what must not tell officials whose it is, nor when."""

import json
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from crm.models import Event, EventPersonal
from crm.services import search
from reports.rating_figures import lines_of, period_of
from visits.models import Correction, Rating, RatingLink
from visits.services import ratings
from visits.services.ratings import RatedAlreadyError

from .conftest import DAY, LATER

READERS = ["olga", "hana", "uma", "dora", "maria", "axel"]


def everything_recorded():
    """Every event with its personal values, as one text."""
    rows = list(Event.objects.exclude(action__startswith="ticket.").values())
    rows += list(EventPersonal.objects.values())
    return json.dumps(rows, default=str, ensure_ascii=False)


def test_no_person_is_stored_and_no_time_of_day(cast, rated):
    rating = Rating.objects.get(pk=rated(1, is_anonymous=True, name="王经理").pk)
    assert (rating.rated_by, rating.rater_name) == (None, "")
    assert rating.created_at.astimezone(LATER.tzinfo).isoformat() == (
        "2026-03-18T00:00:00+08:00"
    )


def test_the_database_refuses_a_name_beside_it(cast, rated):
    rating = rated(1, is_anonymous=True)
    rating.rated_by = cast.otto
    with pytest.raises(IntegrityError), transaction.atomic():
        rating.save(update_fields=["rated_by"])


def test_nothing_is_recorded_before_the_next_day(cast, rated):
    before = Event.objects.count()
    rating = rated(1, is_anonymous=True)
    assert Event.objects.count() == before
    assert not Correction.objects.exists()
    assert ratings.tell_nameless(now=LATER) == 0
    assert ratings.tell_nameless(now=LATER + DAY) == 1
    assert ratings.tell_nameless(now=LATER + 2 * DAY) == 0
    rating.refresh_from_db()
    assert rating.told_on == (LATER + DAY).date()
    assert rating.correction.state == "fixing"


@pytest.mark.parametrize("who", READERS)
def test_officials_read_it_from_the_next_day_on_only(cast, rated, who):
    rated(1, is_anonymous=True)
    seen = Rating.objects.visible_to(getattr(cast, who))
    assert not seen.exists()
    ratings.tell_nameless(now=LATER + DAY)
    # The officer's few companies would be known by what they say of tickets.
    assert seen.exists() == (who != "olga")


def test_its_company_reads_it_at_once(cast, rated):
    rating = rated(1, is_anonymous=True)
    assert Rating.objects.visible_to(cast.otto).get() == rating


def test_events_name_neither_actor_nor_company_nor_matter(cast, ticket, nameless):
    rating = nameless(1)
    found = Event.objects.exclude(action__startswith="ticket.")
    assert {one.action for one in found} == {"rating.given", "correction.started"}
    for event in found:
        assert (event.actor, event.company, event.is_public) == (None, None, False)
        assert ticket.pk not in event.changes.values()
    assert not Event.objects.for_company(cast.company).filter(
        action__startswith="rating"
    )
    assert Event.objects.for_subject(rating).exists()
    assert not EventPersonal.objects.filter(event__in=found).exists()


def test_those_of_one_day_are_told_in_another_order(monkeypatch, cast, rated, visit):
    """The order of the log would tell who came first."""
    given = [
        rated(4, is_anonymous=True).pk,
        rated(4, record=visit, is_anonymous=True).pk,
    ]
    dice = type("Dice", (), {"shuffle": lambda self, rows: rows.reverse()})
    monkeypatch.setattr("visits.services.ratings.announcing.SystemRandom", dice)
    ratings.tell_nameless(now=LATER + DAY)
    told = Event.objects.filter(action="rating.given").order_by("pk")
    assert [one.subject_id for one in told] == sorted(given, reverse=True)


def test_the_correction_is_in_nobodys_hands_at_first(cast, nameless):
    correction = nameless(1).correction
    assert (correction.department, correction.handler) == (cast.bureau, None)
    assert correction.fix_by.handler is None


def test_nobody_can_call_a_company_that_gave_no_name(cast, sonja, nameless):
    rating = nameless(1)
    for user in (cast.dora, sonja, cast.olga):
        assert not Rating.objects.asked_back_by(user).filter(pk=rating.pk).exists()
    correction = rating.correction
    ratings.send_correction(
        correction, actor=cast.uma, done="已改进。", now=LATER + DAY
    )
    correction.refresh_from_db()
    assert correction.state == "asked"  # straight to the company's second look


def test_the_second_look_is_nameless_too(cast, nameless):
    rating = nameless(1)
    ratings.send_correction(
        rating.correction, actor=cast.uma, done="已改进。", now=LATER + 2 * DAY
    )
    ratings.look_again(rating, actor=cast.otto, level=4, now=LATER + 3 * DAY)
    last = Event.objects.filter(action__in=["rating.second_look", "correction.ended"])
    assert [(one.actor, one.company) for one in last] == [(None, None)] * 2
    assert f'"actor_id": {cast.otto.pk}' not in everything_recorded()


@pytest.mark.parametrize("who", ["hana", "uma", "dora", "maria", "axel"])
@pytest.mark.parametrize("page", ["list", "detail", "company", "ticket", "figures"])
def test_no_page_of_an_official_shows_whose_it_is(
    cast, ticket, nameless, as_user, time_machine, who, page
):
    rating = nameless(1, words="不便透露")
    time_machine.move_to(LATER + 2 * DAY, tick=False)
    client = as_user(getattr(cast, who))
    address = {
        "list": reverse("visits:ratings"),
        "detail": rating.get_absolute_url(),
        "company": cast.company.get_absolute_url(),
        "ticket": ticket.get_absolute_url(),
        "figures": reverse("reports:rating-figures"),
    }[page]
    body = client.get(address).content.decode()
    if page in ("list", "detail"):
        assert "不便透露" in body
        for secret in ("恒润", ticket.title, ticket.number, "Otto", "10:", "16:00"):
            assert secret not in body, secret
        assert ticket.get_absolute_url() not in body
    else:
        assert "不便透露" not in body
        assert rating.get_absolute_url() not in body


def rating_part(client, record):
    body = client.get(record.get_absolute_url()).content.decode()
    start = body.index('id="rating"')
    return body[start : body.index("</section>", start)].split("csrfmiddlewaretoken")[0]


@pytest.mark.parametrize("who", ["hana", "dora", "axel"])
def test_the_tickets_page_is_as_if_it_was_never_rated(
    cast, ticket, rated, as_user, who
):
    client = as_user(getattr(cast, who))
    before = rating_part(client, ticket)
    rated(1, is_anonymous=True)
    ratings.tell_nameless(now=LATER + DAY)
    assert rating_part(client, ticket) == before
    assert "没有实名评价" in before


def test_a_link_is_made_as_if_it_was_never_rated(cast, ticket, nameless):
    nameless(1)
    link, _token = ratings.make_link(ticket, actor=cast.hana, now=LATER + DAY)
    assert link.used_on is None


def test_a_used_link_shows_the_form_to_everybody_but_its_giver(
    cast, ticket, client, time_machine
):
    """Officials make these links and would open them to see whether they were used."""
    _link, token = ratings.make_link(ticket, actor=cast.hana, now=LATER)
    address = reverse("visits:rate-by-link", args=[token])
    fresh = without_keys(client.get(address).content.decode())
    giver = type(client)()
    form = {"level": "1", "words": "不便透露", "is_anonymous": "on"}
    assert "不便透露" in giver.post(address, form).content.decode()
    assert without_keys(client.get(address).content.decode()) == fresh
    again = giver.get(address).content.decode()
    assert "此事已评价" in again
    assert "不便透露" in again
    # Who sends another one learns that it counts once, and nothing of the first.
    refused = client.post(address, {"level": "5"})
    assert refused.status_code == 409
    assert "不便透露" not in refused.content.decode()
    link = RatingLink.objects.get(used_on__isnull=False)
    assert link.used_on == LATER.date()


def without_keys(body):
    return re.sub(r"[0-9a-f-]{36}|[A-Za-z0-9]{64}", "", body)


def test_a_filter_for_the_company_finds_only_ratings_with_a_name(
    cast, rated, visit, as_user
):
    search.refresh(cast.company.pk)
    rated(1, record=visit, words="实名的话")
    rated(1, is_anonymous=True, words="不便透露")
    ratings.tell_nameless(now=LATER + DAY)
    client, address = as_user(cast.dora), reverse("visits:ratings")
    assert "不便透露" in client.get(address).content.decode()
    for query in ({"q": "恒润"}, {"company": cast.company.pk}):
        body = client.get(address, query).content.decode()
        assert "实名的话" in body
        assert "不便透露" not in body
    own = as_user(cast.otto).get(address, {"company": cast.company.pk})
    assert "不便透露" in own.content.decode()


def test_the_day_on_which_the_matter_ended_is_no_filter(cast, nameless, as_user):
    nameless(1, words="不便透露")
    client, address = as_user(cast.dora), reverse("visits:ratings")
    for query in ({"ended_on": "2026-03-01"}, {"subject_id": "1"}, {"ended_from": "x"}):
        body = client.get(address, {"ended_to": "2026-03", **query}).content.decode()
        assert ("不便透露" in body) == ("ended_from" not in query)


def test_it_counts_in_figures_from_the_next_day_on(cast, rated):
    period = period_of(None, None, LATER.date())
    rated(1, is_anonymous=True)
    assert lines_of(cast.axel, "unit", period)[1].numbers.rated == 0
    ratings.tell_nameless(now=LATER + DAY)
    assert lines_of(cast.axel, "unit", period)[1].numbers.rated == 1


def test_a_second_rating_by_somebody_else_of_the_company_is_refused(cast, rated):
    rated(1, is_anonymous=True)
    with pytest.raises(RatedAlreadyError):
        rated(5)

"""What a device's outbox sends: saved once, for whom it belongs to, or told why not."""

import datetime as dt
import json
import random
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from accounts.models import AuditEvent, User
from outreach import services
from outreach.models import Task, Visit
from referrals.services import merges
from tests.factories.referrals import (
    AffiliationFactory,
    PhysicianFactory,
    PracticeFactory,
)

URL = reverse("outreach:visit-deliver")
AT = "2026-03-10T10:00:00-05:00"


@pytest.fixture(autouse=True)
def _clock(tuesday):
    """Every test here stands on that day, at ten in Chicago."""


@pytest.fixture
def entry(liaison, answers):
    """Three answers, typed just now by the liaison."""
    return answers | {"user": liaison.pk, "at": AT}


@pytest.fixture
def deliver(signed_in, liaison):
    """`deliver(entry)`: the answer to it, sent by the liaison."""

    def send(entry, by=liaison):
        body = entry if isinstance(entry, bytes) else json.dumps(entry)
        client = signed_in(by)
        return client.post(URL, body, content_type="application/json")

    return send


def errors_of(response):
    assert response.status_code == 422, response.text
    assert not Visit.objects.held().exists()
    return response.json()["errors"]


# Saved ------------------------------------------------------------------------------


def test_three_answers_are_a_visit_of_the_moment_of_the_tap(
    deliver, entry, liaison, north_practice, north_physician
):
    response = deliver(entry | {"at": "2026-03-09T16:20:31.250-05:00"})

    visit = Visit.objects.get()
    assert response.status_code == 201
    assert response.json() == {"visit": visit.pk}
    assert (visit.liaison, visit.practice) == (liaison, north_practice)
    assert visit.visited_on == dt.date(2026, 3, 9)
    assert visit.visited_at == dt.time(16, 20)
    assert list(visit.physicians.all()) == [north_physician]
    assert str(visit.uid) == entry["uid"]


@pytest.mark.parametrize(
    ("at", "day", "hour"),
    [
        # Half past eleven at night in Honolulu is the next day in Chicago.
        ("2026-03-08T23:30:00-10:00", dt.date(2026, 3, 8), dt.time(23, 30)),
        ("2026-03-10T00:30:00+10:00", dt.date(2026, 3, 10), dt.time(0, 30)),
        # The hour that Chicago left out, told by a device that had not.
        ("2026-03-08T02:30:00-06:00", dt.date(2026, 3, 8), dt.time(2, 30)),
        ("2026-03-10T14:59:00Z", dt.date(2026, 3, 10), dt.time(14, 59)),
    ],
)
def test_a_visit_is_of_the_day_it_was_where_it_was_tapped(
    deliver, entry, at, day, hour
):
    assert deliver(entry | {"at": at}).status_code == 201

    visit = Visit.objects.get()
    assert (visit.visited_on, visit.visited_at) == (day, hour)


def test_both_runs_of_the_doubled_hour_are_of_its_day(deliver, entry, time_machine):
    time_machine.move_to(dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC))

    for offset in ("-05:00", "-06:00"):
        told = {"uid": str(uuid.uuid4()), "at": f"2026-11-01T01:30:00{offset}"}
        assert deliver(entry | told).status_code == 201

    assert set(Visit.objects.values_list("visited_on", "visited_at")) == {
        (dt.date(2026, 11, 1), dt.time(1, 30))
    }
    assert Visit.objects.count() == 2


def test_promises_count_from_the_day_of_the_tap(deliver, entry):
    deliver(entry | {"at": "2026-03-02T09:00:00-06:00", "follow_ups": ["call"]})

    assert Task.objects.get().due_on == dt.date(2026, 3, 16)


def test_chips_and_the_rest_are_taken_as_by_the_form(deliver, entry):
    deliver(
        entry
        | {
            "when": "yesterday",
            "notes": "Waits of six weeks",
            "staff": "Dana, Lee",
            "topics": ["Insurance"],
            "own_topics": "Parking",
            "find": "1",
        }
    )

    visit = Visit.objects.get()
    assert visit.visited_on == dt.date(2026, 3, 9)
    assert visit.notes == "Waits of six weeks"
    assert visit.met == "Nora Northrup, MD, Dana, Lee"
    assert {topic.name for topic in visit.topics.all()} == {"Insurance", "Parking"}


def test_sent_again_it_was_seen_before_and_keeps_its_promises_once(deliver, entry):
    entry |= {"next_step": "Send the form"}

    first, second = deliver(entry), deliver(entry)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert Visit.objects.count() == Task.objects.count() == 1


def test_what_was_saved_stays_saved_whatever_happened_since(
    deliver, entry, north_physician
):
    deliver(entry)
    north_physician.affiliations.update(effective_to=dt.date(2026, 3, 1))

    assert deliver(entry | {"at": "2020-01-01T00:00:00Z"}).status_code == 200


# The stop it fulfils -----------------------------------------------------------------


def test_the_stop_becomes_the_visit_and_keeps_what_was_not_told(
    deliver, entry, planned_visit
):
    entry |= {"visit": planned_visit.pk}

    first, again = deliver(entry), deliver(entry)

    visit = Visit.objects.get()
    assert (first.status_code, again.status_code) == (201, 200)
    assert visit.pk == planned_visit.pk
    assert visit.is_held
    assert visit.visited_at == dt.time(10)
    assert visit.purpose == "Introduce the new clinic"


def test_what_was_emptied_in_the_form_is_empty(deliver, entry, planned_visit):
    deliver(entry | {"visit": planned_visit.pk, "purpose": ""})

    assert Visit.objects.get().purpose == ""


@pytest.mark.parametrize("ended", ["cancelled", "no_show", "held"])
def test_a_stop_that_was_ended_meanwhile_is_a_conflict(
    deliver, entry, planned_visit, ended
):
    Visit.objects.update(status=ended)

    response = deliver(entry | {"visit": planned_visit.pk, "notes": "mine"})

    assert response.status_code == 409
    assert response.json()["why"] == "stop"
    assert Visit.objects.get().notes == ""
    assert deliver(entry | {"notes": "mine"}).status_code == 201


def test_two_devices_that_log_one_stop_are_told_of_each_other(
    deliver, entry, planned_visit
):
    deliver(entry | {"visit": planned_visit.pk})
    other = entry | {"uid": str(uuid.uuid4()), "visit": planned_visit.pk}

    assert deliver(other).status_code == 409


def test_a_stop_of_somebody_else_is_as_one_that_is_not_there(
    deliver, entry, south_visit
):
    Visit.objects.update(status=Visit.Status.PLANNED)

    foreign = deliver(entry | {"visit": south_visit.pk})
    made_up = deliver(entry | {"visit": 987654})

    assert foreign.status_code == made_up.status_code == 409
    assert foreign.text == made_up.text
    assert Visit.objects.get().is_planned


# Refused ------------------------------------------------------------------------------


def test_missing_answers_are_told_by_field(deliver, liaison):
    told = {"uid": str(uuid.uuid4()), "user": liaison.pk, "at": AT, "notes": "kept"}

    errors = errors_of(deliver(told))

    assert set(errors) == {"physicians", "kind", "outcome"}
    assert errors["outcome"] == ["Say how it went."]


def test_what_looks_like_a_patient_needs_a_reason_from_a_device_too(deliver, entry):
    entry |= {"notes": "DOB 3/14/1952"}

    assert "looks like a birth date" in errors_of(deliver(entry))["notes"][0]
    assert deliver(entry | {"guard_reason": "A trainer"}).status_code == 201

    overridden = AuditEvent.objects.get(action=AuditEvent.Action.GUARD_OVERRIDDEN)
    assert overridden.detail["reason"] == "A trainer"


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-10T10:16:00-05:00", "runs ahead"),
        ("2026-03-10T10:00:00-06:00", "runs ahead"),
        ("9999-12-31T23:59:59-23:59", "runs ahead"),
        ("2026-02-08T09:59:00-05:00", "30 days ago"),
        ("0001-01-01T00:00:00+14:00", "30 days ago"),
    ],
)
def test_a_moment_that_cannot_be_is_told(deliver, entry, at, said):
    assert said in errors_of(deliver(entry | {"at": at}))["at"][0]


def test_the_clock_of_a_phone_may_run_a_little_ahead(deliver, entry):
    at = "2026-03-10T10:14:00-05:00"

    assert deliver(entry | {"at": at}).status_code == 201


@pytest.mark.parametrize(
    ("field", "fixture", "name"),
    [
        ("physicians", "south_physician", "Southey"),
        ("practice", "south_practice", "South Clinic"),
    ],
)
def test_who_is_out_of_sight_is_refused_as_who_does_not_exist(
    request, deliver, entry, field, fixture, name
):
    foreign = request.getfixturevalue(fixture)

    told = deliver(entry | {field: [foreign.pk]})
    made_up = deliver(entry | {field: [987654]})

    assert set(errors_of(told)) == set(errors_of(made_up)) == {field}
    assert told.text == made_up.text.replace("987654", str(foreign.pk))
    assert name not in told.text


def test_a_visit_of_somebody_else_is_not_sent_for_them(
    deliver, entry, coordinator, liaison
):
    response = deliver(entry, by=coordinator)

    assert response.status_code == 409
    assert response.json()["why"] == "user"
    assert not Visit.objects.exists()


def test_a_key_of_somebody_else_is_a_conflict_that_tells_nothing(
    deliver, entry, south_visit
):
    response = deliver(entry | {"uid": str(south_visit.uid)})

    assert response.status_code == 409
    assert response.json()["why"] == "key"
    assert "South" not in response.text
    assert Visit.objects.get() == south_visit


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 60_000,
        b"9" * 5000,
        b'{"uid": "x"}',
    ],
    ids=str,
)
def test_what_is_no_visit_is_unreadable(deliver, body):
    assert deliver(body).status_code == 400


@pytest.mark.parametrize(
    "broken",
    [
        {"uid": "garbage"},
        {"uid": None},
        {"uid": 5},
        {"user": None},
        {"user": True},
        {"user": "9" * 40},
        {"user": [1]},
        {"at": "2026-03-10T10:00:00"},
        {"at": "yesterday"},
        {"at": 5},
        {"at": None},
        {"visit": "x"},
        {"visit": {}},
        {"notes": {"a": 1}},
        {"notes": None},
        {"notes": 1.5},
        {"notes": "\ud800"},
        {"staff": [["x"]]},
    ],
    ids=str,
)
def test_a_visit_of_the_wrong_shape_is_unreadable(deliver, entry, broken):
    assert deliver(entry | broken).status_code == 400
    assert not Visit.objects.exists()


def test_a_form_is_no_visit_of_an_outbox(signed_in, liaison, entry):
    assert signed_in(liaison).post(URL, entry).status_code == 400


def test_a_visit_too_long_is_not_read(deliver, entry):
    assert deliver(entry | {"notes": "x" * 70_000}).status_code == 413


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("physicians", ["9" * 40]),
        ("physicians", list(range(1, 30))),
        ("practice", "abc"),
        ("notes", "a\x00b"),
        ("notes", "x" * 10_001),
        ("kind", "seance"),
        ("visited_on", "9999-12-31"),
        ("visited_on", "2026-03-11"),
        ("next_step_on", "2026-03-09"),
    ],
)
def test_bad_answers_are_told_and_nothing_saved(deliver, entry, field, value):
    assert errors_of(deliver(entry | {"next_step": "x", field: value}))


def test_hidden_fields_set_nothing(deliver, entry, liaison, manager):
    entry |= {"liaison": manager.pk, "status": "cancelled", "version": 7, "source": "x"}

    deliver(entry | {"role": "administrator", "is_superuser": 1})

    visit = Visit.objects.get()
    assert (visit.liaison, visit.status, visit.version) == (liaison, "held", 1)
    assert visit.source == ""


# Who may ------------------------------------------------------------------------------


def test_the_signed_out_are_told_without_being_led_away(client, db):
    response = client.post(URL, "{}", content_type="application/json")

    assert response.status_code == 401
    assert "Location" not in response


def test_who_lacks_a_second_factor_is_told_so(deliver, entry, settings):
    settings.REQUIRE_MFA = True

    assert deliver(entry).status_code == 401
    assert not Visit.objects.exists()


def test_the_deactivated_are_signed_out(signed_in, entry, liaison):
    client = signed_in(liaison)
    User.objects.filter(pk=liaison.pk).update(is_active=False)

    response = client.post(URL, json.dumps(entry), content_type="application/json")

    assert response.status_code == 401
    assert not Visit.objects.exists()


def test_a_role_that_logs_no_visits_is_refused(deliver, entry, executive):
    assert deliver(entry | {"user": executive.pk}, by=executive).status_code == 403


def test_nothing_is_taken_without_a_fresh_token(liaison, entry):
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)
    body = json.dumps(entry)

    def send(**headers):
        response = client.post(
            URL, body, content_type="application/json", headers=headers
        )
        return response.status_code

    assert send() == 403
    token = client.get(reverse("outreach:delivery-token")).json()["token"]
    assert send(**{"x-csrftoken": "x" * 64}) == 403
    assert not Visit.objects.exists()
    assert send(**{"x-csrftoken": token}) == 201


# Merged meanwhile ------------------------------------------------------------


@pytest.fixture
def merged(north_practice, administrator):
    """A practice and its physician, and how they go into the northern one."""
    gone = PracticeFactory(name="Gone Clinic", zip_code="37203")
    AffiliationFactory(practice=gone, physician=PhysicianFactory())

    def merge():
        merges.merge(
            kept=north_practice,
            removed=gone,
            chosen=set(),
            versions=(north_practice.version, gone.version),
            by=administrator,
            at=timezone.now(),
        )

    return gone, merge


def test_a_visit_to_a_practice_that_was_merged_is_one_to_what_was_kept(
    deliver, entry, merged, north_practice
):
    gone, merge = merged
    entry |= {"practice": gone.pk, "physicians": [], "staff": "Fay"}
    merge()

    assert deliver(entry).status_code == 201
    assert Visit.objects.get().practice == north_practice


def test_a_merge_at_the_moment_of_saving_loses_nothing(
    deliver, entry, merged, north_practice, monkeypatch
):
    gone, merge = merged
    log = services.log_visit

    def log_after_the_merge(**told):
        monkeypatch.setattr(services, "log_visit", log)
        merge()
        return log(**told)

    monkeypatch.setattr(services, "log_visit", log_after_the_merge)

    entry |= {"practice": gone.pk, "physicians": [], "staff": "Fay"}
    assert deliver(entry).status_code == 201
    assert Visit.objects.get().practice == north_practice


# Again and again ---------------------------------------------------------------


def replay(deliver, entry, *, visits, sends, seed):
    """Send `visits` visits in random order until each was answered; half of all
    answers are lost on the way, and the sender sends again. At least `sends`."""
    chance = random.Random(seed)  # noqa: S311
    entries = [entry | {"uid": str(uuid.UUID(int=one))} for one in range(1, visits + 1)]
    waiting, statuses, sent = list(entries), [], 0
    while waiting or sent < sends:
        one = chance.choice(waiting or entries)
        statuses.append(deliver(one).status_code)
        sent += 1
        if one in waiting and chance.random() < 0.5:
            waiting.remove(one)
    return statuses


@how(
    max_examples=5,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(seed=st.integers(0, 1000), visits=st.integers(1, 8))
def test_whatever_is_lost_on_the_way_each_visit_is_saved_once(
    deliver, entry, seed, visits
):
    Visit.objects.all().delete()

    statuses = replay(deliver, entry, visits=visits, sends=3 * visits, seed=seed)

    assert Visit.objects.count() == statuses.count(201) == visits
    assert set(statuses) <= {200, 201}


@pytest.mark.long
def test_five_thousand_replays_of_five_hundred_visits_are_five_hundred(deliver, entry):
    statuses = replay(deliver, entry, visits=500, sends=5000, seed=7)

    assert Visit.objects.count() == statuses.count(201) == 500
    assert len(statuses) == 5000
    assert set(statuses) == {200, 201}


def test_a_visit_is_saved_with_a_bounded_number_of_queries(
    deliver, entry, django_assert_max_num_queries
):
    deliver(entry)
    entry |= {"uid": str(uuid.uuid4())}

    with django_assert_max_num_queries(40):
        deliver(entry)

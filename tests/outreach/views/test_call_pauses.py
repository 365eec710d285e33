import pytest
from django.urls import reverse

from outreach.models import CallCycleSettings, CallPause
from tests.attacks import body

LIST = reverse("outreach:call-pause-list")
SETTINGS = reverse("outreach:call-cycle-settings-edit")


def pause_of(subject):
    name = type(subject).__name__.lower()
    return reverse(f"outreach:{name}-pause", args=[subject.pk])


@pytest.fixture
def leave(tuesday):
    return {"starts_on": "2026-03-10", "ends_on": "2026-03-20", "reason": "On leave"}


def test_a_pause_of_a_practice_is_listed_and_ended(
    signed_in, liaison, north_practice, leave
):
    client = signed_in(liaison)

    response = client.post(pause_of(north_practice), leave)

    pause = CallPause.objects.get()
    assert response.url == LIST
    assert (pause.practice, pause.physician) == (north_practice, None)
    assert "On leave" in body(client.get(LIST))

    client.post(reverse("outreach:call-pause-end", args=[pause.pk]))
    assert "Nobody is paused" in body(client.get(LIST))


def test_a_pause_of_a_physician_is_theirs_alone(
    signed_in, liaison, north_physician, leave
):
    signed_in(liaison).post(pause_of(north_physician), leave)

    pause = CallPause.objects.get()
    assert (pause.practice, pause.physician) == (None, north_physician)


@pytest.mark.parametrize("of", ["practice", "physician"])
def test_rows_of_another_territory_cannot_be_paused(
    request, signed_in, liaison, leave, of
):
    foreign = request.getfixturevalue(f"south_{of}")

    response = signed_in(liaison).post(pause_of(foreign), leave)

    assert response.status_code == 404


def test_a_pause_of_another_territory_is_not_seen_nor_ended(
    signed_in, liaison, south_pause
):
    client = signed_in(liaison)
    end = reverse("outreach:call-pause-end", args=[south_pause.pk])

    assert "Southern" not in body(client.get(LIST))
    assert client.post(end).status_code == 404


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"ends_on": "2026-03-10"}, "Choose a day to come."),
        ({"ends_on": "2030-03-10"}, "within two years"),
        ({"starts_on": "2026-03-25"}, "It has to end after it starts."),
        ({"starts_on": "2020-01-01"}, "within a year back"),
        ({"reason": ""}, "This field is required."),
        ({"reason": "a\x01b"}, "control characters"),
    ],
)
def test_bad_input_is_told_and_nothing_is_lost(
    signed_in, liaison, north_practice, leave, told, said
):
    response = signed_in(liaison).post(pause_of(north_practice), leave | told)

    page = body(response)
    assert response.status_code == 200
    assert said in page
    assert not CallPause.objects.exists()


def test_a_manager_sets_the_intervals(signed_in, manager):
    client = signed_in(manager)

    client.post(SETTINGS, {"a_days": 7, "b_days": "", "c_days": 60, "d_days": 365})

    kept = CallCycleSettings.objects.get()
    assert kept.intervals == {"A": 7, "C": 60, "D": 365}
    assert 'value="60"' in body(client.get(SETTINGS))


@pytest.mark.parametrize("days", ["0", "-1", "731", "x"])
def test_an_interval_that_makes_no_sense_is_refused(signed_in, manager, days):
    response = signed_in(manager).post(SETTINGS, {"a_days": days})

    assert response.status_code == 200
    assert not CallCycleSettings.objects.exists()

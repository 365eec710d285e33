import datetime as dt

import pytest
from django.urls import reverse

from referrals.models import RosterEntry


@pytest.fixture
def post(signed_in, manager, north_entry):
    """The manager changes the status of the northern physician."""
    url = reverse("referrals:roster-status", args=[north_entry.npi])

    def send(**data):
        good = {
            "network_status": "competitor",
            "since": "2026-02-01",
            "organization_npi": "",
            "seen": f"{north_entry.pk}:1",
        }
        return signed_in(manager).post(url, good | data)

    return send


def spans():
    entries = RosterEntry.objects.order_by("effective_from")
    return list(entries.values_list("network_status", "effective_from", "effective_to"))


def test_one_step_closes_an_entry_and_opens_the_next(post):
    answer = post()

    change = dt.date(2026, 2, 1)
    assert answer.status_code == 302
    assert spans() == [
        ("employed", dt.date(2020, 1, 1), change),
        ("competitor", change, None),
    ]


def test_sent_twice_it_is_one_change(post):
    post()

    assert post().status_code == 302
    assert len(spans()) == 2


def test_the_second_of_two_is_told_and_loses_nothing(post):
    post()

    page = post(network_status="independent", since="2026-03-01").content.decode()

    assert "Somebody changed this entry" in page
    assert "competitor, Feb 1, 2026 to open" in page
    assert 'value="2026-03-01"' in page
    assert len(spans()) == 2


def test_a_day_before_the_open_entry_is_refused(post):
    page = post(since="2019-01-01").content.decode()

    assert "begins on or after this day" in page
    assert len(spans()) == 1


def test_a_number_without_an_entry_gets_one(signed_in, manager, south_physician):
    url = reverse("referrals:roster-status", args=[south_physician.npi])
    answer = {"network_status": "employed", "since": "2026-02-01", "seen": "none"}

    signed_in(manager).post(url, answer)

    assert spans() == [("employed", dt.date(2026, 2, 1), None)]

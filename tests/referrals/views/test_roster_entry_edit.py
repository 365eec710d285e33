import datetime as dt

import pytest
from django.urls import reverse

from referrals.models import RosterEntry

DAY = dt.date(2026, 1, 1)


@pytest.fixture
def send(signed_in, manager, north_entry):
    """`send("edit", **data)`: the manager answers a form of the entry."""

    def post(what, **data):
        url = reverse(f"referrals:roster-entry-{what}", args=[north_entry.pk])
        return signed_in(manager).post(url, {"version": 1} | data)

    return post


ANSWER = {
    "network_status": "affiliated",
    "effective_from": "2026-01-01",
    "effective_to": "",
    "organization_npi": "",
}


def test_an_entry_is_changed(send, north_entry):
    answer = send("edit", **ANSWER)

    north_entry.refresh_from_db()
    assert answer.status_code == 302
    assert (north_entry.network_status, north_entry.effective_from) == (
        "affiliated",
        DAY,
    )
    assert north_entry.version == 2


def test_the_second_of_two_is_told_and_loses_nothing(send, north_entry):
    send("edit", **ANSWER)

    page = send("edit", **ANSWER | {"effective_to": "2026-05-05"}).content.decode()

    north_entry.refresh_from_db()
    assert "Somebody changed this entry" in page
    assert "affiliated, Jan 1, 2026 to open" in page
    assert 'value="2026-05-05"' in page
    assert 'name="version" value="2"' in page
    assert north_entry.effective_to is None


def test_saved_again_it_replaces_what_the_first_wrote(send, north_entry):
    send("edit", **ANSWER)

    send("edit", version=2, **ANSWER | {"effective_to": "2026-05-05"})

    north_entry.refresh_from_db()
    assert north_entry.effective_to == dt.date(2026, 5, 5)


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30, "²"])
def test_a_version_that_none_was_is_an_older_one(send, north_entry, version):
    answer = send("edit", version=version, **ANSWER)

    north_entry.refresh_from_db()
    assert "Somebody changed this entry" in answer.content.decode()
    assert north_entry.network_status == "employed"


def test_an_entry_ends_on_a_day(send, north_entry):
    send("end", effective_to="2026-02-01")

    north_entry.refresh_from_db()
    assert north_entry.effective_to == dt.date(2026, 2, 1)
    assert north_entry.network_status == "employed"


def test_an_end_before_its_beginning_is_refused(send, north_entry):
    page = send("end", effective_to="2019-12-31").content.decode()

    north_entry.refresh_from_db()
    assert "The entry begins on Jan 1, 2020" in page
    assert north_entry.effective_to is None


def test_an_entry_is_deleted(send):
    assert send("delete").status_code == 302
    assert not RosterEntry.objects.exists()


def test_an_entry_changed_meanwhile_is_not_deleted(send):
    send("edit", **ANSWER)

    send("delete")

    assert RosterEntry.objects.count() == 1


def test_an_entry_that_does_not_exist_is_not_found(signed_in, manager, north_entry):
    client = signed_in(manager)

    for what in ("edit", "end", "delete"):
        url = reverse(f"referrals:roster-entry-{what}", args=[north_entry.pk + 1])
        assert client.post(url, ANSWER).status_code == 404


def test_what_the_page_shows_is_what_there_is(text_of, manager, north_entry):
    page = text_of(
        manager, reverse("referrals:roster-entry-edit", args=[north_entry.pk])
    )

    assert 'value="2020-01-01"' in page
    assert "Northrup" in page

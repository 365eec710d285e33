import datetime as dt

import pytest
from django.urls import reverse

from referrals.models import RosterEntry
from tests.factories.referrals import RosterEntryFactory, npi_of

URL = reverse("referrals:roster-entry-create")
NPI = npi_of(501)


@pytest.fixture
def post(signed_in, manager):
    def send(**data):
        good = {
            "npi": NPI,
            "network_status": "employed",
            "effective_from": "2026-01-01",
            "effective_to": "",
            "organization_npi": "",
        }
        return signed_in(manager).post(URL, good | data)

    return send


def test_an_entry_is_added(post):
    answer = post(effective_to="2026-02-01")

    entry = RosterEntry.objects.get()
    assert answer.url == reverse("referrals:roster-detail", args=[NPI])
    assert (entry.npi, entry.network_status) == (NPI, "employed")
    assert (entry.effective_from, entry.effective_to) == (
        dt.date(2026, 1, 1),
        dt.date(2026, 2, 1),
    )


def test_a_number_is_repaired_where_that_is_certain(post):
    post(npi=f" 80840{NPI}.0 ")

    assert RosterEntry.objects.get().npi == NPI


def test_a_form_sent_twice_makes_one_entry(post):
    post()
    answer = post()

    assert answer.status_code == 302
    assert RosterEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"npi": "1234567890"}, "This is no NPI"),
        ({"npi": ""}, "required"),
        ({"organization_npi": "12"}, "This is no NPI"),
        ({"network_status": "friend"}, "Select a valid choice"),
        ({"effective_from": "yesterday"}, "Enter a valid date"),
        ({"effective_from": "0007-01-01"}, "Is the year right?"),
        ({"effective_to": "2026-01-01"}, "not after the day it begins"),
    ],
)
def test_what_cannot_be_is_told_and_what_was_typed_is_kept(post, wrong, said):
    page = post(**wrong).content.decode()

    assert said in page
    assert next(iter(wrong.values())) in page
    assert not RosterEntry.objects.exists()


def test_an_overlap_names_the_other_entry(post):
    RosterEntryFactory(npi=NPI, effective_from=dt.date(2025, 1, 1))

    page = post().content.decode()

    assert "employed, Jan 1, 2025 to open" in page
    assert "Change status from a day" in page


def test_the_number_of_the_address_is_filled_in(text_of, manager):
    assert f'value="{NPI}"' in text_of(manager, f"{URL}?npi={NPI}")

"""What a card says, and as which contact it goes into an address book."""

import datetime as dt

import pytest
from django.utils import timezone

from referrals.models import SpecialistProfile
from referrals.specialists.cards import ago, card_of, vcard, with_parts
from tests.factories.referrals import AvailabilityFactory


@pytest.fixture
def card(today, administrator):
    def of(profile, user=administrator):
        rows = with_parts(SpecialistProfile.objects, user=user, on=today)
        return card_of(rows.get(pk=profile.pk), on=today)

    return of


def test_the_first_opening_that_answers_is_the_soonest(made, card, franklin, memphis):
    profile = made("Knox", franklin, memphis, in_days=9)
    AvailabilityFactory(profile=profile, practice=memphis)

    assert card(profile).soonest.row.practice == memphis


def test_an_old_opening_is_shown_as_what_was_known(made, card, franklin):
    shown = card(made("Knox", franklin, in_days=9, checked_days_ago=12))

    assert shown.soonest is None
    assert shown.last_known.checked == "12 days ago"
    assert "Next new patient" not in shown.text


def test_only_practices_in_sight_are_linked(
    made, card, liaison, north_practice, south_practice
):
    profile = made("Knox", north_practice, south_practice)

    linked = {
        site.practice.name: site.is_linked for site in card(profile, liaison).sites
    }

    assert linked == {"North Clinic": True, "South Clinic": False}


@pytest.mark.parametrize(
    ("days_ago", "is_stale", "words"),
    [(0, False, "today"), (1, False, "yesterday"), (90, False, "90 days ago"),
     (91, True, "91 days ago"), (None, True, "never")],
)  # fmt: skip
def test_the_age_of_a_profile_is_told(made, card, today, days_ago, is_stale, words):
    reviewed_on = None if days_ago is None else today - dt.timedelta(days=days_ago)

    shown = card(made("Knox", reviewed_on=reviewed_on))

    assert (shown.is_stale, shown.reviewed) == (is_stale, words)


@pytest.mark.parametrize(
    ("youngest", "oldest", "words"),
    [
        (None, None, ""),
        (0, None, "All ages"),
        (18, None, "Ages 18 and older"),
        (None, 17, "Ages up to 17"),
        (0, 17, "Ages up to 17"),
        (12, 21, "Ages 12 to 21"),
    ],
)
def test_ages_are_told_in_words(made, youngest, oldest, words):
    assert made("Knox", min_age=youngest, max_age=oldest).ages == words


def test_the_text_holds_what_an_office_needs(made, card, franklin):
    profile = made(
        "Knox",
        franklin,
        in_days=3,
        direct_line="6155550100",
        terms=[("condition", "Knee pain"), ("insurer", "Aetna")],
    )

    text = card(profile).text

    assert "Treats: Knee pain" in text
    assert "Insurers: Aetna" in text
    assert "Direct line: (615) 555-0100" in text
    assert "(checked today)" in text
    assert "Franklin Joint Center" in text


def test_a_contact_cannot_be_broken_out_of(made, card, franklin):
    profile = made("Knox; B, C\r\nTEL:1", franklin, intake_rules="x\r\nEND:VCARD")
    profile.forms_url = "https://example.org/a,b"
    profile.save()

    lines = vcard(card(profile)).split("\r\n")

    unfolded = vcard(card(profile)).replace("\r\n ", "").split("\r\n")
    assert lines[0] == "BEGIN:VCARD"
    assert lines.count("END:VCARD") == 1
    assert not any(line.startswith("TEL:1") for line in lines)
    assert any(line.startswith("N:Knox\\; B\\, C\\nTEL:1;Ada") for line in unfolded)
    assert max(map(len, lines)) <= 75


@pytest.mark.parametrize(("days", "words"), [(-1, "today"), (2, "2 days ago")])
def test_how_long_ago(days, words):
    assert ago(days) == words


def test_an_opening_checked_today_answers_in_the_time_zone_of_the_place(made, franklin):
    profile = made("Knox", franklin, in_days=0)

    assert profile.openings.get().answers(on=timezone.localdate())

"""A manager of one region can neither see nor change the cut of another."""

import datetime as dt
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, Territory, TerritoryZip, WhatIf
from accounts.services import zips
from referrals.models import TerritoryException
from referrals.services.exceptions import state_of
from tests.attacks import body, contents
from tests.factories.accounts import WhatIfFactory
from tests.factories.referrals import PracticeFactory, TerritoryExceptionFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
TOMORROW = TODAY + dt.timedelta(1)
THEIRS = ("North", "South", "Middle Tennessee", "Lea Liaison", "Max Manager")


def told_by(answer):
    """What of theirs an answer names; four states are called as they are."""
    text = re.sub(r"(North|South) (Carolina|Dakota)", "", body(answer))
    return [word for word in THEIRS if word in text]


@pytest.fixture
def east():
    return Territory.objects.get(name="East")


@pytest.fixture
def own_what_if(sibling_manager):
    root = Territory.objects.get(name="Beside")
    return WhatIfFactory(root=root, by=sibling_manager, name="Ours")


@pytest.fixture
def attacker(
    client, sibling_manager, manager, liaison, south_liaison, what_if, north_exception
):
    """Signed in beside a region with people, a what-if and an exception."""
    client.force_login(sibling_manager)
    return client


@pytest.fixture
def planned(administrator, north, south, east):
    """Tomorrow a code goes from north to south, another from east to north."""
    for code, target in (("37203", south), ("38101", north)):
        zips.reassign(
            targets={code: target.pk}, on=TOMORROW, by=administrator, at=timezone.now()
        )


def test_no_page_of_cuts_names_what_is_theirs(attacker, planned, own_what_if, east):
    pages = {
        "accounts:territory-list": [],
        "accounts:territory-detail": [east.pk],
        "accounts:territory-map": [],
        "accounts:territory-zips": [east.pk],
        "accounts:zips-move": [],
        "accounts:assignment-create": [east.pk],
        "accounts:notification-list": [],
        "reports:what-if-list": [],
        "reports:what-if-create": [],
        "reports:what-if-detail": [own_what_if.pk],
        "reports:what-if-map": [own_what_if.pk],
        "reports:what-if-apply": [own_what_if.pk],
        "reports:what-if-export": [own_what_if.pk],
        "referrals:exception-list": [],
        "referrals:exception-export": [],
    }

    told = {
        name: told_by(answer)
        for name, keys in pages.items()
        if (answer := attacker.get(reverse(name, args=keys))).status_code == 200
    }

    assert set(told) == set(pages)
    assert {name: words for name, words in told.items() if words} == {}


def test_whose_a_zip_code_is_stays_hidden_in_what_maps_read(
    attacker, own_what_if, north, south
):
    for url in (
        reverse("accounts:territory-map-zips"),
        reverse("reports:what-if-zips", args=[own_what_if.pk]),
    ):
        answer = attacker.get(url, {"state": "TN"})

        keys = {where for where, *_ in answer.json().values()}
        assert not keys & {north.pk, south.pk}


def test_no_form_takes_from_them_or_gives_to_them(
    attacker, own_what_if, north, south, east
):
    painted = json.dumps({"37203": east.pk})
    given = json.dumps({"38101": north.pk})
    asked = [
        ("accounts:zips-move", [], {"zip_codes": "37203", "territory": east.pk}),
        ("accounts:zips-move", [], {"zip_codes": "37203", "territory": ""}),
        ("accounts:zips-move", [], {"zip_codes": "38101", "territory": north.pk}),
        ("accounts:territory-zips", [east.pk], {"zip_codes": "37203", "move": "on"}),
        ("accounts:territory-zips", [north.pk], {"zip_codes": ""}),
        ("accounts:territory-paint", [], {"targets": painted}),
        ("accounts:territory-paint", [], {"targets": given}),
        (
            "reports:what-if-move",
            [own_what_if.pk],
            {"zip_codes": "37203", "territory": east.pk},
        ),
        ("reports:what-if-paint", [own_what_if.pk], {"targets": painted}),
        ("reports:what-if-paint", [own_what_if.pk], {"targets": given}),
        ("reports:what-if-create", [], {"name": "Mine now", "root": north.pk}),
    ]
    before = contents()

    for name, keys, data in asked:
        answer = attacker.post(reverse(name, args=keys), data)
        is_refused = answer.status_code in (200, 404)
        assert (name, is_refused, told_by(answer)) == (name, True, [])

    assert contents() == before


def test_a_what_if_does_not_take_along_what_became_theirs(
    attacker, own_what_if, administrator, north, east
):
    """Its code went north after it was moved in the what-if: applying stops."""
    own_what_if.moves.create(zip_code="38101", before=east, after=None)
    zips.reassign(
        targets={"38101": north.pk}, on=TODAY, by=administrator, at=timezone.now()
    )
    url = reverse("reports:what-if-apply", args=[own_what_if.pk])

    answer = attacker.post(url, {"on": TODAY, "version": own_what_if.version})

    assert "38101 went elsewhere" in answer.text
    assert told_by(answer) == []
    assert not WhatIf.objects.exclude(applied_at=None).exists()
    assert TerritoryZip.objects.current(on=TODAY).get(zip_code="38101").territory == (
        north
    )


def test_what_happens_among_them_is_told_to_nobody_beside(
    attacker, planned, administrator, south, sibling_manager, north_practice
):
    texts = [one.text for one in Notification.objects.filter(user=sibling_manager)]

    assert not [text for text in texts if any(word in text for word in THEIRS)]


def test_a_practice_of_theirs_is_not_excepted_nor_one_given_to_them(
    attacker, north, east, north_practice, north_exception
):
    ours = PracticeFactory(name="Our Clinic", zip_code="38101")
    asked = {"starts_on": TODAY, "reason": "Mine now", "territory": east.pk}
    before = contents()

    for practice, data in (
        (north_practice, {}),
        (ours, {"territory": north.pk}),
    ):
        url = reverse("referrals:exception-create", args=[practice.pk])
        seen = {"seen": state_of(practice)}
        answer = attacker.post(url, asked | data | seen)
        assert answer.status_code in (200, 404)
        assert told_by(answer) == []
    url = reverse("referrals:exception-end", args=[north_exception.pk])
    assert attacker.post(url, {"ends_on": TODAY}).status_code == 404

    assert contents() == before


def test_one_of_ours_that_was_lent_to_them_is_not_taken_back(
    attacker, north, sibling_manager
):
    """It left our sight with the exception: only who gave it can end it."""
    ours = PracticeFactory(name="Our Clinic", zip_code="38101")
    lent = TerritoryExceptionFactory(practice=ours, territory=north)
    url = reverse("referrals:exception-end", args=[lent.pk])

    assert attacker.post(url, {"ends_on": TODAY}).status_code == 404
    assert "Our Clinic" not in attacker.get("/practices/exceptions/").text
    assert TerritoryException.objects.get(pk=lent.pk).ends_on is None

import datetime as dt
from collections import Counter

import pytest

from referrals.npi import NpiClass, classify
from reports.demo import specialists
from reports.demo.market import generate
from reports.demo.names import SPECIALTIES, TERRITORIES

ANCHOR = dt.date(2026, 11, 16)


@pytest.fixture(scope="module")
def market():
    return generate(ANCHOR)


def test_the_same_anchor_makes_the_same_market(market):
    again = generate(ANCHOR)

    assert again.referrals == market.referrals
    assert again.visits == market.visits
    assert again.claims == market.claims


def test_a_later_anchor_shifts_the_market_by_whole_weeks(market):
    later = generate(ANCHOR + dt.timedelta(weeks=5))

    shifted = dt.date.fromisoformat(market.referrals[0]["received_on"])
    assert later.referrals[0]["received_on"] == str(shifted + dt.timedelta(weeks=5))
    assert len(later.referrals) == len(market.referrals)
    assert len(later.claims) == len(market.claims)


def test_an_anchor_that_is_no_monday_is_refused():
    with pytest.raises(ValueError, match="Monday"):
        generate(ANCHOR + dt.timedelta(days=1))


def test_the_market_is_large_enough_to_show_the_product(market):
    days = [dt.date.fromisoformat(row["received_on"]) for row in market.referrals]

    assert len(market.practices) >= 100
    assert len(market.referrers) + len(market.specialists) >= 400
    assert (max(days) - min(days)).days > 3 * 365 - 10


def test_every_npi_is_valid_and_used_once(market):
    npis = [p.npi for p in market.referrers + market.specialists]
    npis += [organization.npi for organization in market.organizations]

    assert len(set(npis)) == len(npis)
    assert {classify(npi) for npi in npis} == {NpiClass.VALID}


def test_nothing_lies_in_the_future_of_the_market(market):
    days = [row["received_on"] for row in market.referrals]
    days += [row["visited_on"] for row in market.visits]
    days += [row["service_date_from"] for row in market.claims]

    assert max(days) < ANCHOR.isoformat()


def test_the_networks_own_orthopedics_leaks_most(market):
    employer = {o.npi: o.status for o in market.organizations}
    referrers = {p.npi for p in market.referrers if p.status != "independent"}
    service_line = {p.npi: p.service_line for p in market.specialists}
    sent = Counter(
        (service_line[row["rendering_npi"]], employer[row["billing_npi"]])
        for row in market.claims
        if row["referring_npi"] in referrers
    )
    leak = {
        name: sent[name, "competitor"]
        / (sent[name, "competitor"] + sent[name, "employed"] + sent[name, "affiliated"])
        for name in SPECIALTIES
    }

    assert max(leak, key=leak.get) == "Orthopedics"
    assert leak["Orthopedics"] > 2 * max(
        rate for name, rate in leak.items() if name != "Orthopedics"
    )


def test_own_specialists_are_the_same_every_time_and_dated_from_today(market):
    today = dt.date(2026, 11, 20)
    profiles, openings = specialists.rows(market, today=today)

    assert (profiles, openings) == specialists.rows(market, today=today)
    assert len(profiles) >= 12
    assert {row["npi"] for row in openings} <= {row["npi"] for row in profiles}
    own = {p.npi for p in market.specialists if p.status in ("employed", "affiliated")}
    assert {row["npi"] for row in profiles} <= own
    assert min(row["next_available_on"] for row in openings) > str(today)
    assert max(row["checked_on"] for row in openings) <= str(today)


def test_one_physician_is_falling_silent(market):
    declining = next(p for p in market.referrers if p.is_declining)
    days = [
        dt.date.fromisoformat(row["received_on"])
        for row in market.referrals
        if row["referring_npi"] == declining.npi
    ]
    lately = sum(day >= ANCHOR - dt.timedelta(weeks=14) for day in days)
    before = sum(
        ANCHOR - dt.timedelta(weeks=28) <= day < ANCHOR - dt.timedelta(weeks=14)
        for day in days
    )

    assert lately < before / 2


@pytest.mark.parametrize("territory", TERRITORIES)
def test_each_territory_has_enough_visited_and_unvisited_physicians(market, territory):
    local = [p for p in market.referrers if p.practice.territory == territory]

    assert sum(bool(p.visits) for p in local) >= 20
    assert sum(not p.visits for p in local) >= 20

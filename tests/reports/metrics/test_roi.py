import datetime as dt

import numpy as np
import pytest

from reports.metrics import roi, roi_panel
from reports.metrics.roi_panel import Inputs
from tests.reports.metrics.roi_simulation import market

MONDAY = dt.date(2025, 1, 6)
WEEKS = 60


def day(number):
    return MONDAY + dt.timedelta(days=number)


def referral(physician, number):
    return (physician, day(number), None, None, True, None)


def panel_of(*, visits, referrals):
    return roi_panel.build(
        Inputs.of_rows(
            referrals=[*referrals, referral(9, 0), referral(9, 7 * WEEKS - 1)],
            visits=visits,
            affiliations=[(who, 10, None, None, True) for who in (1, 9)],
        )
    )


def test_incremental_referrals_are_what_would_not_have_come():
    # At a ratio of 1.25 a fifth of ten fully exposed referrals, and of the four
    # in a half exposed week 1 - 1/sqrt(1.25) each.
    observed = np.array([[10, 4, 7]])
    exposure = np.array([[1.0, 0.5, 0.0]])

    found = roi.incremental(observed, exposure, 1.25)

    assert found == pytest.approx(10 * 0.2 + 4 * (1 - 1.25**-0.5))


def test_a_ratio_below_one_loses_referrals():
    assert roi.incremental(np.array([[8]]), np.array([[1.0]]), 0.8) == -2


def test_naive_compares_the_ninety_days_before_with_those_after():
    panel = panel_of(
        visits=[(1, day(150))],
        # On the edges: day 59 is too early, 60 is in, the visit's own day is in
        # neither, 240 is in, 241 is too late.
        referrals=[referral(1, n) for n in (59, 60, 149, 150, 151, 200, 240, 241)],
    )

    naive = roi.naive_of(panel)

    assert (naive.visits, naive.before, naive.after) == (1, 2, 3)
    assert naive.ratio == 1.5


def test_naive_takes_only_visits_after_ninety_days_without_one():
    panel = panel_of(
        visits=[(1, day(100)), (1, day(190)), (1, day(281))],
        referrals=[referral(1, 195)],
    )

    # The second comes 90 days after the first, the third 91 after the second.
    assert roi.naive_of(panel).visits == 2


def test_naive_leaves_out_visits_whose_days_are_not_all_there():
    panel = panel_of(visits=[(1, day(89)), (1, day(310))], referrals=[])

    naive = roi.naive_of(panel)

    assert (naive.visits, naive.ratio) == (0, None)


def test_the_true_ratio_lies_in_the_interval():
    found = roi.overall(market(seed=3, ratio=1.25)).to_json()

    assert found["reason"] is None
    assert found["ci_low"] < 1.25 < found["ci_high"]
    assert found["ci_low"] > 1
    assert found["incremental_low"] < found["incremental_referrals"]
    assert found["incremental_referrals"] < found["incremental_high"]
    assert found["lead"]["verdict"] == "clear"


def test_visits_without_effect_bring_no_return():
    found = roi.overall(market(seed=3)).to_json()

    assert found["ci_low"] < 1 < found["ci_high"]


def test_visits_that_harm_show_a_negative_return():
    found = roi.overall(market(seed=4, ratio=0.7)).to_json()

    assert found["ci_high"] < 1
    assert found["incremental_referrals"] < 0
    assert found["roi"] < -1


def test_thank_you_visits_after_a_referral_are_no_return():
    found = roi.overall(market(seed=5, aim="thanks")).to_json()

    assert found["rate_ratio"] is None or found["ci_low"] < 1 < found["ci_high"]


def test_visits_to_decliners_light_the_lead_check_and_lose_the_headline():
    found = roi.overall(market(seed=6, aim="decliners", weekly=1.2)).to_json()

    assert found["lead"]["verdict"] == "lit"
    assert found["lead"]["ratio"] < 1
    assert "already under way" in found["reason"]
    assert found["rate_ratio"] is None
    assert found["incremental_referrals"] is None
    assert found["incremental_margin"] is None
    assert {w["rate_ratio"] for w in found["windows"].values()} == {None}


def test_a_small_market_has_no_estimate_and_says_what_is_missing():
    found = roi.overall(market(seed=3, ratio=1.25, physicians=30)).to_json()

    assert found["rate_ratio"] is None
    assert "at least 20 visited physicians (there are 15)" in found["reason"]
    assert "20 never visited physicians (there are 15)" in found["reason"]
    assert "switching" not in found["reason"]
    assert found["naive"]["visits"] > 0


def test_nothing_at_all_is_no_estimate():
    found = roi.overall(Inputs.of_rows()).to_json()

    assert found["reason"] == roi.NO_REFERRALS
    assert found["visits"] == 0
    assert found["roi"] is None


def test_a_record_of_a_few_days_is_not_mature():
    inputs = Inputs.of_rows(
        referrals=[referral(1, 0), referral(1, 13)],
        affiliations=[(1, 10, None, None, True)],
    )

    assert "No week is mature yet" in roi.overall(inputs).to_json()["reason"]


def test_one_practice_alone_is_refused_before_the_regression():
    inputs = market(seed=3, ratio=1.25)
    together = roi_panel.table_of(
        "affiliations", [(who, 1, None, None, True) for who in range(120)]
    )

    found = roi.overall(Inputs(**{**vars(inputs), "affiliations": together}))

    assert "2 practices (there are 1)" in found.to_json()["reason"]


def test_the_same_inputs_give_the_same_figures():
    inputs = market(seed=3, ratio=1.25)

    assert roi.overall(inputs).to_summary() == roi.overall(inputs).to_summary()


def test_each_territory_has_its_own_answer():
    found = roi.by_territory(market(seed=3, ratio=1.25, physicians=240))

    region, north = found[3], found[1]
    assert set(found) == {1, 2, 3}
    assert region.coverage.physicians == 240
    assert north.coverage.physicians == 120
    assert region.money.cost.cents is not None
    assert north.money.cost.is_shared
    assert north.money.roi is None


def test_months_count_referrals_and_visits_and_grey_the_immature_ones():
    months = roi.overall(market(seed=3)).months

    assert months[0].month == "2024-01"
    assert months[-1].is_immature
    assert not months[0].is_immature
    assert sum(month.referrals for month in months) > 5000 * 0.6


@pytest.mark.long
@pytest.mark.parametrize(("ratio", "aim"), [(1, "anyone"), (1.25, "anyone")])
def test_the_interval_covers_the_truth_as_often_as_it_says(ratio, aim):
    covered = [
        found["ci_low"] <= ratio <= found["ci_high"]
        for seed in range(60)
        if (found := roi.overall(market(seed=seed, ratio=ratio, aim=aim)).to_json())[
            "reason"
        ]
        is None
    ]

    assert len(covered) >= 55
    assert sum(covered) / len(covered) >= 0.88


@pytest.mark.long
def test_thank_you_visits_are_rarely_taken_for_a_return():
    found = [
        roi.overall(market(seed=seed, aim="thanks")).to_json() for seed in range(40)
    ]

    assert sum((each["ci_low"] or 0) > 1 for each in found) <= 4


@pytest.mark.long
def test_visits_to_decliners_always_light_the_lead_check():
    verdicts = [
        roi.overall(market(seed=seed, aim="decliners", weekly=1.2)).to_json()["lead"][
            "verdict"
        ]
        for seed in range(20)
    ]

    assert set(verdicts) == {"lit"}

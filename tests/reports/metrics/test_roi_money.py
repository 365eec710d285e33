import datetime as dt

import numpy as np
import pytest

from reports.metrics import roi_money, roi_panel
from reports.metrics.roi_money import Cost, Money
from reports.metrics.roi_panel import Inputs
from reports.metrics.roi_regression import Estimate

MONDAY = dt.date(2025, 1, 6)
MONTHS = [dt.date(2025, month, 1) for month in range(1, 6)]


def day(number):
    return MONDAY + dt.timedelta(days=number)


def panel_of(*, visits=((1, MONDAY),), lines=(), margins=()):
    """Twenty weeks from 6 January to 25 May, sixteen of them mature (27 April).

    Each of `lines` is a referral's service line, or (service line, payer class);
    each of `margins` (service line, cents, from, payer class), cut short at will.
    """
    made = [line if isinstance(line, tuple) else (line, None) for line in lines]
    inputs = Inputs.of_rows(
        referrals=[
            (1, day(0), None, None, True, None),
            *[(1, day(7), None, line, True, payer) for line, payer in made],
            (1, day(139), None, None, True, None),
        ],
        visits=list(visits),
        affiliations=[(1, 10, None, None, True)],
        margins=[(*margin, None, None)[:4] for margin in margins],
    )
    panel = roi_panel.build(inputs)
    return panel, roi_money.margins_of(inputs.margins, panel)


def cost_of(months, *, panel=None):
    rows = roi_panel.table_of("costs", [(month, 310_000) for month in months])
    return roi_money.programme_cost(rows, panel or panel_of()[0])


def test_costs_of_partly_mature_months_are_prorated_by_days():
    # January has 26 of 31 days in the panel, April 27 of 30 days mature.
    cost = cost_of(MONTHS)

    expected = 310_000 * 26 / 31 + 2 * 310_000 + 310_000 * 27 / 30
    assert cost == Cost(round(expected))


def test_several_costs_of_a_month_add_up():
    assert cost_of([*MONTHS, *MONTHS]).cents == 2 * cost_of(MONTHS).cents


def test_a_month_with_visits_and_without_cost_makes_the_cost_unknown():
    cost = cost_of([MONTHS[0], MONTHS[2], MONTHS[3]])

    assert cost == Cost(None, ("2025-02",))


def test_months_before_the_first_visit_need_no_cost():
    panel, _ = panel_of(visits=[(1, day(60))])

    assert cost_of(MONTHS[2:], panel=panel).missing_months == ()


def test_no_cost_entered_is_unknown_and_not_zero():
    assert cost_of([]) == Cost(None)


def test_margin_weighs_each_referral_by_its_own_service_line():
    panel, margins = panel_of(lines=(1, 2, 2), margins=[(1, 10_000), (2, 50_000)])
    estimate = Estimate(1.25, 1.0, 2.0)

    money = roi_money.money_of(panel, estimate, 90, margins, Cost(5_000))

    # Week 1 is fully exposed: a fifth, nothing, and half of 110,000 cents.
    assert money.margin == (22_000, 0, 55_000)
    assert money.roi == (3.4, -1.0, 10.0)
    assert money.cost_per_visit_cents == 5_000


def test_a_referral_counts_with_the_margin_of_the_day_it_was_received():
    # Received on day 7, when the second of three margins holds.
    margins = [(1, 10_000), (1, 50_000, day(7)), (1, 90_000, day(8))]
    panel, margins = panel_of(lines=(1, 1), margins=margins)

    money = roi_money.money_of(panel, Estimate(1.25, 1.0, 2.0), 90, margins, Cost(1))

    assert money.margin == (20_000, 0, 50_000)


@pytest.mark.parametrize(
    ("margins", "cents"),
    [
        ([(1, 10_000, day(7))], [10_000]),
        ([(1, 10_000, day(8))], [np.nan]),
        ([(1, 10_000), (1, 20_000, day(8))], [10_000]),
        ([(1, 30_000, day(7)), (1, 20_000, day(-400)), (1, 10_000)], [30_000]),
        ([(2, 10_000, day(0))], [np.nan]),
        ([(1, None, day(0))], [np.nan]),
        ([(1, 0, day(0))], [0]),
        ([], [np.nan]),
    ],
)
def test_a_margin_holds_from_its_day_until_the_next_one(margins, cents):
    panel, found = panel_of(lines=(1,), margins=margins)

    of_the_line = found[panel.referrals[:, 2] == 1]
    assert np.array_equal(of_the_line, np.array(cents, float), equal_nan=True)


def test_referrals_without_a_margin_are_left_out_and_counted():
    panel, margins = panel_of(lines=(1, 3), margins=[(1, 10_000), (3, None)])

    money = roi_money.money_of(panel, Estimate(1.25, 1.1, 1.4), 90, margins, Cost(1))

    assert money.margin[0] == 2_000
    # The referral on the visit's Monday has no service line and its week is
    # exposed as well: two of three.
    assert money.share_without_margin == pytest.approx(2 / 3)


def test_no_margin_entered_is_unknown_and_not_zero():
    panel, margins = panel_of(lines=(1, 2))

    money = roi_money.money_of(panel, Estimate(1.25, 1.1, 1.4), 90, margins, Cost(1))

    assert money.margin is None
    assert money.roi is None
    assert money.to_json()["incremental_margin"] is None


def test_without_an_estimate_there_is_no_money():
    panel, margins = panel_of(lines=(1,), margins=[(1, 100)])

    money = roi_money.money_of(panel, Estimate(reason="few"), 90, margins, Cost(1))

    assert money.margin is None
    assert money.cost_per_referral_cents is None


def test_amounts_are_decimal_dollars():
    json = Money(margin=(1_234_567, -5, 10), cost=Cost(100_050)).to_json()

    assert json["incremental_margin"] == "12345.67"
    assert json["programme_cost"] == "1000.50"


def test_a_cost_of_nothing_has_no_rate_of_return():
    assert Money(margin=(1, 1, 1), cost=Cost(0)).roi is None


def test_visits_that_lose_referrals_have_no_price_per_referral():
    money = Money(cost=Cost(1_000), visits=4, incremental=-2.0)

    assert money.cost_per_visit_cents == 250
    assert money.cost_per_referral_cents is None


def test_nobody_referring_has_no_margins():
    inputs = Inputs.of_rows(
        referrals=[
            (None, day(0), None, None, True, None),
            (None, day(20), None, 1, True, None),
        ],
        affiliations=[(1, 10, None, None, True)],
    )
    panel = roi_panel.build(inputs)

    assert np.array_equal(roi_money.margins_of(inputs.margins, panel), np.zeros(0))


MEDICARE, COMMERCIAL, SELF_PAY = 71, 72, 73
BY_CLASS = [
    (1, 10_000),
    (1, 50_000, None, MEDICARE),
    (1, 70_000, day(8), COMMERCIAL),
    (1, 60_000, day(-9), COMMERCIAL),
    (2, 90_000, None, COMMERCIAL),
]


@pytest.mark.parametrize(
    ("line", "cents"),
    [
        ((1, MEDICARE), 50_000),
        ((1, COMMERCIAL), 60_000),  # day 7: the one of day 8 is not there yet
        ((1, SELF_PAY), 10_000),  # the general one
        ((1, None), 10_000),
        ((2, COMMERCIAL), 90_000),
        ((2, MEDICARE), np.nan),  # never that of another class
        ((2, None), np.nan),
        ((3, MEDICARE), np.nan),
    ],
)
def test_the_margin_of_the_payer_class_stands_before_the_general_one(line, cents):
    panel, found = panel_of(lines=(line,), margins=BY_CLASS)

    assert np.array_equal(found[panel.referrals[:, 2] > 0], [cents], equal_nan=True)


def test_before_the_first_day_of_its_class_the_general_margin_holds():
    margins = [(1, 10_000), (1, 50_000, day(8), MEDICARE)]
    panel, found = panel_of(lines=((1, MEDICARE),), margins=margins)

    assert found[panel.referrals[:, 2] == 1] == [10_000]


def test_money_weighs_each_referral_by_its_payer_class():
    lines = ((1, MEDICARE), (1, COMMERCIAL), (1, None), (2, MEDICARE))
    panel, margins = panel_of(lines=lines, margins=BY_CLASS)

    money = roi_money.money_of(panel, Estimate(1.25, 1.0, 2.0), 90, margins, Cost(1))

    # 50,000 + 60,000 + 10,000 cents; the fourth has none. A fifth, nothing, a half.
    assert money.margin == (24_000, 0, 60_000)
    # The fourth, and the one on the visit's Monday that has no service line.
    assert money.share_without_margin == pytest.approx(2 / 5)

import datetime as dt

import numpy as np

from reports.metrics import roi_panel
from reports.metrics.roi_panel import Inputs

MONDAY = dt.date(2025, 1, 6)


def day(number):
    """Day `number` counted from the first Monday."""
    return MONDAY + dt.timedelta(days=number)


def panel_of(*, visits=(), referrals=None, affiliations=None, weeks=40, **period):
    """A panel of two physicians, 1 and 2, in practice 10, with a full record."""
    if referrals is None:
        referrals = [
            (1, day(0), None, None, True, None),
            (1, day(7 * weeks - 1), None, None, True, None),
        ]
    if affiliations is None:
        affiliations = [(1, 10, None, None, True), (2, 10, None, None, True)]
    inputs = Inputs.of_rows(
        referrals=referrals, visits=list(visits), affiliations=affiliations
    )
    return roi_panel.build(inputs, **period)


def test_a_visit_exposes_the_ninety_days_after_it_and_not_its_own_day():
    # Thursday of week 0: Friday to Sunday are exposed, 3 days of 7.
    panel = panel_of(visits=[(1, day(3))])

    exposure = panel.exposure(90)[0]

    assert exposure[0] == 3 / 7
    assert (exposure[1:13] == 1).all()
    # Days 4 to 93 are the ninety; day 93 is the third of week 13 (days 91-97).
    assert exposure[13] == 3 / 7
    assert exposure.sum() * 7 == 90
    assert (panel.exposure(90)[1] == 0).all()


def test_overlapping_visits_do_not_expose_a_day_twice():
    panel = panel_of(visits=[(1, day(3)), (1, day(3)), (1, day(13))])

    assert panel.exposure(90)[0].sum() * 7 == 100
    assert panel.exposure(90).max() == 1


def test_a_visit_before_the_first_week_reaches_into_it():
    panel = panel_of(visits=[(1, day(-88))])

    # Its ninetieth day is day 2: Monday to Wednesday.
    assert panel.exposure(90)[0, 0] == 3 / 7


def test_lead_is_the_days_seven_to_forty_two_before_a_visit():
    panel = panel_of(visits=[(1, day(100))])

    lead = panel.lead(90)[0]

    # Days 58 to 93: week 8 (56-62) holds five, week 13 (91-97) three.
    assert lead[8] == 5 / 7
    assert (lead[9:13] == 1).all()
    assert lead[13] == 3 / 7
    assert round(lead.sum() * 7) == 36


def test_days_that_an_earlier_visit_exposes_are_no_lead():
    panel = panel_of(visits=[(1, day(0)), (1, day(100))])

    # Days 1 to 90 are exposed: of the lead days 58 to 93 three are left.
    assert round(panel.lead(90)[0].sum() * 7) == 3


def test_immature_days_are_the_ninetieth_percentile_of_the_wait():
    received = np.zeros(10, int)
    waits = np.array([1, 2, 3, 4, 5, 6, 7, 8, 45, 99])

    assert roi_panel.immature_days(received, waits) == 45


def test_immature_days_are_at_least_twenty_eight():
    assert roi_panel.immature_days(np.zeros(4, int), np.array([1, 2, 3, 4])) == 28
    assert roi_panel.immature_days(np.zeros(0, int), np.zeros(0, int)) == 28


def test_referrals_not_seen_yet_do_not_shorten_the_wait():
    received = np.zeros(3, int)
    seen = np.array([40, -(10**6), -(10**6)])

    assert roi_panel.immature_days(received, seen) == 40


def test_weeks_touched_by_the_last_days_are_immature():
    # Newest referral on day 279; days 252 to 279 are the last 28: four weeks.
    panel = panel_of(weeks=40)

    assert (panel.weeks, panel.mature_weeks) == (40, 36)


def test_weeks_that_are_not_whole_are_left_out():
    referrals = [
        (1, day(2), None, None, True, None),
        (1, day(9), None, None, True, None),
        (1, day(17), None, None, True, None),
    ]

    panel = panel_of(referrals=referrals)

    assert roi_panel.date_of(panel.first_day) == day(7)
    assert panel.weeks == 1
    assert panel.observed()[0].tolist() == [1]


def test_a_period_narrows_the_weeks_but_not_what_is_mature():
    panel = panel_of(start=day(10), end=day(35))

    assert roi_panel.date_of(panel.first_day) == day(14)
    assert (panel.weeks, panel.mature_weeks) == (3, 3)


def test_no_referral_or_no_whole_week_is_no_panel():
    assert roi_panel.build(Inputs.of_rows()) is None
    assert panel_of(start=day(1), end=day(7)) is None


def test_declined_referrals_and_those_without_a_physician_do_not_count():
    referrals = [
        (1, day(0), None, None, True, None),
        (1, day(1), None, None, False, None),
        (None, day(1), None, None, True, None),
        (7, day(1), None, None, True, None),
        (2, day(13), None, None, True, None),
    ]

    panel = panel_of(referrals=referrals)

    assert panel.observed().tolist() == [[1, 0], [0, 1]]


def test_weeks_without_an_affiliation_are_not_in_the_panel():
    affiliations = [
        (1, 10, day(7), day(15), True),
        (2, 10, None, None, True),
        (3, 10, None, day(-1), True),
    ]

    panel = panel_of(
        affiliations=affiliations,
        weeks=4,
        referrals=[
            (p, day(n), None, None, True, None) for p in (1, 2) for n in (0, 9, 27)
        ],
    )

    assert panel.physicians.tolist() == [1, 2]
    assert panel.active[0].tolist() == [False, True, True, False]
    assert panel.observed()[0].tolist() == [0, 1, 0, 0]
    assert panel.active[1].all()


def test_the_cluster_is_the_last_primary_practice():
    affiliations = [
        (1, 10, None, day(50), True),
        (1, 20, day(50), None, True),
        (1, 30, day(90), None, False),
        (2, 40, None, None, False),
    ]

    panel = panel_of(affiliations=affiliations)

    assert panel.practices.tolist() == [20, 40]


def test_a_part_of_the_physicians_keeps_its_own_rows():
    panel = panel_of(
        visits=[(1, day(3)), (2, day(10))],
        referrals=[(p, day(n), None, 5, True, None) for p in (1, 2) for n in (0, 20)],
    )

    part = panel.of_physicians(np.array([False, True]))

    assert part.physicians.tolist() == [2]
    assert part.observed().tolist() == panel.observed()[1:].tolist()
    assert part.exposure(90).tolist() == panel.exposure(90)[1:].tolist()


def test_a_node_of_the_tree_holds_the_practices_below_it():
    inputs = Inputs.of_rows(
        practices=[(10, 1), (20, 2), (30, None)],
        territories=[(1, 3, "North"), (2, 3, "South"), (3, None, "Region")],
    )

    found = roi_panel.practices_by_territory(inputs)

    assert found == {1: [10], 2: [20], 3: [10, 20]}

"""Markets with a known effect of visits: two years, 120 physicians, seeded."""

import datetime as dt

import numpy as np

from reports.metrics.roi_panel import Inputs

MONDAY = dt.date(2024, 1, 1)
WEEKS = 104
DAYS = 7 * WEEKS


def market(*, seed, ratio=1.0, physicians=120, aim="anyone", weekly=0.6) -> Inputs:
    """The rows of a market in which a visit multiplies 90 days by `ratio`.

    `aim`: whom visits go to. `anyone` of the first half at random; `thanks` to
    the first half two days after a referral (every fourth one); `decliners` of
    the first half in the weeks after their referrals fell.
    """
    random = np.random.default_rng(seed)
    rate = np.tile(random.gamma(4, weekly / 4, (physicians, 1)) / 7, (1, DAYS))
    half = physicians // 2
    visits = np.zeros((physicians, DAYS), bool)
    if aim == "anyone":
        visits[:half] = random.random((half, DAYS)) < 1 / 120
    if aim == "decliners":
        for row in range(half):
            fell = int(random.integers(200, DAYS - 200))
            rate[row, fell : fell + 60] *= 0.25
            visits[row, fell + 50] = True
    exposed = np.zeros((physicians, DAYS), bool)
    for row, day in np.argwhere(visits):
        exposed[row, day + 1 : day + 91] = True
    referrals = random.poisson(rate * np.where(exposed, ratio, 1.0))
    if aim == "thanks":
        for row, day in np.argwhere(referrals[:half] > 0):
            if random.random() < 0.25 and day + 2 < DAYS:
                visits[row, day + 2] = True
    rows = [
        (int(row), MONDAY + dt.timedelta(days=int(day)))
        for row, day in np.argwhere(referrals > 0)
        for _ in range(referrals[row, day])
    ]
    return Inputs.of_rows(
        referrals=[
            (row, day, day + dt.timedelta(days=10), row % 2, True, None)
            for row, day in rows
        ],
        visits=[
            (int(row), MONDAY + dt.timedelta(days=int(day)))
            for row, day in np.argwhere(visits)
        ],
        affiliations=[(row, row // 2, None, None, True) for row in range(physicians)],
        practices=[(place, place % 2 + 1) for place in range(physicians // 2)],
        territories=[(1, 3, "North"), (2, 3, "South"), (3, None, "Region")],
        margins=[(0, 40_000, None, None), (1, 60_000, None, None)],
        costs=[
            (dt.date(2024 + month // 12, month % 12 + 1, 1), 1_500_000)
            for month in range(24)
        ],
    )

"""The rows behind the return: one per physician of the panel."""

import numpy as np
import pyarrow as pa

from reports.metrics import roi_panel
from reports.metrics.roi import WINDOW
from reports.metrics.roi_panel import Inputs

SCHEMA = pa.schema(
    [
        ("physician", pa.int64()),
        ("practice", pa.int64()),
        ("visits", pa.int64()),  # conversations up to the newest referral
        ("last_visit_on", pa.date32()),
        ("referrals", pa.int64()),  # that count, in mature weeks
        ("reached", pa.int64()),  # of these, in weeks that a visit reaches
        ("exposed_days", pa.int64()),  # days of mature weeks that visits reach
    ]
)


def by_physician(inputs: Inputs, *, start=None, end=None) -> pa.Table:
    """Who is in the panel, visited or not, with what was counted of them."""
    panel = roi_panel.build(inputs, start=start, end=end)
    if panel is None:
        return SCHEMA.empty_table()
    people, mature = len(panel.physicians), slice(0, panel.mature_weeks)
    held = panel.visits[
        (panel.visits[:, 1] >= panel.first_day)
        & (panel.visits[:, 1] <= panel.newest_day)
    ]
    visits = np.bincount(held[:, 0], minlength=people)
    last = np.zeros(people, np.int64)
    np.maximum.at(last, held[:, 0], held[:, 1])
    observed = panel.observed()[:, mature]
    exposure = panel.exposure(WINDOW)[:, mature]
    days = pa.array(last.astype("datetime64[D]"), mask=visits == 0)
    return pa.table(
        [
            panel.physicians,
            panel.practices,
            visits,
            days.cast(pa.date32()),
            observed.sum(axis=1),
            (observed * (exposure > 0)).sum(axis=1),
            np.rint(7 * (exposure * panel.active[:, mature]).sum(axis=1)).astype(int),
        ],
        schema=SCHEMA,
    )

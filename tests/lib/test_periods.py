import datetime as dt

import pytest

from liaison_crm.lib.periods import Period


def test_months_are_whole_and_the_end_is_out():
    period = Period.of_months("2025-11", "2026-01")

    assert period == Period(dt.date(2025, 11, 1), dt.date(2026, 2, 1))


def test_december_ends_with_the_year():
    assert Period.of_months("2025-12", "2025-12").end == dt.date(2026, 1, 1)


@pytest.mark.parametrize("months", [("2026-02", "2026-01"), ("2026-13", "2026-14")])
def test_a_period_that_is_none_is_refused(months):
    with pytest.raises(ValueError):  # noqa: PT011
        Period.of_months(*months)

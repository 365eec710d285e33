"""Half-open spans of days: the start is in, the end is out."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Period:
    """Days from `start` (in) to `end` (out)."""

    start: dt.date
    end: dt.date

    def __post_init__(self):
        if self.end <= self.start:
            raise ValueError("A period ends after it starts.")

    @classmethod
    def of_months(cls, first: str, last: str) -> "Period":
        """From the first day of month `first` to the end of `last` (YYYY-MM)."""
        end = dt.date.fromisoformat(f"{last}-01")
        return cls(
            dt.date.fromisoformat(f"{first}-01"),
            (end.replace(day=28) + dt.timedelta(days=4)).replace(day=1),
        )

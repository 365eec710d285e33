"""Quantities side by side: one horizontal bar each, with its name and value."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from reports.charts.frame import (
    NARROW,
    Size,
    at,
    both,
    linked,
    nothing,
    short,
    tone_of,
)

BAR = 18
VALUE_ROOM = 76
NAME_ROOM = 180


@dataclass(frozen=True)
class Bar:
    """`text` is what is printed for `value`. None: "no data", without a bar."""

    name: str
    value: float | None
    text: str
    tone: str = "in"
    url: str | None = None


def draw(
    title: str,
    description: str,
    bars: Sequence[Bar],
    *,
    legend: Sequence[tuple[str, str]] = (),
) -> SafeString:
    """The bars in the order given, from zero; values below zero go left."""
    if not bars:
        return nothing("bars")
    for bar in bars:
        tone_of(bar.tone)
    return both(
        "bars",
        title,
        description,
        lambda size: _marks(bars, size),
        has_links=any(bar.url for bar in bars),
        legend=legend,
    )


def _marks(bars, size: Size):
    """Names stand left of the bars; above them where the place is narrow."""
    is_narrow = size is NARROW
    row = 44 if is_narrow else 30
    left = 0 if is_narrow else NAME_ROOM
    room = size.width - left - VALUE_ROOM
    values = [bar.value for bar in bars if bar.value is not None]
    low, high = min([0, *values]), max([0, *values])
    scale = room / (high - low) if high > low else 0
    zero = left - low * scale
    drawn = []
    for place, bar in enumerate(bars):
        top = place * row + (20 if is_narrow else 6)
        end = zero + (bar.value or 0) * scale
        drawn.append(
            linked(
                bar.url,
                f"{bar.name}: {bar.text}",
                format_html(
                    '<text class="bar-name" x="{}" y="{}" text-anchor="{}">{}</text>'
                    '<rect class="fill-{}" x="{}" y="{}" width="{}" height="{}" '
                    'rx="3"/><text class="bar-value" x="{}" y="{}">{}</text>',
                    0 if is_narrow else left - 10,
                    at(top - 6 if is_narrow else top + BAR - 5),
                    "start" if is_narrow else "end",
                    short(bar.name, 44 if is_narrow else 26),
                    bar.tone,
                    at(min(zero, end)),
                    at(top),
                    at(max(abs(end - zero), 1) if bar.value is not None else 0),
                    BAR,
                    at(max(zero, end) + 6),
                    at(top + BAR - 5),
                    bar.text,
                ),
            )
        )
    return len(bars) * row, format_html_join("", "{}", ((each,) for each in drawn))

"""A quantity over time: months or weeks, with visits marked below."""

import datetime as dt
import math
from collections.abc import Callable, Sequence
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
    ticks,
    tone_of,
)

TOP, RIGHT, BOTTOM, LEFT = 12, 12, 28, 52
PLOT_HEIGHT = 200
MARKER_ROW = 18


@dataclass(frozen=True)
class Point:
    """A value on a day. None is a gap: no data is not zero."""

    on: dt.date
    value: float | None
    url: str | None = None


@dataclass(frozen=True)
class Series:
    """Points in the order of their days. `tone`: in, out, unknown or second."""

    name: str
    points: Sequence[Point]
    tone: str = "in"


@dataclass(frozen=True)
class Marker:
    """Something that happened on a day: a visit."""

    on: dt.date
    label: str
    url: str | None = None


@dataclass(frozen=True)
class Interval:
    """The band around the first series on a day."""

    on: dt.date
    low: float
    high: float


@dataclass(frozen=True)
class _Scale:
    first: dt.date
    days: int
    low: float
    high: float
    width: float
    height: float

    def x(self, on: dt.date) -> float:
        if not self.days:
            return LEFT + self.width / 2
        return LEFT + self.width * (on - self.first).days / self.days

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return TOP + self.height * (1 - share)


def draw(
    title: str,
    description: str,
    series: Sequence[Series],
    *,
    markers: Sequence[Marker] = (),
    band: Sequence[Interval] = (),
    immature_from: dt.date | None = None,
    as_text: Callable[[float], str] = "{:,.10g}".format,
    day_format: str = "%b %Y",
) -> SafeString:
    """The lines, from zero. What lies on or after `immature_from` is greyed.

    Markers outside the days of the series are left out.
    """
    points = [point for line in series for point in line.points]
    values = [point.value for point in points if point.value is not None]
    if not values:
        return nothing("line")
    for line in series:
        tone_of(line.tone)
    first, last = min(p.on for p in points), max(p.on for p in points)
    inside = [marker for marker in markers if first <= marker.on <= last]
    levels = ticks(
        min(values + [each.low for each in band]),
        max(values + [each.high for each in band]),
    )

    def marks(size: Size):
        bottom = BOTTOM + (MARKER_ROW if inside else 0)
        scale = _Scale(
            first,
            (last - first).days,
            levels[0],
            levels[-1],
            size.width - LEFT - RIGHT,
            PLOT_HEIGHT,
        )
        parts = [
            _grid(scale, levels, as_text),
            _days(scale, sorted({p.on for p in points}), size, day_format),
            _immature(scale, immature_from, last),
            _band(scale, band),
            *(_line(scale, line, as_text, day_format) for line in series),
            _markers(scale, inside),
        ]
        return TOP + PLOT_HEIGHT + bottom, format_html_join(
            "", "{}", ((part,) for part in parts)
        )

    legend = [(line.tone, line.name) for line in series] if len(series) > 1 else []
    return both(
        "line",
        title,
        description,
        marks,
        has_links=any(thing.url for thing in [*points, *inside]),
        legend=legend,
    )


def _grid(scale, levels, as_text):
    rows = (
        (
            LEFT,
            at(scale.y(level)),
            at(LEFT + scale.width),
            at(scale.y(level)),
            LEFT - 8,
            at(scale.y(level) + 4),
            as_text(level),
        )
        for level in levels
    )
    return format_html_join(
        "",
        '<line class="grid" x1="{}" y1="{}" x2="{}" y2="{}"/>'
        '<text class="axis" x="{}" y="{}" text-anchor="end">{}</text>',
        rows,
    )


def _days(scale, days, size, day_format):
    """A few days along the lower edge, the first and the last among them."""
    most = 4 if size is NARROW else 7
    last = len(days) - 1
    step = math.ceil(last / (most - 1)) or 1
    places = list(range(0, len(days), step))
    if places[-1] != last:
        # Two labels nearer than half a step would run into each other.
        is_near = last - places[-1] <= step / 2
        places[-1 if is_near else len(places) :] = [last]
    labels = []
    for place in places:
        anchor = "middle"
        if len(days) > 1 and place == 0:
            anchor = "start"
        elif len(days) > 1 and place == len(days) - 1:
            anchor = "end"
        labels.append(
            (
                at(scale.x(days[place])),
                TOP + scale.height + 18,
                anchor,
                f"{days[place]:{day_format}}",
            )
        )
    return format_html_join(
        "", '<text class="axis" x="{}" y="{}" text-anchor="{}">{}</text>', labels
    )


def _immature(scale, start, last):
    if start is None or start > last:
        return ""
    x = scale.x(max(start, scale.first))
    return format_html(
        "<g><title>Not mature yet: referrals of these days may still be seen</title>"
        '<rect class="immature" x="{}" y="{}" width="{}" height="{}"/></g>',
        at(x),
        TOP,
        at(LEFT + scale.width - x),
        at(scale.height),
    )


def _band(scale, band):
    if not band:
        return ""
    upper = [f"{at(scale.x(each.on))} {at(scale.y(each.high))}" for each in band]
    lower = [
        f"{at(scale.x(each.on))} {at(scale.y(each.low))}" for each in reversed(band)
    ]
    return format_html('<path class="band" d="M{}Z"/>', "L".join(upper + lower))


def _line(scale, series, as_text, day_format):
    """The path, broken at gaps, and a dot for each value."""
    pieces, piece = [], []
    for point in series.points:
        if point.value is None:
            pieces.append(piece)
            piece = []
        else:
            piece.append(f"{at(scale.x(point.on))} {at(scale.y(point.value))}")
    pieces.append(piece)
    path = "".join("M" + "L".join(piece) for piece in pieces if len(piece) > 1)
    dots = (
        linked(
            point.url,
            f"{series.name}, {point.on:{day_format}}: {as_text(point.value)}",
            format_html(
                '<circle class="reach" cx="{0}" cy="{1}" r="10"/>'
                '<circle class="dot fill-{2}" cx="{0}" cy="{1}" r="3"/>',
                at(scale.x(point.on)),
                at(scale.y(point.value)),
                series.tone,
            ),
        )
        for point in series.points
        if point.value is not None
    )
    return format_html(
        '<g><path class="line stroke-{}" d="{}"/>{}</g>',
        series.tone,
        path,
        format_html_join("", "{}", ((dot,) for dot in dots)),
    )


def _markers(scale, markers):
    y = TOP + scale.height + BOTTOM
    return format_html_join(
        "",
        "{}",
        (
            (
                linked(
                    marker.url,
                    marker.label,
                    format_html(
                        '<path class="marker" d="M{} {}l5 9h-10Z"/>',
                        at(scale.x(marker.on)),
                        at(y),
                    ),
                ),
            )
            for marker in markers
        ),
    )

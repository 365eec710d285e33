"""What every chart shares: the frame, ticks, short names, links.

Charts are SVG made here, styled by classes of static/css/charts.css: no inline
style, no script. Each is drawn twice, for a wide and for a narrow place, so that
its text is readable on a phone; the style sheet shows one of the two.

All text comes in as plain data and leaves through `format_html`.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

TONES = ("in", "out", "unknown", "second")


@dataclass(frozen=True)
class Size:
    """A place to draw in, in units of the viewBox (about one CSS pixel)."""

    name: str
    width: int


WIDE = Size("wide", 720)
NARROW = Size("narrow", 360)


def short(text: str, length: int) -> str:
    """At most `length` characters, cut in the middle.

    Names of one health system begin alike: their ends tell them apart.
    """
    if len(text) <= length:
        return text
    tail = (length - 1) // 2
    return f"{text[: length - 1 - tail].rstrip()}…{text[-tail:].lstrip()}"


def at(number: float) -> str:
    """A coordinate: 12.50 -> 12.5, 3.0 -> 3."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def tone_of(name: str) -> str:
    if name not in TONES:
        raise ValueError(f"{name!r} is none of {', '.join(TONES)}.")
    return name


def ticks(low: float, high: float, *, about: int = 4) -> list[float]:
    """Round numbers from at most `low` to at least `high`, zero included.

    >>> ticks(0, 87)
    [0, 25, 50, 75, 100]
    """
    low, high = min(low, 0), max(high, 0)
    if high == low:
        return [0, 1]
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(
        power * nice for nice in (1, 2, 2.5, 5, 10) if power * nice >= rough * 0.999
    )
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


def linked(url: str | None, label: str, drawing: SafeString) -> SafeString:
    """The mark as a link named `label`; alone, with a tooltip, without `url`."""
    if url:
        return format_html(
            '<a href="{}" aria-label="{}"><title>{}</title>{}</a>',
            url,
            label,
            label,
            drawing,
        )
    return format_html("<g><title>{}</title>{}</g>", label, drawing)


def both(
    kind: str,
    title: str,
    description: str,
    draw: Callable[[Size], tuple[float, SafeString]],
    *,
    has_links: bool = False,
    legend: Sequence[tuple[str, str]] = (),
) -> SafeString:
    """The chart at both sizes. `draw(size)` answers (height, marks).

    `legend` is (tone, text) of each thing shown. Links inside make the drawing
    a group; without them it is one image to a screen reader.
    """
    drawings = format_html_join(
        "",
        '<svg class="chart-{}" viewBox="0 0 {} {}" role="{}" aria-label="{}">'
        "<title>{}</title><desc>{}</desc>{}</svg>",
        (
            (
                size.name,
                size.width,
                at(height),
                "group" if has_links else "img",
                title,
                title,
                description,
                marks,
            )
            for size, (height, marks) in ((s, draw(s)) for s in (WIDE, NARROW))
        ),
    )
    return format_html(
        '<div class="chart chart-{}">{}{}</div>', kind, drawings, _legend(legend)
    )


def nothing(kind: str, text: str = "No data for this choice.") -> SafeString:
    return format_html('<p class="chart chart-{} chart-nothing">{}</p>', kind, text)


def _legend(entries: Iterable[tuple[str, str]]) -> SafeString:
    items = format_html_join(
        "",
        '<li><svg class="chart-key" viewBox="0 0 12 12" aria-hidden="true">'
        '<rect class="fill-{}" width="12" height="12" rx="3"/></svg>{}</li>',
        entries,
    )
    return format_html('<ul class="chart-legend">{}</ul>', items) if items else items

"""A trend the size of a word."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from reports.charts.frame import at, tone_of

WIDTH, HEIGHT, EDGE = 96, 24, 3


def draw(label: str, values: Sequence[float | None], *, tone: str = "in") -> SafeString:
    """The values from left to right, from zero; None is a gap.

    `label` says the same in words: it is all that a screen reader reads.
    """
    tone_of(tone)
    known = [value for value in values if value is not None]
    low, high = min([0, *known]), max([0, *known])
    spread = (high - low) or 1
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    path, is_open, last = [], False, None
    for place, value in enumerate(values):
        if value is None:
            is_open = False
            continue
        x = EDGE + place * step
        y = HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / spread
        path.append(f"{'L' if is_open else 'M'}{at(x)} {at(y)}")
        is_open, last = True, (at(x), at(y))
    dot = (
        format_html('<circle class="fill-{}" cx="{}" cy="{}" r="2.5"/>', tone, *last)
        if last
        else ""
    )
    return format_html(
        '<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<path class="line stroke-{}" d="{}"/>{}</svg>',
        WIDTH,
        HEIGHT,
        label,
        tone,
        "".join(path),
        dot,
    )

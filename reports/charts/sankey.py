"""Where referrals go: ribbons from sources (left) to destinations (right)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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

FLOW_HEIGHT = 320
SLOT = 34  # room for a name and its value
GAP = 8
BAR = 10
LETTER = 8  # width of a letter of a name, bold
MARGIN, WIDEST_MARGIN = 170, 252
OTHERS = "All others"
ORDER = {"in": 0, "out": 1, "unknown": 2, "second": 3}


@dataclass(frozen=True)
class Flow:
    """`value` referrals from `source` to `target`.

    `tone`: "in", "out" or "unknown", the network status of the destination.
    `url`: the rows behind the ribbon; None for who may not see them.
    """

    source: str
    target: str
    value: float
    tone: str = "in"
    url: str | None = None


@dataclass(frozen=True)
class _Node:
    name: str
    value: float
    tone: str
    top: float
    bar: float


def merged(
    flows: Sequence[Flow], *, sources: int = 10, targets: int = 12
) -> list[Flow]:
    """The largest sources and targets; what is smaller becomes "All others".

    Others of each tone stay apart, and a merged flow has no link.
    """
    big_sources = _largest(flows, lambda flow: flow.source, sources)
    big_targets = _largest(flows, lambda flow: (flow.target, flow.tone), targets)
    sums: dict[tuple[str, str, str], Flow] = {}
    for flow in flows:
        source = flow.source if flow.source in big_sources else OTHERS
        target = flow.target if (flow.target, flow.tone) in big_targets else OTHERS
        key = (source, target, flow.tone)
        if key in sums:
            sums[key] = replace(sums[key], value=sums[key].value + flow.value, url=None)
        else:
            is_whole = (source, target) == (flow.source, flow.target)
            sums[key] = replace(
                flow, source=source, target=target, url=flow.url if is_whole else None
            )
    return list(sums.values())


def draw(
    title: str,
    description: str,
    flows: Sequence[Flow],
    *,
    as_text: Callable[[float], str] = "{:,.0f}".format,
    legend: Sequence[tuple[str, str]] = (
        ("in", "In network"),
        ("out", "Out of network"),
        ("unknown", "Unknown"),
    ),
) -> SafeString:
    """The diagram. Flows of zero are left out; none at all says "no data"."""
    flows = [flow for flow in flows if flow.value > 0]
    if not flows:
        return nothing("sankey")
    shown = {tone_of(flow.tone) for flow in flows}
    return both(
        "sankey",
        title,
        description,
        lambda size: _marks(flows, size, as_text),
        has_links=any(flow.url for flow in flows),
        legend=[entry for entry in legend if entry[0] in shown],
    )


def _largest(flows, key, count):
    sums: dict = {}
    for flow in flows:
        sums[key(flow)] = sums.get(key(flow), 0) + flow.value
    return set(sorted(sums, key=lambda name: (-sums[name], str(name)))[:count])


def _column(flows, key, scale, *, neutral):
    """Nodes from top to bottom: by tone, then the largest first, others last."""
    sums: dict[tuple[str, str], float] = {}
    for flow in flows:
        sums[key(flow)] = sums.get(key(flow), 0) + flow.value
    names = sorted(
        sums,
        key=lambda node: (ORDER[node[1]], node[0] == OTHERS, -sums[node], node[0]),
    )
    nodes, top = {}, 0.0
    for name, tone in names:
        bar = max(sums[name, tone] * scale, 2)
        slot = max(bar, SLOT)
        nodes[name, tone] = _Node(
            name,
            sums[name, tone],
            "neutral" if neutral else tone,
            top + (slot - bar) / 2,
            bar,
        )
        top += slot + GAP
    return nodes, top - GAP


def _marks(flows, size: Size, as_text):
    total = sum(flow.value for flow in flows)
    scale = FLOW_HEIGHT / total
    left, left_height = _column(
        flows, lambda flow: (flow.source, "in"), scale, neutral=True
    )
    right, right_height = _column(
        flows, lambda flow: (flow.target, flow.tone), scale, neutral=False
    )
    height = max(left_height, right_height)
    x_left, x_right = _margin(left, size), size.width - _margin(right, size) - BAR
    ribbons = _ribbons(flows, left, right, scale, x_left + BAR, x_right, as_text, total)
    nodes = [
        _node(node, x_left, size, is_left=True, text=as_text(node.value))
        for node in left.values()
    ] + [
        _node(node, x_right, size, is_left=False, text=as_text(node.value))
        for node in right.values()
    ]
    return height, format_html(
        "<g>{}</g><g>{}</g>",
        format_html_join("", "{}", ((ribbon,) for ribbon in ribbons)),
        format_html_join("", "{}", ((node,) for node in nodes)),
    )


def _margin(column, size):
    """Room for the longest name beside the bars; a narrow place writes inside."""
    if size is NARROW:
        return 0
    longest = max(len(node.name) for node in column.values())
    return min(max(MARGIN, longest * LETTER + 20), WIDEST_MARGIN)


def _ribbons(flows, left, right, scale, x0, x1, as_text, total):
    """One ribbon a flow, in the order of its nodes so that few cross."""
    left_top = {key: node.top for key, node in left.items()}
    right_top = {key: node.top for key, node in right.items()}
    by_target = {key: place for place, key in enumerate(right)}
    by_source = {key: place for place, key in enumerate(left)}
    ordered = sorted(
        flows,
        key=lambda flow: (
            by_source[flow.source, "in"],
            by_target[flow.target, flow.tone],
        ),
    )
    middle = (x0 + x1) / 2
    for flow in ordered:
        thick = flow.value * scale
        y0, y1 = left_top[flow.source, "in"], right_top[flow.target, flow.tone]
        left_top[flow.source, "in"] += thick
        right_top[flow.target, flow.tone] += thick
        path = (
            f"M{at(x0)} {at(y0)}C{at(middle)} {at(y0)} {at(middle)} {at(y1)} "
            f"{at(x1)} {at(y1)}V{at(y1 + thick)}C{at(middle)} {at(y1 + thick)} "
            f"{at(middle)} {at(y0 + thick)} {at(x0)} {at(y0 + thick)}Z"
        )
        label = (
            f"{flow.source} → {flow.target}: {as_text(flow.value)} "
            f"({flow.value / total:.1%})"
        )
        yield linked(
            flow.url,
            label,
            format_html('<path class="flow fill-{}" d="{}"/>', flow.tone, path),
        )


def _letters(size, *, is_left):
    if size is NARROW:
        return 18 if is_left else 28
    return WIDEST_MARGIN // LETTER - 2


def _node(node, x, size, *, is_left, text):
    """The bar with its name and value, outside the ribbons where there is room."""
    is_inside = size is NARROW
    if is_left:
        text_x = x + BAR + 6 if is_inside else x - 8
        anchor = "start" if is_inside else "end"
    else:
        text_x = x - 6 if is_inside else x + BAR + 8
        anchor = "end" if is_inside else "start"
    middle = node.top + node.bar / 2
    return format_html(
        '<g><title>{}: {}</title><rect class="fill-{}" x="{}" y="{}" width="{}" '
        'height="{}" rx="2"/><text class="node-name" x="{}" y="{}" text-anchor="{}">'
        '{}</text><text class="node-value" x="{}" y="{}" text-anchor="{}">{}</text>'
        "</g>",
        node.name,
        text,
        node.tone,
        at(x),
        at(node.top),
        BAR,
        at(node.bar),
        at(text_x),
        at(middle - 2),
        anchor,
        short(node.name, _letters(size, is_left=is_left)),
        at(text_x),
        at(middle + 12),
        anchor,
        text,
    )

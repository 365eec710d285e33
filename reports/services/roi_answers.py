"""A finished run of the return as one person may read it, in words and numbers."""

import datetime as dt
from dataclasses import dataclass

from accounts.models import Territory
from liaison_crm.lib.formats import count, dollars, percent

EXPORT_HEADER = (
    "Territory",
    "Physicians",
    "Visited",
    "Visits",
    "Rate ratio",
    "Low",
    "High",
    "Incremental referrals",
    "Low",
    "High",
    "Lead check",
    "Incremental margin (USD)",
    "Programme cost (USD)",
    "ROI",
    "Why not estimated",
)
REPORT_KEYS = (
    *("rate_ratio", "ci_low", "ci_high"),
    *("incremental_referrals", "incremental_low", "incremental_high"),
    *("incremental_margin", "programme_cost", "roi", "roi_low", "roi_high"),
    *("lead", "naive", "windows", "physicians_visited", "visits", "reason"),
)
WHOLE = ""
WHOLE_NAME = "All territories"
VERDICTS = {
    "clear": (
        "green",
        "Clear",
        "Before visits, referrals moved no more than chance allows: what came after "
        "was not under way already.",
    ),
    "warning": (
        "yellow",
        "Warning",
        "Referrals had begun to move before the visits. Read the result with care: "
        "part of it may have been under way already.",
    ),
    "lit": (
        "red",
        "Lit: no headline",
        "Visits followed a change that was already under way, so what came after "
        "them cannot be credited to them. The result is withheld.",
    ),
    None: (
        "secondary",
        "Not possible",
        "There is too little to check what happened before visits.",
    ),
}


@dataclass(frozen=True)
class Answer:
    """The return of one node (`key` is its id, "" the whole), ready to print."""

    key: str
    name: str
    depth: int
    cell: dict

    @property
    def has_estimate(self):
        return self.cell["rate_ratio"] is not None

    @property
    def headline(self):
        if not self.has_estimate:
            return "The effect of visits cannot be estimated."
        ratio, low, high = (self.cell[k] for k in ("rate_ratio", "ci_low", "ci_high"))
        if low <= 1 <= high:
            return "No effect of visits can be told from chance."
        change = "more" if ratio > 1 else "fewer"
        return (
            f"A visited physician sends {_percent_off(ratio)} {change} referrals in "
            "the 90 days after a visit than without it."
        )

    @property
    def interval(self):
        """ "+18 % to +58 %": the change with 95 % confidence."""
        if not self.has_estimate:
            return ""
        return f"{change(self.cell['ci_low'])} to {change(self.cell['ci_high'])}"

    @property
    def change(self):
        return change(self.cell["rate_ratio"])

    @property
    def ratio(self):
        return ratio_with_interval(self.cell)

    @property
    def incremental(self):
        return whole(self.cell["incremental_referrals"])

    @property
    def incremental_interval(self):
        return span(self.cell["incremental_low"], self.cell["incremental_high"])

    @property
    def verdict(self):
        """(tone, label, text) of the lead check."""
        return VERDICTS[self.cell["lead"]["verdict"]]

    @property
    def lead_ratio(self):
        lead = self.cell["lead"]
        if lead["ratio"] is None:
            return ""
        return f"{lead['ratio']:.2f} [{lead['ci_low']:.2f}, {lead['ci_high']:.2f}]"

    @property
    def money(self):
        return self.cell["money"]

    @property
    def roi(self):
        return percent(self.cell["roi"], 0)

    @property
    def roi_interval(self):
        low, high = self.cell["roi_low"], self.cell["roi_high"]
        return "" if low is None else f"{percent(low, 0)} to {percent(high, 0)}"

    @property
    def margin_interval(self):
        low, high = self.money["margin_low_cents"], self.money["margin_high_cents"]
        return "" if low is None else f"{dollars(low)} to {dollars(high)}"

    @property
    def is_without_margin(self):
        """Referrals came after visits, and none of them has a margin."""
        return self.has_estimate and self.money["margin_cents"] is None

    @property
    def naive(self):
        return self.cell["naive"]

    @property
    def naive_change(self):
        return change(self.naive["ratio"])

    @property
    def basis(self):
        return self.cell["basis"]

    @property
    def coverage(self):
        return self.cell["coverage"]

    @property
    def start(self):
        return dt.date.fromisoformat(self.coverage["start"])

    @property
    def mature_until(self):
        """The last mature day."""
        end = dt.date.fromisoformat(self.coverage["mature_until"])
        return end - dt.timedelta(days=1)

    @property
    def visited_until(self):
        return dt.date.fromisoformat(self.coverage["visited_until"])

    @property
    def windows(self):
        """(days, cell, ratio, incremental) of each length of effect, in order."""
        both = [("90", self.cell), *self.cell["windows"].items()]
        return [
            {
                "days": days,
                "ratio": ratio_with_interval(cell),
                "incremental": whole(cell["incremental_referrals"]),
                "interval": span(cell["incremental_low"], cell["incremental_high"]),
                "reason": cell["reason"],
            }
            for days, cell in sorted(both, key=lambda pair: int(pair[0]))
        ]

    def export_row(self):
        cell, coverage = self.cell, self.coverage or {}
        return (
            self.name,
            coverage.get("physicians", 0),
            cell["physicians_visited"],
            cell["visits"],
            cell["rate_ratio"],
            cell["ci_low"],
            cell["ci_high"],
            cell["incremental_referrals"],
            cell["incremental_low"],
            cell["incremental_high"],
            cell["lead"]["verdict"],
            cell["incremental_margin"],
            cell["programme_cost"],
            cell["roi"],
            cell["reason"],
        )

    def report(self):
        """The object that `report roi --json` prints."""
        return {key: self.cell[key] for key in REPORT_KEYS}


def all_answers(run) -> list[Answer]:
    """The whole first, then every node: for commands, which see all rows."""
    cells = run.summary["territories"]
    return [
        Answer(WHOLE, WHOLE_NAME, 0, run.summary["overall"]),
        *(Answer(key, cell["name"], 0, cell) for key, cell in cells.items()),
    ]


def answers_for(user, run) -> list[Answer]:
    """What `user` may read of a run: the whole first, then nodes down the tree.

    The whole is for who sees all practices; others get the nodes they sit on,
    with everything below, and learn nothing of the rest.
    """
    cells = run.summary.get("territories", {})
    tree = list(Territory.objects.visible_to(user).values_list("pk", "parent", "name"))
    seen = {pk for pk, _, _ in tree}
    children = {}
    for pk, parent, name in tree:
        children.setdefault(parent if parent in seen else None, []).append((name, pk))
    answers, stack = [], [(0, *top) for top in sorted(children.get(None, ()))[::-1]]
    while stack:
        depth, name, pk = stack.pop()
        if cell := cells.get(str(pk)):
            answers.append(Answer(str(pk), name, depth, cell))
        below = sorted(children.get(pk, ()))[::-1]
        stack.extend((depth + 1, *child) for child in below)
    if user.sees_all_practices and "overall" in run.summary:
        whole_cell = run.summary["overall"]
        answers.insert(0, Answer(WHOLE, WHOLE_NAME, 0, whole_cell))
    return answers


def change(ratio: float | None) -> str:
    """A ratio as a change: 1.36 -> +36 %. None is "no data"."""
    if ratio is None:
        return "no data"
    return f"{(ratio - 1) * 100:+.0f} %".replace("-0 %", "0 %").replace("+0 %", "0 %")


def _percent_off(ratio):
    return f"{abs(ratio - 1) * 100:.0f} %"


def ratio_with_interval(cell: dict) -> str:
    if cell["rate_ratio"] is None:
        return ""
    return f"{cell['rate_ratio']:.2f} [{cell['ci_low']:.2f}, {cell['ci_high']:.2f}]"


def whole(number: float | None) -> str:
    return count(None if number is None else round(number))


def span(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{whole(low)} to {whole(high)}"

"""The story of a ZIP code: steps (day, territory), the earliest first.

From its day on, a step's territory has the code, or nobody (None).
"""

from itertools import pairwise


def story_of(spans):
    """From spans (first day, day after the last, territory) that share no day."""
    steps = {last: None for _, last, _ in spans if last}
    steps |= {first: where for first, _, where in spans}
    return sorted(steps.items())


def spans_of(steps):
    """First day -> (day after the last, territory)."""
    ends = [day for _, (day, _) in pairwise(steps)]
    return {
        first: (last, where)
        for (first, where), last in zip(steps, [*ends, None], strict=False)
        if where is not None
    }


def told(steps):
    """The same story without steps that change nothing."""
    found = []
    for step in steps:
        if step[1] != (found[-1][1] if found else None):
            found.append(step)
    return found


def place(steps, day):
    """The territory that has it on this day, or None."""
    return next((where for first, where in reversed(steps) if first <= day), None)


def before(steps, day):
    """What happened on earlier days."""
    return [step for step in steps if step[0] < day]

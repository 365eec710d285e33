"""What in a text looks like a patient's data: the guard's rules.

The rules are regular expressions in static/js/patient_data.json, in the part of
the language that Python and browsers read alike, so that the device warns of
what the server refuses. A rule finds nothing where its `unless` stands within
NEAR characters: the phone of a scheduler is no patient's.
"""

import functools
import json
import re
from dataclasses import dataclass

from django.conf import settings

RULES = settings.BASE_DIR / "static" / "js" / "patient_data.json"
NEAR = 40  # characters
LONGEST = 10_000  # characters that are looked at


@dataclass(frozen=True)
class Finding:
    """A piece of a text, and what it looks like: "a birth date"."""

    kind: str
    text: str

    def __str__(self):
        return f"“{self.text}” looks like {self.kind}"


@dataclass(frozen=True)
class Rule:
    kind: str
    pattern: re.Pattern
    unless: re.Pattern | None


def found_in(text: str) -> list[Finding]:
    """What looks like a patient's data, once for each kind, in the rules' order."""
    text = text[:LONGEST]
    found = {}
    for rule in rules():
        if rule.kind not in found and (match := _match(rule, text)):
            found[rule.kind] = Finding(rule.kind, match.group())
    return list(found.values())


def _match(rule, text):
    for match in rule.pattern.finditer(text):
        around = text[max(match.start() - NEAR, 0) : match.end() + NEAR]
        if not (rule.unless and rule.unless.search(around)):
            return match
    return None


@functools.cache
def rules() -> tuple[Rule, ...]:
    told = json.loads(RULES.read_text())
    parts = {}
    for name, part in told["parts"].items():
        parts[name] = _filled(part, parts)
    return tuple(
        Rule(
            kind=rule["kind"],
            pattern=re.compile(_filled(rule["pattern"], parts)),
            unless=re.compile(_filled(rule["unless"], parts))
            if "unless" in rule
            else None,
        )
        for rule in told["rules"]
    )


def _filled(pattern, parts):
    """The pattern with each {PART} that was told before it written out."""
    return re.sub(r"\{([A-Z_]+)\}", lambda named: parts[named[1]], pattern)

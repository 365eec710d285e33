"""Referral events a second time: row by row, in plain Python.

Written from the definition, not from the engine, so that the two can disagree.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

COLUMNS = (
    "claim_id",
    "claim_line",
    "patient_id",
    "service_date_from",
    "referring_npi",
    "rendering_npi",
    "billing_npi",
    "facility_npi",
    "procedure_code",
    "charge_amount",
    "allowed_amount",
    "paid_amount",
    "payer_name",
    "service_line",
    "claim_status",
    "adjudicated_on",
)
BASES = {
    "allowed": ("allowed_amount", "paid_amount", "charge_amount"),
    "paid": ("paid_amount", "charge_amount", "allowed_amount"),
    "charge": ("charge_amount", "paid_amount", "allowed_amount"),
}


@dataclass
class Facts:
    physicians: dict = field(default_factory=dict)
    organizations: dict = field(default_factory=dict)
    procedures: list = field(default_factory=list)  # (first, last, service line)
    hospital_based: set = field(default_factory=set)
    roster: list = field(default_factory=list)  # (npi, status, from, to or None)


def events(imports, facts, *, gap_days=90, basis="allowed", complete_since=None):
    """`imports`: (source, rows) in their order. A list of dictionaries."""
    lines = [line for line in _net(imports) if _is_eligible(line)]
    groups = defaultdict(list)
    for line in lines:
        service_line = _service_line(line, facts)
        if service_line not in facts.hospital_based:
            key = (line["source"], line["patient_id"], line["referring"], service_line)
            groups[key].append(line)
    found = []
    for key, group in groups.items():
        for episode in _episodes(group, gap_days):
            found.append(_event(key, episode, facts, basis, complete_since))
    return found


def _net(imports):
    newest = {}
    for sequence, (source, rows) in enumerate(imports):
        for number, row in enumerate(rows):
            line = {
                **row,
                "source": source,
                "line": int(row.get("claim_line") or 1),
                "on": dt.date.fromisoformat(row["service_date_from"]),
                **{
                    name: _npi(row.get(f"{name}_npi", ""))
                    for name in ("referring", "rendering", "billing", "facility")
                },
            }
            version = (row.get("adjudicated_on") or "", sequence, number)
            key = (source, row["patient_id"], row["claim_id"], line["line"])
            if key not in newest or version > newest[key][0]:
                newest[key] = (version, line)
    for _, line in newest.values():
        if (line.get("claim_status") or "paid") == "paid":
            yield line


def _npi(text):
    text = text.strip()
    if "." in text and set(text.split(".", 1)[1]) == {"0"}:
        text = text.split(".", 1)[0]
    if len(text) == 15 and text[:5] == "80840":
        text = text[5:]
    return text if len(text) == 10 and set(text) <= set("0123456789") else ""


def _is_eligible(line):
    return line["referring"] and line["referring"] not in (
        line["rendering"],
        line["billing"],
    )


def _service_line(line, facts):
    if line.get("service_line"):
        return line["service_line"]
    code = line.get("procedure_code", "")
    for first, last, name in sorted(facts.procedures):
        if code and first <= code <= last:
            return name
    return (
        facts.physicians.get(line["rendering"])
        or facts.organizations.get(line["billing"])
        or "Unassigned"
    )


def _episodes(group, gap_days):
    group.sort(key=lambda line: (line["on"], line["claim_id"], line["line"]))
    episode = []
    for line in group:
        if episode and (line["on"] - episode[-1]["on"]).days > gap_days:
            yield episode
            episode = []
        episode.append(line)
    yield episode


def _event(key, episode, facts, basis, complete_since):
    first = episode[0]
    three = (first["rendering"], first["billing"], first["facility"])
    listed = [_status(npi, first["on"], facts) for npi in three if npi]
    listed = [status for status in listed if status]
    is_complete = complete_since is not None and first["on"] >= complete_since
    if listed:
        status_basis = listed[0]
        status = "in" if status_basis in ("employed", "affiliated") else "out"
    elif is_complete and any(_is_valid(npi) for npi in three):
        status, status_basis = "out", "unlisted"
    else:
        status, status_basis = "unknown", "none"
    amounts = [_cents(line, basis) for line in episode]
    return {
        "source": key[0],
        "referring_npi": key[2],
        "service_line": key[3],
        "event_on": first["on"],
        "claim_id": first["claim_id"],
        "claim_line": first["line"],
        "rendering_npi": first["rendering"],
        "billing_npi": first["billing"],
        "facility_npi": first["facility"],
        "destination_npi": first["billing"] or first["facility"],
        "status": status,
        "status_basis": status_basis,
        "referrer_status": _status(key[2], first["on"], facts) or "none",
        "amount_cents": sum(amount for amount, _ in amounts),
        "fallback_cents": sum(amount for amount, fell in amounts if fell),
        "lines": len(episode),
        "payer_name": first.get("payer_name", ""),
    }


def _status(npi, day, facts):
    for number, status, start, end in facts.roster:
        if number == npi and start <= day and (end is None or day < end):
            return status
    return None


def _is_valid(npi):
    if not npi or npi[0] not in "12":
        return False
    digits = [int(digit) for digit in "80840" + npi]
    for place in range(len(digits) - 2, -1, -2):
        digits[place] = sum(divmod(digits[place] * 2, 10))
    return sum(digits) % 10 == 0


def _cents(line, basis):
    for name in BASES[basis]:
        text = line.get(name, "")
        if text:
            dollars, _, rest = text.lstrip("-").partition(".")
            cents = int(dollars) * 100 + int((rest + "00")[:2])
            sign = -1 if text.startswith("-") else 1
            return sign * cents, name != BASES[basis][0]
    raise AssertionError("a line without an amount")

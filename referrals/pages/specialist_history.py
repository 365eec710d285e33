"""The history of a specialist's profile in words: each act of a person or a file."""

from itertools import groupby

from liaison_crm.lib.formats import phone
from referrals.models import Change, SpecialistProfile, Term
from referrals.pages.history import Entry, Line
from referrals.services.specialist_changes import PROFILE, TERM
from referrals.services.specialists import FIELDS, TermLink

LABELS = {"forms_url": "Referral forms"}
PHONES = ("direct_line", "scheduling_phone", "fax")
GONE = "a name that is gone"


def acts_of(changes) -> list[list[Change]]:
    """Changes that were made together, in the order given."""
    by_act = groupby(
        changes, key=lambda one: (one.at, one.by_id, one.run_id, one.is_undo)
    )
    return [list(act) for _, act in by_act]


def entries_of(acts) -> list[Entry]:
    """Acts in words; the names of terms are read at once."""
    names = _names_of([one for act in acts for one in act if one.model == TERM])
    return [_entry(act, names) for act in acts]


def _entry(act, names) -> Entry:
    first = act[0]
    lines = (*_fields(act), *_terms(act, names))
    return Entry(first.at, _who(first), _what(act, lines), tuple(lines))


def _who(change) -> str:
    if change.by:
        return str(change.by)
    return f"import of {change.run.file_name}" if change.run else "the system"


def _what(act, lines) -> str:
    first = act[0]
    if first.is_undo:
        name = first.run and f"Import of {first.run.file_name}"
        return f"{name or 'Change'} undone"
    if any(one.model == PROFILE and one.before is None for one in act):
        return "Profile made"
    return "Changed" if lines else "Confirmed: still right"


def _fields(act):
    for one in act:
        if one.model == PROFILE and None not in (one.before, one.after):
            for name in FIELDS:
                if name in one.after:
                    yield Line(
                        _label(name),
                        _in_words(name, one.before[name]),
                        _in_words(name, one.after[name]),
                    )
            if act[0].is_undo and "reviewed_on" in one.after:
                was, now = one.before["reviewed_on"], one.after["reviewed_on"]
                yield Line("Reviewed", was or "never", now or "never")


def _label(name) -> str:
    said = str(SpecialistProfile._meta.get_field(name).verbose_name)
    return LABELS.get(name) or said[:1].upper() + said[1:]


def _in_words(name, value) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value in ("", None):
        return "empty" if value == "" else "not known"
    return phone(value) if name in PHONES else str(value)


def _terms(act, names):
    """One line a kind for what came, and one for what went."""
    for kind, label in (*Term.Kind.choices, (None, "Name")):
        for said, side in (("added", "before"), ("removed", "after")):
            found = sorted(
                names[one.row][1]
                for one in act
                if one.model == TERM
                and getattr(one, side) is None
                and names[one.row][0] == kind
            )
            if found:
                yield Line(f"{label}s {said}", None, ", ".join(found))


def _names_of(changes) -> dict[int, tuple[str, str]]:
    """(kind, name) of the term, by the row that gave it to a profile."""
    rows = {one.row for one in changes}
    went = Change.objects.filter(model=TERM, row__in=rows, after__isnull=True)
    terms = {row: before["term"] for row, before in went.values_list("row", "before")}
    terms |= dict(TermLink.objects.filter(pk__in=rows).values_list("pk", "term"))
    there = Term.objects.in_bulk({*terms.values()})
    return {
        row: (term.kind, term.name) if term else (None, GONE)
        for row in rows
        for term in [there.get(terms.get(row))]
    }

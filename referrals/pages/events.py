"""What happened to a record: which events there are, and those of a page, read.

An event is (at, kind, key): a change in the journal, of the record or of a row
that only its page shows; a merge or the undo of one; a stage by rule.
"""

from dataclasses import dataclass, field

from django.db.models import F, Q, Value

from referrals.models import (
    Affiliation,
    Change,
    Merge,
    Organization,
    Physician,
    Practice,
    RosterEntry,
    StageChange,
    TerritoryException,
)

CHANGE, MERGE, UNDONE, STAGE = "change", "merge", "merge undone", "stage"
# Whose changes the history of a record tells: the rows that name it by this field.
PARTS = {
    Practice: ((Affiliation, "practice"), (TerritoryException, "practice")),
    Physician: ((Affiliation, "physician"), (RosterEntry, "npi")),
    Organization: ((RosterEntry, "npi"),),
}


def events_of(subject, user):
    """All events in sight, newest first, as rows that can be paged."""
    journal = Change.objects.filter(merge=None).filter(about(subject, user))
    kind = subject._meta.model_name
    ours = Q(**{kind: subject}) | Q(
        **{f"{kind}__isnull": False}, removed_row=subject.pk
    )
    merges = Merge.objects.filter(ours)
    parts = [
        _rows(merges, MERGE),
        _rows(merges.exclude(undone_at=None), UNDONE, at="undone_at"),
    ]
    if isinstance(subject, Practice):
        parts.append(_rows(subject.stage_changes.filter(by=None), STAGE))
    found = _rows(journal, CHANGE).union(*parts, all=True)
    return found.order_by("-when", "kind", "-pk")


def _rows(queryset, kind, *, at="at"):
    named = queryset.order_by().annotate(when=F(at), kind=Value(kind))
    return named.values_list("when", "kind", "pk")


def about(subject, user) -> Q:
    """Changes of the record and of its parts, also of parts that went."""
    found = Q(model=subject._meta.label_lower, row=subject.pk)
    went = _went(subject)
    for model, name in PARTS[type(subject)]:
        label = model._meta.label_lower
        rows, gone = model.objects.filter(**{name: _key(subject, name)}), went[label]
        if model is Affiliation and isinstance(subject, Physician):
            rows, gone = rows.among_visible_to(user), _in_sight(gone, user)
        keys = Q(row__in=rows.values("pk")) | Q(row__in=[row for row, _ in gone])
        found |= Q(model=label) & keys
    return found


def _key(subject, name):
    return subject.npi if name == "npi" else subject.pk


def _went(subject) -> dict[str, list]:
    """By model, the rows that once belonged to the record: (key, values)."""
    asked, found = Q(), {}
    for model, name in PARTS[type(subject)]:
        label = model._meta.label_lower
        asked |= Q(model=label, **{f"before__{name}": _key(subject, name)})
        found[label] = []
    gone = Change.objects.filter(asked, after__isnull=True)
    for label, row, before in gone.values_list("model", "row", "before"):
        found[label].append((row, before))
    return found


def _in_sight(went, user):
    """Those at a practice that the person sees."""
    places = {before["practice"] for _, before in went}
    seen = Practice.objects.visible_to(user).filter(pk__in=places)
    seen = {*seen.values_list("pk", flat=True)} if went else set()
    return [(row, before) for row, before in went if before["practice"] in seen]


@dataclass(frozen=True)
class Read:
    """The rows behind the events of one page."""

    changes: dict[int, Change]
    merges: dict[int, Merge]
    stages: dict[int, StageChange]
    taken_over: dict[int, list[Change]] = field(default_factory=dict)  # by merge
    came_along: dict[int, set[str]] = field(default_factory=dict)  # by merge
    reasons: dict = field(default_factory=dict)  # of stages people set, by moment


def read(subject, events) -> Read:
    keys = {}
    for _, kind, key in events:
        keys.setdefault(MERGE if kind == UNDONE else kind, set()).add(key)
    changes = Change.objects.select_related("by", "run").in_bulk(keys.get(CHANGE, ()))
    merges = keys.get(MERGE, ())
    found = Read(
        changes,
        Merge.objects.select_related("by", "undone_by").in_bulk(merges),
        StageChange.objects.in_bulk(keys.get(STAGE, ())),
    )
    if merges:
        _read_merges(found, subject)
    said = [one.at for one in changes.values() if "stage" in (one.after or ())]
    if said and isinstance(subject, Practice):
        told = subject.stage_changes.filter(at__in=said)
        found.reasons.update(told.values_list("at", "reason"))
    return found


def _read_merges(found, subject):
    of_these = Change.objects.filter(merge__in=found.merges)
    label = subject._meta.label_lower
    for one in of_these.filter(model=label, row=subject.pk):
        found.taken_over.setdefault(one.merge_id, []).append(one)
    moved = of_these.filter(is_undo=False, after__isnull=False, before__isnull=False)
    moved = moved.exclude(model=label).order_by()
    for key, model in moved.values_list("merge", "model").distinct():
        found.came_along.setdefault(key, set()).add(model)

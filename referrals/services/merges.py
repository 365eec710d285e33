"""Two rows of the directory become one, and can become two again.

Everything that refers to the row that goes - found by introspection, in every
app - is moved to the row that stays. What cannot be moved because the same is
there already goes with it. Of territory exceptions those of the practice that stays
hold; the others are cut to the days that they leave free. All of it is in the journal
of the merge.
"""

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.models import (
    Duplicate,
    FormerAddress,
    FormerNpi,
    Merge,
    Organization,
    Physician,
    Practice,
    RosterEntry,
)
from referrals.services import exceptions
from referrals.services import journal as journals
from referrals.services.directory import CANNOT_STAND_HERE
from referrals.services.journal import Journal
from referrals.services.standing import MergedAway, hold

PLACE = ("address_line_1", "address_line_2", "city", "state", "zip_code")
WITH_PLACE = ("zip_extension", "address_key", "latitude", "longitude")
# What may be chosen field by field; the parts of an address go together.
FIELDS = {
    Practice: (
        *("name", "organization", "address_line_1", "phone", "fax", "email"),
        *("website", "hours", "front_desk_names", "scheduler_names", "best_time"),
        *("lunches", "preferred_channel", "tier", "tier_reason", "stage", "owner"),
        "is_active",
    ),
    Physician: (
        *("npi", "last_name", "first_name", "middle_name", "credential"),
        *("specialty", "email", "phone", "fax", "clinical_interests", "languages"),
        *("medical_school", "graduated_in", "best_time", "lunches"),
        *("preferred_channel", "tier", "tier_reason", "owner", "is_active"),
    ),
    Organization: ("npi", "name", "parent", "specialty", "is_active"),
}


class CannotMerge(Exception):
    """The two cannot become one; the message says why."""


class CannotUndo(Exception):
    """The merge cannot be taken back now; the message says why."""


@transaction.atomic
def merge(*, kept, removed, chosen, versions, by, at) -> Merge:
    """Make `removed` a part of `kept`.

    `chosen`: the fields whose value `kept` takes over from `removed`.
    `versions`: of (kept, removed) as the person saw them; raises
    `ChangedMeanwhile` if either has grown.
    """
    model = type(kept)
    if model is Practice:
        lock_until_commit(exceptions.LOCK)
        _hold_organizations(kept, removed)
    rows = model.objects.select_for_update().order_by("pk")
    found = rows.in_bulk([kept.pk, removed.pk])
    if len(found) < 2 or kept.pk == removed.pk:
        raise CannotMerge("One of the two is no longer there.")
    kept, removed = found[kept.pk], found[removed.pk]
    if (kept.version, removed.version) != tuple(versions):
        raise ChangedMeanwhile
    done = Merge.objects.create(
        **{model._meta.model_name: kept},
        removed_row=removed.pk,
        removed_name=str(removed)[:250],
        at=at,
        by=by,
    )
    journal = Journal(at=at, by=by, merge=done)
    if model is Practice:
        exceptions.make_way(journal, removed, kept)
    _move_everything(journal, kept, removed)
    before = {
        name: getattr(kept, name)
        for name in ("address_key", "organization_id")
        if isinstance(kept, Practice)
    }
    npi = getattr(kept, "npi", None)
    journal.delete([removed])
    _take_over(journal, kept, removed, chosen)
    _remember(journal, kept, removed, before, npi)
    pairs = Duplicate.objects.filter(kind=model._meta.model_name)
    journal.delete([*pairs.filter(Q(first=removed.pk) | Q(second=removed.pk))])
    record(
        action=AuditEvent.Action.DIRECTORY_MERGED,
        by=by,
        subject=f"{removed} into {kept}",
        detail={"merge": done.pk, "taken_over": sorted(chosen)},
    )
    return done


def _hold_organizations(*practices):
    """Before the practices, as a merge of organizations takes them."""
    try:
        hold(*(practice.organization for practice in practices))
    except MergedAway:
        raise ChangedMeanwhile from None  # and so has the practice


def _move_everything(journal, kept, removed):
    _move_relations(journal, kept, removed)
    if isinstance(kept, Organization):
        kept.refresh_from_db(fields=["parent"])
        if kept.parent_id == kept.pk:
            kept.parent_id = removed.parent_id
            journal.update([kept], ["parent"])


def _move_relations(journal, kept, removed):
    for relation in journals.relations_to(type(kept), with_many_to_many=True):
        field, rows = relation.field, relation.related_model._base_manager
        if relation.related_model is Merge:
            rows = rows.exclude(pk=journal.origin["merge"].pk)
        moved = [*rows.filter(**{field.name: removed}).order_by("pk")]
        for row in moved:
            setattr(row, field.name, kept)
        try:
            with transaction.atomic():
                journal.update(moved, [field.name])
        except IntegrityError:
            for row in moved:
                _move_or_drop(journal, row, field, kept, removed)


def _move_or_drop(journal, row, field, kept, removed):
    """One row at a time: what `kept` has already goes with `removed`."""
    setattr(row, field.name, kept)
    try:
        with transaction.atomic():
            journal.update([row], [field.name])
    except IntegrityError:
        setattr(row, field.name, removed)
        if field.one_to_one:
            twin = type(row)._base_manager.get(**{field.name: kept})
            _move_relations(journal, twin, row)
        if journals.referred_to(type(row), [row.pk]):
            what = row._meta.verbose_name
            raise CannotMerge(
                f"Both have the same {what}, and more hangs on each: {row}."
            ) from None
        journal.delete([row])


def _take_over(journal, kept, removed, chosen):
    """Write the chosen values of `removed` into `kept`, with where they came from."""
    fields = {name for name in FIELDS[type(kept)] if name in chosen}
    marks = {*fields}
    if "address_line_1" in fields:
        fields |= {*PLACE, *WITH_PLACE}
        marks |= {*PLACE}
    for name in fields:
        attribute = kept._meta.get_field(name).attname
        setattr(kept, attribute, getattr(removed, attribute))
    origins = {
        name: removed.provenance[name] for name in marks if name in removed.provenance
    }
    left = {name: it for name, it in kept.provenance.items() if name not in marks}
    # What both bring along to a field of several rows: known of one, known of both.
    several = {field.name for field in kept._meta.many_to_many}
    brought = {
        name: it
        for name, it in removed.provenance.items()
        if name in several and name not in left
    }
    kept.provenance = left | origins | brought
    try:
        with transaction.atomic():
            journal.update([kept], [*fields, "provenance"])
    except IntegrityError:
        raise CannotMerge(CANNOT_STAND_HERE) from None


def _remember(journal, kept, removed, before, npi):
    """Keep the address or NPI that is gone, for the files that still use it."""
    if isinstance(kept, Practice):
        now = (kept.address_key, kept.organization_id)
        gone = {
            (removed.address_key, removed.organization_id),
            (before["address_key"], before["organization_id"]),
        }
        journal.create(
            [
                FormerAddress(
                    practice=kept, address_key=key, organization_id=organization
                )
                for key, organization in sorted(gone, key=str)
                if key and (key, organization) != now
            ]
        )
    if isinstance(kept, Physician):
        gone = npi if kept.npi == removed.npi else removed.npi
        journal.create([FormerNpi(physician=kept, npi=gone)])
        _move_roster(journal, gone, kept.npi)


def _move_roster(journal, old, new):
    """The roster goes along, where the new NPI has none of its own."""
    if not RosterEntry.objects.filter(npi=new).exists():
        entries = [*RosterEntry.objects.filter(npi=old)]
        for entry in entries:
            entry.npi = new
        journal.update(entries, ["npi"])


@transaction.atomic
def undo(*, merge, by, at) -> tuple[int, int]:
    """Make two rows of one again; (changes taken back, changes kept).

    What came to the row since the merge stays with it. Raises `CannotUndo`
    if the merge was undone already, or the place of the removed row is taken.
    """
    if merge.practice_id:
        lock_until_commit(exceptions.LOCK)
    this = Merge.objects.select_for_update().get(pk=merge.pk)
    if this.undone_at:
        raise CannotUndo("This merge was undone already.")
    if this.kept is None or later_than(this).exists():
        raise CannotUndo("The row was merged once more since: undo that merge first.")
    taken_back = Journal(at=at, by=by, merge=this, is_undo=True)
    restored, kept = journals.undo([*this.changes.all()], taken_back)
    if not type(this.kept).objects.filter(pk=this.removed_row).exists():
        raise CannotUndo(
            f"{this.removed_name} cannot come back: its NPI or its address "
            "belongs to another row by now."
        )
    Merge.objects.filter(pk=this.pk).update(undone_at=at, undone_by=by)
    record(
        action=AuditEvent.Action.MERGE_UNDONE,
        by=by,
        subject=str(this)[:200],
        detail={"merge": this.pk, "taken_back": restored, "kept": kept},
    )
    return restored, kept


def later_than(merge):
    """Merges into the same row that came after and stand."""
    same = {merge.kind: merge.kept}
    return Merge.objects.filter(**same, undone_at=None, pk__gt=merge.pk)

"""What people write into the directory, and what follows from it."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from liaison_crm.lib.json_keys import WithKeys
from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals import addresses
from referrals.models import Organization, Practice, Proposal, StageChange
from referrals.models.merges import KINDS
from referrals.services import provenance
from referrals.services.journal import AT_ONCE, Journal
from referrals.services.standing import hold

ADDRESS = ("address_line_1", "address_line_2", "city", "state", "zip_code")


# Not who is in the way: that practice may lie out of sight.
CANNOT_STAND_HERE = "This address cannot be saved; ask an administrator."


class AddressTaken(Exception):
    """Another practice of the same organization stands at the address."""

    def __init__(self, practice: Practice):
        super().__init__(practice)
        self.practice = practice


class PartOfItself(Exception):
    """The organization would hang below itself."""


@transaction.atomic
def change(
    *, subject, values: dict, version: int, by, at, reason="", marks=None
) -> list[str]:
    """Write what a person says about a practice, physician or organization.

    From then on no file overwrites these fields; what a file had offered for
    them and is now there counts as accepted. A new stage is put on record with
    its `reason`. `marks` says, by field, whose word it was if not that of `by`.
    Gives the fields that changed. Raises `ChangedMeanwhile` if `version` is no
    longer the newest, `AddressTaken` for a place that another practice of the
    organization has, `PartOfItself` for a parent that is below it, `MergedAway`
    if the row or one that `values` names has become a part of another.
    """
    _hold_named(subject, values)
    row = type(subject).objects.select_for_update().filter(pk=subject.pk).first()
    if row is None or row.version != version:
        raise ChangedMeanwhile
    before = {name: provenance.text_of(row, name) for name in values}
    changed = [
        name
        for name, value in values.items()
        if before[name] != provenance.as_text(row, name, value)
    ]
    if "parent" in changed:
        _check_parent(row, values["parent"])
    many = [name for name in changed if row._meta.get_field(name).many_to_many]
    for name in set(changed) - {*many}:
        setattr(row, name, values[name])
    teller = provenance.Teller(source=provenance.PERSON, at=at, by=by)
    teller.mark(row, changed)
    row.provenance |= marks or {}
    written = [*(name for name in changed if name not in many), "provenance"]
    if isinstance(row, Practice) and {*ADDRESS, "organization"} & {*changed}:
        row.address_key = addresses.key(*(getattr(row, name) for name in ADDRESS))
        written.append("address_key")
    journal = Journal(at=at, by=by)
    try:
        with transaction.atomic():
            journal.update([row], written)
    except IntegrityError:
        raise AddressTaken(_standing_where(row)) from None
    for name in many:
        _write_many([row], name, values[name], journal)
    if many:
        type(row).objects.filter(pk=row.pk).update(version=F("version") + 1)
    if "stage" in changed:
        StageChange.objects.create(
            practice=row, stage=row.stage, at=at, by=by, reason=reason
        )
    _settle_proposals(row, changed, by=by, at=at)
    return changed


def _hold_named(subject, values):
    """Keep what the values name, before the row itself: as a merge takes them."""
    if "parent" in values:
        lock_until_commit("organizations")  # two may hang two below each other
    if named := [one for one in values.values() if type(one) in KINDS.values()]:
        hold(subject, *named)


def _check_parent(row, parent):
    above = set()
    while parent and parent.pk not in above:
        if parent.pk == row.pk:
            raise PartOfItself
        above.add(parent.pk)
        parent = Organization.objects.filter(pk=parent.parent_id).first()


def _write_many(rows, name, value, journal):
    """Write a relation to several rows, which no table of `rows` holds."""
    field = rows[0]._meta.get_field(name)
    through, source = field.remote_field.through, field.m2m_field_name()
    target = field.m2m_reverse_field_name()
    wanted, keys = {one.pk for one in value}, [row.pk for row in rows]
    there = {key: set() for key in keys}
    joins = through._base_manager.filter(**{f"{source}__in": keys})
    for key, other in joins.values_list(source, target):
        there[key].add(other)
    changed = [row for row in rows if there[row.pk] != wanted]
    changed_keys = [row.pk for row in changed]
    joins.filter(**{f"{source}__in": changed_keys}).delete()
    through._base_manager.bulk_create(
        through(**{f"{source}_id": key, f"{target}_id": other})
        for key in changed_keys
        for other in sorted(wanted)
    )
    after = {name: provenance.keys_as_text(wanted)}
    journal.keep(
        (row, {name: provenance.keys_as_text(there[row.pk])}, after) for row in changed
    )
    return changed


def _standing_where(row):
    same = Practice.objects.filter(address_key=row.address_key)
    return same.filter(organization=row.organization).exclude(pk=row.pk).first()


def _settle_proposals(row, names, *, by, at):
    """Accept what was proposed for these fields and now stands there."""
    pending = Proposal.objects.pending().about(row).filter(field__in=names)
    for proposal in pending:
        if proposal.value == provenance.text_of(row, proposal.field):
            proposal.status = Proposal.Status.ACCEPTED
            proposal.decided_by, proposal.decided_at = by, at
            proposal.save(update_fields=["status", "decided_by", "decided_at"])


@transaction.atomic
def change_many(*, rows, values: dict, by, at) -> None:
    """Write the same values to rows that the caller holds locked.

    As `change` does, for fields that nothing else follows from: a tier, an owner.
    """
    if not rows:
        return
    model, journal = type(rows[0]), Journal(at=at, by=by)
    teller = provenance.Teller(source=provenance.PERSON, at=at, by=by)
    several = [name for name in values if model._meta.get_field(name).many_to_many]
    single = {name: values[name] for name in values if name not in several}
    journal.update_alike(rows, single, teller.origin)
    for start in range(0, len(rows), AT_ONCE):
        part = rows[start : start + AT_ONCE]
        for name in several:
            changed = _write_many(part, name, values[name], journal)
            _mark(model, changed, name, teller.origin)
        _settle_proposals_of_many(part, values, by=by, at=at)


def _mark(model, rows, name, origin):
    model.objects.filter(pk__in=[row.pk for row in rows]).update(
        provenance=WithKeys("provenance", {name: origin}), version=F("version") + 1
    )


def _settle_proposals_of_many(rows, values, *, by, at):
    kind = rows[0]._meta.model_name
    keys = [row.pk for row in rows]
    for name, value in values.items():
        told = provenance.as_text(rows[0], name, value)
        pending = Proposal.objects.pending().filter(field=name, value=told)
        pending.filter(**{f"{kind}__in": keys}).update(
            status=Proposal.Status.ACCEPTED, decided_by=by, decided_at=at
        )


@transaction.atomic
def confirm(*, subject, names, by, at, version: int | None = None) -> None:
    """A person has seen that these fields are right: no file overwrites them.

    Raises `ChangedMeanwhile` if they saw an older `version`.
    """
    row = type(subject).objects.select_for_update().filter(pk=subject.pk).first()
    if row is None or version not in (None, row.version):
        raise ChangedMeanwhile
    day = timezone.localdate(at).isoformat()
    unknown = {"source": provenance.PERSON, "on": day, "by": by.pk}
    seen = {"confirmed_on": day, "confirmed_by": by.pk}
    row.provenance = row.provenance | {
        name: {**row.provenance.get(name, unknown), **seen} for name in names
    }
    Journal(at=at, by=by).update([row], ["provenance"])

"""What people write into the directory, and what follows from it."""

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from liaison_crm.lib.locks import lock_until_commit
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals import addresses
from referrals.models import Organization, Practice, Proposal, StageChange
from referrals.services import provenance
from referrals.services.journal import Journal

AT_ONCE = 5000  # rows
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
    organization has, `PartOfItself` for a parent that is below it.
    """
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
    if many:
        _write_many(row, {name: values[name] for name in many}, before, journal)
    if "stage" in changed:
        StageChange.objects.create(
            practice=row, stage=row.stage, at=at, by=by, reason=reason
        )
    _settle_proposals(row, changed, by=by, at=at)
    return changed


def _check_parent(row, parent):
    """Two people who hang two organizations below each other come one by one."""
    lock_until_commit("organizations")
    above = set()
    while parent and parent.pk not in above:
        if parent.pk == row.pk:
            raise PartOfItself
        above.add(parent.pk)
        parent = Organization.objects.filter(pk=parent.parent_id).first()


def _write_many(row, values, before, journal):
    """Relations to several rows, which no table of `row` holds."""
    for name, value in values.items():
        getattr(row, name).set(value)
    after = {name: provenance.text_of(row, name) for name in values}
    journal.keep([(row, {name: before[name] for name in values}, after)])
    type(row).objects.filter(pk=row.pk).update(version=F("version") + 1)


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
    teller = provenance.Teller(source=provenance.PERSON, at=at, by=by)
    for row in rows:
        changed = [name for name in values if getattr(row, name) != values[name]]
        for name in changed:
            setattr(row, name, values[name])
        teller.mark(row, changed)
    Journal(at=at, by=by).update(rows, [*values, "provenance"])
    for start in range(0, len(rows), AT_ONCE):
        _settle_proposals_of_many(rows[start : start + AT_ONCE], values, by=by, at=at)


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

"""Practices, physicians and organizations that a person adds by hand."""

from django.db import IntegrityError, transaction

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib.locks import lock_until_commit
from referrals import addresses
from referrals.models import Organization, Physician, Practice
from referrals.services import affiliations, directory, provenance
from referrals.services.directory import ADDRESS
from referrals.services.journal import Journal
from referrals.services.standing import hold


class AlreadyThere(Exception):
    """The NPI or the address is taken. Whoever asks may not see by which row."""


@transaction.atomic
def add_practice(*, values, by, at) -> Practice:
    """Raises `AlreadyThere` for an address that another practice has."""
    practice = Practice(**values)
    practice.address_key = addresses.key(*(values.get(name, "") for name in ADDRESS))
    _add(practice, values, by=by, at=at)
    return practice


@transaction.atomic
def add_physician(*, practice, values, place, by, at) -> Physician:
    """Somebody new who works at `practice`; `place` are the affiliation's values.

    Raises `AlreadyThere` for an NPI that is known.
    """
    physician = Physician(**values)
    _add(physician, values, by=by, at=at)
    affiliations.add_affiliation(
        practice=practice, physician=physician, values=place, by=by, at=at
    )
    return physician


@transaction.atomic
def add_organization(*, values, practice, by, at) -> Organization:
    """An organization, and the practice that belongs to it (None: none yet).

    One without an NPI asked for again is the one that was made last. Raises
    `AlreadyThere` for an NPI that is known, `MergedAway`, and
    `directory.AddressTaken`.
    """
    lock_until_commit("organizations")
    hold(values.get("parent"), practice)
    if not values["npi"] and (known := _made_just_now(values, practice)):
        return known
    organization = Organization(**values)
    _add(organization, values, by=by, at=at)
    if practice:
        directory.change(
            subject=practice,
            values={"organization": organization},
            version=practice.version,
            by=by,
            at=at,
        )
    return organization


def _made_just_now(values, practice):
    """The form sent twice: of this name and parent, and the practice's already."""
    same = Organization.objects.filter(**values).order_by("-pk")
    if practice:
        row = Practice.objects.get(pk=practice.pk)
        return same.filter(pk=row.organization_id).first()
    return same.filter(practices=None).first()


def _add(row, values, *, by, at):
    teller = provenance.Teller(source=provenance.PERSON, at=at, by=by)
    teller.mark(row, [name for name, value in values.items() if value])
    try:
        with transaction.atomic():
            Journal(at=at, by=by).create([row])
    except IntegrityError:
        raise AlreadyThere from None
    record(
        action=AuditEvent.Action.DIRECTORY_ADDED,
        by=by,
        subject=str(row),
        detail={row._meta.model_name: row.pk},
    )

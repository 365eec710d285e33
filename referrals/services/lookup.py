"""Whom a file means: rows by NPI or address, also by those of merged ones."""

from collections.abc import Iterable

from referrals.models import FormerAddress, FormerNpi, Physician, Practice


def physicians_by_npi(npis: Iterable[str], physicians=None) -> dict[str, Physician]:
    """NPI -> physician; a merged one's NPI gives whom it was merged into.

    `physicians`: where to look, e.g. locked rows.
    """
    if not (wanted := {*npis} - {""}):
        return {}
    rows = Physician.objects.all() if physicians is None else physicians
    found = {one.npi: one for one in rows.filter(npi__in=wanted)}
    former = dict(
        FormerNpi.objects.filter(npi__in=wanted - set(found)).values_list(
            "npi", "physician"
        )
    )
    kept = {one.pk: one for one in found.values()}
    if missing := set(former.values()) - set(kept):
        kept |= {one.pk: one for one in rows.filter(pk__in=missing)}
    return found | {npi: kept[pk] for npi, pk in former.items()}


def practices_by_address(
    keys: Iterable[str], practices=None
) -> dict[tuple[str, int | None], Practice]:
    """(address key, organization's key) -> practice, merged ones included."""
    if not (wanted := {*keys} - {""}):
        return {}
    rows = Practice.objects.all() if practices is None else practices
    found = {
        (one.address_key, one.organization_id): one
        for one in rows.filter(address_key__in=wanted)
    }
    former = {
        (address.address_key, address.organization_id): address.practice_id
        for address in FormerAddress.objects.filter(address_key__in=wanted)
    }
    kept = {one.pk: one for one in found.values()}
    if missing := set(former.values()) - set(kept):
        kept |= {one.pk: one for one in rows.filter(pk__in=missing)}
    return {key: kept[pk] for key, pk in former.items()} | found

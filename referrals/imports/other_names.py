"""Other names that the registry knows: of the npidata file and of its companion.

Names are added, never taken away: somebody still looks for "Horizon" when the
sign over the door says something else.
"""

from referrals.imports import names, nppes_entry, nppes_filter, values
from referrals.imports.files import plain
from referrals.imports.nppes_entry import NPI, OTHER_ORGANIZATION
from referrals.imports.nppes_entry import OTHER_ORGANIZATION_KIND as KIND
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import Organization, OtherName, Physician


class OtherNamesImporter(RowImporter):
    kind = "nppes-other-names"
    title = "Other names of organizations (NPPES)"
    description = (
        "The registry's othername file, which comes with npidata. Takes the names "
        "of organizations that are in the directory."
    )
    required = (NPI, OTHER_ORGANIZATION)
    optional = (KIND,)
    marks = (OTHER_ORGANIZATION,)
    strange = (*nppes_entry.WHO, nppes_entry.STREET)  # npidata has these names too
    synonyms = {plain(name): name for name in (NPI, OTHER_ORGANIZATION, KIND)}
    passed_over = "{:,} rows are of NPIs that are not in the directory: passed over."

    def key(self, row):
        told = (
            *(nppes_entry.npi.repair(row[NPI]), row[OTHER_ORGANIZATION].casefold()),
            nppes_entry.name_kind(row[KIND]),
        )
        return "|".join(told)

    def wanted(self, run):
        return nppes_filter.of_known()

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append((row, *_read(row)))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        bearers = _bearers({number for _, number, *_ in told})
        borne = []
        for row, number, name, kind in told:
            if number in bearers:
                borne.append((bearers[number], name, kind))
            else:
                chunk.reject(row, f"NPI {number} is not in the directory.")
        made = store(chunk.journal, borne)
        chunk.created(len(made))
        chunk.unchanged(len(borne) - len(made))


def _read(row):
    number = values.needed_npi(row[NPI], "NPI")
    name = values.needed(row[OTHER_ORGANIZATION], "Other organization name", 200)
    return number, names.organization_name(name), nppes_entry.name_kind(row[KIND])


def _bearers(numbers) -> dict:
    """The organizations of these NPIs; where there is none, the physicians."""
    found = Physician.objects.filter(npi__in=numbers).in_bulk(field_name="npi")
    organizations = Organization.objects.filter(npi__in=numbers)
    return {**found, **{one.npi: one for one in organizations}}


def store(journal, borne: list[tuple]) -> list[OtherName]:
    """Add what is new of (organization or physician, name, kind)."""
    fresh = {}
    for bearer, name, kind in borne:
        row = OtherName(name=name, kind=kind, **{bearer._meta.model_name: bearer})
        fresh.setdefault(_key(row), row)
    for column in ("organization", "physician"):
        pks = {getattr(row, f"{column}_id") for row in fresh.values()} - {None}
        if pks:
            for known in OtherName.objects.filter(**{f"{column}__in": pks}):
                fresh.pop(_key(known), None)
    journal.create([*fresh.values()])
    return [*fresh.values()]


def _key(row):
    return row.organization_id, row.physician_id, row.name.casefold(), row.kind


IMPORTER = OtherNamesImporter()

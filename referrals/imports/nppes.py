"""The national registry of providers (NPPES, npidata_pfile).

A row makes a physician (entity 1) or an organization (entity 2), with the
practice at its practice location: one practice per normalised address and
organization. A person's row joins the practice without organization at its
address. Registry affiliations have no start date; when a person's address
changes, the old one ends and the new one begins on the day of the update.
A row that holds nothing but a deactivation keeps all history.

A blank of the registry never empties a field, and a row that was last updated
before the one taken last changes nothing.
"""

from collections.abc import Callable

from django.utils import timezone

from accounts.models import TerritoryZip
from referrals import addresses
from referrals import npi as npis
from referrals.imports import nppes_entry, values
from referrals.imports.nppes_entry import GROUP, PERSON, Entry
from referrals.imports.registry import Option, Refused
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import (
    Affiliation,
    Organization,
    Physician,
    Practice,
    Specialty,
)

PERSON_FIELDS = (
    *("last_name", "first_name", "middle_name", "credential", "enumerated_on"),
    *("specialty", "is_active", "deactivated_on", "replacement_npi"),
    "registry_updated_on",
)
ORGANIZATION_FIELDS = (
    *("name", "specialty", "is_active", "deactivated_on", "replacement_npi"),
    "registry_updated_on",
)


class NppesImporter(RowImporter):
    kind = "nppes"
    title = "National registry (NPPES)"
    description = (
        "The monthly or weekly npidata file, whole or filtered. Names and practice "
        "locations of physicians and organizations come from it."
    )
    required = (nppes_entry.NPI,)
    optional = nppes_entry.COLUMNS
    options = (
        Option("state", "Only practice locations in this state, e.g. TN"),
        Option("zip_prefix", "Only practice locations whose ZIP code starts with"),
        Option("taxonomy", "Only with a taxonomy code that starts with"),
        Option("territories", "Only ZIP codes of our territories", is_flag=True),
    )

    def check_header(self, header):
        super().check_header(header)
        if not set(nppes_entry.COLUMNS) & set(header):
            raise Refused(
                "Apart from NPI this file has no column of the registry's, such as "
                '"Provider Last Name (Legal Name)".'
            )

    def key(self, row):
        return npis.repair(row[nppes_entry.NPI])

    def wanted(self, run):
        """The run's filter. Whoever is in the directory is always wanted."""
        tests = [*_filters(run.options)]
        if not tests:
            return None
        known = {*Physician.objects.values_list("npi", flat=True)}
        known.update(
            Organization.objects.exclude(npi=None).values_list("npi", flat=True)
        )
        return lambda row: self.key(row) in known or all(test(row) for test in tests)

    def take(self, chunk):
        entries = []
        for row in chunk.rows:
            try:
                entries.append(nppes_entry.read(row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        for entry in entries:
            for what, number in entry.repairs.items():
                chunk.count(what, number)
        Registration(chunk, entries).store()

    def remarks(self, tally, names):
        for what in ("NPIs", "ZIP codes", "entity types", "phone numbers"):
            if tally.get(what):
                yield f"Repaired {what}: {tally[what]:,}."
        if number := tally.get("specialties without a code, left out"):
            yield f"Specialties that are no taxonomy code, left out: {number:,}."


def _filters(options) -> list[Callable]:
    state, prefix, taxonomy, territories = (
        options.get(name, "").strip().upper()
        for name in ("state", "zip_prefix", "taxonomy", "territories")
    )
    if state:
        code = addresses.state_code(state)
        yield lambda row: addresses.state_code(row[nppes_entry.STATE]) == code
    if prefix:
        yield lambda row: _zip_code(row).startswith(prefix)
    if taxonomy:
        codes = [nppes_entry.CODE(slot) for slot in nppes_entry.SLOTS]
        yield lambda row: any(
            row[code].strip().upper().startswith(taxonomy) for code in codes
        )
    if territories.casefold() in values.YES:
        ours = {*TerritoryZip.objects.values_list("zip_code", flat=True)}
        yield lambda row: _zip_code(row) in ours


def _zip_code(row):
    return addresses.zip_parts(row[nppes_entry.ZIP])[0]


class Registration:
    """The entries of one chunk on their way into the directory.

    What is there is looked up at once; what is new or changed is written at
    once, in the order of the foreign keys.
    """

    def __init__(self, chunk, entries: list[Entry]):
        self.chunk, self.entries = chunk, entries
        self.created: set[str] = set()  # NPIs
        self.changed: set[str] = set()
        self.stale: set[str] = set()  # older than what is known
        numbers = [entry.npi for entry in entries]
        self.physicians = {
            physician.npi: physician
            for physician in Physician.objects.filter(npi__in=numbers)
        }
        self.organizations = {
            organization.npi: organization
            for organization in Organization.objects.filter(npi__in=numbers)
        }

    def store(self):
        self._store_specialties()
        for entry in self.entries:
            if entry.entity == GROUP or (
                not entry.entity and entry.npi in self.organizations
            ):
                self._tell(entry, self._organization_of(entry), ORGANIZATION_FIELDS)
            if entry.entity == PERSON or not (
                entry.entity or entry.npi in self.organizations
            ):
                self._tell(entry, self._physician_of(entry), PERSON_FIELDS)
        _write(Organization, self.organizations.values(), ORGANIZATION_FIELDS, self)
        _write(Physician, self.physicians.values(), PERSON_FIELDS, self)
        self._store_practices()
        self._store_affiliations()
        for entry in self.entries:
            if entry.npi in self.created:
                self.chunk.created()
            elif entry.npi in self.changed:
                self.chunk.updated()
            else:
                self.chunk.unchanged()

    def _store_specialties(self):
        codes = {entry.taxonomy for entry in self.entries} - {""}
        there = {
            *Specialty.objects.filter(code__in=codes).values_list("code", flat=True)
        }
        Specialty.objects.bulk_create(
            [Specialty(code=code) for code in sorted(codes - there)],
            ignore_conflicts=True,
        )
        self.specialties = {
            specialty.code: specialty
            for specialty in Specialty.objects.filter(code__in=codes)
        }

    def _organization_of(self, entry):
        if entry.npi not in self.organizations:
            self.organizations[entry.npi] = Organization(npi=entry.npi)
            self.created.add(entry.npi)
        return self.organizations[entry.npi]

    def _physician_of(self, entry):
        if entry.npi not in self.physicians:
            self.physicians[entry.npi] = Physician(npi=entry.npi)
            self.created.add(entry.npi)
        return self.physicians[entry.npi]

    def _tell(self, entry, subject, fields):
        """Set what the registry says and knows better."""
        newest = subject.registry_updated_on
        if entry.updated_on and newest and entry.updated_on < newest:
            self.stale.add(entry.npi)
            return
        told = {
            **entry.person,
            "name": entry.organization_name,
            "specialty": self.specialties.get(entry.taxonomy),
            "replacement_npi": entry.replacement_npi,
            "registry_updated_on": entry.updated_on,
        }
        if not entry.is_active:
            told |= {"is_active": False, "deactivated_on": entry.deactivated_on}
        for field in fields:
            if told.get(field) not in (None, "") and (
                getattr(subject, field) != told[field]
            ):
                setattr(subject, field, told[field])
                self.changed.add(entry.npi)
        if subject.deactivated_on and entry.reactivates(subject.deactivated_on):
            subject.is_active, subject.deactivated_on = True, None
            self.changed.add(entry.npi)

    def _store_practices(self):
        keys = {entry.address_key for entry in self.entries} - {""}
        self.practices = {
            (practice.address_key, practice.organization_id): practice
            for practice in Practice.objects.filter(address_key__in=keys)
        }
        filled = set()
        for entry in self.entries:
            if not self._tells_place(entry):
                continue
            organization = self._home_of(entry)
            key = (entry.address_key, organization and organization.pk)
            practice = self.practices.get(key)
            if practice is None:
                self.practices[key] = _new_practice(entry, organization)
                self.changed.add(entry.npi)
            elif _fill(practice, entry.place):
                filled.add(key)
                self.changed.add(entry.npi)
        Practice.objects.bulk_create(
            [practice for practice in self.practices.values() if not practice.pk]
        )
        Practice.objects.bulk_update(
            [self.practices[key] for key in filled if self.practices[key].pk],
            ["phone", "fax", "zip_extension"],
        )

    def _tells_place(self, entry):
        return entry.entity and entry.address_key and entry.npi not in self.stale

    def _home_of(self, entry):
        return self.organizations[entry.npi] if entry.entity == GROUP else None

    def _store_affiliations(self):
        people = [
            entry
            for entry in self.entries
            if entry.entity == PERSON and self._tells_place(entry)
        ]
        there = {}
        for affiliation in Affiliation.objects.filter(
            physician__in=[self.physicians[entry.npi].pk for entry in people],
            effective_to=None,
        ):
            there.setdefault(affiliation.physician_id, []).append(affiliation)
        made, ended, undone = [], [], []
        for entry in people:
            physician = self.physicians[entry.npi]
            practice = self.practices[entry.address_key, None]
            current = there.get(physician.pk, [])
            old = [
                affiliation
                for affiliation in current
                if affiliation.source == Affiliation.Source.REGISTRY
                and affiliation.practice_id != practice.pk
            ]
            moved_on = self._moved_on(entry, old)
            for affiliation in old:
                # Opened on the very day: it never held.
                began = affiliation.effective_from
                is_undone = began is not None and began >= moved_on
                (undone if is_undone else ended).append(affiliation)
                affiliation.effective_to = moved_on
            stays = [affiliation for affiliation in current if affiliation not in old]
            if not any(
                affiliation.practice_id == practice.pk for affiliation in current
            ):
                made.append(
                    Affiliation(
                        physician=physician,
                        practice=practice,
                        effective_from=moved_on if old else None,
                        is_primary=not any(kept.is_primary for kept in stays),
                        source=Affiliation.Source.REGISTRY,
                    )
                )
                self.changed.add(entry.npi)
            elif old:
                self.changed.add(entry.npi)
        Affiliation.objects.filter(pk__in=[one.pk for one in undone]).delete()
        Affiliation.objects.bulk_update(ended, ["effective_to"])
        Affiliation.objects.bulk_create(made)

    def _moved_on(self, entry, old):
        """The day of the registry's update, if that can be, else the run's."""
        today = timezone.localdate(self.chunk.run.created_at)
        begun = [one.effective_from for one in old if one.effective_from]
        told = entry.updated_on
        if told and told <= today and all(began < told for began in begun):
            return told
        return today


def _write(model, subjects, fields, registration):
    """Create what is new, update what has changed."""
    model.objects.bulk_create([one for one in subjects if not one.pk])
    model.objects.bulk_update(
        [
            one
            for one in subjects
            if one.npi in registration.changed and one.npi not in registration.created
        ],
        fields,
    )


def _new_practice(entry, organization):
    name = organization.name if organization else entry.place["address_line_1"]
    return Practice(
        name=name or entry.place["address_line_2"],
        organization=organization,
        address_key=entry.address_key,
        **entry.place,
    )


def _fill(practice, place):
    """Fill what the practice does not know yet; did that change anything?"""
    empty = [
        field
        for field in ("phone", "fax", "zip_extension")
        if place[field] and not getattr(practice, field)
    ]
    for field in empty:
        setattr(practice, field, place[field])
    return bool(empty)


IMPORTER = NppesImporter()

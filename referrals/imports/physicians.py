"""Physicians from whatever list somebody keeps of them, with where they work.

A physician is found by NPI; without one by the name, among those who work at the
row's address. The practice (see homes) and the affiliation are made if they are
not there. Rows of one physician are judged together: each may name a practice,
and of what they say of the physician the last word that is not blank counts.
"""

from dataclasses import dataclass

from referrals import npi as npis
from referrals.imports import (
    directory,
    homes,
    names,
    nppes_entry,
    specialties,
    values,
)
from referrals.imports.homes import Home, Homes
from referrals.imports.practices import tier
from referrals.imports.registry import Refused, Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.specialties import Specialties
from referrals.imports.values import Rejected
from referrals.models import (
    Affiliation,
    FormerNpi,
    Note,
    Organization,
    Physician,
    Practice,
)
from referrals.services.provenance import IMPORT, Teller

PRACTICE, SPECIALTY = "practice_npi_or_name", "taxonomy_code"
NAMES = {"last_name": 100, "first_name": 100, "middle_name": 100}
FIELDS = (*NAMES, *("credential", "specialty", "phone", "fax", "email", "tier"))
NOTES_LEFT = "notes left out"


class PhysicianImporter(RowImporter):
    kind = "physicians"
    title = "Physicians"
    description = (
        "One row per physician, or one for each of their practices. Found by NPI, "
        "else by name and address; practices and affiliations are made. The "
        "specialty may be a taxonomy code, its name or a service line."
    )
    optional = (
        *("npi", *NAMES, "credential", SPECIALTY, PRACTICE, *homes.COLUMNS),
        *("phone", "fax", "tier", "email", "notes"),
    )
    marks = ("last_name",)
    strange = (nppes_entry.ENTITY,)  # npidata, whose names can be mapped to ours
    synonyms = {
        **{name: name for name in optional},
        "physician_npi": "npi",
        "provider_npi": "npi",
        "last": "last_name",
        "first": "first_name",
        "credentials": "credential",
        "specialty": SPECIALTY,
        "taxonomy": SPECIALTY,
        "practice": PRACTICE,
        "practice_name": PRACTICE,
        "practice_npi": PRACTICE,
        "address": "address_line_1",
        "suite": "address_line_2",
        "zip_code": "zip",
    }
    vocabularies = {
        SPECIALTY: Vocabulary(directory.line_names, understands=specialties.understood),
        "tier": Vocabulary(lambda: Practice.Tier.choices),
    }
    free_text_columns = ("notes",)
    is_grouped = True

    def check_header(self, header):
        if "npi" not in header and not {"last_name", "address_line_1"} <= set(header):
            raise Refused("Missing column: npi, or last_name and address_line_1.")

    def key(self, row):
        return None  # rows of one physician are judged together

    def group(self, row):
        named = "|".join(row[name].strip().casefold() for name in NAMES)
        return npis.repair(row["npi"]) or f"{named}|{row['address_line_1']}"

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append(_read(chunk, row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        Intake(chunk, told).store()

    def remarks(self, tally, names):
        yield from homes.remarks(tally, names)
        if number := tally.get(homes.MADE):
            yield f"Practices made: {number:,}."
        if unknown := names.get(SPECIALTY):
            yield f"Specialties that nobody knows, left out: {', '.join(unknown)}."
        if number := tally.get(NOTES_LEFT):
            yield (
                f"Notes left out: {number:,}. A note stands with a practice and has "
                "an author: whoever is signed in and brings the file in."
            )


@dataclass
class Told:
    """What a row says: of the physician, of the practice, and a note."""

    row: Row
    npi: str
    fields: dict
    place: Home
    phones: dict
    specialty: str = ""  # as Specialties reads it
    note: str = ""
    physician: Physician | None = None
    practice: Practice | None = None


def _read(chunk, row):
    fields = {
        **{
            name: names.person_name(values.text(row[name], name, limit))
            for name, limit in NAMES.items()
        },
        "credential": names.credential(
            values.text(row["credential"], "credential", 60)
        ),
        "phone": homes.phone(chunk, row, "phone"),
        "fax": homes.phone(chunk, row, "fax"),
        "email": values.email(row["email"], "email"),
        "tier": tier(row),
    }
    npi = values.person_npi(row["npi"], "npi")
    place = _place(row)
    if not npi and not (fields["last_name"] and place.key):
        raise Rejected("The row has neither an NPI nor a last name with an address.")
    note = values.text(row["notes"], "notes", 3700)
    who = " ".join(filter(None, (fields["first_name"], fields["last_name"])))
    return Told(
        row,
        npi,
        fields,
        place,
        phones={name: fields[name] for name in ("phone", "fax")},
        specialty=row[SPECIALTY],
        note=note and f"{who}: {note}".lstrip(": "),
    )


def _place(row):
    """Where the row says they work."""
    told = values.text(row[PRACTICE], PRACTICE, 200)
    number = npis.repair(told)
    if not npis.is_ten_digits(number):
        return homes.read(row, name=told)
    return homes.read(row, organization_npi=values.person_npi(number, PRACTICE))


class Intake:
    """The rows of one chunk on their way into the directory."""

    fields: tuple[str, ...] = FIELDS
    # Else only a practice made by the way gets the phones of a row.
    fills_phones = False

    def __init__(self, chunk, told: list[Told]):
        self.chunk, self.journal = chunk, chunk.journal
        self.teller = Teller(source=IMPORT, at=chunk.run.created_at, run=chunk.run)
        numbers = {one.npi for one in told} - {""}
        found = Physician.objects.select_related("specialty")
        found = found.select_for_update(of=["self"]).order_by("pk")
        self.physicians = {one.npi: one for one in found.filter(npi__in=numbers)}
        # Somebody found that these are the same person as another NPI.
        former = FormerNpi.objects.filter(npi__in=numbers - {*self.physicians})
        merged = {*former.values_list("npi", flat=True)}
        self.told = [one for one in told if one.npi not in merged]
        chunk.unchanged(len(told) - len(self.told))
        groups = Organization.objects.filter(npi__in=numbers)
        self.groups = {*groups.values_list("npi", flat=True)}
        self.homes = Homes(chunk, self.teller, [one.place for one in self.told])
        self.specialties = Specialties(chunk, [one.specialty for one in self.told])
        self.named = _at_addresses([one.place.key for one in self.told if not one.npi])

    def store(self):
        taken = [one for one in self.told if self._resolves(one)]
        said = {}
        for one in taken:
            said.setdefault(one.physician.npi, []).append(one)
        new, changed = [], []
        for rows in said.values():
            physician = rows[0].physician
            has_news = self._tell(physician, rows)
            if physician.pk is None:
                new.append(physician)
            elif has_news:
                changed.append(physician)
        fresh, told = {one.npi for one in new}, {one.npi for one in changed}
        self.journal.create(new)
        self.journal.update(changed, [*self.fields, "provenance"])
        self.homes.store(["phone", "fax"])
        affiliated = affiliate(self.journal, taken)
        noted = self._store_notes(taken)
        self.chunk.count("offers", self.teller.offer(self.journal))
        for rows in said.values():
            for place, one in enumerate(rows):
                if place == 0 and one.physician.npi in fresh:
                    self.chunk.created()
                elif (
                    (place == 0 and one.physician.npi in told)
                    or one.row.line in affiliated | noted
                    or (one.practice and one.practice.pk in self.homes.changed)
                ):
                    self.chunk.updated()
                else:
                    self.chunk.unchanged()

    def _resolves(self, one):
        """Can it be told whose row it is, and where they work?"""
        try:
            one.physician = self._by_npi(one) if one.npi else self._by_name(one)
            one.practice = self._practice_of(one)
        except Rejected as reason:
            self.chunk.reject(one.row, str(reason))
            return False
        if one.physician.pk is None:
            self.physicians[one.npi] = one.physician
        return True

    def _by_npi(self, one):
        if one.npi in self.groups:
            raise Rejected(f"npi {one.npi} is an organization's.")
        known = self.physicians.get(one.npi)
        if known is None and not one.fields["last_name"]:
            raise Rejected(
                f"npi {one.npi} is not in the directory, and the row has no last_name."
            )
        return known or Physician(npi=one.npi)

    def _by_name(self, one):
        name = _name_of(one.fields["last_name"], one.fields["first_name"])
        found = self.named.get((one.place.key, name), {})
        if len(found) == 1:
            return next(iter(found.values()))
        who = "No physician" if not found else f"{len(found)} physicians"
        raise Rejected(f"{who} of this name at this address: the row needs an NPI.")

    def _practice_of(self, one):
        if not (one.place.key or one.place.name or one.place.organization_npi):
            return None
        practice = self.homes.practice_of(one.place)
        if practice.pk is None or self.fills_phones:
            self.homes.fill(practice, one.phones)
        return practice

    def _tell(self, physician, rows):
        """What the rows say, the last word that is not blank; is anything new?"""
        told = {}
        for one in rows:
            specialty = self.specialties.of(one.specialty, physician)
            fields = {**one.fields, "specialty": specialty}
            told |= {name: value for name, value in fields.items() if value}
        told = {
            name: value
            for name, value in told.items()
            if self.may_tell(physician, name)
        }
        return bool(self.teller.tell(physician, told))

    def may_tell(self, physician, name) -> bool:
        """Has the file a say in this field? (Whether it wins is the teller's.)"""
        return True

    def _store_notes(self, taken):
        """Keep the notes that are not there yet; the rows that had one."""
        author = self.chunk.run.started_by
        noted = [one for one in taken if one.note]
        kept = [one for one in noted if author and one.practice]
        self.chunk.count(NOTES_LEFT, len(noted) - len(kept))
        there = Note.objects.filter(
            practice__in={one.practice.pk for one in kept},
            text__in={one.note for one in kept},
        )
        there = {*there.values_list("practice", "text")} if kept else set()
        fresh = {}
        for one in kept:
            if (one.practice.pk, one.note) not in there:
                fresh.setdefault((one.practice.pk, one.note), one)
        self.journal.create(
            [
                Note(practice=one.practice, text=one.note, author=author)
                for one in fresh.values()
            ]
        )
        return {one.row.line for one in fresh.values()}


def affiliate(journal, taken) -> set[int]:
    """Make the affiliations that rows tell and are not there; those rows."""
    taken = [one for one in taken if one.practice]
    there, primary = set(), set()
    current = Affiliation.objects.filter(
        physician__in={one.physician.pk for one in taken}, effective_to=None
    )
    for one in current:
        there.add((one.physician_id, one.practice_id))
        if one.is_primary:
            primary.add(one.physician_id)
    made = {}
    for one in taken:
        pair = (one.physician.pk, one.practice.pk)
        if pair in there:
            continue
        there.add(pair)
        made[one.row.line] = Affiliation(
            physician=one.physician,
            practice=one.practice,
            is_primary=one.physician.pk not in primary,
            source=Affiliation.Source.IMPORT,
        )
        primary.add(one.physician.pk)
    journal.create([*made.values()])
    return {*made}


def _at_addresses(keys) -> dict:
    """(address key, name) -> the physicians of that name who work there."""
    found = {}
    if not keys:
        return found
    affiliations = Affiliation.objects.filter(
        practice__address_key__in={*keys}, effective_to=None
    )
    for one in affiliations.select_related("physician__specialty", "practice").order_by(
        "pk"
    ):
        who = one.physician
        name = _name_of(who.last_name, who.first_name)
        place = (one.practice.address_key, name)
        found.setdefault(place, {}).setdefault(who.pk, who)
    return found


def _name_of(last, first):
    return last.casefold(), first.casefold()


IMPORTER = PhysicianImporter()

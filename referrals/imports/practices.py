"""Practices from whatever list somebody keeps of them, and lists of facilities.

A practice is found by its organization's NPI and address, else by name and
address (see homes). Of rows that name the same practice the last one counts.
What a person typed stays, and the file's differing value is offered.
"""

from dataclasses import dataclass

from referrals import addresses
from referrals.imports import homes, values
from referrals.imports.homes import Home, Homes
from referrals.imports.registry import Vocabulary
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.values import Rejected
from referrals.models import Practice
from referrals.services.provenance import IMPORT, Teller

NAME, ORGANIZATION = "name", "organization_npi"
TEXTS = {"front_desk_names": 300, "scheduler_names": 300, "hours": 500}
FIELDS = (
    *("phone", "fax", "email", "website", "latitude", "longitude", "tier"),
    *TEXTS,
)


class PracticeImporter(RowImporter):
    kind = "practices"
    title = "Practices"
    description = (
        "One row per practice. It is found by the organization's NPI and the "
        "address, else by name and address; a new one is made. Lists of facilities "
        "with NPI, lat and lon fit too. What a person typed is never overwritten."
    )
    required = (NAME,)
    optional = (*homes.COLUMNS, ORGANIZATION, *FIELDS)
    marks = (NAME,)
    synonyms = {
        **{name: name for name in optional},
        "npi": ORGANIZATION,
        "practice_name": NAME,
        "facility_name": NAME,
        "address": "address_line_1",
        "street": "address_line_1",
        "suite": "address_line_2",
        "zip_code": "zip",
        "postal_code": "zip",
        "telephone": "phone",
        "lat": "latitude",
        "lon": "longitude",
        "lng": "longitude",
        "front_desk": "front_desk_names",
        "schedulers": "scheduler_names",
    }
    vocabularies = {"tier": Vocabulary(lambda: Practice.Tier.choices)}
    is_grouped = True

    def key(self, row):
        return None  # rows of one address are judged together

    def group(self, row):
        street, more, city, state = (row[name] for name in homes.COLUMNS[:4])
        zip_code = addresses.zip_parts(row["zip"])[0]
        key = addresses.key(street, more, city, state, zip_code)
        return key or f"{row[NAME].strip().casefold()}|{zip_code}"

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append(_read(chunk, row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        _store(chunk, told)

    def remarks(self, tally, names):
        return homes.remarks(tally, names)


@dataclass(frozen=True)
class Told:
    row: Row
    place: Home
    fields: dict


def _read(chunk, row):
    fields = {
        "phone": homes.phone(chunk, row, "phone"),
        "fax": homes.phone(chunk, row, "fax"),
        "email": values.email(row["email"], "email"),
        "website": values.website(row["website"], "website"),
        "latitude": values.degrees(row["latitude"], "latitude", 90),
        "longitude": values.degrees(row["longitude"], "longitude", 180),
        "tier": tier(row),
        **{name: values.text(row[name], name, limit) for name, limit in TEXTS.items()},
    }
    if (fields["latitude"] is None) != (fields["longitude"] is None):
        raise Rejected("Of latitude and longitude only one is given.")
    place = homes.read(
        row,
        name=values.needed(row[NAME], NAME, 200),
        organization_npi=values.person_npi(row[ORGANIZATION], ORGANIZATION),
    )
    return Told(row, place, fields)


def tier(row) -> str:
    allowed = [one.lower() for one in Practice.Tier.values]
    return values.choice(row["tier"], "tier", allowed).upper()


def _store(chunk, told):
    teller = Teller(source=IMPORT, at=chunk.run.created_at, run=chunk.run)
    found = Homes(chunk, teller, [one.place for one in told])
    last = {}
    for one in told:
        try:
            if found.find(one.place) is None and found.merged_into(one.place):
                chunk.unchanged()  # what it was is a part of another: that one knows
                continue
            practice = found.practice_of(one.place)
        except Rejected as reason:
            chunk.reject(one.row, str(reason))
            continue
        if id(practice) in last:
            chunk.count("superseded")
            chunk.unchanged()
        last[id(practice)] = (practice, one)
    for practice, one in last.values():
        named = {"name": one.place.name} if one.place.organization_npi else {}
        found.tell(practice, {**one.fields, **named})
        if practice.pk is None:
            chunk.created()
        elif practice.pk in found.changed:
            chunk.updated()
        else:
            chunk.unchanged()
    found.store(FIELDS)
    chunk.count("offers", teller.offer(chunk.journal))


IMPORTER = PracticeImporter()

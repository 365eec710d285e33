"""One row of the NPPES file, read and repaired."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field

from referrals import addresses, npi
from referrals.imports import names, values
from referrals.imports.rows import Row
from referrals.imports.values import Rejected

SLOTS = range(1, 16)
LOCATION = "provider business practice location address"
NPI, ENTITY, REPLACEMENT = "npi", "entity type code", "replacement npi"
ORGANIZATION = "provider organization name (legal business name)"
LAST, FIRST = "provider last name (legal name)", "provider first name"
MIDDLE, SUFFIX = "provider middle name", "provider name suffix text"
CREDENTIAL = "provider credential text"
STREET = "provider first line business practice location address"
MORE = "provider second line business practice location address"
CITY, STATE = f"{LOCATION} city name", f"{LOCATION} state name"
ZIP, PHONE = f"{LOCATION} postal code", f"{LOCATION} telephone number"
FAX = f"{LOCATION} fax number"
COUNTRY = f"{LOCATION} country code (if outside u.s.)"
ENUMERATED, UPDATED = "provider enumeration date", "last update date"
DEACTIVATED, REACTIVATED = "npi deactivation date", "npi reactivation date"
CODE = "healthcare provider taxonomy code_{}".format
SWITCH = "healthcare provider primary taxonomy switch_{}".format

COLUMNS = (
    *(ENTITY, REPLACEMENT, ORGANIZATION, LAST, FIRST, MIDDLE, SUFFIX, CREDENTIAL),
    *(STREET, MORE, CITY, STATE, ZIP, COUNTRY, PHONE, FAX),
    *(ENUMERATED, UPDATED, DEACTIVATED, REACTIVATED),
    *(CODE(slot) for slot in SLOTS),
    *(SWITCH(slot) for slot in SLOTS),
)
PERSON, GROUP = "1", "2"
TAXONOMY = re.compile(r"[1-9][0-9A-Z]{8}X")
AT_HOME = {"", "US", "USA", "PR", "VI", "GU", "AS", "MP"}


@dataclass
class Entry:
    """What a row says. `entity` is blank when only a deactivation is told."""

    row: Row
    npi: str
    entity: str
    person: dict = field(default_factory=dict)
    organization_name: str = ""
    taxonomy: str = ""
    place: dict = field(default_factory=dict)
    address_key: str = ""
    replacement_npi: str = ""
    updated_on: dt.date | None = None
    deactivated_on: dt.date | None = None
    reactivated_on: dt.date | None = None
    is_active: bool = True
    repairs: Counter = field(default_factory=Counter)

    def reactivates(self, deactivated_on: dt.date) -> bool:
        """Is it active again? An older file does not know of the deactivation."""
        told = self.reactivated_on or self.updated_on
        return self.is_active and told is not None and told >= deactivated_on


def read(row: Row) -> Entry:
    """The entry of a row; Rejected if it cannot be told whose it is."""
    entry = Entry(row, values.needed_npi(row[NPI], "NPI"), _entity(row))
    entry.repairs["NPIs"] += entry.npi != row[NPI]
    entry.repairs["entity types"] += row[ENTITY].strip() not in ("", entry.entity)
    _read_state(entry)
    if not entry.entity and entry.is_active:
        raise Rejected("The row says neither who this is nor that it is deactivated.")
    if entry.entity == PERSON:
        entry.person = _person(row)
    elif entry.entity == GROUP:
        entry.organization_name = names.organization_name(
            values.needed(row[ORGANIZATION], "organization name", 200)
        )
    entry.taxonomy = _primary_taxonomy(entry)
    _read_place(entry)
    return entry


def _entity(row):
    told = re.sub(r"\.0+$", "", row[ENTITY].strip())
    if told in (PERSON, GROUP):
        return told
    if told:
        raise Rejected(f"Entity type code {values.shown(told)} is neither 1 nor 2.")
    if row[ORGANIZATION].strip():
        return GROUP
    return PERSON if row[LAST].strip() else ""


def _read_state(entry):
    row = entry.row
    entry.updated_on = values.day(row[UPDATED], "Last update date")
    entry.deactivated_on = values.day(row[DEACTIVATED], "NPI deactivation date")
    entry.reactivated_on = values.day(row[REACTIVATED], "NPI reactivation date")
    entry.is_active = not entry.deactivated_on or bool(
        entry.reactivated_on and entry.reactivated_on >= entry.deactivated_on
    )
    replacement = npi.repair(row[REPLACEMENT])
    if npi.has_right_check_digit(replacement):
        entry.replacement_npi = replacement


def _person(row):
    last = names.person_name(values.needed(row[LAST], "last name", 80))
    suffix = names.person_name(values.text(row[SUFFIX], "suffix", 19)).rstrip(".")
    return {
        "last_name": f"{last} {suffix}".strip(),
        "first_name": names.person_name(values.text(row[FIRST], "first name", 100)),
        "middle_name": names.person_name(values.text(row[MIDDLE], "middle name", 100)),
        "credential": names.credential(row[CREDENTIAL]),
        "enumerated_on": values.day(row[ENUMERATED], "Provider enumeration date"),
    }


def _primary_taxonomy(entry):
    """The code of the slot switched Y; without one, that of slot 1."""
    row = entry.row
    slots = [slot for slot in SLOTS if row[SWITCH(slot)].strip().upper() == "Y"]
    code = row[CODE(slots[0] if slots else 1)].strip().upper()
    if code and not TAXONOMY.fullmatch(code):
        entry.repairs["specialties without a code, left out"] += 1
        return ""
    return code


def _read_place(entry):
    row = entry.row
    zip_code, extension, is_repaired = "", "", False
    if row[COUNTRY].strip().upper() in AT_HOME:
        zip_code, extension, is_repaired = addresses.zip_parts(row[ZIP])
    entry.repairs["ZIP codes"] += is_repaired
    entry.place = {
        "address_line_1": names.street(values.text(row[STREET], "street", 200)),
        "address_line_2": names.street(values.text(row[MORE], "street", 200)),
        "city": names.street(values.text(row[CITY], "city", 100)),
        "state": addresses.state_code(values.text(row[STATE], "state", 40)),
        "zip_code": zip_code,
        "zip_extension": extension,
        "phone": _phone(entry, PHONE),
        "fax": _phone(entry, FAX),
    }
    entry.address_key = addresses.key(
        row[STREET], row[MORE], row[CITY], row[STATE], zip_code
    )


def _phone(entry, column):
    """Ten digits, or blank."""
    text = entry.row[column].strip()
    digits = re.sub(r"[^0-9]", "", re.sub(r"\.0+$", "", text))
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != 10:
        return ""
    entry.repairs["phone numbers"] += digits != text
    return digits

"""One row of the NPPES file, read and repaired."""

import datetime as dt
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from referrals import addresses, npi
from referrals.imports import names, specialties, values
from referrals.imports.files import plain
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
OTHER_ORGANIZATION = "provider other organization name"
OTHER_ORGANIZATION_KIND = f"{OTHER_ORGANIZATION} type code"
OTHER_LAST, OTHER_FIRST = "provider other last name", "provider other first name"
OTHER_MIDDLE = "provider other middle name"
OTHER_LAST_KIND = f"{OTHER_LAST} type code"
CODE = "healthcare provider taxonomy code_{}".format
SWITCH = "healthcare provider primary taxonomy switch_{}".format

# Without one of these a row says neither who this is nor that it is deactivated.
WHO = (ENTITY, ORGANIZATION, LAST, DEACTIVATED)
COLUMNS = (
    *(ENTITY, REPLACEMENT, ORGANIZATION, LAST, FIRST, MIDDLE, SUFFIX, CREDENTIAL),
    *(STREET, MORE, CITY, STATE, ZIP, COUNTRY, PHONE, FAX),
    *(ENUMERATED, UPDATED, DEACTIVATED, REACTIVATED),
    *(OTHER_ORGANIZATION, OTHER_ORGANIZATION_KIND),
    *(OTHER_LAST, OTHER_FIRST, OTHER_MIDDLE, OTHER_LAST_KIND),
    *(CODE(slot) for slot in SLOTS),
    *(SWITCH(slot) for slot in SLOTS),
)
# Of extracts by others; our own names without their signs, as databases write them.
SYNONYMS = {
    **{plain(name): name for name in (NPI, *COLUMNS)},
    "full_street_address": STREET,
    "street_address": STREET,
    "address_1": STREET,
    "plocline1": STREET,
    "plocline2": MORE,
    "ploccityname": CITY,
    "plocstatename": STATE,
    "ploczip": ZIP,
    "ploctel": PHONE,
    "plocfax": FAX,
    "entity": ENTITY,
    "porgname": ORGANIZATION,
    "plname": LAST,
    "pfname": FIRST,
    "pmname": MIDDLE,
    "pnamesuffix": SUFFIX,
    "pcredential": CREDENTIAL,
    "penumdate": ENUMERATED,
    "lastupdate": UPDATED,
    "npideactdate": DEACTIVATED,
    "nppes_deactivation_date": DEACTIVATED,
    "npireactdate": REACTIVATED,
    "replacement_npi": REPLACEMENT,
    **{f"ptaxcode{slot}": CODE(slot) for slot in SLOTS},
    **{f"pprimtax{slot}": SWITCH(slot) for slot in SLOTS},
}
PERSON, GROUP = "1", "2"
LONGEST_NAME = 200
NO_NAME = {"", "NONE", "N/A", "NA", "<UNAVAIL>"}
WRITTEN_DAY = re.compile(r"([0-9]{2}/[0-9]{2}/[0-9]{4})?")
AT_HOME = {"", "US", "USA", "PR", "VI", "GU", "AS", "MP"}


class PlaceColumns(NamedTuple):
    """Where an address stands in a row."""

    street: str
    more: str
    city: str
    state: str
    zip_code: str
    country: str
    phone: str
    fax: str


PRACTICE = PlaceColumns(STREET, MORE, CITY, STATE, ZIP, COUNTRY, PHONE, FAX)


@dataclass
class Entry:
    """What a row says. `entity` is blank when only a deactivation is told."""

    row: Row
    npi: str
    entity: str
    person: dict = field(default_factory=dict)
    organization_name: str = ""
    taxonomy: str = ""
    is_taxonomy_in_words: bool = False
    other_taxonomies: list[str] = field(default_factory=list)
    other_names: list[tuple[str, str]] = field(default_factory=list)  # name, kind
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
        entry.person = _person(entry)
    elif entry.entity == GROUP:
        entry.organization_name = names.organization_name(
            values.needed(row[ORGANIZATION], "organization name", 200)
        )
    _read_taxonomies(entry)
    _read_other_names(entry)
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
    entry.updated_on = _day(entry, UPDATED)
    entry.deactivated_on = _day(entry, DEACTIVATED)
    entry.reactivated_on = _day(entry, REACTIVATED)
    entry.is_active = not entry.deactivated_on or bool(
        entry.reactivated_on and entry.reactivated_on >= entry.deactivated_on
    )
    replacement = npi.repair(row[REPLACEMENT])
    if npi.has_right_check_digit(replacement):
        entry.replacement_npi = replacement


def _person(entry):
    row = entry.row
    last = names.person_name(values.needed(row[LAST], "last name", 80))
    suffix = names.person_name(values.text(row[SUFFIX], "suffix", 19)).rstrip(".")
    return {
        "last_name": f"{last} {suffix}".strip(),
        "first_name": names.person_name(values.text(row[FIRST], "first name", 100)),
        "middle_name": names.person_name(values.text(row[MIDDLE], "middle name", 100)),
        "credential": names.credential(row[CREDENTIAL]),
        "enumerated_on": _day(entry, ENUMERATED),
    }


def _day(entry, column):
    """A day in whatever style; what is not the registry's own is counted."""
    cell = entry.row[column]
    entry.repairs["dates"] += not WRITTEN_DAY.fullmatch(cell)
    return _day_of(cell, column)


@lru_cache(1 << 14)
def _day_of(cell, column):
    # A spreadsheet counts days from the end of 1899.
    if match := re.fullmatch(r"([2-6][0-9]{4})(\.0+)?", cell.strip()):
        return dt.date(1899, 12, 30) + dt.timedelta(int(match[1]))
    if match := re.fullmatch(r"([0-9]{2})([A-Za-z]{3})([0-9]{4})", cell.strip()):
        cell = "-".join(match.groups())
    return values.day(cell, column.replace("npi", "NPI").capitalize())


def _read_taxonomies(entry):
    """The primary one is that of the slot switched Y; without one, that of slot 1."""
    row = entry.row
    codes = {slot: row[CODE(slot)].strip().upper() for slot in SLOTS}
    codes = {slot: code for slot, code in codes.items() if code}
    switched = [slot for slot in codes if row[SWITCH(slot)].strip().upper() == "Y"]
    primary = switched[0] if switched else 1
    for slot, told in codes.items():
        code = (
            told if specialties.TAXONOMY.fullmatch(told) else specialties.code_of(told)
        )
        if code and code != told:
            entry.repairs["specialties in words"] += 1
        if not code:
            entry.repairs["specialties without a code, left out"] += 1
        elif slot == primary:
            entry.taxonomy, entry.is_taxonomy_in_words = code, code != told
        elif code not in entry.other_taxonomies:
            entry.other_taxonomies.append(code)
    if entry.taxonomy in entry.other_taxonomies:
        entry.other_taxonomies.remove(entry.taxonomy)


def _read_other_names(entry):
    """The former or other name that a row tells; more are in a file of their own."""
    row = entry.row
    if entry.entity == GROUP:
        name = names.organization_name(row[OTHER_ORGANIZATION])
        kind = row[OTHER_ORGANIZATION_KIND]
    else:
        told = [row[OTHER_FIRST], row[OTHER_MIDDLE], row[OTHER_LAST]]
        told = [one.strip() for one in told if one.strip().upper() not in NO_NAME]
        name = names.person_name(" ".join(told)) if row[OTHER_LAST].strip() else ""
        kind = row[OTHER_LAST_KIND]
    if entry.entity and name.upper() not in NO_NAME and len(name) <= LONGEST_NAME:
        entry.other_names.append((name, name_kind(kind)))


def name_kind(cell: str) -> str:
    """The code that says what sort of name it is; 5, other, if it is none."""
    code = re.sub(r"\.0+$", "", cell.strip())
    return code if code in {"1", "2", "3", "4"} else "5"


def _read_place(entry):
    entry.place, entry.address_key = read_place(entry.row, PRACTICE, entry.repairs)


def read_place(row, columns: PlaceColumns, repairs: Counter) -> tuple[dict, str]:
    """(fields of a practice, its address key); the key is blank without a street."""
    zip_code, extension, is_repaired = "", "", False
    if row[columns.country].strip().upper() in AT_HOME:
        zip_code, extension, is_repaired = addresses.zip_parts(row[columns.zip_code])
    repairs["ZIP codes"] += is_repaired
    street, more, city, state = (row[name] for name in columns[:4])
    place = {
        "address_line_1": names.street(values.text(street, "street", 200)),
        "address_line_2": names.street(values.text(more, "street", 200)),
        "city": names.street(values.text(city, "city", 100)),
        "state": addresses.state_code(values.text(state, "state", 40)),
        "zip_code": zip_code,
        "zip_extension": extension,
        "phone": _phone(row[columns.phone], repairs),
        "fax": _phone(row[columns.fax], repairs),
    }
    return place, addresses.key(street, more, city, state, zip_code)


def _phone(cell, repairs):
    """Ten digits, or blank."""
    text = cell.strip()
    digits = re.sub(r"[^0-9]", "", re.sub(r"\.0+$", "", text))
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if len(digits) != 10:
        return ""
    repairs["phone numbers"] += digits != text
    return digits

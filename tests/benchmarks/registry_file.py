"""An NPPES file of any length, made: 330 columns, all quoted, always the same."""

import itertools
import random
from pathlib import Path

from tests.factories.referrals import npi_of

ADDRESS = (
    *("First Line Business {}", "Second Line Business {}"),
    *("Business {} City Name", "Business {} State Name", "Business {} Postal Code"),
    "Business {} Country Code (If outside U.S.)",
    *("Business {} Telephone Number", "Business {} Fax Number"),
)
OTHER = (
    *("Organization Name", "Organization Name Type Code", "Last Name", "First Name"),
    *("Middle Name", "Name Prefix Text", "Name Suffix Text", "Credential Text"),
    "Last Name Type Code",
)
TAXONOMY = (
    *("Healthcare Provider Taxonomy Code_{}", "Provider License Number_{}"),
    "Provider License Number State Code_{}",
    "Healthcare Provider Primary Taxonomy Switch_{}",
)
IDENTIFIER = ("", " Type Code", " State", " Issuer")
HEADER = [
    *("NPI", "Entity Type Code", "Replacement NPI"),
    "Employer Identification Number (EIN)",
    "Provider Organization Name (Legal Business Name)",
    *("Provider Last Name (Legal Name)", "Provider First Name"),
    *("Provider Middle Name", "Provider Name Prefix Text"),
    *("Provider Name Suffix Text", "Provider Credential Text"),
    *(f"Provider Other {name}" for name in OTHER),
    *(f"Provider {name.format('Mailing Address')}" for name in ADDRESS),
    *(f"Provider {name.format('Practice Location Address')}" for name in ADDRESS),
    *("Provider Enumeration Date", "Last Update Date", "NPI Deactivation Reason Code"),
    *("NPI Deactivation Date", "NPI Reactivation Date", "Provider Sex Code"),
    *("Authorized Official Last Name", "Authorized Official First Name"),
    *("Authorized Official Middle Name", "Authorized Official Title or Position"),
    "Authorized Official Telephone Number",
    *(name.format(slot) for slot in range(1, 16) for name in TAXONOMY),
    *(
        f"Other Provider Identifier{name}_{slot}"
        for slot in range(1, 51)
        for name in IDENTIFIER
    ),
    *("Is Sole Proprietor", "Is Organization Subpart", "Parent Organization LBN"),
    *("Parent Organization TIN", "Authorized Official Name Prefix Text"),
    *("Authorized Official Name Suffix Text", "Authorized Official Credential Text"),
    *(f"Healthcare Provider Taxonomy Group_{slot}" for slot in range(1, 16)),
    "Certification Date",
]
PLACE = {name: place for place, name in enumerate(HEADER)}
STATES = ["TN", *("CA", "TX", "FL", "NY", "PA", "OH", "IL") * 7]  # TN: one in fifty
LAST_NAMES = ["SMITH", "O'NEIL", "GARCIA", "MCDONALD", "NGUYEN", "PATEL", "KIM", "LEE"]
FIRST_NAMES = ["MARY", "JAMES", "PATRICIA", "ROBERT", "LINDA", "DAVID", "AMIT", "MIN"]
STREETS = ["N MAIN ST", "OAK AVE", "CHURCH STREET", "HOSPITAL DR STE 210", "7TH ST"]
CODES = ["207Q00000X", "207RC0000X", "363LF0000X", "225100000X", "207X00000X"]
SHARING = 4  # people to an address


def rows(number: int):
    """Rows with the blanks of the real file: about 1.2 kB each."""
    draw = random.Random(7)
    for at in range(number):
        row = [""] * len(HEADER)
        row[0] = npi_of((at * 7_654_321) % 100_000_000)
        if draw.random() < 0.05:
            row[PLACE["NPI Deactivation Date"]] = "03/16/2019"
        else:
            _fill(row, at, draw)
        yield row


def _fill(row, at, draw):
    def tell(**told):
        for name, value in told.items():
            row[PLACE[COLUMN[name]]] = value

    place = at // SHARING
    state = STATES[place % len(STATES)]
    zip_code = f"{10_000 + place % 900:05d}{place % 10_000:04d}"
    street = f"{place % 9_000} {STREETS[place % len(STREETS)]}"
    is_person = draw.random() < 0.8
    if is_person:
        tell(
            entity="1",
            last=draw.choice(LAST_NAMES),
            first=draw.choice(FIRST_NAMES),
            middle="A",
            credential="M.D.",
            sex="F",
            sole="N",
        )
    else:
        tell(
            entity="2",
            organization=f"{draw.choice(LAST_NAMES)} MEDICAL GROUP {at}, LLC",
            official="SMITH",
            subpart="N",
        )
    for kind in ("Mailing", "Practice Location"):
        values = (street, "", f"CITY {place % 97}", state, zip_code, "US", "", "")
        first = PLACE[f"Provider First Line Business {kind} Address"]
        row[first : first + 8] = values
    tell(
        phone=f"615{place % 10_000_000:07d}",
        enumerated="05/23/2005",
        updated="07/08/2021",
        code=draw.choice(CODES),
        license=f"MD{at:08d}",
        license_state=state,
        switch="Y",
        certified="07/08/2021",
    )


COLUMN = {
    "entity": "Entity Type Code",
    "organization": "Provider Organization Name (Legal Business Name)",
    "last": "Provider Last Name (Legal Name)",
    "first": "Provider First Name",
    "middle": "Provider Middle Name",
    "credential": "Provider Credential Text",
    "phone": "Provider Business Practice Location Address Telephone Number",
    "enumerated": "Provider Enumeration Date",
    "updated": "Last Update Date",
    "sex": "Provider Sex Code",
    "official": "Authorized Official Last Name",
    "code": "Healthcare Provider Taxonomy Code_1",
    "license": "Provider License Number_1",
    "license_state": "Provider License Number State Code_1",
    "switch": "Healthcare Provider Primary Taxonomy Switch_1",
    "sole": "Is Sole Proprietor",
    "subpart": "Is Organization Subpart",
    "certified": "Certification Date",
}


def make(path: Path, number: int) -> None:
    with path.open("w", newline="") as file:
        for row in itertools.chain([HEADER], rows(number)):
            file.write('"' + '","'.join(row) + '"\n')

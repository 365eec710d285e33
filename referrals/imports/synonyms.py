"""What other people call our columns and our words.

Names are compared without case, blanks and punctuation; our own name always
counts. A name may stand for several columns of ours: an importer has at most
one of them, or the first that is still free is meant.
"""

import re

from referrals.imports.registry import Importer, Vocabulary
from referrals.imports.values import word

COLUMNS = {
    "npi": "provider npi, physician npi, doctor npi, individual npi, npi number, "
    "npi no, npi id, national provider identifier, rendering npi, provider number",
    "physician_npi": "npi, provider npi, doctor npi, npi number, physician",
    "referring_npi": "referring provider npi, referring physician npi, ref npi, "
    "referred by npi, from npi, referring doctor npi",
    "referred_to_npi": "referred to provider npi, to npi, receiving npi, "
    "specialist npi, receiving provider npi",
    "referred_to_organization_npi": "facility npi, receiving organization npi",
    "referring_practice": "practice, referring office, referring clinic, "
    "referred by practice, referral source, referring practice name",
    "practice": "practice name, office, clinic, location, account",
    "practice_npi_or_name": "practice, practice name, clinic, office, group, "
    "group practice, practice npi, group name, organization, office name",
    "organization_npi": "org npi, group npi, organisation npi, type 2 npi, "
    "facility npi, billing npi, group practice npi",
    "network_status": "network, status, in network, affiliation, relationship, "
    "alignment, employment status, provider status, network affiliation",
    "effective_from": "effective date, start date, start, from, begin date, "
    "hire date, joined, effective, eff date, since, credentialed on",
    "effective_to": "end date, end, to, term date, termination date, until, "
    "thru, through, left, terminated on",
    "last_name": "last, surname, family name, doctor last name, lname, "
    "physician last name, provider last name, provider last name legal name, lst nm",
    "first_name": "first, given name, forename, doctor first name, fname, "
    "physician first name, provider first name, frst nm",
    "middle_name": "middle, middle initial, mi, provider middle name, mid nm",
    "credential": "credentials, degree, title, suffix, cred, provider credential text",
    "taxonomy_code": "taxonomy, specialty, specialty code, speciality, pri spec, "
    "primary specialty, primary taxonomy, code, provider taxonomy code",
    "specialty": "speciality, primary specialty, pri spec, taxonomy, taxonomy code",
    "name": "practice name, practice, office name, clinic name, group name, "
    "organization name, facility name, account name, org nm",
    "address_line_1": "address, street, street address, address 1, addr 1, "
    "address line1, office address, adr ln 1, line 1 street address",
    "address_line_2": "suite, address 2, addr 2, address line2, unit, adr ln 2",
    "city": "town, city town, cty, office city",
    "state": "st, state code, province, office state",
    "zip": "zip code, zipcode, postal code, zip 5, postcode, zip4, office zip",
    "phone": "office phone, telephone, phone number, tel, main phone, phn numbr, "
    "work phone, telephone number, phone no",
    "fax": "fax number, office fax, fax no",
    "email": "e mail, email address, mail, e mail address",
    "tier": "priority, rank, segment, class, level",
    "notes": "note, comments, comment, remarks, details, visit notes",
    "front_desk_names": "front desk, receptionist, contact, office contact",
    "scheduler_names": "scheduler, schedulers, scheduling contact",
    "hours": "office hours, opening hours",
    "website": "web, url, web site",
    "service_line": "specialty, speciality, department, line of service, line, "
    "service, practice area, division",
    "hospital_based": "hospital, is hospital based, facility based, inpatient",
    "contribution_margin_usd": "contribution margin, margin, margin usd, cm",
    "procedure_codes": "procedure code, procedure codes range, procedure range, "
    "procedure ranges, cpt, cpt code, cpt codes, cpt range, hcpcs, hcpcs codes",
    "payer_class": "payer type, payor class, payor type, financial class",
    "referral_id": "referral number, referral no, referral, id, order number, "
    "order id, case number, external id",
    "received_on": "received, date received, referral date, created, date, "
    "created on, order date, received date, date created",
    "kind": "type, referral type, visit type, category, activity type",
    "urgency": "priority, referral priority",
    "status": "referral status, state, stage",
    "payer_name": "payer, insurance, payor, plan, insurance name, carrier",
    "channel": "received via, received by, referral source type, method",
    "acknowledged_at": "acknowledged, date acknowledged",
    "scheduled_at": "scheduled, date scheduled, scheduled on",
    "appointment_at": "appointment, appointment date, appt, appt date",
    "seen_at": "seen, date seen, visit date, completed",
    "report_sent_at": "report sent, consult note sent, note sent",
    "closed_at": "closed, date closed, loop closed",
    "end_reason": "cancel reason, reason closed, decline reason, denial reason",
    "visit_id": "id, visit number, activity id, call id, record id",
    "liaison_email": "liaison, rep, rep email, user email, owner email, owner, "
    "created by, email, logged by",
    "visited_on": "visit date, date, call date, activity date, date of visit",
    "purpose": "subject, topic, reason, objective",
    "outcome": "result, disposition, response",
    "next_step": "follow up, next action, action item, next steps",
    "next_step_due": "follow up date, due date, next action date, due",
}
WORDS = {
    "pcp": "primary care",
    "primary care physician": "primary care",
    "family medicine": "primary care",
    "family practice": "primary care",
    "internal medicine": "primary care",
    "ortho": "orthopedics",
    "orthopaedics": "orthopedics",
    "orthopedic surgery": "orthopedics",
    "cardio": "cardiology",
    "cards": "cardiology",
    "cardiovascular": "cardiology",
    "heart": "cardiology",
    "gi": "gastroenterology",
    "neuro": "neurosciences",
    "neurology": "neurosciences",
    "neurosurgery": "neurosciences",
    "onc": "oncology",
    "cancer": "oncology",
    "obgyn": "women newborn",
    "ob gyn": "women newborn",
    "otolaryngology": "ent",
    "uro": "urology",
    "pulm": "pulmonology critical care",
    "pulmonology": "pulmonology critical care",
    "w2": "employed",
    "owned": "employed",
    "staff": "employed",
    "in network": "affiliated",
    "aligned": "affiliated",
    "cin": "affiliated",
    "private": "independent",
    "non affiliated": "independent",
    "unaffiliated": "independent",
    "out of network": "competitor",
    "oon": "competitor",
    "high": "a",
    "medium": "b",
    "low": "c",
    "tier 1": "a",
    "tier 2": "b",
    "tier 3": "c",
    "1": "a",
    "2": "b",
    "3": "c",
    "asap": "urgent",
    "stat": "emergent",
    "new": "received",
    "open": "received",
    "pending": "received",
    "completed": "seen",
    "complete": "seen",
    "canceled": "cancelled",
    "noshow": "no show",
    "booked": "scheduled",
}
# A column that names one of these may hold a patient's data: no value is shown.
ABOUT_PATIENTS = re.compile(
    r"\b(patient|pat|pt|mrn|dob|birth\w*|ssn|social security|member id|subscriber|"
    r"bene\w*|medical record|hicn|mbi|guarantor)\b"
)


def plain(name: str) -> str:
    """A name as it is compared: `Provider_NPI #` -> `provider npi`."""
    return " ".join(re.sub(r"[^0-9a-z]+", " ", name.casefold()).split())


NAMES = {column: [*map(plain, names.split(","))] for column, names in COLUMNS.items()}


def is_about_patients(name: str) -> bool:
    return bool(ABOUT_PATIENTS.search(plain(name)))


def names_of(column: str) -> list[str]:
    """Our column by its own name and by those of others, the closest first."""
    return [plain(column), *NAMES.get(column, ())]


def own_synonyms(importer: Importer, column: str) -> list[str]:
    """What the importer itself understands as this column."""
    told = getattr(importer, "synonyms", {})
    return [plain(name) for name, ours in told.items() if ours == column]


def known_names(importer: Importer) -> set[str]:
    """All names by which a column of this kind may go."""
    columns = (*importer.required, *importer.optional)
    found = {name for column in columns for name in names_of(column)}
    return found | {plain(name) for name in getattr(importer, "synonyms", ())}


def columns_for(importer: Importer, header: list[str]) -> dict[int, str]:
    """Place of their column -> ours: by its own name first, then by others.

    The closest names are given away first, so `Status` is the network status
    only where no column is called so.
    """
    columns = [*importer.required, *importer.optional]
    patient = set(getattr(importer, "patient_columns", ()))
    found: dict[int, str] = {}
    for place, name in enumerate(header):
        if name in columns and name not in found.values():
            found[place] = name
    plain_header = {
        place: plain(name)
        for place, name in enumerate(header)
        if place not in found and name not in patient and not is_about_patients(name)
    }
    wanted = [
        (rank, order, column, name)
        for order, column in enumerate(columns)
        for rank, name in enumerate(
            [*names_of(column), *own_synonyms(importer, column)]
        )
    ]
    for _, _, column, name in sorted(wanted):
        if column in found.values():
            continue
        place = next((at for at, one in plain_header.items() if one == name), None)
        if place is not None:
            found[place] = column
            del plain_header[place]
    return found


class Words:
    """A vocabulary, looked up once: what is known, and our word for theirs."""

    def __init__(self, vocabulary: Vocabulary):
        self.is_open = vocabulary.is_open
        self.choices = [(str(ours), str(label)) for ours, label in vocabulary.choices()]
        # What is open takes a word as it stands; else blanks and dashes are alike.
        self._alike = str.casefold if self.is_open else word
        self._known = {self._alike(ours) for ours, _ in self.choices}
        self._known.update(word(other) for other in vocabulary.also)
        self._understands = vocabulary.understands()
        self._ours = {plain(ours): ours for ours, _ in self.choices}
        self._ours |= {plain(label): ours for ours, label in self.choices}

    def know(self, said: str) -> bool:
        """Does the importer understand this word as it is?"""
        said = said.strip()
        return self._alike(said) in self._known or self._understands(said)

    def suggest(self, said: str) -> str | None:
        """Our word, by its label or a common synonym; None if there is none."""
        said = plain(said)
        return self._ours.get(said) or self._ours.get(plain(WORDS.get(said, "")))

"""Medicare's file of doctors and clinicians: schools, groups, further addresses.

Three generations of its layout, told by their columns. It fills what nobody has
told yet and what an earlier file of its own has told; it never takes turns with
the registry. One row per physician, group and address: rows of one physician are
judged together.
"""

from referrals import npi as npis
from referrals.imports import homes, names, nppes_filter, values
from referrals.imports.physicians import Intake, Told
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Filter
from referrals.imports.specialties import code_of
from referrals.imports.values import Rejected, shown
from referrals.models import ImportRun
from referrals.services.provenance import IMPORT

NAMES = {"last_name": 80, "first_name": 100, "middle_name": 100}
SCHOOL, YEAR, SPECIALTY = "medical_school", "graduation_year", "specialty"
GROUP = "group_practice"
UNKNOWN = "specialties without a code"
NO_SCHOOL = {"", "OTHER"}
SYNONYMS = {
    "last_name": "lst_nm, provider_last_name",
    "first_name": "frst_nm, provider_first_name",
    "middle_name": "mid_nm, provider_middle_name",
    "suffix": "suff",
    "credential": "cred",
    SCHOOL: "med_sch, medical_school_name",
    YEAR: "grd_yr",
    SPECIALTY: "pri_spec, primary_specialty",
    GROUP: "org_nm, organization_legal_name, facility_name",
    "address_line_1": "adr_ln_1, line_1_street_address, full_street_address",
    "address_line_2": "adr_ln_2, line_2_street_address",
    "city": "cty, city_town",
    "state": "st",
    "zip": "zip_code",
    "phone": "phn_numbr, phone_number, telephone_number",
}
PLACES = nppes_filter.OPTIONS[:2]  # state and ZIP prefix


class DacImporter(RowImporter):
    kind = "dac"
    title = "Doctors and clinicians (Medicare)"
    description = (
        "Medicare's national file of doctors and clinicians, in any of its layouts. "
        "Takes who is in the directory or in our ZIP codes (or, if told so, in a "
        "state or behind a ZIP prefix): school, year, group and further addresses."
    )
    required = ("npi", "last_name")
    optional = tuple(column for column in SYNONYMS if column != "last_name")
    marks = (SCHOOL, SPECIALTY, GROUP)
    synonyms = {
        theirs: ours
        for ours, told in SYNONYMS.items()
        for theirs in (ours, *told.split(", "))
    }
    options = PLACES
    passed_over = (
        "{:,} rows are of others than those in the directory or in the places asked "
        "for: passed over."
    )
    is_grouped = True

    def key(self, row):
        return None

    def group(self, row):
        return npis.repair(row["npi"])

    def wanted(self, run):
        """Whoever is known; else by state or ZIP prefix, else by our territories."""
        told = {one.name: run.options.get(one.name, "").strip() for one in PLACES}
        if not any(told.values()):
            told = {"territories": "yes"}
        return Filter(("npi", "state", "zip"), nppes_filter.of(told).keeps)

    def take(self, chunk):
        told = []
        for row in chunk.rows:
            try:
                told.append(_read(chunk, row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        Filling(chunk, told).store()

    def remarks(self, tally, names):
        yield from homes.remarks(tally, names)
        if number := tally.get(homes.MADE):
            yield f"Practices made: {number:,}."
        if unknown := names.get(UNKNOWN):
            yield f"Specialties without a code, left out: {', '.join(unknown)}."


class Filling(Intake):
    """Rows that only fill what is blank, or what this kind of file has told."""

    fields = (*NAMES, "credential", "specialty", SCHOOL, "graduated_in")
    fills_phones = True

    def __init__(self, chunk, told):
        super().__init__(chunk, told)
        runs = ImportRun.objects.filter(kind=chunk.run.kind)
        self.own = {*runs.values_list("pk", flat=True)}

    def may_tell(self, physician, name):
        origin = physician.provenance.get(name)
        if origin is None:
            return getattr(physician, name) in ("", None)
        return origin["source"] == IMPORT and origin.get("run") in self.own


def _read(chunk, row):
    npi = values.needed_npi(row["npi"], "NPI")
    fields = {
        name: names.person_name(values.text(row[name], name, limit))
        for name, limit in NAMES.items()
    }
    suffix = names.person_name(values.text(row["suffix"], "suffix", 19)).rstrip(".")
    fields["last_name"] = f"{fields['last_name']} {suffix}".strip()
    fields["credential"] = names.credential(row["credential"])
    school = values.text(row[SCHOOL], SCHOOL, 200)
    if school.upper() not in NO_SCHOOL:
        fields[SCHOOL] = names.organization_name(school)
    fields["graduated_in"] = values.year(row[YEAR], YEAR)
    code = code_of(row[SPECIALTY])
    if row[SPECIALTY].strip() and not code:
        chunk.name(UNKNOWN, shown(row[SPECIALTY]))
    place = homes.read(row, name=row[GROUP])
    if not place.key:
        place = homes.NOWHERE
    phones = {"phone": homes.phone(chunk, row, "phone")}
    return Told(row, npi, fields, place, phones, specialty=code)


IMPORTER = DacImporter()

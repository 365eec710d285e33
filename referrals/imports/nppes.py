"""The national registry of providers (NPPES, npidata_pfile): the kind of file.

What becomes of its rows: `registration`. Which of them are wanted:
`nppes_filter`. How one is read and repaired: `nppes_entry`.
"""

from referrals import npi as npis
from referrals.imports import nppes_entry, nppes_filter
from referrals.imports.registration import Registration
from referrals.imports.registry import Refused
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected

REPAIRED = (
    *("NPIs", "ZIP codes", "entity types", "phone numbers", "dates"),
    "specialties in words",
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
    marks = nppes_entry.WHO
    synonyms = nppes_entry.SYNONYMS
    options = nppes_filter.OPTIONS
    passed_over = "{:,} rows are outside of the filter: passed over."

    def check_header(self, header):
        super().check_header(header)
        if not {*nppes_entry.WHO} & {*header}:
            raise Refused(
                "This file has no column that says who an NPI is, such as "
                '"Provider Last Name (Legal Name)", or that it is deactivated.'
            )

    def key(self, row):
        return npis.repair(row[nppes_entry.NPI])

    def wanted(self, run):
        """The run's filter. Whoever is in the directory is always wanted."""
        return nppes_filter.of(run.options)

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
        for what in REPAIRED:
            if tally.get(what):
                yield f"Repaired {what}: {tally[what]:,}."
        if number := tally.get("specialties without a code, left out"):
            yield f"Specialties that are no taxonomy code, left out: {number:,}."


IMPORTER = NppesImporter()

"""Secondary practice locations: the registry's pl_pfile, which comes with npidata.

A location of an organization makes a practice of it, one of a person a practice
without organization and an affiliation that is not the primary one. The rows of
an NPI are all its secondary locations: those it no longer lists end today. An NPI
without a row keeps what it has, since a weekly file names only what changed.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby

from django.utils import timezone

from referrals import npi
from referrals.imports import nppes_entry, nppes_filter, values
from referrals.imports.files import plain
from referrals.imports.nppes_entry import NPI, PlaceColumns
from referrals.imports.places import Places
from referrals.imports.registration import by_npi
from referrals.imports.relational import RowImporter
from referrals.imports.rows import Row
from referrals.imports.sites import Sites
from referrals.imports.values import Rejected
from referrals.models import Organization, Physician
from referrals.services.provenance import REGISTRY, Teller

PLACE = "provider secondary practice location address"
LOCATION = PlaceColumns(
    street=f"{PLACE}- address line 1",
    more=f"{PLACE}-  address line 2",
    city=f"{PLACE} - city name",
    state=f"{PLACE} - state name",
    zip_code=f"{PLACE} - postal code",
    country=f"{PLACE} - country code (if outside u.s.)",
    phone=f"{PLACE} - telephone number",
    fax="provider practice location address - fax number",
)
ENDED = "locations no longer listed"
REPAIRED = ("NPIs", "ZIP codes", "phone numbers")


class LocationsImporter(RowImporter):
    kind = "nppes-locations"
    title = "Secondary practice locations (NPPES)"
    description = (
        "The registry's pl_pfile, which comes with npidata. Takes the further "
        "locations of physicians and organizations that are in the directory."
    )
    required = (NPI, LOCATION.street)
    optional = LOCATION[1:]
    marks = (LOCATION.street,)
    synonyms = {plain(name): name for name in (NPI, *LOCATION)}
    passed_over = "{:,} rows are of NPIs that are not in the directory: passed over."
    is_grouped = True

    def key(self, row):
        return None

    def group(self, row):
        return npi.repair(row[NPI])

    def wanted(self, run):
        return nppes_filter.of_known()

    def take(self, chunk):
        sites, spoiled = [], set()
        for row in chunk.rows:
            try:
                sites.append(_read(row))
            except Rejected as reason:
                chunk.reject(row, str(reason))
                spoiled.add(self.group(row))
        for site in sites:
            for what, number in site.repairs.items():
                chunk.count(what, number)
        Locations(chunk, sites, spoiled).store()

    def remarks(self, tally, names):
        for what in REPAIRED:
            if tally.get(what):
                yield f"Repaired {what}: {tally[what]:,}."
        if tally.get(ENDED):
            yield f"Locations that are no longer listed, ended: {tally[ENDED]:,}."


@dataclass
class Site:
    """What a row says: somebody is here too."""

    row: Row
    npi: str
    place: dict = field(default_factory=dict)
    address_key: str = ""
    repairs: Counter = field(default_factory=Counter)


def _read(row):
    site = Site(row, values.needed_npi(row[NPI], "NPI"))
    site.repairs["NPIs"] += site.npi != row[NPI]
    site.place, site.address_key = nppes_entry.read_place(row, LOCATION, site.repairs)
    if not site.address_key:
        raise Rejected("The row has no street.")
    return site


class Locations:
    """The secondary locations of a chunk on their way into the directory.

    `spoiled`: NPIs of which a row could not be read, so that none of them ends.
    """

    def __init__(self, chunk, sites: list[Site], spoiled: set[str]):
        self.chunk, self.sites, self.spoiled = chunk, sites, spoiled
        journal = chunk.journal
        numbers = {site.npi for site in sites}
        self.organizations = by_npi(Organization, numbers)
        self.physicians = by_npi(Physician, numbers - {*self.organizations})
        self.teller = Teller(source=REGISTRY, at=chunk.run.created_at, run=chunk.run)
        self.places = Places(journal, self.teller, [site.address_key for site in sites])
        today = timezone.localdate(chunk.run.created_at)
        self.affiliations = Sites(journal, self.physicians.values(), today)

    def store(self):
        found = []  # site, practice, is it new, is there news
        for site in self.sites:
            organization = self.organizations.get(site.npi)
            if organization is None and site.npi not in self.physicians:
                self.chunk.reject(site.row, f"NPI {site.npi} is not in the directory.")
                continue
            practice, is_news = self.places.at(site, organization)
            found.append((site, practice, practice.pk is None and is_news, is_news))
        self.places.store()
        for number, together in groupby(found, key=lambda one: one[0].npi):
            self._store_sites(self.physicians.get(number), [*together])
        self.affiliations.store()
        self.teller.offer(self.chunk.journal)

    def _store_sites(self, physician, found):
        """The locations of one NPI; `physician` is None for an organization."""
        for _, practice, is_new, is_news in found:
            if physician and self.affiliations.is_also_at(physician, practice):
                is_new = True
            if is_new:
                self.chunk.created()
            elif is_news:
                self.chunk.updated()
            else:
                self.chunk.unchanged()
        if physician and physician.npi not in self.spoiled:
            practices = [practice for _, practice, *_ in found]
            ended = self.affiliations.is_nowhere_else(physician, practices)
            self.chunk.count(ENDED, ended)


IMPORTER = LocationsImporter()

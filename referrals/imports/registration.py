"""Rows of the registry on their way into the directory.

A row makes a physician (entity 1) or an organization (entity 2), with the
practice at its practice location: one practice per normalised address and
organization. A person's row joins the practice without organization at its
address. Registry affiliations have no start date; when a person's address
changes, the old one ends and the new one begins on the day of the update.
A row that holds nothing but a deactivation keeps all history.

A blank of the registry never empties a field, and a row that was last updated
before the one taken last changes nothing. What a person has typed or confirmed
stays; the registry's differing value becomes a proposal.
"""

from django.utils import timezone

from referrals.imports import other_names
from referrals.imports.nppes_entry import GROUP, PERSON, Entry
from referrals.imports.places import Places
from referrals.imports.sites import Sites
from referrals.models import FormerNpi, Organization, Physician, Specialty
from referrals.services.provenance import REGISTRY, Teller

# The registry's own word; of the other fields people may know better.
STATE_FIELDS = (
    *("is_active", "deactivated_on", "replacement_npi", "registry_updated_on"),
)
PERSON_FIELDS = ("last_name", "first_name", "middle_name", "credential", "specialty")
ORGANIZATION_FIELDS = ("name", "specialty")


class Registration:
    """The entries of one chunk.

    What is there is looked up at once; what is new or changed is written at
    once, in the order of the foreign keys.
    """

    def __init__(self, chunk, entries: list[Entry]):
        self.chunk, self.journal = chunk, chunk.journal
        self.teller = Teller(source=REGISTRY, at=chunk.run.created_at, run=chunk.run)
        self.created: set[str] = set()  # NPIs
        self.changed: set[str] = set()
        self.stale: set[str] = set()  # older than what is known
        numbers = [entry.npi for entry in entries]
        self.physicians = by_npi(Physician, numbers)
        self.organizations = by_npi(Organization, numbers)
        # Somebody found that these are the same person as another NPI. Asked for
        # behind the locks: a merge that held them has ended by now.
        merged = {
            *FormerNpi.objects.filter(npi__in=numbers).values_list("npi", flat=True)
        }
        self.entries = [entry for entry in entries if entry.npi not in merged]
        self.chunk.unchanged(len(entries) - len(self.entries))

    def store(self):
        self._store_specialties()
        for entry in self.entries:
            if self._is_group(entry):
                self._tell(entry, self._organization_of(entry), ORGANIZATION_FIELDS)
            else:
                self._tell(entry, self._physician_of(entry), PERSON_FIELDS)
        self._write(self.organizations.values(), [*ORGANIZATION_FIELDS, *STATE_FIELDS])
        self._write(
            self.physicians.values(), [*PERSON_FIELDS, "enumerated_on", *STATE_FIELDS]
        )
        self._store_other_names()
        self._store_other_specialties()
        self._store_places()
        self.teller.offer(self.journal)
        for entry in self.entries:
            if entry.npi in self.created:
                self.chunk.created()
            elif entry.npi in self.changed:
                self.chunk.updated()
            else:
                self.chunk.unchanged()

    def _is_group(self, entry):
        """Told, or else by who has the NPI; whom nobody knows is a physician."""
        return entry.entity == GROUP or (
            not entry.entity and entry.npi in self.organizations
        )

    def _write(self, subjects, fields):
        """Create what is new, update what has changed."""
        self.journal.create([one for one in subjects if not one.pk])
        told = [
            one
            for one in subjects
            if one.npi in self.changed and one.npi not in self.created
        ]
        self.journal.update(told, [*fields, "provenance"])

    def _store_specialties(self):
        codes = {
            code
            for entry in self.entries
            for code in (entry.taxonomy, *entry.other_taxonomies)
            if code
        }
        self.specialties = Specialty.objects.in_bulk(codes, field_name="code")
        missing = sorted(codes - {*self.specialties})
        made = [Specialty(code=code) for code in missing]
        self.journal.create(made)
        self.specialties.update(zip(missing, made, strict=True))

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
        }
        if entry.is_taxonomy_in_words and subject.specialty_id:
            del told["specialty"]  # words are coarser than the code that is known
        state = {
            "replacement_npi": entry.replacement_npi,
            "registry_updated_on": entry.updated_on,
            "enumerated_on": told.pop("enumerated_on", None),
        }
        if not entry.is_active:
            state |= {"is_active": False, "deactivated_on": entry.deactivated_on}
        news = self.teller.tell(subject, {name: told.get(name) for name in fields})
        if _set(subject, state) or news:
            self.changed.add(entry.npi)
        if subject.deactivated_on and entry.reactivates(subject.deactivated_on):
            subject.is_active, subject.deactivated_on = True, None
            self.changed.add(entry.npi)

    def _current(self):
        """The entries that are not older than what is known, and whose they are."""
        for entry in self.entries:
            if entry.entity and entry.npi not in self.stale:
                own = self.organizations if entry.entity == GROUP else self.physicians
                yield entry, own[entry.npi]

    def _store_other_names(self):
        borne = [
            (subject, *told)
            for entry, subject in self._current()
            for told in entry.other_names
        ]
        for name in other_names.store(self.journal, borne):
            self.changed.add((name.organization or name.physician).npi)

    def _store_other_specialties(self):
        """Those of the other slots: added, since people add some of their own."""
        besides = Physician.other_specialties.through
        told = {
            (subject.pk, self.specialties[code].pk): entry.npi
            for entry, subject in self._current()
            if entry.entity == PERSON
            for code in entry.other_taxonomies
        }
        if not told:
            return
        known = besides.objects.filter(physician__in={pk for pk, _ in told})
        fresh = {*told} - {*known.values_list("physician", "specialty")}
        self.journal.create(
            [
                besides(physician_id=one, specialty_id=other)
                for one, other in sorted(fresh)
            ]
        )
        self.changed.update(told[key] for key in fresh)

    def _store_places(self):
        told = [
            (entry, subject) for entry, subject in self._current() if entry.address_key
        ]
        places = Places(
            self.journal, self.teller, [entry.address_key for entry, _ in told]
        )
        people = []
        for entry, subject in told:
            home = subject if entry.entity == GROUP else None
            practice, is_news = places.at(entry, home)
            if is_news:
                self.changed.add(entry.npi)
            if home is None:
                people.append((entry, subject, practice))
        places.store()
        today = timezone.localdate(self.chunk.run.created_at)
        sites = Sites(self.journal, [physician for _, physician, _ in people], today)
        for entry, physician, practice in people:
            if sites.is_at(physician, practice, entry.updated_on):
                self.changed.add(entry.npi)
        sites.store()


def by_npi(model, numbers) -> dict:
    """Who has these NPIs, locked: nobody else changes them until the chunk is done."""
    found = model.objects.select_for_update().order_by("pk")
    return found.filter(npi__in=numbers).in_bulk(field_name="npi")


def _set(subject, values) -> bool:
    """Set what is said and differs; did anything?"""
    news = {
        name: value
        for name, value in values.items()
        if value not in (None, "") and getattr(subject, name, value) != value
    }
    for name, value in news.items():
        setattr(subject, name, value)
    return bool(news)

"""Practices that the rows of a file name: found in the directory, or made.

A practice is found by its organization's NPI and its address; else by its name
and its address; where no street is told, by the organization or the name alone.
A practice that a file could only name by its street takes the first real name. A
practice of another name at the address of one without organization is made beside
it, with an organization of its name, and named in the summary: whether the two are
one is for people to decide. What they have made one stays one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.db.models.functions import Lower

from referrals import addresses
from referrals.imports import names, values
from referrals.imports.values import Rejected, shown
from referrals.models import Change, FormerAddress, Organization, Physician, Practice
from referrals.services.provenance import PERSON

COLUMNS = ("address_line_1", "address_line_2", "city", "state", "zip")
ORGANIZATIONS, PERSONS = "organizations made", "NPIs of persons"
MADE, NEIGHBOURS = "practices made", "beside another"
PHONES = "unreadable phones"


@dataclass(frozen=True)
class Home:
    """Where a row says a practice is, and what it calls it."""

    name: str
    organization_npi: str
    fields: dict
    key: str

    @property
    def is_somewhere(self):
        return bool(self.key or self.fields["zip_code"] or self.fields["city"])


NOWHERE = Home("", "", {"zip_code": "", "city": ""}, "")


def read(row, *, name="", organization_npi="") -> Home:
    """The place of a row with the columns of an address."""
    zip_code, extension, _ = addresses.zip_parts(row["zip"])
    if row["zip"].strip() and not zip_code:
        raise Rejected(f"zip {shown(row['zip'])} is no ZIP code.")
    street, more, city = (
        names.street(values.text(row[column], column, limit))
        for column, limit in zip(COLUMNS, (200, 200, 100), strict=False)
    )
    fields = {
        "address_line_1": street,
        "address_line_2": more,
        "city": city,
        "state": addresses.state_code(values.text(row["state"], "state", 40)),
        "zip_code": zip_code,
        "zip_extension": extension,
    }
    key = addresses.key(street, more, city, fields["state"], zip_code)
    named = names.organization_name(values.text(name, "name of the practice", 200))
    return Home(named, organization_npi, fields, key)


def phone(chunk, row, column) -> str:
    """A phone number; what is none is left out and counted."""
    found = values.phone(row[column])
    if row[column].strip() and not found:
        chunk.count(PHONES)
    return found


class Homes:
    """The practices of a chunk, looked up at once; `store` writes what was made."""

    def __init__(self, chunk, teller, wanted: Iterable[Home]):
        self.chunk, self.teller = chunk, teller
        wanted = list(wanted)
        self.changed: dict[int, Practice] = {}
        self._made, self._beside = [], []
        self._look_up_organizations(wanted)
        practices = Practice.objects.alias(lower_name=Lower("name"))
        keys = {place.key for place in wanted} - {""}
        found = practices.filter(
            Q(address_key__in=keys)
            | Q(organization__in=self._known_without_street(wanted))
            | Q(lower_name__in=_names_without_street(wanted))
        )
        self._at, self._of, self._named = {}, {}, {}
        for practice in found.select_for_update().order_by("pk"):
            self._index(practice)
        self._look_up_merged(keys)

    def _look_up_merged(self, keys):
        """Addresses and names of practices that people have merged into others."""
        self._former, self._once = {}, {}
        former = FormerAddress.objects.filter(address_key__in=keys)
        for one in former.select_related("practice"):
            self._former.setdefault(one.address_key, []).append(one)
            self._once[one.practice_id] = {one.practice.name}
        for practice, before in (
            Change.objects.filter(
                merge__practice__in=self._once,
                merge__undone_at=None,
                model=Practice._meta.label_lower,
            )
            .exclude(before=None)
            .values_list("merge__practice", "before")
            if self._once
            else ()
        ):
            self._once[practice].add(before.get("name", ""))

    def _look_up_organizations(self, wanted):
        told = {}
        for place in wanted:
            if place.organization_npi:
                told.setdefault(place.organization_npi, place)
        self.organizations = {
            one.npi: one for one in Organization.objects.filter(npi__in=told)
        }
        self._persons = {
            *Physician.objects.filter(npi__in=told).values_list("npi", flat=True)
        } - self.organizations.keys()
        made = [
            Organization(npi=npi, name=place.name or f"NPI {npi}")
            for npi, place in told.items()
            if npi not in self.organizations | dict.fromkeys(self._persons)
            and place.is_somewhere
        ]
        for organization in made:
            self.teller.mark(organization, ["name"])
            self.organizations[organization.npi] = organization
        self.chunk.journal.create(made)
        self.chunk.count(ORGANIZATIONS, len(made))
        self.chunk.count(PERSONS, len(self._persons))

    def _known_without_street(self, wanted):
        npis = {place.organization_npi for place in wanted if not place.key}
        return [one.pk for npi, one in self.organizations.items() if npi in npis]

    def _index(self, practice):
        if practice.address_key:
            self._at.setdefault(practice.address_key, []).append(practice)
        if practice.organization_id:
            self._of.setdefault(practice.organization_id, []).append(practice)
        self._named.setdefault(practice.name.casefold(), []).append(practice)

    def practice_of(self, place: Home) -> Practice:
        """The practice at the place, made if it is not there."""
        practice = self.find(place)
        if practice is None:
            return self.merged_into(place) or self._make(place)
        if place.name and is_named_by_its_street(practice):
            self.tell(practice, {"name": place.name})
        organization = self._organization_of(place)
        if organization and not practice.organization_id:
            self.tell(practice, {"organization": organization})
        self.fill(practice, {"zip_extension": place.fields["zip_extension"]})
        return practice

    def find(self, place: Home) -> Practice | None:
        organization = self._organization_of(place)
        if not place.key:
            return self._find_without_street(place, organization)
        at = self._at.get(place.key, [])
        if organization:
            mine = [one for one in at if one.organization_id == organization.pk]
            return _first(mine) or _first(_alike(_free(at), place.name))
        if place.name:
            return _first(_alike(_free(at), place.name)) or _first(
                _alike(at, place.name)
                or [one for one in _free(at) if is_named_by_its_street(one)]
            )
        return _first(_free(at)) or (at[0] if len(at) == 1 else None)

    def merged_into(self, place: Home) -> Practice | None:
        """What the practice of that name and address is a part of, if it was merged."""
        organization = self._organization_of(place)
        for one in self._former.get(place.key, ()):
            if organization:
                is_meant = one.organization_id == organization.pk
            else:
                names_once = self._once[one.practice_id]
                is_meant = not place.name or any(
                    _plain(name) == _plain(place.name) for name in names_once
                )
            if is_meant:
                return one.practice
        return None

    def _find_without_street(self, place, organization):
        if organization:
            homes = self._of.get(organization.pk, [])
            found = _alike(homes, place.name) or homes
        else:
            found = self._named.get(place.name.casefold(), []) if place.name else []
        if zip_code := place.fields["zip_code"]:
            found = [one for one in found if one.zip_code == zip_code]
        if len(found) > 1:
            raise Rejected(
                f"{shown(place.name or place.organization_npi)} is the name of "
                f"{len(found)} practices: give the address."
            )
        return _first(found)

    def _organization_of(self, place):
        return self.organizations.get(place.organization_npi)

    def _make(self, place):
        if not place.is_somewhere:
            told = place.name or place.organization_npi
            raise Rejected(
                f"The practice {shown(told)} is not in the directory, and the row "
                "gives no address to make it."
            )
        practice = Practice(
            name=place.name or place.fields["address_line_1"] or place.fields["city"],
            organization=self._organization_of(place),
            address_key=place.key,
            **place.fields,
        )
        if not practice.organization and _free(self._at.get(place.key, [])):
            practice.organization = Organization(name=practice.name)
            self.teller.mark(practice.organization, ["name"])
            self._beside.append(practice.organization)
            self.chunk.name(NEIGHBOURS, practice.name)
        told = [name for name, value in place.fields.items() if value]
        self.teller.mark(practice, ["name", *told])
        self._made.append(practice)
        self.chunk.count(MADE)
        self._index(practice)
        return practice

    def tell(self, practice, told: dict) -> bool:
        """Tell a practice something; did that change it?"""
        news = self.teller.tell(practice, told)
        if news and practice.pk:
            self.changed[practice.pk] = practice
        return bool(news)

    def fill(self, practice, told: dict) -> bool:
        """Tell only what nobody has told yet."""
        return self.tell(
            practice,
            {
                name: value
                for name, value in told.items()
                if getattr(practice, name) in ("", None)
                and name not in practice.provenance
            },
        )

    def store(self, fields: Iterable[str] = ()) -> None:
        """Write what was made and changed; `fields` are those the caller tells."""
        self.chunk.journal.create(self._beside)
        self.chunk.journal.create(self._made)
        self.chunk.journal.update(
            [self.changed[pk] for pk in sorted(self.changed)],
            ["name", "organization", "zip_extension", *fields, "provenance"],
        )


def remarks(tally: dict, found: dict) -> Iterable[str]:
    """What a summary says about practices and organizations made by the way."""
    if number := tally.get(ORGANIZATIONS):
        yield f"Organizations made, with their NPI: {number:,}."
    if number := tally.get(PERSONS):
        yield (
            f"NPIs of persons where an organization's should be: {number:,}. "
            "No organization was made of them."
        )
    if beside := found.get(NEIGHBOURS):
        yield (
            "Made beside another practice at the same address, to be merged if they "
            f"are one: {', '.join(beside)}."
        )
    if number := tally.get(PHONES):
        yield f"Phone and fax numbers that are none, left out: {number:,}."
    if number := tally.get("offers"):
        yield (
            f"Values that differ from what people typed: {number:,}. "
            "They are offered for review."
        )


def is_named_by_its_street(practice: Practice) -> bool:
    """Is its name only a file's makeshift?"""
    told = practice.provenance.get("name", {})
    return (
        not practice.organization_id
        and practice.name in (practice.address_line_1, practice.address_line_2)
        and told.get("source") != PERSON
        and not told.get("confirmed_by")
    )


def _names_without_street(wanted):
    return {
        place.name.lower()
        for place in wanted
        if place.name and not (place.key or place.organization_npi)
    }


def _free(practices):
    return [one for one in practices if not (one.organization_id or one.organization)]


def _alike(practices, name):
    return [one for one in practices if name and _plain(one.name) == _plain(name)]


def _plain(name):
    return re.sub(r"[\W_]+", " ", name.casefold().replace("&", " and ")).split()


def _first(practices):
    return practices[0] if practices else None

"""Profiles of our own specialists, and their next openings: two kinds of file.

A column that is absent says nothing; an empty cell empties. What a person typed
is not overwritten by a file: the summary counts how often a file differs.
"""

import datetime as dt
import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import F
from django.utils import timezone

from referrals.imports import values
from referrals.imports.relational import RowImporter
from referrals.imports.values import Rejected
from referrals.models import (
    Affiliation,
    Availability,
    Physician,
    SpecialistProfile,
    Term,
)
from referrals.models.specialists import OLDEST_AGE, key_of
from referrals.npi import repair
from referrals.services import specialists

NAMES = tuple(SpecialistProfile.TERM_FIELDS)
AGES = ("min_age", "max_age")
FLAGS = ("accepts_new", "telehealth")
PHONES = ("direct_line", "scheduling_phone", "fax")
WRITTEN = (
    *AGES, *FLAGS, *PHONES, "intake_rules", "forms_url", "reviewed_on", "reviewed_by"
)  # fmt: skip
OPENING_FIELDS = ("next_available_on", "source", "checked_at", "checked_by", "run")
is_web_address = URLValidator(schemes=["http", "https"])


class SpecialistImporter(RowImporter):
    kind = "specialists"
    title = "Our own specialists"
    description = (
        "What each of our specialists sees and does, by NPI: several names in a cell "
        "are parted by |."
    )
    required = ("npi",)
    optional = (
        *NAMES, *AGES, *FLAGS, *PHONES, "intake_rules", "forms_url", "reviewed_on"
    )  # fmt: skip
    marks = (*NAMES, *AGES, *FLAGS, "intake_rules")
    free_text_columns = ("intake_rules",)

    def key(self, row):
        return repair(row["npi"])

    def take(self, chunk):
        numbers = {repair(row["npi"]) for row in chunk.rows}
        physicians = {
            physician.npi: physician
            for physician in Physician.objects.filter(npi__in=numbers)
        }
        profiles = {
            profile.physician_id: profile
            for profile in SpecialistProfile.objects.filter(
                physician__npi__in=numbers
            ).prefetch_related("terms")
        }
        told = []
        for row in chunk.rows:
            try:
                physician = _known(row, physicians)
                profile = profiles.get(physician.pk)
                told.append(_told_of(chunk, row, physician, profile))
            except Rejected as reason:
                chunk.reject(row, str(reason))
        _write(chunk, told)

    def remarks(self, tally, names):
        if kept := tally["kept as typed"]:
            yield (
                f"{kept:,} values differ from what a person typed, which stays. "
                "Change them on the specialist's page."
            )


def _known(row, physicians):
    number = values.needed_npi(row["npi"], "npi")
    if number not in physicians:
        raise Rejected(f"No physician has the NPI {number}: bring the registry in.")
    return physicians[number]


@dataclass
class Told:
    """What a row changes of a profile: its fields are set already."""

    profile: SpecialistProfile
    is_new: bool
    fields: set[str]
    names: dict[str, list[str]]  # by column


def _told_of(chunk, row, physician, profile):
    is_new = profile is None
    profile = profile or SpecialistProfile(physician=physician)
    held = _names_of(profile)
    differing = {
        column: value
        for column, value in _read(row, chunk.run).items()
        if _differs(profile, held, column, value)
    }
    _check_ages(profile, differing)
    for column in differing.keys() & set(profile.typed):
        del differing[column]
        chunk.count("kept as typed")
    if "reviewed_on" in differing:
        differing["reviewed_by"] = None
    fields = differing.keys() - set(NAMES)
    for name in fields:
        setattr(profile, name, differing[name])
    names = {column: differing[column] for column in NAMES if column in differing}
    return Told(profile, is_new, fields, names)


def _read(row, run):
    """What the row says, by field: only of columns that are there."""
    readers = {
        **dict.fromkeys(NAMES, _names),
        **dict.fromkeys(AGES, _age),
        **dict.fromkeys(FLAGS, _flag),
        **dict.fromkeys(PHONES, _phone),
        "intake_rules": lambda text, column: values.text(text, column, 4000),
        "forms_url": _address,
        "reviewed_on": lambda text, column: _not_later(text, column, run),
    }
    return {
        column: read(row[column], column)
        for column, read in readers.items()
        if column in row.values
    }


def _names(text, column):
    found = {}
    for name in text.split("|"):
        if cleaned := values.text(name, column, Term.NAME_LENGTH):
            found[key_of(cleaned)] = cleaned
    return [found[key] for key in sorted(found)]


def _age(text, column):
    cleaned = re.sub(r"\.0+$", "", text.strip())
    if not cleaned:
        return None
    if not re.fullmatch("[0-9]{1,3}", cleaned) or int(cleaned) > OLDEST_AGE:
        raise Rejected(f"{column} {values.shown(text)} is no age in years.")
    return int(cleaned)


def _flag(text, column):
    return values.yes_or_no(text, column) if text.strip() else None


def _phone(text, column):
    digits = re.sub(r"\.0+$", "", text.strip())
    digits = re.sub(r"[\s().+-]", "", digits)
    if digits and not re.fullmatch("1?[0-9]{10}", digits):
        raise Rejected(f"{column} {values.shown(text)} has not ten digits.")
    return digits[-10:]


def _address(text, column):
    cleaned = values.text(text, column, 300)
    if cleaned:
        try:
            is_web_address(cleaned)
        except ValidationError:
            raise Rejected(
                f"{column} {values.shown(text)} is no address of a web page."
            ) from None
    return cleaned


def _not_later(text, column, run):
    """A day that is not after the day on which the file came in."""
    day = values.day(text, column)
    if day and day > timezone.localdate(run.created_at):
        raise Rejected(f"{column} {values.shown(text)} lies in the future.")
    return day


def _names_of(profile):
    """Column -> the profile's terms of that kind: {key: primary key}."""
    held = {column: {} for column in NAMES}
    by_kind = {kind: column for column, kind in SpecialistProfile.TERM_FIELDS.items()}
    if profile.pk:
        for term in profile.terms.all():
            held[by_kind[term.kind]][term.key] = term.pk
    return held


def _differs(profile, held, column, value):
    if column == "reviewed_on":  # whoever looked last counts
        return bool(value) and (profile.reviewed_on or dt.date.min) < value
    if column not in NAMES:
        return getattr(profile, column) != value
    if {key_of(name) for name in value} == held[column].keys():
        return False
    if column in profile.typed:
        return True
    kind = SpecialistProfile.TERM_FIELDS[column]
    meant = specialists.terms_known(kind=kind, names=value)
    return meant != {*held[column].values()}


def _check_ages(profile, differing):
    youngest, oldest = (differing.get(age, getattr(profile, age)) for age in AGES)
    if youngest is not None and oldest is not None and oldest < youngest:
        raise Rejected(f"Ages from {youngest} to {oldest}: none in between.")


def _write(chunk, told):
    """Everything that the rows of a chunk change, so that it can be undone."""
    chunk.journal.create([one.profile for one in told if one.is_new])
    known = [one.profile for one in told if not one.is_new and one.fields]
    chunk.journal.update(known, WRITTEN)
    _write_terms(chunk, told)
    for one in told:
        if one.is_new:
            chunk.created()
        elif one.fields or one.names:
            chunk.updated()
        else:
            chunk.unchanged()


def _write_terms(chunk, told):
    links = SpecialistProfile.terms.through
    made, gone, alone = [], [], []
    for one in told:
        for column, names in one.names.items():
            kind = SpecialistProfile.TERM_FIELDS[column]
            meant = specialists.terms_named(
                kind=kind, names=names, journal=chunk.journal
            )
            there = links.objects.filter(specialistprofile=one.profile, term__kind=kind)
            wanted = {term.pk for term in meant}
            gone += [link for link in there if link.term_id not in wanted]
            known = {link.term_id for link in there}
            made += [
                links(specialistprofile=one.profile, term_id=pk)
                for pk in sorted(wanted - known)
            ]
        if one.names and not one.fields and not one.is_new:
            alone.append(one.profile.pk)
    chunk.journal.delete(gone)
    chunk.journal.create(made)
    # Whoever edits one of these is told, as with any other change.
    SpecialistProfile.objects.filter(pk__in=alone).update(version=F("version") + 1)


class AvailabilityImporter(RowImporter):
    kind = "availability"
    title = "Next openings of our specialists"
    description = (
        "The next opening of each specialist at each site, as a daily file: the "
        "site is the name of a practice or its ZIP code."
    )
    required = ("npi", "site", "next_available_on")
    optional = ("kind", "checked_on")
    marks = ("next_available_on",)

    def key(self, row):
        kind = values.word(row["kind"]) or Availability.Kind.NEW
        return "|".join((repair(row["npi"]), key_of(row["site"]), kind))

    def take(self, chunk):
        numbers = {repair(row["npi"]) for row in chunk.rows}
        profiles = {
            profile.physician.npi: profile
            for profile in SpecialistProfile.objects.filter(
                physician__npi__in=numbers
            ).select_related("physician")
        }
        on = timezone.localdate(chunk.run.created_at)
        places = _places(numbers, on)
        there = {
            (row.profile_id, row.practice_id, row.kind): row
            for row in Availability.objects.filter(profile__in=profiles.values())
        }
        told, made, changed = set(), [], []
        for row in chunk.rows:
            try:
                opening = _opening_of(row, profiles, places, chunk.run)
                _judge(chunk, opening, there, told, made, changed)
            except Rejected as reason:
                chunk.reject(row, str(reason))
        chunk.journal.create(made)
        chunk.journal.update(changed, OPENING_FIELDS)

    def remarks(self, tally, names):
        if older := tally["older"]:
            yield f"{older:,} openings were checked since the file's day: they stay."


def _places(numbers, on):
    """NPI -> the practices where they are on the day."""
    places = {}
    rows = Affiliation.objects.current(on=on).filter(physician__npi__in=numbers)
    for place in rows.select_related("practice", "physician").order_by("pk"):
        places.setdefault(place.physician.npi, []).append(place.practice)
    return places


def _opening_of(row, profiles, places, run):
    number = values.needed_npi(row["npi"], "npi")
    if number not in profiles:
        raise Rejected(f"No specialist has the NPI {number}: bring the profiles in.")
    kind = values.choice(row["kind"], "kind", Availability.Kind.values)
    return Availability(
        profile=profiles[number],
        practice=_site(row["site"], places.get(number, ())),
        kind=kind or Availability.Kind.NEW,
        next_available_on=values.needed_day(
            row["next_available_on"], "next_available_on"
        ),
        source=Availability.Source.IMPORTED,
        checked_at=_checked_at(row["checked_on"], run),
        run=run,
    )


def _site(text, practices):
    said = values.needed(text, "site", 200)
    is_zip = re.fullmatch(r"([0-9]{5})(-?[0-9]{4})?", said)
    found = {
        practice.pk: practice
        for practice in practices
        if (practice.zip_code == is_zip[1] if is_zip else False)
        or key_of(practice.name) == key_of(said)
    }
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise Rejected(f"site {values.shown(said)} is more than one of their sites.")
    known = ", ".join(sorted({practice.name for practice in practices})) or "none"
    raise Rejected(f"site {values.shown(said)} is none of their sites: {known}."[:300])


def _checked_at(text, run):
    """When it was checked; without a time of day, when that day began."""
    moment = values.moment(text, "checked_on")
    if moment is None:
        day = timezone.localdate(run.created_at)
        zone = timezone.get_default_timezone()
        return dt.datetime.combine(day, dt.time.min, tzinfo=zone)
    if moment > run.created_at + dt.timedelta(days=1):
        raise Rejected(f"checked_on {values.shown(text)} lies in the future.")
    return moment


def _judge(chunk, opening, there, told, made, changed):
    """Sort an opening into made, changed, unchanged and rejected."""
    key = (opening.profile_id, opening.practice_id, opening.kind)
    if key in told:
        raise Rejected("Another row tells of the same site under another name.")
    told.add(key)
    known = there.get(key)
    if known is None:
        made.append(opening)
        return chunk.created()
    if known.checked_at > opening.checked_at:
        chunk.count("older")
        return chunk.unchanged()
    said = (opening.next_available_on, opening.checked_at)
    if (known.next_available_on, known.checked_at) == said:
        return chunk.unchanged()
    opening.pk = known.pk
    changed.append(opening)
    return chunk.updated()


IMPORTERS = (SpecialistImporter(), AvailabilityImporter())

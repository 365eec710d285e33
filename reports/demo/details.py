"""What people of the demo market have written down about practices and physicians:
hours, names at the desk, preferences, owners, days of the week, notes.

Drawn from each row's own address or NPI, so that a row tells the same story
however many others there are.
"""

import datetime as dt
import random

from django.db import transaction
from django.utils import timezone

from accounts.models import Territory, User
from referrals.models import (
    Affiliation,
    Note,
    Organization,
    Physician,
    Practice,
    TerritoryException,
)
from referrals.services import provenance
from reports.demo.market import Market, liaison_email
from reports.demo.names import FIRST_NAMES, LAST_NAMES, NETWORK

HOURS = [
    "Mon–Thu 8:00 AM – 5:00 PM\nFri 8:00 AM – 12:00 PM",
    "Mon–Fri 8:00 AM – 4:30 PM",
    "Mon, Tue, Thu 7:30 AM – 5:00 PM\nWed 7:30 AM – 12:00 PM\nFri 8:00 AM – 3:00 PM",
    "Mon–Fri 8:30 AM – 5:00 PM, closed 12:00–1:00 PM",
    "Mon–Fri 7:00 AM – 6:00 PM\nSat 9:00 AM – 12:00 PM",
]
DAYS = ["12345", "12345", "1234", "135", "24", "1245", "345"]
ROLES = ["", "", "", "Lead physician", "Partner", "Part time"]
BEST_TIMES = [
    "Tuesday or Thursday before 10 AM",
    "Between 12 and 1 PM",
    "After 4 PM, when the last patient is in",
    "Wednesday afternoon",
]
INTERESTS = [
    "Diabetes and obesity care",
    "Women's cardiovascular health",
    "Sports medicine, joint injections",
    "Geriatrics and fall prevention",
    "Adolescent medicine",
    "Chronic pain without opioids",
    "Heart failure after discharge",
]
LANGUAGES = ["English", "English, Spanish", "English, Arabic", "English, Hindi"]
SCHOOLS = ["Cumberland School of Medicine", "Tennessee Valley College of Medicine"]
NOTES = [
    "Park behind the building; the front lot is for patients only.",
    "Nora at the desk decides who gets in. Say hello to her first.",
    "They fax referrals at noon and again at five. Urgent ones come by phone.",
    "No samples, no giveaways: policy of the owner.",
    "Want one page per specialist with photo, direct line and insurers.",
    "Two physicians share one scheduler. Ask for the blue binder.",
    "Moved to the second floor last spring. The elevator is slow.",
    "Prefer a short e-mail the day before a visit.",
]
TIER_REASONS = {
    "A": "Refers every week and speaks for the group",
    "B": "Steady, could send more of its orthopedics",
    "C": "Small panel, loyal to two of our specialists",
    "D": "Sends little that we treat",
}


@transaction.atomic
def write_down(market: Market, *, anchor: dt.date) -> None:
    """Fill in the rows that the files made; a no-op when notes are there."""
    if Note.objects.exists():
        return
    at = timezone.make_aware(dt.datetime.combine(anchor, dt.time(9)))
    owners = User.objects.in_bulk(
        {liaison_email(place.territory) for place in market.practices},
        field_name="email",
    )
    places = {
        (place.street.upper(), place.zip_code): owners[liaison_email(place.territory)]
        for place in market.practices
    }
    practices = [*Practice.objects.order_by("pk")]
    for practice in practices:
        owner = places.get((practice.address_line_1.upper(), practice.zip_code))
        _describe_practice(practice, owner, at)
    Practice.objects.bulk_update(practices, [*PRACTICE_FIELDS, "provenance"])
    panel = {
        one.npi: owners[liaison_email(one.practice.territory)]
        for one in market.referrers
        if one.is_visited
    }
    physicians = [*Physician.objects.order_by("pk")]
    for physician in physicians:
        _describe_physician(physician, panel.get(physician.npi), at)
    Physician.objects.bulk_update(physicians, [*PHYSICIAN_FIELDS, "provenance"])
    _weeks(anchor)
    _note(practices, at)
    _systems()
    _exception(practices, anchor)


PRACTICE_FIELDS = (
    "hours",
    "front_desk_names",
    "scheduler_names",
    "best_time",
    "lunches",
    "preferred_channel",
    "email",
    "tier_reason",
    "owner",
)
PHYSICIAN_FIELDS = (
    "clinical_interests",
    "languages",
    "medical_school",
    "graduated_in",
    "best_time",
    "preferred_channel",
    "owner",
)


def _draw(*parts):
    """A generator of random numbers that belongs to this row."""
    return random.Random("|".join(map(str, parts)))


def _person(draw):
    return f"{draw.choice(FIRST_NAMES)} {draw.choice(LAST_NAMES)}"


def _describe_practice(practice, owner, at):
    draw = _draw(practice.address_line_1, practice.zip_code)
    practice.owner = owner if owner and not practice.organization_id else None
    practice.tier_reason = TIER_REASONS.get(practice.tier, "")
    if draw.random() < 0.85:
        practice.hours = draw.choice(HOURS)
        practice.front_desk_names = _person(draw)
        practice.lunches = draw.choice(["yes", "yes", "no", ""])
        practice.preferred_channel = draw.choice(["in_person", "phone", "email", ""])
    if draw.random() < 0.6:
        practice.scheduler_names = f"{_person(draw)}, {_person(draw)}"
        practice.best_time = draw.choice(BEST_TIMES)
    if draw.random() < 0.5:
        name = practice.name.lower().split()[0].strip("'")
        practice.email = f"frontdesk@{name}.example"
    _mark(practice, PRACTICE_FIELDS, owner, at, draw)


def _describe_physician(physician, owner, at):
    draw = _draw(physician.npi)
    physician.owner = owner
    physician.languages = draw.choice(LANGUAGES)
    if draw.random() < 0.6:
        physician.clinical_interests = draw.choice(INTERESTS)
        physician.medical_school = draw.choice(SCHOOLS)
        physician.graduated_in = draw.randint(1982, 2018)
    if draw.random() < 0.3:
        physician.best_time = draw.choice(BEST_TIMES)
        physician.preferred_channel = draw.choice(["in_person", "phone", "email"])
    _mark(physician, PHYSICIAN_FIELDS, owner, at, draw)


def _mark(row, names, by, at, draw):
    when = at - dt.timedelta(days=draw.randint(3, 500))
    teller = provenance.Teller(
        source=provenance.PERSON if by else provenance.IMPORT, at=when, by=by
    )
    teller.mark(row, [name for name in names if getattr(row, name)])


def _weeks(anchor):
    """On which days each physician is where; some have left."""
    places = [*Affiliation.objects.select_related("physician").order_by("pk")]
    for place in places:
        draw = _draw(place.physician.npi, "days")
        if draw.random() < 0.8:
            place.days = draw.choice(DAYS)
        place.role = draw.choice(ROLES)
        if draw.random() < 0.5:
            place.effective_from = anchor - dt.timedelta(days=draw.randint(1200, 4000))
    Affiliation.objects.bulk_update(places, ["days", "role", "effective_from"])


def _note(practices, at):
    notes = []
    for practice in practices:
        draw = _draw(practice.address_line_1, "notes")
        if not practice.owner:
            continue
        for number, text in enumerate(draw.sample(NOTES, draw.choice([0, 1, 1, 2]))):
            notes.append(
                Note(
                    practice=practice,
                    text=text,
                    author=practice.owner,
                    is_pinned=number == 0 and draw.random() < 0.4,
                )
            )
    Note.objects.bulk_create(notes)
    for number, note in enumerate(notes):
        note.created_at = at - dt.timedelta(days=number * 7 % 400)
    Note.objects.bulk_update(notes, ["created_at"])


def _systems():
    """The hospitals of a system hang below it."""
    top = Organization.objects.filter(name__icontains=f"{NETWORK} Main").first()
    below = Organization.objects.filter(name__istartswith=NETWORK)
    if top:
        below.exclude(pk=top.pk).update(parent=top)


def _exception(practices, anchor):
    """A practice that stayed with the liaison who opened it."""
    practice = next((one for one in practices if one.owner), None)
    other = Territory.objects.filter(name="Rutherford-Williamson").first()
    if practice and other:
        TerritoryException.objects.create(
            practice=practice,
            territory=other,
            starts_on=anchor - dt.timedelta(days=200),
            reason="Opened by this territory's liaison",
        )

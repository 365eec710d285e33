"""The rows of the directory's benchmark: a state's, with all that hangs on them."""

import datetime as dt
import itertools
import random

from django.utils import timezone

from accounts.models import Territory, TerritoryAssignment, TerritoryZip, User
from outreach.models import Visit
from referrals.models import (
    Affiliation,
    Availability,
    Duplicate,
    ImportRun,
    Merge,
    Note,
    Organization,
    OtherName,
    Payment,
    PaymentRecipient,
    PaymentSuggestion,
    Physician,
    Practice,
    Proposal,
    Referral,
    RosterEntry,
    SpecialistProfile,
    Specialty,
    Term,
)
from tests.factories.referrals import npi_of

BATCH = 2000
# As many last names as a state has: 2,197 of three syllables.
SYLLABLES = [
    "ba",
    "chen",
    "dor",
    "el",
    "fi",
    "gan",
    "hua",
    "is",
    "jo",
    "kar",
    "lo",
    "mi",
    "nu",
]
LAST = ["".join(parts).title() for parts in itertools.product(SYLLABLES, repeat=3)]
FIRST = ["Ada", "Ben", "Cara", "Dan", "Eve", "Finn", "Gia", "Hal", "Ida", "Jon"]
PLACES = ["Knee", "Hip", "Heart", "Chest", "Kidney", "Head", "Back", "Skin"]
TROUBLES = ["pain", "swelling", "injury", "infection", "tumor"]
INSURERS = ["Aetna", "Cigna", "Humana", "Medicare", "TennState Medicaid"]


def people():
    """A manager on one of two regions of nine territories, a liaison in one."""
    today = timezone.localdate()
    manager = User.objects.create_user("manager@bench.example", role="manager")
    liaison = User.objects.create_user("liaison@bench.example", role="liaison")
    code = 10_000
    for region in ("North", "South"):
        top = Territory.objects.create(name=region)
        for number in range(9):
            node = Territory.objects.create(name=f"{region} {number}", parent=top)
            TerritoryZip.objects.bulk_create(
                TerritoryZip(zip_code=str(code + at), territory=node)
                for at in range(50)
            )
            code += 50
        if region == "North":
            for user, territory in ((manager, top), (liaison, node)):
                TerritoryAssignment.objects.create(
                    user=user, territory=territory, starts_on=today
                )
    administrator = User.objects.create_user(
        "administrator@bench.example", role="administrator"
    )
    return {"manager": manager, "liaison": liaison, "administrator": administrator}


def directory(physicians: int, users):
    """Five physicians to a practice in 900 ZIP codes, four roster rows to each."""
    draw = random.Random(7)
    origins = Origins(draw, users)
    organizations = _organizations(draw, origins, physicians // 50)
    practices = _practices(draw, origins, organizations, users, physicians // 5)
    made = _physicians(draw, origins, users, physicians)
    _insert(
        Affiliation,
        (
            Affiliation(physician=physician, practice=practices[n // 5], days="135")
            for n, physician in enumerate(made)
        ),
    )
    _roster(draw, made)
    _referrals(draw, made, practices, organizations)
    _work(draw, users, made, practices)
    _payments(draw, made)
    profiles = _specialists(draw, made, practices)
    return {
        "practice": practices[0].pk,
        "physician": made[0].pk,
        "npi": made[0].npi,
        "organization": practices[0].organization_id,
        "specialist": profiles[0].pk,
    }


def _insert(model, rows):
    return model.objects.bulk_create(rows, batch_size=BATCH)


class Origins:
    """Where fields came from: the registry, a file, or somebody who typed them."""

    def __init__(self, draw, users):
        self.draw = draw
        day = timezone.localdate() - dt.timedelta(days=400)
        run = ImportRun.objects.create(kind="practices", file_name="practices.csv")
        typed = {"source": "person", "on": day.isoformat(), "by": users["liaison"].pk}
        confirmed = {
            "confirmed_on": day.isoformat(),
            "confirmed_by": users["manager"].pk,
        }
        self.marks = [
            {"source": "registry", "on": day.isoformat()},
            {"source": "import", "on": day.isoformat(), "run": run.pk},
            typed,
            {**typed, **confirmed},
        ]

    def of(self, *names):
        """Half of the rows are the registry's; the others are of all four."""
        if self.draw.random() < 0.5:
            return dict.fromkeys(names, self.marks[0])
        return {name: self.draw.choice(self.marks) for name in names}


def _organizations(draw, origins, number):
    """Groups of ten below each health system."""
    made = _insert(
        Organization,
        (
            Organization(
                npi=npi_of(90_000_000 + n),
                name=f"Group {n:05d}",
                provenance=origins.of("name"),
            )
            for n in range(number)
        ),
    )
    for n, organization in enumerate(made):
        organization.parent = made[n // 10] if n >= number // 10 else None
    Organization.objects.bulk_update(made, ["parent"], batch_size=500)
    return made


def _practices(draw, origins, organizations, users, number):
    return _insert(
        Practice,
        (
            Practice(
                name=f"Clinic {n:05d}",
                address_line_1=f"{n} Main Street",
                address_key=f"{n} MAIN ST|NASHVILLE|TN",
                zip_code=str(10_000 + n % 900),
                city="Nashville",
                state="TN",
                phone=f"615{n:07d}",
                tier=draw.choice(["A", "B", ""]),
                owner=draw.choice([users["liaison"], None, None]),
                organization=draw.choice(organizations),
                provenance=origins.of(
                    "name", "address_line_1", "city", "state", "zip_code", "phone"
                ),
            )
            for n in range(number)
        ),
    )


def _physicians(draw, origins, users, number):
    specialties = [*Specialty.objects.all()]
    return _insert(
        Physician,
        (
            Physician(
                npi=npi_of(n),
                last_name=draw.choice(LAST),
                first_name=draw.choice(FIRST),
                specialty=draw.choice(specialties),
                phone=f"615{n:07d}",
                owner=draw.choice([users["liaison"], None, None]),
                provenance=origins.of("last_name", "first_name", "specialty", "phone"),
            )
            for n in range(number)
        ),
    )


def _roster(draw, physicians):
    years = [dt.date(year, 1, 1) for year in (2022, 2023, 2024, 2025)]
    _insert(
        RosterEntry,
        (
            RosterEntry(
                npi=physician.npi,
                network_status=draw.choice(RosterEntry.Status.values),
                effective_from=start,
                effective_to=end,
            )
            for physician in physicians
            for start, end in zip(years, [*years[1:], None], strict=True)
        ),
    )


def _referrals(draw, physicians, practices, organizations):
    """One to each physician on average; half of them name the practice."""
    today = timezone.localdate()

    def made(n):
        at = draw.randrange(len(physicians))
        return Referral(
            external_id=f"R-{n}",
            received_on=today - dt.timedelta(draw.randrange(700)),
            referring_physician=physicians[at],
            referring_practice=practices[at // 5] if n % 2 else None,
            referred_to_organization=draw.choice(organizations) if n % 3 else None,
            status=draw.choice([Referral.Status.RECEIVED, Referral.Status.CLOSED]),
        )

    _insert(Referral, (made(n) for n in range(len(physicians))))


def _work(draw, users, physicians, practices):
    """What people did: notes, visits, proposals, merges, likely duplicates."""
    now, today, liaison = timezone.now(), timezone.localdate(), users["liaison"]
    _insert(
        Note,
        (
            Note(practice=practice, author=liaison, text="Park behind the building")
            for practice in practices[::3]
        ),
    )
    _insert(
        Visit,
        (
            Visit(
                practice=draw.choice(practices),
                liaison=liaison,
                visited_on=today - dt.timedelta(draw.randrange(300)),
                outcome="positive",
            )
            for _ in practices
        ),
    )
    _insert(
        Proposal,
        (
            Proposal(
                practice=practice,
                field="fax",
                value=f"616{n:07d}",
                source="person",
                by=liaison,
                created_at=now,
                status="accepted" if n % 2 else "pending",
            )
            for n, practice in enumerate(practices[::5])
        ),
    )
    _insert(
        Merge,
        (
            Merge(
                practice=one,
                removed_row=10**9,
                removed_name="Old",
                at=now,
                by=users["manager"],
            )
            for one in practices[::50]
        ),
    )
    _insert(
        Duplicate,
        (
            Duplicate(
                kind=kind,
                first=one.pk,
                second=other.pk,
                likelihood=draw.randrange(50, 100),
                reasons=["The same phone number"],
                found_at=now,
            )
            for kind, rows in (("practice", practices), ("physician", physicians))
            for one, other in zip(rows[::50], rows[1::50], strict=True)
        ),
    )
    _insert(
        OtherName,
        (
            OtherName(physician=physician, name=draw.choice(LAST))
            for physician in physicians[::10]
        ),
    )


def _payments(draw, physicians):
    recipients = _insert(
        PaymentRecipient,
        (
            PaymentRecipient(
                profile=str(n),
                last_name=physician.last_name,
                first_name=physician.first_name,
                physician=physician if n % 2 else None,
            )
            for n, physician in enumerate(physicians[::10], start=1)
        ),
    )
    _insert(
        Payment,
        (
            Payment(
                record_id=f"{recipient.pk}-{year}",
                recipient=recipient,
                company="Acme Devices",
                amount_cents=draw.randrange(100_000),
                paid_on=dt.date(year, 3, 1),
                year=year,
            )
            for recipient in recipients
            for year in (2023, 2024)
        ),
    )
    _insert(
        PaymentSuggestion,
        (
            PaymentSuggestion(recipient=recipient, physician=physician)
            for recipient, physician in zip(recipients, physicians[::10], strict=True)
            if not recipient.physician_id
        ),
    )


def _specialists(draw, physicians, practices):
    """Of two in 25 physicians a profile; half of them are in the network today."""
    terms = {
        kind: [Term.objects.create(kind=kind, name=name) for name in names]
        for kind, names in (
            ("condition", [f"{one} {other}" for one in PLACES for other in TROUBLES]),
            ("procedure", [f"{one} replacement" for one in PLACES]),
            ("insurer", INSURERS),
            ("language", ["English", "Spanish", "Arabic"]),
        )
    }
    profiles = _insert(
        SpecialistProfile,
        (
            SpecialistProfile(physician=physician, accepts_new=True)
            for n, physician in enumerate(physicians)
            if n % 25 < 2
        ),
    )
    link = SpecialistProfile.terms.through
    _insert(
        link,
        (
            link(specialistprofile=profile, term=term)
            for profile in profiles
            for names in terms.values()
            for term in draw.sample(names, min(3, len(names)))
        ),
    )
    now, today = timezone.now(), timezone.localdate()
    first = physicians[0].pk
    _insert(
        Availability,
        (
            Availability(
                profile=profile,
                practice=practices[(profile.physician_id - first) // 5],
                next_available_on=today + dt.timedelta(days=draw.randrange(40)),
                checked_at=now,
            )
            for profile in profiles
        ),
    )
    return profiles

"""What global search finds in the directory."""

from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from accounts.permissions import Permission
from accounts.search import Asked, Hit, Source, lookup, resembling
from liaison_crm.lib.formats import phone
from referrals.models import Affiliation, Organization, OtherName, Physician, Practice

PHYSICIAN = ("last_name", "first_name", "middle_name")
PRACTICE = (
    "name",
    "city",
    "address_line_1",
    "front_desk_names",
    "scheduler_names",
)
PHONE_DIGITS = 4  # fewer are looked for at the start only


def physicians(asked: Asked, user, limit: int) -> list[Hit]:
    in_sight = Physician.objects.among_visible_to(user)
    if asked.digits:
        rows = in_sight.filter(number(asked, has_npi=True)).order_by("npi", "pk")
    else:
        rows = Physician.objects.all()
        called = asked.among(rows, *PHYSICIAN, besides=had("physician"))
        rows = asked.ranked(in_sight.filter(called), *PHYSICIAN)
    return physician_hits(rows[:limit], user)


def physicians_resembling(asked: Asked, user, limit: int) -> list[Hit]:
    in_sight = Physician.objects.among_visible_to(user)
    rows = resembling(in_sight, asked, "last_name", "first_name")
    return physician_hits(rows[:limit], user)


def physician_hits(rows, user):
    places = Affiliation.objects.current(on=timezone.localdate())
    places = places.among_visible_to(user)
    places = places.select_related("practice").order_by("-is_primary", "pk")
    rows = rows.select_related("specialty__service_line").prefetch_related(
        Prefetch("affiliations", places, to_attr="places")
    )
    return [
        Hit(
            title=str(physician),
            text=joined(
                physician.specialty and physician.specialty.service_line,
                physician.places and physician.places[0].practice,
                f"NPI {physician.npi}",
                "" if physician.is_active else "inactive",
            ),
            url=reverse("referrals:physician-detail", args=[physician.pk]),
        )
        for physician in rows
    ]


def practices(asked: Asked, user, limit: int) -> list[Hit]:
    in_sight = Practice.objects.visible_to(user)
    if asked.digits:
        here = Q(zip_code__startswith=asked.digits) | Q(
            address_line_1__startswith=asked.text
        )
        rows = in_sight.filter(here | number(asked)).order_by("name", "pk")
    else:
        called = asked.among(Practice.objects.all(), *PRACTICE)
        rows = asked.ranked(in_sight.filter(called), "name", "city")
    return practice_hits(rows[:limit])


def practices_resembling(asked: Asked, user, limit: int) -> list[Hit]:
    in_sight = Practice.objects.visible_to(user)
    return practice_hits(resembling(in_sight, asked, "name", "city")[:limit])


def practice_hits(rows):
    return [
        Hit(
            title=practice.name,
            text=joined(
                practice.address,
                phone(practice.phone).replace(" ", "\u00a0").replace("-", "\u2011"),
                "" if practice.is_active else "inactive",
            ),
            url=reverse("referrals:practice-detail", args=[practice.pk]),
        )
        for practice in rows
    ]


def organizations(asked: Asked, user, limit: int) -> list[Hit]:
    in_sight = Organization.objects.visible_to(user)
    if asked.digits:
        rows = in_sight.filter(npi__startswith=asked.digits).order_by("npi", "pk")
    else:
        rows = Organization.objects.all()
        called = asked.among(rows, "name", besides=had("organization"))
        rows = asked.ranked(in_sight.filter(called), "name")
    return organization_hits(rows[:limit])


def organizations_resembling(asked: Asked, user, limit: int) -> list[Hit]:
    in_sight = Organization.objects.visible_to(user)
    return organization_hits(resembling(in_sight, asked, "name")[:limit])


def organization_hits(rows):
    return [
        Hit(
            title=organization.name,
            text=joined(organization.npi and f"NPI {organization.npi}"),
            url=reverse("referrals:organization-detail", args=[organization.pk]),
        )
        for organization in rows
    ]


def number(asked, *, has_npi=False) -> Q:
    """By digits of a phone number, or the start of an NPI."""
    way = "contains" if len(asked.digits) >= PHONE_DIGITS else "startswith"
    found = Q(**{f"phone__{way}": asked.digits})
    return found | Q(npi__startswith=asked.digits) if has_npi else found


def had(whose):
    """Where a name that the physician or organization has beside it, or had."""

    def of(word):
        names = OtherName.objects.filter(**{lookup("name", word): word})
        return names.exclude(**{whose: None}).values(whose)

    return of


def joined(*parts) -> str:
    return " · ".join(str(part) for part in parts if part)


SOURCES = (
    Source(
        "Physicians",
        "stethoscope",
        Permission.DIRECTORY_READ,
        physicians,
        physicians_resembling,
        "referrals:physician-list",
    ),
    Source(
        "Practices",
        "building-hospital",
        Permission.DIRECTORY_READ,
        practices,
        practices_resembling,
        "referrals:practice-list",
    ),
    Source(
        "Organizations",
        "building-community",
        Permission.DIRECTORY_READ,
        organizations,
        organizations_resembling,
    ),
)

"""Load the demo market through the product's own doors, each step once.

Files go through `import_file`, people and territories through the models,
reports through `report`. A load that was interrupted goes on where it stopped.
"""

import csv
import datetime as dt
from itertools import cycle
from pathlib import Path

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import Territory, TerritoryAssignment, TerritoryZip, User
from outreach import stages
from outreach.models import Visit, VisitAttendee
from referrals.models import Affiliation, Practice, Term
from referrals.services.specialists import update_term
from reports.demo import details, specialists
from reports.demo.market import VISIT_WEEKS, Market, generate, liaison_email
from reports.demo.names import REGION, SPECIALTIES, TAXONOMY_NAMES, TERRITORIES
from reports.models import ProgrammeCost

PASSWORD = "demo-liaison-crm"
SOURCE = "demo"

PEOPLE = {
    # e-mail: (name, role, territory)
    "liaison@demo.example": ("Maya Thornton", User.Role.LIAISON, "Davidson North"),
    "liaison2@demo.example": ("Luis Navarro", User.Role.LIAISON, "Davidson South"),
    "liaison3@demo.example": (
        "Grace Okafor",
        User.Role.LIAISON,
        "Rutherford-Williamson",
    ),
    "liaison4@demo.example": ("Sean Callahan", User.Role.LIAISON, "Sumner-Wilson"),
    "coordinator@demo.example": ("Priya Desai", User.Role.COORDINATOR, REGION),
    "manager@demo.example": ("Diana Mercer", User.Role.MANAGER, REGION),
    "executive@demo.example": ("Robert Hastings", User.Role.EXECUTIVE, None),
    "compliance@demo.example": ("Ruth Goldberg", User.Role.COMPLIANCE, None),
    "administrator@demo.example": ("Omar Haddad", User.Role.ADMINISTRATOR, None),
}

MONTHLY_COSTS = {
    # category: (dollars for each liaison, dollars for the programme)
    ProgrammeCost.Category.SALARIES: (6_100, 4_800),
    ProgrammeCost.Category.MILEAGE: (390, 0),
    ProgrammeCost.Category.EXPENSES: (210, 0),
    ProgrammeCost.Category.MATERIALS: (0, 850),
    ProgrammeCost.Category.EVENTS: (0, 1_400),
    ProgrammeCost.Category.DATA: (0, 1_500),
    ProgrammeCost.Category.SOFTWARE: (0, 600),
}


def load(folder: Path, *, today: dt.date, say=print) -> None:
    """Make the market in `folder` and bring it in; a no-op when that is done."""
    done = folder / "loaded"
    if done.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    anchor = _anchor(folder, today)
    say("Making the market")
    market = generate(anchor)
    say("People and territories")
    _people_and_territories(anchor)
    for kind, path in write_files(market, folder):
        say(f"Importing {kind}")
        call_command("import_file", kind, str(path), source=SOURCE, stdout=_Quiet())
        if kind == "nppes":
            _name_practices(market)
    _specialists(market, folder, today, say)
    details.write_down(market, anchor=anchor)
    _costs(anchor)
    _plan_visits(market, today)
    _stages(anchor)
    for kind in ("leakage", "roi"):
        say(f"Computing {kind}")
        call_command("report", kind, stdout=_Quiet())
    done.touch()


class _Quiet:
    def write(self, text):
        pass

    def flush(self):
        pass


def _anchor(folder, today):
    """The Monday of the week in which the market was first made."""
    path = folder / "anchor"
    if not path.exists():
        path.write_text((today - dt.timedelta(days=today.weekday())).isoformat())
    return dt.date.fromisoformat(path.read_text())


@transaction.atomic
def _people_and_territories(anchor):
    region, _ = Territory.objects.get_or_create(name=REGION)
    nodes = {REGION: region}
    colours = cycle(Territory.Colour.values[1:])
    for (name, cities), colour in zip(TERRITORIES.items(), colours, strict=False):
        nodes[name], _ = Territory.objects.get_or_create(
            name=name, parent=region, defaults={"colour": colour}
        )
        for zip_code in [z for codes in cities.values() for z in codes]:
            TerritoryZip.objects.get_or_create(
                zip_code=zip_code, defaults={"territory": nodes[name]}
            )
    for email, (name, role, territory) in PEOPLE.items():
        user = User.objects.filter(email=email).first()
        if not user:
            user = User.objects.create_user(email, PASSWORD, name=name, role=role)
        if territory:
            TerritoryAssignment.objects.get_or_create(
                user=user,
                territory=nodes[territory],
                defaults={"starts_on": anchor - dt.timedelta(weeks=160)},
            )


# Files ----------------------------------------------------------------------------


def write_files(market: Market, folder: Path):
    """(kind, path) of each file, in the order of import."""
    return [
        ("service-lines", _write(folder / "service_lines.csv", _service_lines())),
        ("nucc", _write(folder / "nucc_taxonomy.csv", _taxonomy())),
        ("nppes", _write(folder / "npidata.csv", _registry(market))),
        ("roster", _write(folder / "roster.csv", _roster(market))),
        ("referrals", _write(folder / "referrals.csv", market.referrals)),
        ("visits", _write(folder / "visits.csv", market.visits)),
        ("claims", _write(folder / "claims.csv", market.claims)),
    ]


def _write(path, rows):
    rows = list(rows)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def _service_lines():
    return [
        {
            "service_line": name,
            "hospital_based": "no",
            "contribution_margin_usd": str(margin),
        }
        for name, (_, margin, _, _) in SPECIALTIES.items()
    ]


def _taxonomy():
    return [
        {"Code": code, "Display Name": name} for code, name in TAXONOMY_NAMES.items()
    ]


def _registry(market):
    for organization in market.organizations:
        yield _location(organization.practice) | {
            "NPI": organization.npi,
            "Entity Type Code": "2",
            "Provider Organization Name (Legal Business Name)": (
                organization.name.upper()
            ),
            "Healthcare Provider Taxonomy Code_1": "261QM1300X",
            "Healthcare Provider Primary Taxonomy Switch_1": "Y",
        }
    for physician in market.referrers + market.specialists:
        yield _location(physician.practice) | {
            "NPI": physician.npi,
            "Entity Type Code": "1",
            "Provider Last Name (Legal Name)": physician.last_name.upper(),
            "Provider First Name": physician.first_name.upper(),
            "Provider Credential Text": physician.credential,
            "Healthcare Provider Taxonomy Code_1": physician.taxonomy,
            "Healthcare Provider Primary Taxonomy Switch_1": "Y",
        }


def _location(practice):
    location = "Provider Business Practice Location Address"
    return {
        "Provider First Line Business Practice Location Address": (
            practice.street.upper()
        ),
        f"{location} City Name": practice.city.upper(),
        f"{location} State Name": "TN",
        f"{location} Postal Code": practice.zip_code,
        f"{location} Telephone Number": practice.phone,
    }


def _roster(market):
    start = (market.anchor - dt.timedelta(weeks=208)).isoformat()
    rows = []
    for organization in market.organizations:
        if organization.status:
            rows.append((organization.npi, organization.status, "", start, ""))
    for physician in market.referrers + market.specialists:
        employer = physician.organization.npi if physician.organization else ""
        if physician.moved_on:
            day = physician.moved_on.isoformat()
            before = physician.status_before
            rows.append((physician.npi, before, "", start, day))
            rows.append((physician.npi, physician.status, employer, day, ""))
        elif physician.status:
            rows.append((physician.npi, physician.status, employer, start, ""))
    columns = ("npi", "network_status", "organization_npi")
    dates = ("effective_from", "effective_to")
    return [dict(zip(columns + dates, row, strict=True)) for row in rows]


def _specialists(market, folder, today, say):
    """Profiles and openings of our own specialists, and what things are also called."""
    profiles, openings = specialists.rows(market, today=today)
    for kind, rows in (("specialists", profiles), ("availability", openings)):
        say(f"Importing {kind}")
        path = _write(folder / f"{kind}.csv", rows)
        call_command("import_file", kind, str(path), source=SOURCE, stdout=_Quiet())
    for term in Term.objects.filter(name__in=specialists.SYNONYMS):
        names = specialists.SYNONYMS[term.name]
        update_term(term=term, name=term.name, synonyms=names)


# What people entered -------------------------------------------------------------


@transaction.atomic
def _name_practices(market):
    """The registry knows addresses; people know what the place is called."""
    found = {
        (practice.address_line_1.upper(), practice.zip_code): practice
        for practice in Practice.objects.filter(organization=None)
    }
    for place in market.practices:
        practice = found.get((place.street.upper(), place.zip_code))
        if practice:
            practice.name, practice.tier = place.name, place.tier
            practice.save(update_fields=["name", "tier"])


@transaction.atomic
def _costs(anchor):
    if ProgrammeCost.objects.exists():
        return
    liaisons = list(User.objects.filter(email__in=map(liaison_email, TERRITORIES)))
    first = anchor - dt.timedelta(weeks=VISIT_WEEKS)
    month, costs = first.replace(day=1), []
    while month <= anchor:
        for category, (each, programme) in MONTHLY_COSTS.items():
            owners = [(liaison, each) for liaison in liaisons] + [(None, programme)]
            costs += [
                ProgrammeCost(
                    month=month,
                    category=category,
                    liaison=liaison,
                    amount_cents=dollars * 100,
                )
                for liaison, dollars in owners
                if dollars
            ]
        month = (month + dt.timedelta(days=32)).replace(day=1)
    ProgrammeCost.objects.bulk_create(costs)


def _stages(anchor):
    """How each practice came to where it is: the rule, asked on days of the past."""
    for weeks in (155, 154, 152, 149, 144, 130, 104, 78, 52, 26, 13, 0):
        day = anchor - dt.timedelta(weeks=weeks)
        at = timezone.make_aware(dt.datetime.combine(day, dt.time(6)))
        stages.follow(Practice.objects.all(), on=day, at=at)


@transaction.atomic
def _plan_visits(market, today):
    """A day of five stops for each liaison, today and on the next two weekdays."""
    days = [today + dt.timedelta(days=n) for n in range(5)]
    days = [today] + [day for day in days[1:] if day.weekday() < 5][:2]
    npis = {p.npi: p for p in market.referrers}
    affiliations = (
        Affiliation.objects.filter(physician__npi__in=npis, practice__organization=None)
        .select_related("physician", "practice")
        .order_by("practice__zip_code", "practice", "physician")
    )
    for territory in TERRITORIES:
        liaison = User.objects.get(email=liaison_email(territory))
        if liaison.visits.filter(status=Visit.Status.PLANNED).exists():
            continue
        local = [
            a
            for a in affiliations
            if npis[a.physician.npi].practice.territory == territory
        ]
        stops = list({a.practice_id: a for a in local}.values())
        for number, affiliation in enumerate(stops[: 5 * len(days)]):
            visit = Visit.objects.create(
                liaison=liaison,
                practice=affiliation.practice,
                status=Visit.Status.PLANNED,
                visited_on=days[number // 5],
                visited_at=dt.time(9 + number % 5, 30 * (number % 2)),
                purpose="Relationship",
            )
            VisitAttendee.objects.create(visit=visit, physician=affiliation.physician)

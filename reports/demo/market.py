"""The demo market: made up, with a story, the same every time.

`generate` draws everything from one seed. Dates hang on an anchor (a Monday),
so that a market made next month tells the same story a month later: shifted by
whole weeks, every weekly figure stays as it is.

The story, known because it was put in:

- Orthopedics leaks: more than half of the network's own referrals go to
  competitors, two to three times the rate of any other service line.
- Visits work in Rutherford-Williamson (referrals x 1.5 for 90 days) and do
  nothing in Sumner-Wilson (x 1.0); Davidson lies between.
- One loyal physician in Davidson North has been falling silent for 14 weeks.
"""

import datetime as dt
import math
import random
from dataclasses import dataclass, field

from reports.demo.names import (
    COMPETITORS,
    FIRST_NAMES,
    LAST_NAMES,
    NETWORK,
    NEXT_STEPS,
    PAYERS,
    PRACTICE_WORDS,
    PURPOSES,
    REFERRING_KINDS,
    SPECIALTIES,
    STREETS,
    TERRITORIES,
    VISIT_NOTES,
)

SEED = 20_260_101
REFERRAL_WEEKS = 156
VISIT_WEEKS = 104
CLAIM_WEEKS = 104
CLAIMS_LAG_DAYS = 45
EFFECT_DAYS = 90
DECLINE_WEEKS = 14
VISIT_EFFECT = {
    "Davidson North": 1.15,
    "Davidson South": 1.25,
    "Rutherford-Williamson": 1.5,
    "Sumner-Wilson": 1.0,
}
PRACTICES_PER_TERRITORY = 28
PATIENTS = 9_000


@dataclass
class DemoPhysician:
    npi: str
    first_name: str
    last_name: str
    credential: str
    taxonomy: str
    practice: "DemoPractice"
    status: str = ""  # network status; "" when the roster does not list them
    weekly_rate: float = 0.0
    is_visited: bool = False
    is_declining: bool = False
    service_line: str = ""
    organization: "DemoOrganization | None" = None
    # A specialist who changed sides: the day, and the status before it.
    moved_on: dt.date | None = None
    status_before: str = ""
    visits: list[dt.date] = field(default_factory=list)


@dataclass
class DemoPractice:
    name: str
    street: str
    city: str
    zip_code: str
    phone: str
    territory: str
    tier: str = ""


@dataclass
class DemoOrganization:
    npi: str
    name: str
    status: str
    practice: DemoPractice


@dataclass
class Market:
    """Everything the loader writes to files; rows are dicts by column name."""

    anchor: dt.date
    organizations: list[DemoOrganization]
    practices: list[DemoPractice]
    referrers: list[DemoPhysician]
    specialists: list[DemoPhysician]
    referrals: list[dict] = field(default_factory=list)
    visits: list[dict] = field(default_factory=list)
    claims: list[dict] = field(default_factory=list)


def generate(anchor: dt.date) -> Market:
    """The market whose last full week ends before `anchor`, a Monday."""
    if anchor.weekday():
        raise ValueError("The anchor is a Monday.")
    draw = random.Random(SEED)
    market = _places_and_people(draw, anchor)
    _visits(draw, market)
    _referrals(draw, market)
    _claims(draw, market)
    return market


def npi_with_check_digit(number: int) -> str:
    body = f"1{number:08d}"
    total = 24
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def liaison_email(territory: str) -> str:
    place = list(TERRITORIES).index(territory)
    return f"liaison{place + 1 if place else ''}@demo.example"


# Places and people --------------------------------------------------------------


class _Registry:
    """Hands out NPIs, names and addresses, each once."""

    def __init__(self, draw):
        self.draw = draw
        self.issued = 97_000_000
        self.names = [(f, n) for f in FIRST_NAMES for n in LAST_NAMES]
        draw.shuffle(self.names)
        self.addresses = set()

    def npi(self):
        self.issued += self.draw.randint(3, 40)
        return npi_with_check_digit(self.issued)

    def name(self):
        return self.names.pop()

    def street(self):
        while True:
            number = self.draw.randint(2, 89) * 25 + self.draw.choice([0, 1, 5])
            street = f"{number} {self.draw.choice(STREETS)}"
            if street not in self.addresses:
                self.addresses.add(street)
                return street


def _places_and_people(draw, anchor):
    registry = _Registry(draw)
    practices, referrers = [], []
    for territory, cities in TERRITORIES.items():
        zips = [(city, z) for city, codes in cities.items() for z in codes]
        words = draw.sample(PRACTICE_WORDS, PRACTICES_PER_TERRITORY)
        for place, word in enumerate(words):
            kind = draw.choice(list(REFERRING_KINDS))
            city, zip_code = zips[place % len(zips)]
            practice = _practice(registry, f"{word} {kind}", city, zip_code, territory)
            practice.tier = draw.choices("ABCD", [2, 4, 5, 2])[0]
            practices.append(practice)
            status = draw.choices(["employed", "affiliated", "independent"], [4, 3, 4])[
                0
            ]
            referrers += [
                _referrer(registry, practice, REFERRING_KINDS[kind], status)
                for _ in range(draw.choice([1, 2, 3, 3, 4, 5]))
            ]
    _choose_who_is_visited(draw, referrers)
    _choose_who_declines(referrers)
    organizations = _organizations(registry)
    specialists = _specialists(registry, organizations, anchor)
    practices += [organization.practice for organization in organizations]
    return Market(anchor, organizations, practices, referrers, specialists)


def _practice(registry, name, city, zip_code, territory):
    phone = f"615555{registry.draw.randint(0, 9999):04d}"
    return DemoPractice(name, registry.street(), city, zip_code, phone, territory)


def _referrer(registry, practice, taxonomy, status):
    draw = registry.draw
    first, last = registry.name()
    credential = draw.choices(["MD", "DO", "NP", "PA"], [10, 3, 4, 2])[0]
    rate = min(math.exp(draw.gauss(-1.15, 0.75)), 2.4)
    return DemoPhysician(
        registry.npi(), first, last, credential, taxonomy, practice, status, rate
    )


def _choose_who_is_visited(draw, referrers):
    for territory in TERRITORIES:
        local = [p for p in referrers if p.practice.territory == territory]
        for physician in draw.sample(local, round(len(local) * 0.6)):
            physician.is_visited = True


def _choose_who_declines(referrers):
    loyal = [
        p
        for p in referrers
        if p.practice.territory == "Davidson North" and p.status == "independent"
    ]
    physician = max(loyal, key=lambda p: p.weekly_rate)
    physician.weekly_rate = 3.2
    physician.is_declining = True
    physician.is_visited = True


def _organizations(registry):
    sites = [
        (f"{NETWORK} Main Hospital", "employed", "Nashville", "37203"),
        (f"{NETWORK} Heart Center", "employed", "Nashville", "37205"),
        (f"{NETWORK} Murfreesboro", "employed", "Murfreesboro", "37129"),
        (f"{NETWORK} Partners", "affiliated", "Hermitage", "37076"),
        (f"{COMPETITORS[0]} Orthopedics", "competitor", "Nashville", "37207"),
        (f"{COMPETITORS[0]} Main Campus", "competitor", "Franklin", "37067"),
        (f"{COMPETITORS[1]} Hospital", "competitor", "Hendersonville", "37075"),
        (f"{COMPETITORS[1]} Clinics", "competitor", "Lebanon", "37087"),
        ("Twin Forks Specialists", "", "Antioch", "37013"),
    ]
    where = {
        zip_code: territory
        for territory, cities in TERRITORIES.items()
        for codes in cities.values()
        for zip_code in codes
    }
    return [
        DemoOrganization(
            registry.npi(),
            name,
            status,
            _practice(registry, name, city, zip_code, where[zip_code]),
        )
        for name, status, city, zip_code in sites
    ]


def _specialists(registry, organizations, anchor):
    draw, specialists = registry.draw, []
    for service_line, (taxonomy, *_) in SPECIALTIES.items():
        for organization in organizations:
            if not _treats(organization, service_line):
                continue
            for _ in range(draw.choice([1, 2, 2, 3])):
                first, last = registry.name()
                specialists.append(
                    DemoPhysician(
                        registry.npi(),
                        first,
                        last,
                        draw.choices(["MD", "DO"], [9, 1])[0],
                        taxonomy,
                        organization.practice,
                        organization.status,
                        service_line=service_line,
                        organization=organization,
                    )
                )
    movers = [p for p in specialists if p.status == "competitor"][3:24:10]
    for physician in movers:
        physician.moved_on = anchor - dt.timedelta(weeks=40)
        physician.status_before = "affiliated"
    return specialists


def _treats(organization, service_line):
    if organization.name.endswith("Orthopedics"):
        return service_line == "Orthopedics"
    if organization.name.endswith("Heart Center"):
        return service_line == "Cardiology"
    return True


# Visits ---------------------------------------------------------------------------


def _visits(draw, market):
    """Visits at moments that have nothing to do with how referrals were going."""
    number = 0
    for physician in market.referrers:
        if not physician.is_visited:
            continue
        first_day = market.anchor - dt.timedelta(weeks=VISIT_WEEKS)
        last_day = market.anchor - dt.timedelta(days=1)
        if physician.is_declining:
            last_day -= dt.timedelta(weeks=DECLINE_WEEKS + 16)
        day = first_day + dt.timedelta(days=draw.randint(0, 500))
        while (day := _weekday(day)) <= last_day:
            number += 1
            is_conversation = _visit(draw, market, physician, day, number)
            if is_conversation:
                physician.visits.append(day)
            day += dt.timedelta(days=draw.choice([21, 35, 60, 100, 150, 210]))
    market.visits.sort(key=lambda row: (row["visited_on"], row["visit_id"]))


def _visit(draw, market, physician, day, number):
    kind = draw.choices(["in_person", "phone", "virtual", "drop_off"], [12, 2, 2, 3])[0]
    # The newest promises are still open; older ones were kept long ago.
    has_next_step = (market.anchor - day).days < 30 and draw.random() < 0.5
    market.visits.append(
        {
            "visit_id": f"V{number:05d}",
            "liaison_email": liaison_email(physician.practice.territory),
            "visited_on": day.isoformat(),
            "physician_npi": physician.npi,
            "kind": kind,
            "purpose": draw.choice(PURPOSES),
            "service_line": draw.choice(list(SPECIALTIES)),
            "outcome": draw.choices(["positive", "neutral", "negative"], [6, 3, 1])[0],
            "notes": draw.choice(VISIT_NOTES) if draw.random() < 0.7 else "",
            "next_step": draw.choice(NEXT_STEPS) if has_next_step else "",
            "next_step_due": (day + dt.timedelta(days=28)).isoformat()
            if has_next_step
            else "",
        }
    )
    return kind != "drop_off"


def _weekday(day):
    return day + dt.timedelta(days={5: 2, 6: 1}.get(day.weekday(), 0))


# Referrals ------------------------------------------------------------------------


def _referrals(draw, market):
    first = market.anchor - dt.timedelta(weeks=REFERRAL_WEEKS)
    ours = _by_service_line(
        [p for p in market.specialists if p.status in ("employed", "affiliated")]
    )
    for physician in market.referrers:
        for offset in range(REFERRAL_WEEKS * 7):
            day = first + dt.timedelta(days=offset)
            if day.weekday() > 4:
                continue
            rate = physician.weekly_rate / 5 * _effect(market, physician, day)
            for _ in range(_poisson(draw, rate)):
                market.referrals.append(_referral(draw, market, physician, day, ours))
    market.referrals.sort(key=lambda row: (row["received_on"], row["referring_npi"]))
    for number, row in enumerate(market.referrals, start=1):
        row["referral_id"] = f"R{number:06d}"


def _effect(market, physician, day):
    effect = 1.0
    if any(0 < (day - visit).days <= EFFECT_DAYS for visit in physician.visits):
        effect = VISIT_EFFECT[physician.practice.territory]
    if physician.is_declining:
        weeks_left = (market.anchor - day).days / 7
        if weeks_left <= DECLINE_WEEKS:
            effect *= 0.2
    return effect


def _referral(draw, market, physician, day, ours):
    service_line = _a_service_line(draw)
    receiver = draw.choice(ours[service_line])
    row = {
        "kind": draw.choices(["consult", "procedure", "imaging"], [8, 1, 1])[0],
        "received_on": day.isoformat(),
        "referring_npi": physician.npi,
        "referred_to_npi": receiver.npi,
        "referred_to_organization_npi": receiver.organization.npi,
        "service_line": service_line,
        "payer_name": draw.choice(PAYERS),
        "urgency": draw.choices(["routine", "urgent"], [9, 1])[0],
        "channel": draw.choice(["ehr", "fax", "phone", "portal"]),
    }
    _follow(draw, row, day, market.anchor)
    return row


def _follow(draw, row, day, anchor):
    """Lead the referral as far as it got before the anchor."""
    row["status"] = "received"
    end = draw.choices(["", "declined", "cancelled", "lost"], [88, 4, 5, 3])[0]
    answered = day + dt.timedelta(days=draw.choice([0, 1, 1, 2, 3]))
    if answered >= anchor:
        return
    row["status"], row["acknowledged_at"] = "acknowledged", answered.isoformat()
    if end:
        row["status"], row["closed_at"] = end, answered.isoformat()
        row["end_reason"] = {
            "declined": "Insurer not accepted",
            "cancelled": "Patient's choice",
            "lost": "Could not be reached",
        }[end]
        return
    scheduled = answered + dt.timedelta(days=draw.choice([0, 1, 1, 2, 4]))
    if scheduled >= anchor:
        return
    appointment = _weekday(scheduled + dt.timedelta(days=draw.randint(3, 24)))
    row["status"], row["scheduled_at"] = "scheduled", scheduled.isoformat()
    row["appointment_at"] = appointment.isoformat()
    if appointment >= anchor:
        return
    row["status"], row["seen_at"] = "seen", appointment.isoformat()
    report = appointment + dt.timedelta(days=draw.choice([1, 2, 3, 5, 9]))
    if report >= anchor or (draw.random() < 0.03 and (anchor - report).days < 40):
        return
    row["status"], row["report_sent_at"] = "report_sent", report.isoformat()
    closed = report + dt.timedelta(days=draw.choice([1, 3, 7]))
    if closed < anchor:
        row["status"], row["closed_at"] = "closed", closed.isoformat()


# Claims ---------------------------------------------------------------------------


def _claims(draw, market):
    """Claim lines of what all referrers of the market sent anywhere."""
    last_day = market.anchor - dt.timedelta(days=CLAIMS_LAG_DAYS)
    first = market.anchor - dt.timedelta(weeks=CLAIM_WEEKS)
    days = (last_day - first).days
    sides = {
        "in": _by_service_line(_with_status(market, "employed", "affiliated")),
        "out": _by_service_line(_with_status(market, "competitor")),
        "unknown": _by_service_line(_with_status(market, "")),
    }
    number = 0
    for physician in market.referrers:
        events = _poisson(draw, physician.weekly_rate * days / 7 * 1.15)
        for _ in range(events):
            day = _weekday(first + dt.timedelta(days=draw.randint(0, days)))
            service_line = _a_service_line(draw)
            side = _a_side(draw, physician, service_line)
            receiver = draw.choice(sides[side][service_line])
            number += 1
            _claim(draw, market, physician, receiver, day, service_line, number)
    market.claims.sort(key=lambda row: (row["service_date_from"], row["claim_id"]))


def _a_side(draw, physician, service_line):
    if draw.random() < 0.07:
        return "unknown"
    leak = SPECIALTIES[service_line][3]
    if physician.status == "independent":
        leak = min(leak + 0.22, 0.85)
    return "out" if draw.random() < leak else "in"


def _claim(draw, market, physician, receiver, day, service_line, number):
    patient = f"P{draw.randint(1, PATIENTS):06d}"
    payer = PAYERS[int(patient[1:]) % len(PAYERS)]
    follow_ups = draw.choices([0, 1, 2], [5, 3, 2])[0]
    for visit in range(follow_ups + 1):
        on = _weekday(day + dt.timedelta(days=visit * draw.randint(10, 45)))
        if on > market.anchor - dt.timedelta(days=CLAIMS_LAG_DAYS):
            return
        allowed = round(math.exp(draw.gauss(5.6, 0.7)), 2)
        if service_line in ("Orthopedics", "Oncology", "Cardiology"):
            allowed = round(allowed * 1.8, 2)
        row = {
            "claim_id": f"C{number:06d}{visit}",
            "claim_line": "1",
            "patient_id": patient,
            "service_date_from": on.isoformat(),
            "referring_npi": physician.npi if draw.random() < 0.96 else "",
            "rendering_npi": receiver.npi,
            "billing_npi": receiver.organization.npi,
            "procedure_code": draw.choice(["99203", "99204", "99213", "99214"]),
            "charge_amount": f"{allowed * 1.9:.2f}",
            "allowed_amount": f"{allowed:.2f}" if draw.random() < 0.95 else "",
            "paid_amount": f"{allowed * 0.8:.2f}",
            "payer_name": payer,
            "patient_zip": physician.practice.zip_code,
            "claim_status": draw.choices(["paid", "denied"], [97, 3])[0],
            "adjudicated_on": (on + dt.timedelta(days=21)).isoformat(),
        }
        market.claims.append(row)
        if draw.random() < 0.02:  # sent again, corrected
            later = {"paid_amount": f"{allowed * 0.7:.2f}"}
            later["adjudicated_on"] = (on + dt.timedelta(days=60)).isoformat()
            market.claims.append(row | later)


def _with_status(market, *statuses):
    return [p for p in market.specialists if p.status in statuses]


def _by_service_line(physicians):
    found = {}
    for physician in physicians:
        found.setdefault(physician.service_line, []).append(physician)
    return found


def _a_service_line(draw):
    shares = [share for _, _, share, _ in SPECIALTIES.values()]
    return draw.choices(list(SPECIALTIES), shares)[0]


def _poisson(draw, mean):
    """A Poisson draw by multiplication; large means in halves."""
    if mean > 30:
        return _poisson(draw, mean / 2) + _poisson(draw, mean / 2)
    limit, product, drawn = math.exp(-mean), draw.random(), 0
    while product > limit:
        product *= draw.random()
        drawn += 1
    return drawn

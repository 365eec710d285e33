"""A row outside one's territories cannot be read, changed, counted, searched,
exported or detected: it answers as a row that does not exist.

South is foreign to the liaison and the coordinator of the north, and to the
manager of a sibling region.
"""

import datetime as dt
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import TerritoryAssignment, User
from referrals.models import Affiliation
from tests.attacks import (
    WITH_ID,
    WITHOUT_ID,
    are_alike,
    body,
    changed_by,
    contents,
    scrubbed,
    valid,
    views_that_take,
)
from tests.factories.referrals import AffiliationFactory, npi_of
from tests.test_permissions import ACTORS, TABLE

pytestmark = pytest.mark.django_db

VIEWERS = ("liaison", "coordinator", "sibling_manager")
FOREIGN = {
    "north": "south",
    "liaison": "south_liaison",
    "north_practice": "south_practice",
    "north_physician": "south_physician",
    "north_organization": "south_organization",
    "north_referral": "south_referral",
    "north_visit": "south_visit",
    "north_assignment": "south_assignment",
    "north_coverage": "south_coverage",
    "notification": "south_notification",
    "task": "south_task",
    "saved_view": "south_view",
    "managers_import": "south_import",
    "managers_draft": "south_draft",
    "managers_mapping": "south_mapping",
    "leakage_run": "roi_run",
    "programme_cost": "south_cost",
    "what_if": "south_what_if",
    "cardiology": "cardiology",
    "north_entry": "north_entry",
    "north_proposal": "south_proposal",
    "specialist": "south_candidate",
    "cardiology_margin": "cardiology_margin",
    "payer_class": "payer_class",
    "north_pair": "south_pair",
    "north_merge": "south_merge",
    "north_suggestion": "south_suggestion",
    "north_note": "south_note",
    "north_affiliation": "south_affiliation",
}
# Of the whole network, for who may read reports: no row of anybody.
EVERYBODYS = {name for name in WITH_ID if name.startswith("reports:run-")}
# Roster, margins and payer classes are of the whole network; whom the roster names
# is scoped: see tests/referrals/views/test_roster_detail.py.
# So are the names that specialists are found by.
NETWORKS = {
    name
    for name in WITH_ID
    if name.startswith(
        (
            "referrals:roster-",
            "referrals:term-",
            "reports:margin-",
            "reports:payer-class-",
        )
    )
}


def foreign_key(world, name):
    """The key, in the URL `name`, of a row on the other side."""
    (argument,) = TABLE[name].arguments.values()
    fixture, *attribute = argument.split(".")
    return getattr(getattr(world, FOREIGN[fixture]), *attribute or ["pk"])


def made_up(key):
    return uuid.UUID(int=7) if isinstance(key, uuid.UUID) else key + 87_654_321


@pytest.mark.parametrize("viewer", VIEWERS)
def test_a_foreign_row_answers_as_one_that_does_not_exist(
    viewer, world, client, address_of
):
    client.force_login(getattr(world, viewer))
    before = contents()
    differing = []

    for name in WITH_ID:
        if name in {"accounts:invitation-accept", *NETWORKS} or (
            name in EVERYBODYS and viewer == "sibling_manager"
        ):
            continue
        key = foreign_key(world, name)
        for ask in (client.get, client.post):
            answers = []
            for pk in (key, made_up(key)):
                url = address_of(name, pk)
                data = valid(name, world) if ask == client.post else {}
                answers.append(scrubbed(ask(url, data)))
            alike = are_alike(*answers, asked=(key, made_up(key)))
            if not alike or answers[0][0] not in (403, 404, 405):
                differing.append((name, ask.__name__, answers[0][0], answers[1][0]))

    assert differing == []
    assert contents() == before


@pytest.mark.parametrize("name", WITH_ID)
def test_a_key_beyond_64_bits_is_nothing(name, world, client, address_of):
    if name == "accounts:invitation-accept" or "uid" in TABLE[name].arguments:
        return
    client.force_login(getattr(world, ACTORS[TABLE[name].roles[0]]))

    answers = [
        ask(address_of(name, 10**30)).status_code for ask in (client.get, client.post)
    ]

    assert set(answers) <= {404, 405}


# Parameter, what stands for something foreign, what for something made up.
QUERIES = [
    ("referrals:practice-list", "territory", lambda w: (w.south.pk, 87_654_321)),
    ("referrals:practice-export", "territory", lambda w: (w.south.pk, 87_654_321)),
    ("referrals:practice-list", "q", lambda w: ("South Clinic", "Zouth Clinic")),
    ("referrals:practice-list", "q", lambda w: ("Southey", "Zouthey")),
    ("referrals:practice-list", "organization", lambda w: ("Southern", "Zouthern")),
    ("referrals:practice-list", "zip", lambda w: ("37401", "37499")),
    ("referrals:organization-list", "q", lambda w: ("Southern", "Zouthern")),
    ("referrals:organization-export", "q", lambda w: ("Southern", "Zouthern")),
    (
        "referrals:organization-list",
        "q",
        lambda w: (w.south_organization.npi, "1999999999"),
    ),
    ("referrals:roster-list", "npi", lambda w: ("Southey", "Zouthey")),
    ("referrals:roster-list", "npi", lambda w: ("Southern", "Zouthern")),
    ("referrals:roster-export", "npi", lambda w: ("Southey", "Zouthey")),
    ("accounts:search", "q", lambda w: ("Southey", "Zouthey")),
    ("accounts:search", "q", lambda w: ("South Clinic", "Zouth Clinic")),
    ("accounts:search", "q", lambda w: ("Southern", "Zouthern")),
    ("accounts:search", "q", lambda w: ("Sid", "Zid")),
    ("accounts:search", "q", lambda w: (w.south_physician.npi, "1999999999")),
    ("referrals:physician-list", "territory", lambda w: (w.south.pk, 87_654_321)),
    ("referrals:physician-list", "q", lambda w: ("Southey", "Zouthey")),
    ("referrals:physician-list", "q", lambda w: (w.south_physician.npi, "1999999999")),
    (
        "referrals:referral-list",
        "practice",
        lambda w: (w.south_practice.pk, 87_654_321),
    ),
    ("referrals:referral-list", "q", lambda w: ("S-1", "Z-1")),
    ("referrals:referral-list", "referrer", lambda w: ("Southey", "Zouthey")),
    ("referrals:referral-list", "referred_to", lambda w: ("Southern", "Zouthern")),
    ("referrals:referral-worklist", "q", lambda w: ("S-1", "Z-1")),
    ("referrals:specialist-list", "what", lambda w: ("Southey", "Zouthey")),
    ("referrals:specialist-list", "what", lambda w: ("South Clinic", "Zouth Clinic")),
    ("referrals:specialist-export", "what", lambda w: ("Southey", "Zouthey")),
    ("referrals:specialist-sheet", "id", lambda w: (w.south_candidate.pk, 87_654_321)),
    (
        "referrals:organization-create",
        "practice",
        lambda w: (w.south_practice.pk, 87_654_321),
    ),
    ("referrals:proposal-list", "q", lambda w: ("South Clinic", "Zouth Clinic")),
    ("referrals:proposal-list", "q", lambda w: ("Southey", "Zouthey")),
    ("outreach:visit-list", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("outreach:visit-list", "physician", lambda w: (w.south_physician.pk, 87_654_321)),
    ("outreach:visit-list", "liaison", lambda w: (w.south_liaison.pk, 87_654_321)),
    ("outreach:visit-export", "liaison", lambda w: (w.south_liaison.pk, 87_654_321)),
    ("outreach:visit-list", "q", lambda w: ("secret", "zecret")),
    ("outreach:visit-create", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    (
        "outreach:visit-create",
        "physician",
        lambda w: (w.south_physician.pk, 87_654_321),
    ),
    ("outreach:visit-create", "visit", lambda w: (w.south_visit.pk, 87_654_321)),
    ("outreach:visit-plan", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("outreach:visit-places", "pinned", lambda w: (w.south_practice.pk, 87_654_321)),
    (
        "outreach:visit-places",
        "physicians",
        lambda w: (w.south_physician.pk, 87_654_321),
    ),
    ("outreach:visit-places", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("outreach:physician-search", "search", lambda w: ("Southey", "Zouthey")),
    ("outreach:physician-search", "search", lambda w: ("South Clinic", "Zouth Clinic")),
    ("outreach:task-create", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("outreach:task-list", "q", lambda w: ("secret", "zecret")),
    ("reports:leakage", "territory", lambda w: ("South", "Zouth")),
    ("reports:leakage", "referrer", lambda w: ("Southey", "Zouthey")),
    ("reports:leakage", "referrer", lambda w: (w.south_physician.npi, "1999999999")),
    ("reports:leakage-events", "referrer", lambda w: ("Southey", "Zouthey")),
    ("reports:leakage-events", "referrer", lambda w: (w.south_physician.npi, "1" * 10)),
    ("reports:leakage-events", "territory", lambda w: ("South", "Zouth")),
    ("reports:roi", "territory", lambda w: (w.south.pk, 87_654_321)),
    ("reports:roi-physician-list", "territory", lambda w: (w.south.pk, 87_654_321)),
    ("reports:cost-list", "liaison", lambda w: (w.south_liaison.pk, 87_654_321)),
]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_is_foreign_cannot_be_found_by_a_filter_or_a_search(
    viewer, world, finished_reports, client
):
    client.force_login(getattr(world, viewer))
    differing = []

    for name, parameter, values in QUERIES:
        asked = values(world)
        first, second = (
            scrubbed(client.get(reverse(name), {parameter: value})) for value in asked
        )
        if not are_alike(first, second, asked=asked) or first[0] >= 500:
            differing.append((name, parameter, first[0], second[0]))

    assert differing == []


FORMS = [
    (
        "outreach:visit-create",
        "physicians",
        lambda w: (w.south_physician.pk, 87_654_321),
    ),
    ("outreach:visit-create", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("outreach:visit-plan", "physicians", lambda w: (w.south_physician.pk, 87_654_321)),
    ("outreach:visit-plan", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("outreach:visit-edit", "physicians", lambda w: (w.south_physician.pk, 87_654_321)),
    ("outreach:visit-edit", "practice", lambda w: (w.south_practice.pk, 87_654_321)),
    ("reports:cost-create", "liaison", lambda w: (w.south_liaison.pk, 87_654_321)),
    (
        "referrals:affiliation-create",
        "physician",
        lambda w: (w.south_physician.pk, 87_654_321),
    ),
    (
        "referrals:organization-create",
        "practice",
        lambda w: (w.south_practice.pk, 87_654_321),
    ),
    (
        "referrals:organization-move",
        "parent",
        lambda w: ("Southern Secret Health", "Zouthern Zecret Health"),
    ),
    (
        "referrals:organization-create",
        "parent",
        lambda w: (w.south_organization.npi, npi_of(87_654_321)),
    ),
]


@pytest.mark.parametrize("viewer", VIEWERS)
def test_what_is_foreign_is_refused_in_a_form_as_what_does_not_exist(
    viewer, world, client, address_of
):
    client.force_login(getattr(world, viewer))
    before = contents()
    differing = []

    for name, field, values in FORMS:
        answers = []
        for value in values(world):
            data = valid(name, world) | {field: value}
            answers.append(scrubbed(client.post(address_of(name), data)))
        alike = are_alike(*answers, asked=values(world))
        if not alike or answers[0][0] >= 500:
            differing.append((name, field, answers[0][0], answers[1][0]))

    assert differing == []
    assert contents() == before


SECRETS = ("South Clinic", "Southey", "outhern secret", "Southern Secret", "Sid South")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_nothing_foreign_appears_on_any_page_or_in_any_file(
    viewer, world, finished_reports, client, address_of
):
    client.force_login(getattr(world, viewer))
    own = [] if viewer == "sibling_manager" else WITH_ID
    told = []

    for name in [*WITHOUT_ID, *own]:
        if name in views_that_take("GET") and name != "accounts:invitation-accept":
            text = body(client.get(address_of(name)))
            told += [(name, secret) for secret in SECRETS if secret in text]

    assert told == []


def test_a_practice_out_of_sight_is_not_told_by_whom_works_there_too(
    world, client, address_of
):
    Affiliation.objects.filter(physician=world.north_physician).update(is_primary=False)
    AffiliationFactory(physician=world.north_physician, practice=world.south_practice)
    client.force_login(world.liaison)
    told = []

    for name in views_that_take("GET"):
        if name != "accounts:invitation-accept":
            text = body(client.get(address_of(name), {"search": "Northrup"}))
            told += [name] * ("South Clinic" in text)

    assert told == []


def test_rights_taken_away_are_gone_at_the_next_request(world, client):
    client.force_login(world.liaison)
    url = reverse("referrals:practice-detail", args=[world.north_practice.pk])
    assert client.get(url).status_code == 200
    yesterday = timezone.localdate() - dt.timedelta(days=1)

    TerritoryAssignment.objects.filter(user=world.liaison).update(ends_on=yesterday)

    assert client.get(url).status_code == 404
    for name in ("practice-list", "physician-list", "practice-export"):
        text = body(client.get(reverse(f"referrals:{name}")))
        assert "North Clinic" not in text
        assert "Northrup" not in text


def test_a_role_taken_away_is_gone_at_the_next_request(world, client):
    client.force_login(world.administrator)
    assert client.get(reverse("accounts:person-list")).status_code == 200

    User.objects.filter(pk=world.administrator.pk).update(role=User.Role.EXECUTIVE)

    assert client.get(reverse("accounts:person-list")).status_code == 403


# Nothing is set that the form does not show --------------------------------------


@pytest.mark.parametrize("name", views_that_take("POST"))
def test_fields_that_a_form_does_not_show_change_nothing(
    name, world, client, address_of
):
    smuggled = {
        "role": "administrator",
        "is_superuser": "1",
        "is_staff": "1",
        "is_active": "0",
        "password": "stolen horse battery",
        "liaison": world.south_liaison.pk,
        "owner": world.south_liaison.pk,
        "user": world.south_liaison.pk,
        "started_by": world.south_liaison.pk,
        "requested_by": world.south_liaison.pk,
        "updated_by": world.south_liaison.pk,
        "territory": world.south.pk,
        "parent": world.south.pk,
        "practice": world.south_practice.pk,
        "organization": world.south_organization.pk,
        "referring_physician": world.south_physician.pk,
        "source": "smuggled",
        "external_id": "smuggled",
        "name": "smuggled",
        "npi": "1999999999",
        "zip_code": "37401",
        "status": "done",
        "is_standard": "1",
        "done_at": "2026-01-01",
        "amount_cents": "1",
        "id": "1",
        "pk": "1",
    }
    shown = valid(name, world)
    roles = TABLE[name].roles
    client.force_login(getattr(world, ACTORS[roles[0]]))
    url = address_of(name)

    plain = changed_by(lambda: client.post(url, shown))
    more = changed_by(lambda: client.post(url, smuggled | shown))

    assert more == plain

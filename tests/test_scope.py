"""A row outside one's territories cannot be read, changed, counted, searched,
exported or detected: it answers as a row that does not exist.

South is foreign to the liaison, the coordinator and the manager of the north, and
to the manager of a sibling region. All southern rows have one and the same key, so
that a form or a page can be asked about every kind of them at once.
"""

import datetime as dt
import json
import uuid

import pytest
from django.apps import apps
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
    changes,
    contents,
    difference,
    same_keys,
    scrubbed,
    uids_in,
    undone,
    valid,
    views_that_take,
)
from tests.factories.referrals import AffiliationFactory, npi_of
from tests.test_permissions import ACTORS, TABLE

pytestmark = pytest.mark.django_db

# The coordinator sees what the liaison sees.
VIEWERS = (
    "liaison",
    pytest.param("coordinator", marks=pytest.mark.long),
    "north_manager",
    "sibling_manager",
)
# As long as each other: some fields say how long an answer is.
FAR, NOWHERE = 700_007, 876_543
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
    "north_pause": "south_pause",
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
    "north_exception": "south_exception",
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

# An invitation, the shapes of a state: of no row that somebody may see.
ROWLESS = {
    name
    for name in WITH_ID
    if any(isinstance(it, list) for it in TABLE[name].arguments.values())
}

# No move is ahead, no import has ended; who covers may only read of it.
UNREACHED = {
    ("accounts:zips-withdraw", "north_manager"),
    ("referrals:import-take", "north_manager"),
    ("referrals:import-complete", "north_manager"),
    ("accounts:coverage-edit", "coordinator"),
    ("accounts:coverage-end", "coordinator"),
}
# People of the field may ask any colleague to cover for them; managers their team.
ANYBODY = {
    (f"accounts:coverage-{form}", "covering", viewer)
    for form in ("create", "edit")
    for viewer in ("liaison", "coordinator")
}


@pytest.fixture
def far():
    return {"pk": FAR}


def foreign_key(world, name):
    """The key, in the URL `name`, of a row on the other side."""
    (argument,) = TABLE[name].arguments.values()
    fixture, *attribute = argument.split(".")
    return getattr(getattr(world, FOREIGN[fixture]), *attribute or ["pk"])


def is_open_to(name, user):
    return not TABLE[name].is_public and user.role in TABLE[name].roles


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
        if name in {*ROWLESS, *NETWORKS} or (
            name in EVERYBODYS and viewer.endswith("manager")
        ):
            continue
        key = foreign_key(world, name)
        for ask in (client.get, client.post):
            answers = []
            for pk in (key, made_up(key)):
                url = address_of(name, pk)
                data = valid(name, world) if ask == client.post else {}
                answers.append(scrubbed(ask(url, data)))
            told = difference(*answers, asked=(key, made_up(key)))
            if told or answers[0][0] not in (403, 404, 405):
                differing.append((name, ask.__name__, answers[0][0], told[:6]))

    assert differing == []
    assert contents() == before


@pytest.mark.parametrize("role", ACTORS)
def test_a_key_beyond_64_bits_is_nothing(role, world, client, address_of):
    client.force_login(getattr(world, ACTORS[role]))
    found = []

    for name in WITH_ID:
        rule = TABLE[name]
        if rule.is_public or "uid" in rule.arguments or rule.roles[0] != role:
            continue
        url = address_of(name, 10**30)
        answers = {ask(url).status_code for ask in (client.get, client.post)}
        found += [name] * (not answers <= {404, 405})

    assert found == []


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
    ("referrals:exception-list", "q", lambda w: ("South Clinic", "Zouth Clinic")),
    ("referrals:exception-list", "q", lambda w: ("secret", "zecret")),
    ("referrals:exception-list", "territory", lambda w: (w.south.pk, 87_654_321)),
    (
        "referrals:exception-list",
        "practice",
        lambda w: (w.south_practice.pk, 87_654_321),
    ),
    ("referrals:exception-export", "q", lambda w: ("South Clinic", "Zouth Clinic")),
    ("referrals:exception-search", "q", lambda w: ("South Clinic", "Zouth Clinic")),
    ("referrals:exception-search", "q", lambda w: ("Southey", "Zouthey")),
    ("reports:leakage", "county", lambda w: ("47065", "47063")),
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


def painted(zip_code):
    """A ZIP code goes to the south, or to a territory that is not there."""
    return [json.dumps({zip_code: territory}) for territory in (FAR, NOWHERE)]


# What the form is about, a field of it, values of it that are foreign or made up.
FORMS = [
    (
        "referrals:duplicate-create",
        "row",
        lambda w: (w.south_practice.pk, 87_654_321),
    ),
    (
        "referrals:duplicate-create",
        "other",
        lambda w: (w.south_practice.pk, 87_654_321),
    ),
    *(
        (f"referrals:{kind}-{form}", "owner", lambda w: (w.south_liaison.pk, NOWHERE))
        for kind in ("practice", "physician")
        for form in ("edit", "propose", "bulk")
    ),
    (
        "referrals:practice-bulk",
        "territory",
        lambda w: (w.south.pk, NOWHERE),
    ),
    *(
        (f"referrals:{kind}-bulk", "row", lambda w: (FAR, NOWHERE))
        for kind in ("practice", "physician")
    ),
    ("reports:prospect-add", "owner", lambda w: (w.south_liaison.pk, NOWHERE)),
    ("reports:prospect-add", "row", lambda w: (w.south_physician.pk, NOWHERE)),
    ("referrals:proposal-decide", "proposal", lambda w: (FAR, NOWHERE)),
    ("accounts:territory-create", "parent", lambda w: (FAR, NOWHERE)),
    ("accounts:territory-edit", "parent", lambda w: (FAR, NOWHERE)),
    ("accounts:zips-move", "territory", lambda w: (FAR, NOWHERE)),
    ("referrals:exception-create", "territory", lambda w: (FAR, NOWHERE)),
    ("accounts:territory-paint", "targets", lambda w: painted("37203")),
    ("accounts:assignment-create", "user", lambda w: (FAR, NOWHERE)),
    ("accounts:coverage-create", "covered", lambda w: (FAR, NOWHERE)),
    ("reports:what-if-create", "root", lambda w: (FAR, NOWHERE)),
    ("reports:what-if-move", "territory", lambda w: (FAR, NOWHERE)),
    ("reports:what-if-paint", "targets", lambda w: painted("37203")),
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
    if viewer != "sibling_manager":
        hand_over(world, getattr(world, viewer))
    before = contents()
    differing = []

    for name, field, values in FORMS:
        answers = []
        for value in values(world):
            data = valid(name, world) | {field: value}
            if "field" in data and field != "row":
                data["field"] = "panel" if name == "reports:prospect-add" else field
            client.cookies.pop("messages", None)  # of what was sent before
            answers.append(scrubbed(client.post(address_of(name), data)))
        told = difference(*answers, asked=values(world))
        if told or answers[0][0] >= 500:
            differing.append((name, field, answers[0][0], told[:6]))

    assert differing == []
    assert contents() == before


# What only whoever began it may go on with.
BEGUN = {
    "managers_import": "started_by",
    "managers_draft": "started_by",
    "managers_mapping": "made_by",
    "saved_view": "owner",
    "task": "owner",
    "north_note": "author",
    "north_proposal": "by",
    "north_visit": "liaison",
    "notification": "user",
}


def hand_over(world, user):
    """What is of the north and was begun by somebody is `user`'s from here on."""
    for name, owner in BEGUN.items():
        row = getattr(world, name)
        type(row)._base_manager.filter(pk=row.pk).update(**{owner: user})
    root = user.assignments.get().territory
    type(world.what_if).objects.filter(pk=world.what_if.pk).update(root=root)


@pytest.mark.long
@pytest.mark.parametrize("viewer", ["liaison", "coordinator", "north_manager"])
def test_no_field_of_any_form_tells_or_takes_a_foreign_key(
    viewer, world, client, address_of, read_names
):
    """Whatever a view asks its form for, in place of that and beside a good answer."""
    client.force_login(getattr(world, viewer))
    hand_over(world, getattr(world, viewer))
    before, faults, unreached = contents(), [], []
    uids = uids_in(before)

    for name in views_that_take("POST"):
        if not is_open_to(name, getattr(world, viewer)):
            continue
        url, good = address_of(name), valid(name, world)
        read_names.clear()
        with same_keys(), undone():
            if client.post(url, good).status_code in (403, 404):
                unreached.append((name, viewer))
        for field in {*good, *read_names} - {"csrfmiddlewaretoken", "uid", "key"}:
            if (name, field, viewer) in ANYBODY:
                continue
            answers = []
            for key in (FAR, NOWHERE):
                client.cookies.pop("messages", None)  # of what was sent before
                with same_keys(), undone():
                    answer = client.post(url, good | {field: key})
                    answers.append(scrubbed(answer, uids=uids))
                    taken = key == FAR and answer.status_code < 400 and far_in(before)
                faults += [(name, field, taken)] if taken else []
            told = difference(*answers, asked=(FAR, NOWHERE))
            if told or answers[0][0] >= 500:
                faults.append((name, field, answers[0][0], told[:6]))

    assert (faults, set(unreached) - UNREACHED) == ([], set())


@pytest.mark.parametrize(
    ("viewer", "alone"),
    [
        ("liaison", False),
        pytest.param("liaison", True, marks=pytest.mark.long),
        pytest.param("north_manager", True, marks=pytest.mark.long),
        pytest.param("coordinator", True, marks=pytest.mark.long),
    ],
)
def test_no_parameter_of_any_page_tells_a_foreign_key(
    viewer, alone, world, finished_reports, client, address_of, read_names, time_machine
):
    """All that a page reads at once; each alone too where one may hide another."""
    time_machine.move_to(timezone.now(), tick=False)  # "9 seconds ago" and "10"
    client.force_login(getattr(world, viewer))
    hand_over(world, getattr(world, viewer))
    faults = []

    for name in views_that_take("GET"):
        if not is_open_to(name, getattr(world, viewer)):
            continue
        url = address_of(name)
        read_names.clear()
        body(client.get(url))
        wanted = [it for it in read_names if (name, it, viewer) not in ANYBODY]
        asked = [wanted]
        for names in asked:
            answers = [
                scrubbed(client.get(url, dict.fromkeys(names, key)))
                for key in (FAR, NOWHERE)
            ]
            if told := difference(*answers, asked=(FAR, NOWHERE)):
                faults.append((name, names, told[:6]))
            if names is wanted and (alone or told or answers[0][0] != 200):
                asked += [[it] for it in wanted]

    assert faults == []


def far_in(before):
    """The relations, among what was written, to a southern row."""
    return [
        (label, name)
        for label, _, name, value in changes(before, contents())
        if value == str(FAR) and apps.get_model(label)._meta.get_field(name).is_relation
    ]


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
            names = (name, "covering", viewer) in ANYBODY
            told += [(name, it) for it in SECRETS[: -names or None] if it in text]

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
        "stage": "established",
        "tier": "A",
        "version": "99",
        "provenance": "{}",
        "is_shared": "1",
        "is_primary": "1",
        "is_pinned": "1",
        "author": world.south_liaison.pk,
        "by": world.south_liaison.pk,
        "made_by": world.south_liaison.pk,
        "decided_by": world.south_liaison.pk,
        "reviewed_by": world.south_liaison.pk,
        "decision": "accept",
        "physician": world.south_physician.pk,
        "physicians": world.south_physician.pk,
        "created_at": "2001-01-01",
        "deactivated_on": "2001-01-01",
        "replacement_npi": "1999999999",
        "network_status": "employed",
        "effective_from": "2001-01-01",
        "address_key": "smuggled",
        "latitude": "1",
        "days": "7",
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

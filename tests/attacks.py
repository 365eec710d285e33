"""What the attacks in test_scope, test_bad_input and their like have in common.

`VALID` is a good answer to every form; `contents` is the whole database, to
compare with itself after a refusal.
"""

import contextlib
import re
import uuid
from urllib.parse import quote_plus

from django.apps import apps
from django.db import models, transaction

from tests.test_permissions import OWN_APPS, TABLE, VIEWS

OWN_URLS = [name for name in TABLE if name.split(":")[0] in OWN_APPS and ":" in name]
WITHOUT_ID = [name for name in OWN_URLS if not TABLE[name].arguments]
WITH_ID = [name for name in OWN_URLS if TABLE[name].arguments]
# Kept for every request, or beside the point of a comparison.
PASSING = {"sessions.Session", "usersessions.UserSession"}


def body(response) -> str:
    """What the browser gets, streamed or not."""
    if response.streaming:
        return b"".join(response.streaming_content).decode()
    return response.content.decode()


def scrubbed(response) -> tuple:
    """Status, and target and body without tokens and fresh keys."""
    text = f"{response.get('Location', '')}\n{body(response)}"
    text = re.sub(r"\b[0-9A-Za-z]{64}\b", "[token]", text)
    text = re.sub(r'(name="(?:uid|key)" value=")[0-9a-f-]{36}', r"\1", text)
    return response.status_code, text


def are_alike(foreign, unknown, *, asked) -> bool:
    """Do two answers differ in nothing but the value that was asked for?

    `asked`: what stood for the foreign row, and what stood for no row at all.
    """
    text = unknown[1]
    for way in (str, quote_plus):
        text = text.replace(way(str(asked[1])), way(str(asked[0])))
    return (foreign[0], foreign[1]) == (unknown[0], text)


def contents() -> dict:
    """{model: {primary key: values}} of every table."""
    return {
        model._meta.label: {row.pop("pk"): row for row in _rows(model)}
        for model in apps.get_models()
        if model._meta.label not in PASSING
    }


def _rows(model):
    names = [field.attname for field in model._meta.concrete_fields]
    return model._base_manager.values("pk", *names)


def changes(before: dict, after: dict) -> set:
    """What differs, in words that two runs of the same request share.

    Keys of rows that are new, moments and fresh keys are left out.
    """
    found = set()
    for label, rows in after.items():
        model = apps.get_model(label)
        for pk, row in rows.items():
            old = before[label].get(pk)
            for field in model._meta.concrete_fields:
                value = row[field.attname]
                if old and old[field.attname] == value:
                    continue
                passing = (models.DateTimeField, models.UUIDField, models.AutoField)
                if isinstance(field, passing):
                    continue
                if field.attname == "password" and value.startswith("!"):
                    value = "!"  # none that works: random, and different each time
                related = field.related_model and field.related_model._meta.label
                if related in after and value not in before[related]:
                    value = value and "new"
                found.add((label, pk if old else "new", field.attname, str(value)))
    for label, rows in before.items():
        found |= {(label, pk, "deleted", "") for pk in rows.keys() - after[label]}
    return found


@contextlib.contextmanager
def undone():
    """Whatever is done inside is rolled back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def changed_by(send) -> set:
    """What the request that `send` makes changes; it is undone then."""
    with undone():
        before = contents()
        response = send()
        assert response.status_code < 500
        return changes(before, contents())


def views_that_take(method: str) -> list[str]:
    """Own URLs whose views answer `method`, by their decorator."""
    return [name for name in OWN_URLS if method in methods_of(VIEWS[name])]


def methods_of(view) -> set:
    """What `require_http_methods` around the view lets through."""
    while view is not None:
        names = getattr(view.__code__, "co_freevars", ())
        cells = dict(zip(names, view.__closure__ or (), strict=True))
        if "request_method_list" in cells:
            return set(cells["request_method_list"].cell_contents)
        view = getattr(view, "__wrapped__", None)
    return {"GET", "POST"}


VALID = {
    "accounts:profile": lambda world: {"name": "New Name"},
    "accounts:invitation-accept": lambda world: {
        "name": "Ina Invited",
        "password": "correct horse battery staple",
    },
    "accounts:person-invite": lambda world: {
        "name": "Ina",
        "email": "ina@example.org",
        "role": "liaison",
        "territory": world.north.pk,
        "starts_on": "2026-03-01",
    },
    "accounts:person-edit": lambda world: {
        "name": "Lea L.",
        "email": "lea@example.org",
        "role": "coordinator",
    },
    "accounts:territory-create": lambda world: {
        "name": "West",
        "parent": world.north.pk,
    },
    "accounts:territory-edit": lambda world: {"name": "Norther", "parent": ""},
    "accounts:territory-zips": lambda world: {"zip_codes": "37203, 37205-37207"},
    "accounts:assignment-create": lambda world: {
        "user": world.coordinator.pk,
        "starts_on": "2019-01-01",
        "ends_on": "2019-02-01",
    },
    "accounts:assignment-edit": lambda world: {
        "user": world.liaison.pk,
        "starts_on": "2020-02-01",
        "ends_on": "",
    },
    "referrals:practice-edit": lambda world: {
        "tier": "A",
        "phone": "615 555 0100",
        "fax": "",
    },
    "referrals:physician-edit": lambda world: {
        "tier": "B",
        "phone": "615 555 0101",
        "email": "n@example.org",
    },
    "referrals:service-line-edit": lambda world: {
        "is_hospital_based": "on",
        "ranges": "27130-27447",
    },
    "referrals:referral-status": lambda world: {
        "status": "acknowledged",
        "at": "",
        "appointment_at": "",
        "reason": "",
        "version": world.north_referral.version,
        "next": "/referrals/",
    },
    "outreach:task-create": lambda world: {
        "title": "Call back",
        "due_on": world.tomorrow,
    },
    "outreach:task-edit": lambda world: {
        "title": "Call again",
        "due_on": world.tomorrow,
    },
    "outreach:task-done": lambda world: {"next": "/tasks/"},
    "outreach:task-reopen": lambda world: {"next": "/tasks/"},
    "outreach:visit-create": lambda world: _visit(world),
    "outreach:visit-plan": lambda world: (
        _visit(world) | {"visited_on": world.tomorrow, "visited_at": "09:00"}
    ),
    "outreach:visit-edit": lambda world: (
        _visit(world)
        | {"visited_on": "2026-03-02", "version": world.north_visit.version}
    ),
    "outreach:visit-cancel": lambda world: {"reason": "Snow"},
    "outreach:visit-no-show": lambda world: {"reason": "Closed"},
    "reports:run-create": lambda world: {
        "key": uuid.uuid4(),
        "first_month": "2026-01",
        "last_month": "2026-03",
        "gap_days": "90",
        "basis": "allowed",
        "roster_complete_since": "",
        "sources": "",
    },
    "reports:roi-run-create": lambda world: {
        "key": uuid.uuid4(),
        "first_month": "2026-01",
        "last_month": "2026-03",
    },
    "reports:settings-edit": lambda world: {
        "gap_days": "365",
        "basis": "paid",
        "roster_complete_since": "2026-01-01",
    },
    "reports:cost-create": lambda world: _cost(world),
    "reports:cost-edit": lambda world: _cost(world),
    "reports:margin-edit": lambda world: {
        f"line-{line.pk}": "1,500.00" for line in world.lines
    },
}


def _visit(world):
    return {
        "uid": uuid.uuid4(),
        "version": "1",
        "physicians": [world.north_physician.pk],
        "practice": world.north_practice.pk,
        "search": "",
        "staff": "Fay Frontdesk",
        "topics": ["Insurance"],
        "own_topics": "Parking",
        "kind": "in_person",
        "outcome": "positive",
        "visited_on": "",
        "visited_at": "",
        "when": "now",
        "purpose": "Say hello",
        "service_line": "",
        "notes": "All well",
        "follow_ups": ["call"],
        "next_step": "Bring cards",
        "next_step_on": "",
    }


def _cost(world):
    return {
        "month": "2026-02",
        "category": "mileage",
        "amount_cents": "120.50",
        "liaison": world.liaison.pk,
        "note": "Miles",
    }


def valid(name, world) -> dict:
    """A good answer to the form of the URL `name`; empty where it has no fields."""
    return VALID.get(name, lambda world: {})(world)

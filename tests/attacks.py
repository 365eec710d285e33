"""What the attacks in test_scope, test_bad_input and their like have in common.

`VALID` is a good answer to every form; `contents` is the whole database, to
compare with itself after a refusal.
"""

import contextlib
import datetime as dt
import difflib
import functools
import json
import re
import uuid
from html import escape
from urllib.parse import quote_plus

from django.apps import apps
from django.db import connection, models, transaction

from referrals.forms.imports import field_of
from referrals.models import Practice
from referrals.services.affiliations import seen_of as affiliation_seen
from referrals.services.exceptions import state_of
from referrals.services.merges import FIELDS
from referrals.services.service_lines import seen_of
from tests.factories.referrals import npi_of
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


UID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def scrubbed(response, *, uids=None) -> tuple:
    """Status, and target and body without tokens and fresh keys.

    `uids`: those of rows that were there before. Any other is fresh then.
    """
    text = f"{response.get('Location', '')}\n{body(response)}"
    text = re.sub(r"\b[0-9A-Za-z]{64}\b", "[token]", text)
    text = re.sub(r'(name="(?:uid|key)" value=")[0-9a-f-]{36}', r"\1", text)
    if uids is not None:
        text = UID.sub(lambda uid: uid[0] if uid[0] in uids else "[fresh]", text)
    return response.status_code, text


def uids_in(before: dict) -> set[str]:
    """Those of all rows in `contents`."""
    values = (
        it for rows in before.values() for row in rows.values() for it in row.values()
    )
    return {str(it) for it in values if isinstance(it, uuid.UUID)}


def are_alike(foreign, unknown, *, asked) -> bool:
    """Do two answers differ in nothing but the value that was asked for?

    `asked`: what stood for the foreign row, and what stood for no row at all.
    """
    return not difference(foreign, unknown, asked=asked)


def difference(foreign, unknown, *, asked) -> list[str]:
    """The lines in which two answers differ, but for the value that was asked for."""
    text = unknown[1]
    for way in (str, quote_plus, escape):
        text = text.replace(way(str(asked[1])), way(str(asked[0])))
    first, second = (
        f"{status}\n{it}".splitlines()
        for status, it in ((foreign[0], foreign[1]), (unknown[0], text))
    )
    lines = difflib.unified_diff(first, second, lineterm="", n=0)
    return [line for line in [*lines][2:] if line[0] in "+-"]


def contents() -> dict:
    """{model: {primary key: values}} of every table."""
    return {
        model._meta.label: dict(_rows(model))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in PASSING
    }


def _rows(model):
    """(primary key, {name: value}) of each row."""
    compiler, sql, parameters, names = _reading(model)
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        for pk, *values in compiler.results_iter([cursor.fetchall()]):
            yield pk, dict(zip(names, values, strict=True))


@functools.cache
def _reading(model):
    """The query is made once: that takes ten times as long as asking it."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._base_manager.order_by().values_list("pk", *names)
    compiler = rows.query.get_compiler(connection=connection)
    return compiler, *compiler.as_sql(), names


def row_counts() -> list:
    """(table, number of rows) of every table that a refusal must leave alone."""
    passing = ("django_session", "shared_cache", "usersessions_usersession")
    tables = connection.introspection.django_table_names(only_existing=True)
    counted = " UNION ALL ".join(
        f"SELECT '{table}', COUNT(*) FROM {connection.ops.quote_name(table)}"
        for table in sorted(tables)
        if table not in passing
    )
    with connection.cursor() as cursor:
        cursor.execute(counted)
        return cursor.fetchall()


# Inside values: a moment, and a digest of which one is a part.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+\+00:00|(?<='digest': ')[0-9a-f]+")


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
                if field.attname == "path":
                    value = re.sub(r"\b[0-9a-f]{32}\b", "[random]", value)
                related = field.related_model and field.related_model._meta.label
                if related in after and value not in before[related]:
                    value = value and "new"
                value = MOMENT.sub("[moment]", str(value))
                found.add((label, pk if old else "new", field.attname, value))
    for label, rows in before.items():
        found |= {(label, pk, "deleted", "") for pk in rows.keys() - after[label]}
    return found


@contextlib.contextmanager
def undone():
    """Whatever is done inside is rolled back at the end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextlib.contextmanager
def same_keys():
    """What is sent inside counts keys on from where it began, each time.

    PostgreSQL takes no key back when what was written is undone.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename, last_value FROM pg_sequences")
        begun = cursor.fetchall()
    yield
    with connection.cursor() as cursor:
        names, values = zip(*begun, strict=True)
        cursor.execute(
            "SELECT setval(format('%%I', name)::regclass, coalesce(value, 1),"
            " value IS NOT NULL) FROM unnest(%s, %s::bigint[]) AS begun(name, value)",
            [list(names), list(values)],
        )


def changed_by(send) -> set:
    """What the request that `send` makes changes; it is undone then."""
    with same_keys(), undone():
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


def practice_values(world):
    """Every field of the form, so that nothing else can stand in for one."""
    return {
        "seen": world.north_practice.version,
        "name": "Northern Clinic",
        "organization": "",
        "is_active": "True",
        "zip_code": "37203",
        "phone": "615 555 0100",
        "fax": "",
        "owner": "",
        "tier": "A",
    }


def physician_values(world):
    return {
        "seen": world.north_physician.version,
        "tier": "B",
        "phone": "615 555 0101",
        "email": "n@example.org",
        "owner": "",
        "is_active": "True",
    }


def organization_values(world):
    return {
        "seen": world.north_organization.version,
        "name": "Northern Care",
        "is_active": "True",
    }


VALID = {
    "accounts:profile": lambda world: {"name": "New Name"},
    "accounts:saved-view-create": lambda world: {
        "list": "practices",
        "name": "Tier A",
        "query": "tier=A",
        "columns": "city",
        "is_shared": "",
    },
    "accounts:saved-view-edit": lambda world: {"name": "Renamed", "is_shared": "on"},
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
        "colour": "red",
    },
    "accounts:territory-edit": lambda world: {
        "name": "Norther",
        "parent": "",
        "colour": "red",
    },
    "accounts:coverage-create": lambda world: {
        "covered": world.liaison.pk,
        "covering": world.coordinator.pk,
        "starts_on": "2031-01-01",
        "ends_on": "2031-02-01",
        "notes": "Key at the desk",
    },
    "accounts:coverage-edit": lambda world: {
        "covered": world.liaison.pk,
        "covering": world.coordinator.pk,
        "starts_on": "2031-01-01",
        "ends_on": "2031-02-01",
        "notes": "Key at the desk",
    },
    "accounts:territory-paint": lambda world: {
        "targets": json.dumps({"37203": world.south.pk}),
        "on": "",
    },
    "accounts:zips-move": lambda world: {
        "zip_codes": "37203, 37205-37207",
        "territory": world.north.pk,
    },
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
    "referrals:practice-edit": practice_values,
    "referrals:practice-propose": practice_values,
    "referrals:physician-edit": physician_values,
    "referrals:physician-propose": physician_values,
    "referrals:organization-edit": organization_values,
    "referrals:organization-propose": organization_values,
    "referrals:practice-confirm": lambda world: {
        "seen": world.north_practice.version,
        "field": ["address_line_1"],
    },
    "referrals:physician-confirm": lambda world: {
        "seen": world.north_physician.version,
        "field": ["phone"],
    },
    "referrals:proposal-decide": lambda world: {
        "proposal": world.north_proposal.pk,
        "decision": "decline",
        "reason": "It rang out",
    },
    "referrals:proposal-withdraw": lambda world: {},
    "referrals:exception-create": lambda world: {
        "territory": world.north.pk,
        "starts_on": world.tomorrow,
        "ends_on": "",
        "reason": "Opened by its liaison",
        "seen": state_of(world.north_practice),
    },
    "referrals:exception-end": lambda world: {
        "ends_on": world.tomorrow,
        "seen": state_of(world.north_practice),
    },
    "referrals:practice-create": lambda world: {
        "name": "Fresh Family Medicine",
        "address_line_1": "1 Fresh St",
        "address_line_2": "",
        "city": "Nashville",
        "state": "TN",
        "zip_code": "37203",
        "phone": "",
        "fax": "",
    },
    "referrals:physician-create": lambda world: {
        "npi": npi_of(66_000_001),
        "first_name": "Fay",
        "last_name": "Fresh",
        "credential": "MD",
        "specialty": "",
        "phone": "",
        "email": "",
        **_affiliation(),
    },
    "referrals:organization-create": lambda world: {
        "name": "Fresh Health",
        "npi": npi_of(66_000_002),
        "parent": world.north_organization.npi,
        "practice": world.north_practice.pk,
    },
    "referrals:organization-move": lambda world: {
        "parent": "",
        "version": world.north_organization.version,
    },
    "referrals:note-create": lambda world: {
        "key": uuid.UUID(int=5),
        "text": "Ask for Nora",
        "is_pinned": "on",
    },
    "referrals:note-edit": lambda world: {
        "key": "",
        "text": "Ask for Nell",
        "is_pinned": "",
        "version": world.north_note.version,
    },
    "referrals:affiliation-create": lambda world: {
        "physician": world.north_physician.pk,
        **_affiliation(),
        "effective_from": "2019-01-01",
        "effective_to": "2020-01-01",
    },
    "referrals:affiliation-edit": lambda world: {
        **_affiliation(),
        "seen": affiliation_seen(world.north_affiliation),
    },
    "referrals:affiliation-end": lambda world: {
        "effective_to": "2026-02-01",
        "seen": affiliation_seen(world.north_affiliation),
    },
    "referrals:import-complete": lambda world: {"complete_on": "2026-01-01"},
    "referrals:roster-entry-create": lambda world: (
        _roster_entry(world) | {"npi": world.south_physician.npi}
    ),
    "referrals:roster-entry-edit": lambda world: (
        _roster_entry(world) | {"version": world.north_entry.version}
    ),
    "referrals:roster-entry-end": lambda world: {
        "effective_to": "2026-02-01",
        "version": world.north_entry.version,
    },
    "referrals:roster-entry-delete": lambda world: {
        "version": world.north_entry.version
    },
    "referrals:roster-undo": lambda world: {"change": "1"},
    "referrals:roster-status": lambda world: {
        "network_status": "affiliated",
        "since": "2026-02-01",
        "organization_npi": "",
        "seen": f"{world.north_entry.pk}:{world.north_entry.version}",
    },
    "referrals:service-line-create": lambda world: {
        "name": "Sleep",
        "is_hospital_based": "on",
        "ranges": "95800-95811",
    },
    "referrals:specialist-edit": lambda world: {
        "conditions": "Knee pain\nHip pain",
        "procedures": "Knee replacement",
        "insurers": "Aetna",
        "languages": "Spanish",
        "min_age": "18",
        "max_age": "",
        "accepts_new": "true",
        "telehealth": "unknown",
        "direct_line": "615 555 0102",
        "scheduling_phone": "",
        "fax": "",
        "intake_rules": "X-ray first",
        "forms_url": "https://example.org/forms",
        "version": world.specialist.version,
    },
    "referrals:specialist-undo": lambda world: {"change": "1"},
    "referrals:specialist-confirm": lambda world: {"version": world.specialist.version},
    "referrals:specialist-openings": lambda world: {
        f"{world.specialist.pk}-{world.north_practice.pk}-{name}": value
        for name, value in (
            ("new", world.tomorrow),
            ("seen_new", ""),
            ("follow_up", ""),
            ("seen_follow_up", ""),
        )
    },
    "referrals:term-edit": lambda world: {"name": "Knee", "synonyms": "joint"},
    "referrals:term-merge": lambda world: {"into": world.other_term.pk},
    "referrals:duplicate-create": lambda world: {
        "kind": "practice",
        "row": world.north_pair.first,
        "q": "",
        "other": world.north_pair.second,
    },
    "referrals:duplicate-detail": lambda world: {
        **dict.fromkeys(FIELDS[Practice], "other"),
        "kept_version": 1,
        "removed_version": 1,
    },
    "referrals:payment-suggestion-decide": lambda world: {"decision": "same"},
    "referrals:practice-bulk": lambda world: {
        "row": world.north_practice.pk,
        "field": "tier",
        "tier": "A",
        "reason": "",
    },
    "referrals:physician-bulk": lambda world: {
        "row": world.north_physician.pk,
        "field": "tier",
        "tier": "A",
        "reason": "",
    },
    "reports:prospect-add": lambda world: {
        "row": world.north_physician.pk,
        "field": "panel",
        "owner": world.liaison.pk,
        "with_practices": "on",
    },
    "referrals:service-line-edit": lambda world: {
        "name": "Cardiology",
        "is_hospital_based": "on",
        "ranges": "27130-27447",
        "seen": seen_of(world.cardiology),
    },
    "referrals:service-line-codes": lambda world: {
        "codes": "207RC0000X, 207RI0011X",
        "moves": "on",
    },
    "referrals:service-line-uncode": lambda world: {"code": ["207RC0000X"]},
    "reports:unmapped-code-list": lambda world: {"taxonomy-207RC0000X": ""},
    "referrals:referral-status": lambda world: {
        "status": "acknowledged",
        "at": "",
        "appointment_at": "",
        "reason": "",
        "version": world.north_referral.version,
        "next": "/referrals/",
    },
    "referrals:import-create": lambda world: {
        "kind": "roster",
        "source": "hr",
        "file": "",
        "pasted": "npi,network_status,effective_from\n1,employed,2022-01-01",
        "preset": "",
        "kept": "",
    },
    "referrals:import-columns": lambda world: {
        "read_as": world.managers_draft.read_as,
        **{field_of(key): ours for key, ours in world.managers_draft.columns.items()},
    },
    "referrals:import-table": lambda world: {"header_row": "1"},
    "referrals:import-values": lambda world: {},
    "referrals:import-preview": lambda world: {"save_as": "HR"},
    "referrals:mapping-edit": lambda world: {
        "name": "HR",
        "source": "hr",
        **{field_of(key): ours for key, ours in world.managers_mapping.columns.items()},
    },
    "outreach:call-cycle-settings-edit": lambda world: {"a_days": 10, "b_days": 20},
    "outreach:practice-pause": lambda world: _pause(world),
    "outreach:physician-pause": lambda world: _pause(world),
    "outreach:task-create": lambda world: {
        "key": uuid.UUID(int=6),
        "title": "Call back",
        "due_on": world.tomorrow,
    },
    "outreach:task-edit": lambda world: {
        "title": "Call again",
        "due_on": world.tomorrow,
    },
    "outreach:task-done": lambda world: {"next": "/tasks/"},
    "outreach:task-reopen": lambda world: {"next": "/tasks/"},
    "outreach:practice-stage": lambda world: {
        "stage": "met",
        "reason": "Met at the fair",
        "seen": world.north_practice.stage,
        "version": world.north_practice.version,
    },
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
    "reports:what-if-create": lambda world: {
        "name": "Fairer",
        "root": world.region.pk,
    },
    "reports:what-if-move": lambda world: {
        "zip_codes": "37203",
        "territory": world.south.pk,
    },
    "reports:what-if-paint": lambda world: {
        "targets": json.dumps({"37203": world.south.pk}),
    },
    "reports:what-if-apply": lambda world: {
        "on": world.tomorrow.isoformat(),
        "version": world.what_if.version,
    },
    "reports:cost-create": lambda world: _cost(world) | {"key": uuid.UUID(int=7)},
    "reports:cost-edit": lambda world: _cost(world),
    "reports:margin-edit": lambda world: {
        "since": "2026-01-01",
        **{f"line-{line.pk}": "1,500.00" for line in world.lines},
    },
    "reports:margin-history": lambda world: {
        "since": "2026-01-01",
        "cents": "1,500.00",
        "payer_class": world.payer_class.pk,
    },
    "reports:payer-list": lambda world: {"0" * 16: world.payer_class.pk},
    "reports:payer-class-list": lambda world: {"name": "Tricare"},
    "reports:payer-class-edit": lambda world: {"name": "Medicare and Tricare"},
}


def _affiliation():
    return {
        "effective_from": "2026-01-01",
        "effective_to": "",
        "role": "Partner",
        "days": ["1", "3"],
        "is_primary": "on",
    }


def _roster_entry(world):
    return {
        "network_status": "independent",
        "effective_from": "2026-01-01",
        "effective_to": "2026-03-01",
        "organization_npi": world.north_organization.npi,
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


def _pause(world):
    return {
        "key": uuid.UUID(int=70),
        "starts_on": world.tomorrow,
        "ends_on": world.tomorrow + dt.timedelta(days=7),
        "reason": "On leave",
    }


def valid(name, world) -> dict:
    """A good answer to the form of the URL `name`; empty where it has no fields."""
    return VALID.get(name, lambda world: {})(world)

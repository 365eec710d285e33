"""The people and places that every test knows.

`north` and `south` are territories below `region`; `liaison` works the north,
`manager` sits on the region. `north_practice` and `south_practice` lie in one
each, so that "another territory's row" is always at hand.
"""

import datetime as dt
import gc
import os
from types import SimpleNamespace

import hypothesis
import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations as Postgres
from django.db.backends.sqlite3.base import DatabaseOperations
from django.http.request import MultiValueDict
from django.urls import reverse
from django.utils import timezone

from accounts.models import Territory, User
from outreach.models import Visit
from referrals.imports import execution
from referrals.models import Duplicate, Merge, PayerClass, ServiceLine, Specialty
from reports.metrics import roi_rows
from tests.factories.accounts import (
    CoverageFactory,
    NotificationFactory,
    SavedViewFactory,
    TerritoryAssignmentFactory,
    TerritoryFactory,
    TerritoryZipFactory,
    UserFactory,
    WhatIfFactory,
)
from tests.factories.outreach import CallPauseFactory, TaskFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    ImportDraftFactory,
    ImportMappingFactory,
    ImportRunFactory,
    MarginFactory,
    NoteFactory,
    OrganizationFactory,
    PayerClassFactory,
    PaymentSuggestionFactory,
    PhysicianFactory,
    PracticeFactory,
    ProposalFactory,
    ReferralFactory,
    RosterEntryFactory,
    ServiceLineFactory,
    SpecialistProfileFactory,
    TermFactory,
    TerritoryExceptionFactory,
    npi_of,
)
from tests.factories.reports import ProgrammeCostFactory, ReportRunFactory
from tests.reports import roi_runs
from tests.reports.events import event, write_events
from tests.test_permissions import TABLE

# The same examples each time, on however busy a machine.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True)
hypothesis.settings.load_profile("suite")


# What takes minutes is begun first: nobody waits in the end for who began it last.
LONGEST = ("tests/browser/", "tests/workers/", "tests/test_")


def pytest_collection_modifyitems(items):
    def rank(item):
        places = (n for n, start in enumerate(LONGEST) if item.nodeid.startswith(start))
        return next(places, len(LONGEST))

    items.sort(key=rank)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish():
    """What is imported stays: looking through it for garbage, over and over, took
    a sixth of the suite's time."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_unconfigure():
    gc.unfreeze()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Tests make their own service lines and payer classes: a flush takes the
    default ones too."""
    with django_db_blocker.unblock():
        Specialty.objects.all().delete()
        ServiceLine.objects.all().delete()
        PayerClass.objects.all().delete()
    yield
    with django_db_blocker.unblock():
        close_sessions_left_open()


def close_sessions_left_open():
    """Threads of the live server keep theirs; PostgreSQL would refuse to drop."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_audit():
    """A flush on SQLite deletes rows, which the triggers of the audit refuse: they
    are dropped before it and made again after it."""
    plain = DatabaseOperations.sql_flush

    def sql_flush(operations, *args, **kwargs):
        with operations.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            made_by = dict(cursor.fetchall())
        dropped = [f"DROP TRIGGER {name}" for name in made_by]
        return [*dropped, *plain(operations, *args, **kwargs), *made_by.values()]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        patch.setattr(Postgres, "sql_flush", flush_of_rows)
        yield


def flush_of_rows(operations, style, tables, *, reset_sequences=False, **options):
    """PostgreSQL makes the files of a table anew to truncate it, so only a table
    whose triggers refuse a deletion is truncated, and none that is empty."""
    assert not reset_sequences
    quoted = operations.quote_name
    asked = (
        f"SELECT '{table}', EXISTS (SELECT FROM pg_trigger WHERE NOT tgisinternal"
        f" AND tgrelid = '{quoted(table)}'::regclass)"
        f" WHERE EXISTS (SELECT FROM {quoted(table)})"
        for table in tables
    )
    with operations.connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked) + " ORDER BY 2 DESC")
        return [
            f"{'TRUNCATE' if is_guarded else 'DELETE FROM'} {quoted(table)}"
            for table, is_guarded in cursor.fetchall()
        ]


@pytest.fixture(autouse=True)
def _sabotage(monkeypatch):
    """See tests/test_sabotage.py: the rule of scope that is taken away."""
    if named := os.environ.get("SABOTAGE"):
        label, rule = named.split()
        queryset = type(apps.get_model(label)._default_manager.all())
        monkeypatch.setattr(queryset, rule, lambda self, user: self)


@pytest.fixture
def region(db):
    return TerritoryFactory(name="Middle Tennessee")


@pytest.fixture
def north(region):
    territory = TerritoryFactory(name="North", parent=region)
    TerritoryZipFactory(territory=territory, zip_code="37203")
    return territory


@pytest.fixture
def far():
    """What else the southern rows are made with: see tests/test_scope.py."""
    return {}


@pytest.fixture
def south(region, far):
    territory = TerritoryFactory(name="South", parent=region, **far)
    TerritoryZipFactory(territory=territory, zip_code="37401")
    return territory


@pytest.fixture
def what_if(region, manager):
    """Another cut of the region, tried by its manager."""
    return WhatIfFactory(root=region, by=manager)


@pytest.fixture
def north_practice(north):
    return PracticeFactory(name="North Clinic", zip_code="37203")


@pytest.fixture
def south_practice(south, far):
    return PracticeFactory(name="South Clinic", zip_code="37401", **far)


@pytest.fixture
def north_physician(north_practice):
    physician = PhysicianFactory(last_name="Northrup", first_name="Nora")
    AffiliationFactory(physician=physician, practice=north_practice)
    return physician


@pytest.fixture
def south_physician(south_practice, far):
    physician = PhysicianFactory(last_name="Southey", first_name="Sam", **far)
    AffiliationFactory(physician=physician, practice=south_practice, **far)
    return physician


@pytest.fixture
def north_organization(north_practice):
    """The organization of the northern practice."""
    organization = OrganizationFactory(name="Northern Health")
    north_practice.organization = organization
    north_practice.save()
    return organization


@pytest.fixture
def north_note(north_practice, liaison):
    return NoteFactory(practice=north_practice, author=liaison)


@pytest.fixture
def north_affiliation(north_physician):
    return north_physician.affiliations.get()


@pytest.fixture
def north_entry(north_physician):
    """The open roster entry of the northern physician."""
    return RosterEntryFactory(npi=north_physician.npi)


@pytest.fixture
def specialist(north_practice):
    """One of our own, with a profile, at the northern practice."""
    physician = PhysicianFactory(last_name="Orthwein", first_name="Orla")
    AffiliationFactory(physician=physician, practice=north_practice)
    return SpecialistProfileFactory(
        physician=physician, terms=[("condition", "Knee pain"), ("insurer", "Aetna")]
    )


@pytest.fixture
def term(db):
    return TermFactory(name="Knee ache")


@pytest.fixture
def north_proposal(liaison, north_practice):
    """The liaison proposes a fax number of the northern practice."""
    return ProposalFactory(practice=north_practice, by=liaison)


@pytest.fixture
def south_proposal(south_liaison, south_practice, far):
    return ProposalFactory(
        **far,
        practice=south_practice,
        by=south_liaison,
        field="hours",
        value="Southern secret hours",
    )


@pytest.fixture
def north_referral(north_physician):
    return ReferralFactory(external_id="N-1", referring_physician=north_physician)


@pytest.fixture
def south_referral(south_physician, far):
    return ReferralFactory(
        external_id="S-1", referring_physician=south_physician, **far
    )


@pytest.fixture
def cardiology(db):
    return ServiceLineFactory(name="Cardiology")


@pytest.fixture
def cardiology_margin(cardiology):
    return MarginFactory(service_line=cardiology)


@pytest.fixture
def payer_class(db):
    return PayerClassFactory()


@pytest.fixture
def liaison(north):
    user = UserFactory(name="Lea Liaison", email="liaison@example.org")
    TerritoryAssignmentFactory(user=user, territory=north)
    return user


@pytest.fixture
def south_liaison(south, far):
    user = UserFactory(name="Sid Southern", email="south@example.org", **far)
    TerritoryAssignmentFactory(user=user, territory=south, **far)
    return user


@pytest.fixture
def north_visit(liaison, north_practice):
    return VisitFactory(liaison=liaison, practice=north_practice)


@pytest.fixture
def south_visit(south_liaison, south_practice, far):
    return VisitFactory(liaison=south_liaison, practice=south_practice, **far)


@pytest.fixture
def north_coverage(liaison, coordinator):
    """The coordinator of the north covers for its liaison."""
    return CoverageFactory(covered=liaison, covering=coordinator)


@pytest.fixture
def notification(liaison):
    return NotificationFactory(user=liaison)


@pytest.fixture
def saved_view(liaison):
    return SavedViewFactory(owner=liaison)


@pytest.fixture
def north_pause(liaison, north_practice):
    return CallPauseFactory(practice=north_practice, created_by=liaison)


@pytest.fixture
def task(liaison, north_practice):
    return TaskFactory(owner=liaison, practice=north_practice)


@pytest.fixture
def coordinator(north):
    user = UserFactory(
        name="Cora Coordinator",
        email="coordinator@example.org",
        role=User.Role.COORDINATOR,
    )
    TerritoryAssignmentFactory(user=user, territory=north)
    return user


@pytest.fixture
def manager(region):
    user = UserFactory(
        name="Max Manager", email="manager@example.org", role=User.Role.MANAGER
    )
    TerritoryAssignmentFactory(user=user, territory=region)
    return user


@pytest.fixture
def executive(db):
    return UserFactory(
        name="Eve Executive", email="executive@example.org", role=User.Role.EXECUTIVE
    )


@pytest.fixture
def compliance_officer(db):
    return UserFactory(
        name="Cleo Compliance",
        email="compliance@example.org",
        role=User.Role.COMPLIANCE,
    )


@pytest.fixture
def administrator(db):
    return UserFactory(
        name="Ari Administrator",
        email="administrator@example.org",
        role=User.Role.ADMINISTRATOR,
    )


@pytest.fixture
def leakage_run(db):
    """A leakage run that waits for a worker."""
    return ReportRunFactory()


@pytest.fixture
def managers_import(manager):
    """An import that the manager started and that waits for a worker."""
    return ImportRunFactory(started_by=manager)


@pytest.fixture
def managers_draft(manager, tmp_path):
    """A roster that the manager uploaded and whose columns are not mapped yet."""
    path = tmp_path / "draft"
    path.write_text(f"who,network_status,effective_from\n{npi_of(1)},W2,2022-01-01\n")
    return ImportDraftFactory(started_by=manager, path=str(path))


@pytest.fixture
def managers_mapping(manager):
    return ImportMappingFactory(made_by=manager)


@pytest.fixture
def north_merge(north_practice, administrator):
    """A merge into the northern practice of one that is gone."""
    return merge_into(north_practice, administrator)


@pytest.fixture
def south_merge(south_practice, administrator, far):
    return merge_into(south_practice, administrator, **far)


@pytest.fixture
def north_pair(north_practice):
    """Two northern practices that may be the same."""
    return pair_with(north_practice)


@pytest.fixture
def south_pair(south_practice, far):
    return pair_with(south_practice, **far)


@pytest.fixture
def north_suggestion(north_physician):
    """A name that industry paid, and the northern physician of that name."""
    return PaymentSuggestionFactory(physician=north_physician)


@pytest.fixture
def south_suggestion(south_physician, far):
    return PaymentSuggestionFactory(physician=south_physician, **far)


def pair_with(practice, **far):
    other = PracticeFactory(name=f"{practice.name} PLLC", zip_code=practice.zip_code)
    first, second = sorted([practice.pk, other.pk])
    return Duplicate.objects.create(
        **far,
        kind="practice",
        first=first,
        second=second,
        likelihood=70,
        reasons=["Similar name in the same ZIP code"],
        found_at=timezone.now(),
    )


def merge_into(practice, by, **far):
    return Merge.objects.create(
        **far,
        practice=practice,
        removed_row=10**9,
        removed_name="Secret Annex",
        at=timezone.now(),
        by=by,
    )


@pytest.fixture
def programme_cost(db):
    return ProgrammeCostFactory()


@pytest.fixture
def signed_in(client):
    """`signed_in(liaison)`: the test client, signed in as that person."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def bring_in(db, tmp_path):
    """`bring_in("roster", text)`: import it as a file; the ended run.

    `text` is a list of lines, a string, or bytes. Further fields are the run's.
    """

    def import_text(kind, text, *, by=None, **fields):
        if isinstance(text, list):
            text = "\n".join(text) + "\n"
        path = tmp_path / fields.setdefault("file_name", f"{kind}.csv")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        run = execution.begin(by=by, kind=kind, path=str(path), **fields)
        return execution.execute(run)

    return import_text


@pytest.fixture
def counts():
    """`counts(run)`: (read, created, updated, unchanged, rejected)."""
    return lambda run: tuple(execution.summary(run)["rows"].values())


# For the attacks: one row of everything on this side and on the other --------------


@pytest.fixture
def south_organization(south_practice, far):
    organization = OrganizationFactory(name="Southern Secret Health", **far)
    south_practice.organization = organization
    south_practice.save()
    return organization


@pytest.fixture
def south_candidate(south_physician, far):
    """A profile of somebody in the south who is not in the network."""
    return SpecialistProfileFactory(
        **far,
        physician=south_physician,
        roster=False,
        intake_rules="Southern secret rule",
        terms=[("condition", "Knee pain")],
    )


@pytest.fixture
def other_term(db):
    return TermFactory(name="Sore knee")


@pytest.fixture
def south_note(south_practice, south_liaison, far):
    return NoteFactory(
        practice=south_practice,
        author=south_liaison,
        text="Southern secret note",
        **far,
    )


@pytest.fixture
def south_affiliation(south_physician):
    return south_physician.affiliations.get()


@pytest.fixture
def south_pause(south_liaison, south_practice, far):
    return CallPauseFactory(
        practice=south_practice,
        created_by=south_liaison,
        reason="Southern secret leave",
        **far,
    )


@pytest.fixture
def north_exception(north_practice, north):
    """It would be in the north without it, too."""
    return TerritoryExceptionFactory(practice=north_practice, territory=north)


@pytest.fixture
def south_exception(south_practice, south, far):
    reason = "Southern secret reason"
    return TerritoryExceptionFactory(
        practice=south_practice, territory=south, reason=reason, **far
    )


@pytest.fixture
def south_task(south_liaison, south_practice, far):
    return TaskFactory(
        owner=south_liaison,
        practice=south_practice,
        title="Southern secret task",
        **far,
    )


@pytest.fixture
def south_coverage(south_liaison, far):
    notes = "Southern secret note"
    return CoverageFactory(covered=south_liaison, notes=notes, **far)


@pytest.fixture
def south_notification(south_liaison, far):
    text = "Southern secret notice"
    return NotificationFactory(user=south_liaison, text=text, **far)


@pytest.fixture
def south_view(south_liaison, far):
    return SavedViewFactory(owner=south_liaison, name="Southern secret view", **far)


@pytest.fixture
def north_manager(north):
    """Of a node above the north alone: may change there what the manager may."""
    uplands = TerritoryFactory(name="Uplands", parent=north.parent)
    Territory.objects.filter(pk=north.pk).update(parent=uplands)
    user = UserFactory(
        name="Nell North", email="nell@example.org", role=User.Role.MANAGER
    )
    TerritoryAssignmentFactory(user=user, territory=uplands)
    return user


@pytest.fixture
def sibling_manager(db):
    """A manager of the region beside: nothing of the north or south is theirs."""
    region = TerritoryFactory(name="Beside")
    east = TerritoryFactory(name="East", parent=region)
    TerritoryZipFactory(territory=east, zip_code="38101")
    user = UserFactory(
        name="Sibyl Sibling", email="sibling@example.org", role=User.Role.MANAGER
    )
    TerritoryAssignmentFactory(user=user, territory=region)
    return user


@pytest.fixture
def north_assignment(liaison):
    return liaison.assignments.get()


@pytest.fixture
def world(request, tmp_path, settings, far):
    """Everything above, by name, and what else the attacks touch."""
    settings.CLAIMS_LAKE_URL = str(tmp_path / "lake")
    settings.UPLOADS_DIR = tmp_path / "uploads"
    names = (
        "region north south north_practice south_practice north_physician "
        "south_physician north_organization south_organization north_referral "
        "south_referral cardiology liaison south_liaison north_visit south_visit "
        "task south_task north_pause south_pause saved_view south_view coordinator "
        "manager sibling_manager "
        "north_manager "
        "executive compliance_officer administrator leakage_run managers_import "
        "programme_cost north_assignment north_entry specialist south_candidate term "
        "north_proposal south_proposal "
        "other_term cardiology_margin payer_class managers_draft managers_mapping "
        "north_pair south_pair "
        "north_merge south_merge north_suggestion south_suggestion "
        "north_note south_note north_affiliation south_affiliation what_if "
        "north_coverage south_coverage notification south_notification "
        "north_exception south_exception"
    )
    known = {name: request.getfixturevalue(name) for name in names.split()}
    Visit.objects.filter(pk=known["south_visit"].pk).update(
        notes="Southern secret note", purpose="Southern secret purpose"
    )
    return SimpleNamespace(
        **known,
        roi_run=ReportRunFactory(kind="roi"),
        south_import=ImportRunFactory(
            started_by=known["administrator"], file_name="southern-secret.csv"
        ),
        south_draft=ImportDraftFactory(
            started_by=known["administrator"], file_name="southern secret.csv"
        ),
        south_mapping=ImportMappingFactory(
            made_by=known["manager"], name="Southern secret mapping", **far
        ),
        south_cost=ProgrammeCostFactory(
            liaison=known["south_liaison"], note="Southern secret cost", **far
        ),
        south_what_if=WhatIfFactory(
            root=known["south"],
            by=known["manager"],
            name="Southern secret cut",
            **far,
        ),
        south_assignment=known["south_liaison"].assignments.get(),
        lines=list(ServiceLine.objects.all()),
        tomorrow=timezone.localdate() + dt.timedelta(days=1),
        tmp_path=tmp_path,
    )


@pytest.fixture
def address_of(world):
    """`address_of("app:noun-verb")`: its address, of rows of this side.

    `replace` says what stands in place of the id.
    """

    def value(argument):
        if isinstance(argument, list):
            return argument[0]
        name, *attributes = argument.split(".")
        found = getattr(world, name)
        for attribute in attributes or ["pk"]:
            found = getattr(found, attribute)
        return found

    def build(name, replace=None):
        arguments = TABLE[name].arguments
        return reverse(
            name,
            kwargs={
                key: value(it) if replace is None else replace
                for key, it in arguments.items()
            },
        )

    return build


@pytest.fixture
def read_names(monkeypatch):
    """The names that views ask their query string, form or files for."""
    names = {}
    for method in ("__getitem__", "getlist", "__contains__"):
        original = getattr(MultiValueDict, method, None) or getattr(dict, method)

        def watched(self, key, *args, _original=original, **options):
            if isinstance(key, str):
                names.setdefault(key)
            return _original(self, key, *args, **options)

        monkeypatch.setattr(MultiValueDict, method, watched, raising=False)
    return names


@pytest.fixture
def finished_reports(world):
    """A leakage run and a return that pages show, with rows of both sides."""
    run = ReportRunFactory(
        status="done",
        parameters={"from": None, "to": None, "gap_days": 90, "basis": "allowed"},
        started_at=timezone.now(),
        finished_at=timezone.now(),
    )
    run.folder = f"runs/{run.uid}/1"
    run.save()
    npis = [world.north_physician.npi] * 12 + [world.south_physician.npi] * 13
    events = [
        event("out" if number % 2 else "in", patient=f"p{number}", referring_npi=npi)
        for number, npi in enumerate(npis)
    ]
    write_events(world.tmp_path / "lake" / run.folder / "events.parquet", events)
    found = roi_runs.cell()
    rows = [
        {
            "physician": physician.pk,
            "practice": practice.pk,
            "visits": 3,
            "last_visit_on": dt.date(2026, 3, 2),
            "referrals": 20,
            "reached": 12,
            "exposed_days": 30,
        }
        for physician, practice in (
            (world.north_physician, world.north_practice),
            (world.south_physician, world.south_practice),
        )
    ]
    names = roi_rows.SCHEMA.names
    return SimpleNamespace(
        leakage=run,
        roi=roi_runs.finished(
            overall=found,
            territories={world.north: found, world.south: found},
            rows=[[row[name] for name in names] for row in rows],
        ),
    )

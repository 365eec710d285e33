"""What the registry's files changed is taken back, field by field."""

import pytest
from django.core import serializers
from django.utils import timezone

from referrals.imports import execution, undo
from referrals.imports import nppes_entry as columns
from referrals.models import (
    Affiliation,
    ImportRun,
    Organization,
    OtherName,
    Physician,
    Practice,
    Specialty,
)
from tests.factories.referrals import npi_of
from tests.referrals.imports.registry_rows import NPI, OTHER, group, person

MODELS = (Organization, Physician, Practice, Affiliation, OtherName, Specialty)
NEWS = {
    columns.LAST: "ROE",
    columns.OTHER_LAST: "MCDONALD",
    columns.STREET: "5 OAK AVE",
    columns.UPDATED: "05/01/2024",
    columns.CODE(2): "207RC0000X",
    columns.DEACTIVATED: "05/01/2024",
}


def take_back(run):
    undo.ask(run=run, by=None)
    claimed = ImportRun.objects.claim(run.pk, at=timezone.now())
    return execution.execute(claimed)


def directory():
    """Every field of every row, but the count of versions."""
    rows = [
        row
        for model in MODELS
        for row in serializers.serialize("python", model.objects.order_by("pk"))
    ]
    for row in rows:
        row["fields"].pop("version", None)
    return rows


@pytest.mark.parametrize(
    "rows",
    [
        [person(**NEWS)],
        [group(**{columns.PHONE: "6155550999", columns.OTHER_ORGANIZATION: "TULSA"})],
        [{columns.NPI: NPI, columns.DEACTIVATED: "05/01/2024"}],
        [person(npi_of(3), **NEWS), group(npi_of(4))],
    ],
)
def test_an_import_of_the_registry_is_undone(register, rows):
    register(person(), group())
    before = directory()
    run = register(*rows)
    assert directory() != before

    undone = take_back(run)

    assert (undone.status, undone.rows_kept) == (ImportRun.Status.UNDONE, 0)
    assert directory() == before
    run.refresh_from_db()
    assert not undo.left_of(run).exists()


def test_companion_files_are_undone(register, bring_in):
    register(person(), group())
    before = directory()
    street = "Provider Secondary Practice Location Address- Address Line 1"
    runs = [
        bring_in(
            "nppes-locations", [f"NPI,{street}", f"{NPI},1 Oak", f"{OTHER},2 Elm"]
        ),
        bring_in(
            "nppes-other-names",
            ["NPI,Provider Other Organization Name", f"{OTHER},Mercy South"],
        ),
    ]
    assert directory() != before

    for run in runs:
        take_back(run)

    assert directory() == before

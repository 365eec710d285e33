import datetime as dt

import pytest

from referrals.models import ImportRun, Margin, ServiceLine, Specialty
from tests.factories.referrals import (
    MarginFactory,
    PayerClassFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)

LINES = "service_line,hospital_based,contribution_margin_usd"
CODES = "taxonomy_code,service_line"


def margins():
    """(service line, from, cents) of all there are."""
    found = Margin.objects.order_by("cents")
    return list(found.values_list("service_line__name", "effective_from", "cents"))


def test_service_lines_keep_their_flag_and_margin(bring_in, counts):
    run = bring_in(
        "service-lines", [LINES, "Radiology,yes,", 'Cardiology,no,"$1,234.50"']
    )

    assert counts(run) == (2, 2, 0, 0, 0)
    assert ServiceLine.objects.get(name="Radiology").is_hospital_based
    assert margins() == [("Cardiology", None, 123_450)]


def test_an_empty_margin_leaves_the_one_that_was_entered(bring_in, counts):
    MarginFactory(service_line=ServiceLineFactory(name="Cardiology"), cents=500)

    run = bring_in("service-lines", [LINES, "cardiology,no,"])

    assert counts(run) == (1, 0, 0, 1, 0)
    assert margins() == [("Cardiology", None, 500)]


def test_margins_may_be_dated_and_are_taken_once(bring_in, counts):
    rows = [
        f"{LINES},effective_from",
        "Cardiology,no,100,",
        "Cardiology,no,200,2026-01-01",
        "Cardiology,no,250,2026-06-01",
    ]

    first, second = (bring_in("service-lines", rows, is_forced=True) for _ in "12")

    assert counts(first) == (3, 1, 2, 0, 0)
    assert counts(second) == (3, 0, 0, 3, 0)
    assert margins() == [
        ("Cardiology", None, 10_000),
        ("Cardiology", dt.date(2026, 1, 1), 20_000),
        ("Cardiology", dt.date(2026, 6, 1), 25_000),
    ]


def test_a_changed_flag_updates_the_line(bring_in, counts):
    ServiceLineFactory(name="Cardiology")

    run = bring_in("service-lines", [LINES, "Cardiology,yes,"])

    assert counts(run) == (1, 0, 1, 0, 0)
    assert ServiceLine.objects.get().is_hospital_based


def test_codes_get_their_line_and_an_unknown_line_is_made_and_named(bring_in, counts):
    ServiceLineFactory(name="Cardiology")

    run = bring_in(
        "service-lines", [CODES, "207RC0000X,Cardiology", "207X00000X,Orthopedics"]
    )

    made = ServiceLine.objects.get(name="Orthopedics")
    assert counts(run) == (2, 2, 0, 0, 0)
    assert (made.is_hospital_based, margins()) == (False, [])
    assert any("Orthopedics" in warning for warning in run.warnings)
    assert Specialty.objects.get(code="207RC0000X").service_line.name == "Cardiology"


def test_a_code_moves_to_another_line(bring_in, counts):
    SpecialtyFactory(code="207RC0000X")

    run = bring_in("service-lines", [CODES, "207rc0000x,Other"])

    assert counts(run) == (1, 0, 1, 0, 0)


def test_a_header_of_neither_layout_is_refused(bring_in):
    run = bring_in("service-lines", ["service_line", "Cardiology"])

    assert run.status == ImportRun.Status.REFUSED
    assert "taxonomy_code" in run.error
    assert "contribution_margin_usd" in run.error


@pytest.mark.parametrize(
    "row",
    [",no,", "X,perhaps,", "X,no,1e5", "X,no,NaN", "X,no,٥", f"{'x' * 81},no,"],
)
def test_a_bad_line_is_rejected(bring_in, counts, row):
    run = bring_in("service-lines", [LINES, row])

    assert counts(run) == (1, 0, 0, 0, 1)


def test_margins_may_be_those_of_a_payer_class(bring_in, counts):
    PayerClassFactory(name="Medicare")
    rows = [
        f"{LINES},effective_from,payer_class",
        "Cardiology,no,100,,",
        "Cardiology,no,90,,medicare",
        "Cardiology,no,95,2026-01-01,Medicare",
    ]

    first, second = (bring_in("service-lines", rows, is_forced=True) for _ in "12")

    found = Margin.objects.order_by("cents")
    assert counts(first) == (3, 1, 2, 0, 0)
    assert counts(second) == (3, 0, 0, 3, 0)
    assert list(found.values_list("cents", "payer_class__name", "effective_from")) == [
        (9_000, "Medicare", None),
        (9_500, "Medicare", dt.date(2026, 1, 1)),
        (10_000, None, None),
    ]


def test_a_payer_class_that_is_not_there_rejects_the_row_and_names_those_there_are(
    bring_in, counts
):
    PayerClassFactory(name="Medicare")

    run = bring_in("service-lines", [f"{LINES},payer_class", "X,no,5,Medicair"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert not ServiceLine.objects.exists()
    assert "Medicair (" in run.rejected_rows.get().reason
    assert "Medicare" in run.rejected_rows.get().reason

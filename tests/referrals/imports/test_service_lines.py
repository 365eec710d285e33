import datetime as dt

import pytest

from referrals.models import (
    ImportRun,
    Margin,
    ProcedureRange,
    ServiceLine,
    Specialty,
)
from tests.factories.referrals import (
    MarginFactory,
    PayerClassFactory,
    ProcedureRangeFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)
from tests.referrals.imports.undone import snapshot, take_back

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


def ranges():
    """(service line, first code, last code) of all there are."""
    found = ProcedureRange.objects.order_by("first_code")
    return list(found.values_list("service_line__name", "first_code", "last_code"))


def test_a_code_of_another_line_is_rejected_and_names_that_line(bring_in, counts):
    SpecialtyFactory(code="207RC0000X", service_line__name="Cardiology")

    run = bring_in(
        "service-lines", [CODES, "207rc0000x,Other", "207X00000X,Orthopedics"]
    )

    assert counts(run) == (2, 1, 0, 0, 1)
    assert run.rejected_rows.get().reason == (
        "taxonomy_code 207RC0000X belongs to Cardiology. Say yes in a column named "
        "moves to move it."
    )
    assert Specialty.objects.get(code="207RC0000X").service_line.name == "Cardiology"
    assert not ServiceLine.objects.filter(name="Other").exists()


def test_a_code_moves_where_its_row_says_so_and_back_when_undone(bring_in, counts):
    SpecialtyFactory(code="207RC0000X", service_line__name="Cardiology")
    rows = [
        f"{CODES},moves,procedure_codes",
        "207RC0000X,Other,yes,27130",
        "207X00000X,Other,,29881",
    ]
    held = ServiceLine, Specialty, ProcedureRange
    before = snapshot(*held)

    first, second = (bring_in("service-lines", rows, is_forced=True) for _ in "12")

    moved = Specialty.objects.get(code="207RC0000X")
    assert counts(first) == (2, 1, 1, 0, 0)
    assert counts(second) == (2, 0, 0, 2, 0)
    assert moved.service_line.name == "Other"
    take_back(first)
    assert snapshot(*held) == before


def test_a_code_that_no_line_has_needs_no_permission_to_move(bring_in, counts):
    SpecialtyFactory(code="207RC0000X", service_line=None)

    run = bring_in("service-lines", [CODES, "207RC0000X,Other"])

    assert counts(run) == (1, 0, 1, 0, 0)


def test_what_is_no_taxonomy_code_is_rejected_as_in_the_browser(bring_in, counts):
    run = bring_in("service-lines", [CODES, "207R*,Other", "99213,Other", ",Other"])

    assert counts(run) == (3, 0, 0, 0, 3)
    assert not ServiceLine.objects.exists()
    assert run.rejected_rows.last().reason == "taxonomy_code is missing."


def test_procedure_codes_of_a_line_are_added_once(bring_in, counts):
    orthopedics = ServiceLineFactory(name="Orthopedics")
    ProcedureRangeFactory(
        service_line=orthopedics, first_code="27130", last_code="27447"
    )
    rows = [
        "service_line,procedure_codes",
        "orthopedics,27130-27447 | 29881",
        "Orthopedics,29870 - 29877",
        "Imaging,70010-76499",
    ]

    first, second = (bring_in("service-lines", rows, is_forced=True) for _ in "12")

    assert counts(first) == (3, 3, 0, 0, 0)
    assert counts(second) == (3, 0, 0, 3, 0)
    assert ranges() == [
        ("Orthopedics", "27130", "27447"),
        ("Orthopedics", "29870", "29877"),
        ("Orthopedics", "29881", "29881"),
        ("Imaging", "70010", "76499"),
    ]


def test_procedure_codes_may_stand_beside_the_flag_and_beside_codes(bring_in, counts):
    ServiceLineFactory(name="Orthopedics")

    lines = bring_in(
        "service-lines",
        [f"{LINES},procedure_codes", "Orthopedics,no,,27130", "Imaging,yes,,70010"],
    )
    codes = bring_in(
        "service-lines",
        [
            f"{CODES},procedure_codes",
            "207X00000X,Orthopedics,29881",
            ",Orthopedics,29882",
            ",Orthopedics,",
        ],
    )

    assert counts(lines) == (2, 1, 1, 0, 0)
    assert counts(codes) == (3, 2, 0, 0, 1)
    assert [first for _, first, _ in ranges()] == ["27130", "29881", "29882", "70010"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("27200", "procedure_codes 27200-27200 overlaps 27130-27447 of Orthopedics."),
        ("2713", "procedure_codes 27130-27140 and 27135-27150 overlap."),
        ("abc", "procedure_codes “abc” is not a range of codes."),
        ("27447-27130", "procedure_codes 27447-27130 ends before it starts."),
        ("2713-27447", "procedure_codes 2713-27447 ends before it starts."),
    ],
)
def test_procedure_codes_keep_the_rules_of_the_browser(bring_in, counts, said, reason):
    ProcedureRangeFactory(
        service_line__name="Orthopedics", first_code="27130", last_code="27447"
    )
    if "and" in reason:
        said = "27130-27140|27135-27150"

    run = bring_in("service-lines", ["service_line,procedure_codes", f"Spine,{said}"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert run.rejected_rows.get().reason == reason
    assert len(ranges()) == 1


def test_rows_of_one_file_cannot_claim_the_same_procedure_code(bring_in, counts):
    rows = ["service_line,procedure_codes", "Knee,27440-27447", "Hip,27447-27450"]

    run = bring_in("service-lines", rows)

    assert counts(run) == (2, 1, 0, 0, 1)
    assert "of Knee" in run.rejected_rows.get().reason
    assert not ServiceLine.objects.filter(name="Hip").exists()


def test_no_line_is_called_as_events_without_one_are(bring_in, counts):
    run = bring_in("service-lines", [LINES, "unassigned,no,"])

    assert counts(run) == (1, 0, 0, 0, 1)
    assert "“Unassigned”" in run.rejected_rows.get().reason


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

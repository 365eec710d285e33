import pytest

from reports.metrics import leakage
from reports.metrics.small_cells import OTHERS, TooFew, merge_few, without_few
from tests.reports.events import many, write_events


def row(key, events, patients=None):
    """A row; `patients` names them, None says there are eleven or more."""
    few = None if patients is None else frozenset(patients)
    return leakage.Row(key=key, cell=leakage.Cell(events=events, few=few))


def shown(rows):
    return [(row.label or row.key, row.cell.events) for row in rows]


def test_rows_of_eleven_patients_stay():
    rows = [row("A", 20), row("B", 30)]

    assert merge_few(rows) == rows


def test_small_rows_become_one():
    rows = [row("A", 20), row("B", 6, "abcdef"), row("C", 7, "ghijkl")]

    assert shown(merge_few(rows)) == [("A", 20), (OTHERS, 13)]


def test_one_small_row_takes_the_next_smallest_with_it():
    rows = [row("A", 40), row("B", 20), row("C", 3, "abc")]

    assert shown(merge_few(rows)) == [("A", 40), (OTHERS, 23)]


def test_small_rows_of_the_same_few_patients_take_another_with_them():
    rows = [row("A", 40), row("B", 20), row("C", 6, "abcdef"), row("D", 6, "abcdef")]

    assert shown(merge_few(rows)) == [("A", 40), (OTHERS, 32)]


def test_too_few_patients_altogether_show_nothing():
    with pytest.raises(TooFew):
        merge_few([row("A", 3, "abc"), row("B", 4, "abcd")])


def test_merged_rows_add_up_to_the_total(tmp_path):
    events = many(30) + many(4, "out", service_line="Urology", patient="u")
    path = write_events(tmp_path / "e.parquet", events)

    explored = without_few(leakage.explore(leakage.Events(path=path, marks_few=True)))

    assert shown(explored.by_service_line) == [(OTHERS, 34)]
    assert sum(flow.cell.events for flow in explored.flows) == 34


def test_flows_of_small_service_lines_name_no_destination(tmp_path):
    events = [
        *many(30),
        *many(20, service_line="Oncology", destination_npi="8"),
        *many(4, service_line="Urology", destination_npi="9"),
    ]
    path = write_events(tmp_path / "e.parquet", events)

    explored = without_few(leakage.explore(leakage.Events(path=path, marks_few=True)))

    assert [(f.service_line, f.destination) for f in explored.flows] == [
        ("Cardiology", "2222222222"),
        (OTHERS, OTHERS),
    ]


def test_a_whole_of_few_patients_is_not_shown(tmp_path):
    path = write_events(tmp_path / "e.parquet", many(10))

    with pytest.raises(TooFew):
        without_few(leakage.explore(leakage.Events(path=path, marks_few=True)))

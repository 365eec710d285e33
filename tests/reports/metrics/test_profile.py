import pytest

from reports.metrics import profile
from reports.metrics.profile import OTHERS, Row


def row(value, lines, few=None):
    return Row(value, lines, lines, lines / 100, few and frozenset(few))


def test_small_rows_become_one():
    merged = profile.merge_few(
        [row("A", 50), row("B", 9, range(9)), row("C", 5, range(20, 25))]
    )

    assert [(one.value, one.lines) for one in merged] == [("A", 50), (OTHERS, 14)]
    assert merged[-1].patients is None


@pytest.mark.parametrize("few", [[range(9)], [range(5), range(5)]])
def test_what_could_be_found_by_subtraction_takes_another_row_with_it(few):
    small = [row(f"S{number}", 5, ids) for number, ids in enumerate(few)]

    merged = profile.merge_few([row("A", 50), row("B", 12), *small])

    assert [one.value for one in merged] == ["A", OTHERS]


def test_nothing_small_stays_as_it_is():
    rows = [row("A", 50), row("B", 12)]

    assert profile.merge_few(rows) == rows


def test_the_tail_is_put_together():
    rows = [row(f"P{number}", 100 - number) for number in range(10)]

    shown = profile.shortened([*rows, row(OTHERS, 7)], 1000)

    assert len(shown) == profile.SHOWN + 1
    assert shown[-1].lines == 92 + 91 + 7

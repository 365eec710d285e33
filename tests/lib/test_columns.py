from types import SimpleNamespace

import pytest

from liaison_crm.lib.columns import Column, Columns

COLUMNS = Columns(
    (
        Column("name", "Name", sort="name", is_fixed=True),
        Column("city", "City", is_shown=True),
        Column(
            "group",
            "Group",
            cells={"group": "group.name", "upper": lambda row: row.name.upper()},
        ),
    )
)


def shown(*asked):
    return [column.name for column in COLUMNS.chosen(asked).shown]


@pytest.mark.parametrize("nothing", [[], [""], ["password,__class__"], ["name"]])
def test_asking_for_nothing_of_ours_shows_the_usual_columns(nothing):
    assert shown(*nothing) == ["name", "city"]


@pytest.mark.parametrize("asked", [["group"], ["group,password"], ["group", "name"]])
def test_chosen_columns_stand_beside_the_fixed_one(asked):
    assert shown(*asked) == ["name", "group"]


def test_columns_keep_their_order_whatever_is_asked():
    assert shown("group,city") == shown("city", "group") == ["name", "city", "group"]


def test_only_what_names_a_field_sorts():
    assert COLUMNS.sorts == {"name": "name"}


def test_a_file_holds_all_columns_unless_some_are_chosen():
    rows = [SimpleNamespace(name="Ann", city="Rome", group=None)]

    header, lines = COLUMNS.table([], rows)
    assert header == ["name", "city", "group", "upper"]
    assert list(lines) == [["Ann", "Rome", None, "ANN"]]

    header, lines = COLUMNS.table(["city"], rows)
    assert header == ["name", "city"]

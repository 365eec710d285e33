import datetime as dt

import pytest
from django.urls import reverse

from tests.factories.outreach import TaskFactory

URL = reverse("outreach:task-list")


@pytest.fixture
def tasks(tuesday, liaison):
    """Overdue, due today, due later, done: by title."""
    done_at = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)
    return [
        TaskFactory(owner=liaison, title="late", due_on=dt.date(2026, 3, 9)),
        TaskFactory(owner=liaison, title="today", due_on=tuesday),
        TaskFactory(owner=liaison, title="soon", due_on=dt.date(2026, 3, 11)),
        TaskFactory(owner=liaison, title="kept", done_at=done_at),
    ]


@pytest.fixture
def listed(signed_in, liaison, tasks):
    client = signed_in(liaison)
    return lambda **query: [
        task.title for task in client.get(URL, query).context["page"]
    ]


@pytest.mark.parametrize(
    ("state", "titles"),
    [
        ("", ["late", "today", "soon"]),
        ("overdue", ["late"]),
        ("done", ["kept"]),
        ("all", ["kept", "late", "today", "soon"]),
        ("nonsense", []),
    ],
)
def test_a_state_leaves_only_its_tasks(listed, state, titles):
    assert sorted(listed(state=state)) == sorted(titles)


def test_the_earliest_due_comes_first(listed):
    assert listed() == ["late", "today", "soon"]
    assert listed(sort="-due") == ["soon", "today", "late"]


def test_text_is_searched(listed):
    assert listed(q="OON") == ["soon"]


def test_tasks_of_others_are_not_mine(listed, north_practice):
    TaskFactory(practice=north_practice, title="of a colleague")

    assert "of a colleague" not in listed(state="all")


def test_badges_say_what_is_late(signed_in, liaison, tasks):
    text = signed_in(liaison).get(URL).text

    assert "Overdue" in text
    assert "Was due Mar 9, 2026" in text


def test_nothing_owed_is_said_kindly(signed_in, liaison):
    assert "Nothing promised, nothing owed" in signed_in(liaison).get(URL).text


@pytest.mark.parametrize("name", ["q", "state", "sort", "page"])
@pytest.mark.parametrize("value", ["\x00", "x" * 10_000, "-1", "9" * 40])
def test_nonsense_in_the_query_is_no_error(signed_in, liaison, name, value):
    assert signed_in(liaison).get(URL, {name: value}).status_code == 200


def test_the_list_asks_the_database_a_bounded_number_of_times(
    signed_in, liaison, north_practice, django_assert_max_num_queries
):
    TaskFactory.create_batch(20, owner=liaison, practice=north_practice)
    client = signed_in(liaison)

    with django_assert_max_num_queries(12):
        client.get(URL)

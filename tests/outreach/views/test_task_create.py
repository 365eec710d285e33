import pytest
from django.urls import reverse

from outreach.models import Task

URL = reverse("outreach:task-create")


@pytest.fixture
def promise(tuesday):
    return {"title": "Call Dana", "due_on": "2026-03-12"}


def test_a_task_is_its_makers(signed_in, liaison, promise):
    response = signed_in(liaison).post(URL, promise)

    task = Task.objects.get()
    assert response.url == reverse("outreach:task-list")
    assert (task.title, str(task.due_on)) == ("Call Dana", "2026-03-12")
    assert (task.owner, task.practice) == (liaison, None)


def test_a_task_from_the_page_of_a_practice_is_about_it(
    signed_in, liaison, promise, north_practice
):
    signed_in(liaison).post(f"{URL}?practice={north_practice.pk}", promise)

    assert Task.objects.get().practice == north_practice


@pytest.mark.parametrize("key", ["987654", "abc", "9" * 40, "-1"])
def test_a_practice_that_is_not_there_is_not_found(signed_in, liaison, promise, key):
    assert signed_in(liaison).post(f"{URL}?practice={key}", promise).status_code == 404


def test_another_territorys_practice_is_not_found(
    signed_in, liaison, promise, south_practice
):
    response = signed_in(liaison).post(f"{URL}?practice={south_practice.pk}", promise)

    assert response.status_code == 404
    assert not Task.objects.exists()


def test_hidden_fields_set_nothing(signed_in, liaison, manager, promise, north_visit):
    signed_in(liaison).post(
        URL,
        promise
        | {
            "owner": manager.pk,
            "visit": north_visit.pk,
            "practice": north_visit.practice_id,
            "done_at": "2026-03-01",
        },
    )

    task = Task.objects.get()
    assert (task.owner, task.visit, task.practice) == (liaison, None, None)
    assert not task.is_done


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 201),
        ("title", "a\x00b"),
        ("due_on", ""),
        ("due_on", "2026-03-09"),
        ("due_on", "9999-12-31"),
        ("due_on", "soon"),
    ],
)
def test_bad_input_is_told_and_nothing_saved(signed_in, liaison, promise, field, value):
    response = signed_in(liaison).post(URL, promise | {field: value})

    assert response.context["form"].errors[field]
    assert not Task.objects.exists()

import pytest
from django.urls import reverse

from outreach.models import Task
from tests.factories.outreach import TaskFactory


def url_of(task):
    return reverse("outreach:task-edit", args=[task.pk])


def test_the_owner_moves_a_task(signed_in, liaison, task, tuesday):
    signed_in(liaison).post(
        url_of(task), {"title": "Call again", "due_on": "2026-03-20"}
    )

    task.refresh_from_db()
    assert (task.title, str(task.due_on)) == ("Call again", "2026-03-20")


def test_an_overdue_task_may_keep_its_day(signed_in, liaison, task, tuesday):
    signed_in(liaison).post(
        url_of(task), {"title": "New words", "due_on": str(task.due_on)}
    )

    task.refresh_from_db()
    assert task.title == "New words"


def test_it_cannot_be_moved_into_the_past(signed_in, liaison, task, tuesday):
    response = signed_in(liaison).post(
        url_of(task), {"title": "x", "due_on": "2026-03-01"}
    )

    assert response.context["form"].errors["due_on"]


@pytest.mark.parametrize("owner", ["coordinator", "south_liaison"])
def test_a_task_of_somebody_else_is_not_found(
    request, signed_in, liaison, north_practice, owner
):
    task = TaskFactory(owner=request.getfixturevalue(owner), practice=north_practice)
    client = signed_in(liaison)

    assert client.get(url_of(task)).status_code == 404
    assert client.post(url_of(task), {"title": "Mine"}).status_code == 404
    assert Task.objects.get().title == "Send the new referral form"

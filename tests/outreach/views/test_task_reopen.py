import datetime as dt

import pytest
from django.urls import reverse

from outreach.models import Task
from tests.factories.outreach import TaskFactory

DONE_AT = dt.datetime(2026, 3, 9, 12, tzinfo=dt.UTC)


def url_of(task):
    return reverse("outreach:task-reopen", args=[task.pk])


@pytest.fixture
def done_task(liaison):
    return TaskFactory(owner=liaison, done_at=DONE_AT)


def test_undo_opens_the_task_again(signed_in, liaison, done_task):
    signed_in(liaison).post(url_of(done_task))

    assert not Task.objects.get().is_done


def test_with_htmx_the_row_comes_back_open(signed_in, liaison, done_task):
    response = signed_in(liaison).post(
        url_of(done_task), headers={"HX-Request": "true"}
    )

    assert reverse("outreach:task-done", args=[done_task.pk]) in response.text


def test_a_task_of_somebody_else_is_not_found(signed_in, liaison):
    task = TaskFactory(done_at=DONE_AT)

    assert signed_in(liaison).post(url_of(task)).status_code == 404
    assert Task.objects.get().is_done

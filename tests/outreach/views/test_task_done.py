from django.urls import reverse

from outreach.models import Task
from tests.factories.outreach import TaskFactory

HTMX = {"HX-Request": "true"}


def url_of(task):
    return reverse("outreach:task-done", args=[task.pk])


def test_a_task_is_done_and_the_person_back_where_they_were(signed_in, liaison, task):
    response = signed_in(liaison).post(url_of(task), {"next": "/today/"})

    assert response.url == "/today/"
    assert Task.objects.get().is_done


def test_with_htmx_the_row_comes_back_with_undo(signed_in, liaison, task):
    response = signed_in(liaison).post(url_of(task), headers=HTMX)

    assert f'id="task-{task.pk}"' in response.text
    assert reverse("outreach:task-reopen", args=[task.pk]) in response.text
    assert "<html" not in response.text


def test_done_twice_is_done(signed_in, liaison, task):
    client = signed_in(liaison)

    client.post(url_of(task))
    first = Task.objects.get().done_at
    client.post(url_of(task))

    assert Task.objects.get().done_at == first


def test_next_leads_nowhere_else(signed_in, liaison, task):
    response = signed_in(liaison).post(url_of(task), {"next": "https://evil.example/"})

    assert response.url == reverse("outreach:task-list")


def test_reading_the_address_does_nothing(signed_in, liaison, task):
    assert signed_in(liaison).get(url_of(task)).status_code == 405
    assert not Task.objects.get().is_done


def test_a_task_of_somebody_else_is_not_found(signed_in, liaison, north_practice):
    task = TaskFactory(practice=north_practice)

    assert signed_in(liaison).post(url_of(task)).status_code == 404
    assert not Task.objects.get().is_done

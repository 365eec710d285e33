import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User
from accounts.services import people
from tests.factories.accounts import PASSWORD


@pytest.fixture
def person(administrator):
    person = User(name="Nia New", email="nia@example.org", role=User.Role.LIAISON)
    people.invite(person=person, by=administrator, at=timezone.now())
    return person


@pytest.fixture
def url(person):
    return f"/invitations/{people.invitation_token(person)}/"


def test_the_page_says_who_is_invited_as_what(client, url):
    page = client.get(url).content.decode()

    assert "nia@example.org" in page
    assert "liaison" in page


def test_a_name_and_a_password_open_the_account(client, url, person):
    response = client.post(url, {"name": "Nia Newton", "password": PASSWORD})

    person.refresh_from_db()
    assert response.url == "/accounts/login/"
    assert person.is_active
    assert person.name == "Nia Newton"
    assert person.check_password(PASSWORD)
    assert AuditEvent.objects.filter(
        action=AuditEvent.Action.PERSON_JOINED, actor=person
    ).exists()


def test_the_link_is_closed_afterwards(client, url):
    client.post(url, {"name": "Nia", "password": PASSWORD})

    response = client.get(url)

    assert response.status_code == 410
    assert "closed" in response.content.decode()


def test_a_weak_password_is_refused_and_the_link_stays_open(client, url, person):
    response = client.post(url, {"name": "Nia", "password": "short"})

    person.refresh_from_db()
    assert "password" in response.context["form"].errors
    assert person.is_invited


def test_what_the_form_does_not_show_is_not_set(client, url, person):
    client.post(
        url,
        {
            "name": "Nia",
            "password": PASSWORD,
            "role": "administrator",
            "is_superuser": "1",
            "is_active": "1",
            "email": "eve@example.org",
            "territory": "1",
        },
    )

    person.refresh_from_db()
    assert person.role == User.Role.LIAISON
    assert person.email == "nia@example.org"
    assert not person.assignments.exists()


def test_unknown_used_and_old_links_answer_alike(client, url, db):
    client.post(url, {"name": "Nia", "password": PASSWORD}, follow=True)

    used, unknown = client.get(url), client.get("/invitations/never:made:up/")

    assert used.status_code == unknown.status_code == 410
    assert used.content == unknown.content

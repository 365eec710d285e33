import pytest

from accounts.models import User
from tests.factories.accounts import UserFactory


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def test_the_page_shows_the_person_and_their_territories(admin, liaison):
    page = admin.get(f"/people/{liaison.pk}/").content.decode()

    assert "Lea Liaison" in page
    assert "North" in page


def test_name_address_and_role_are_changed(admin, liaison):
    data = {"name": "Lea Long", "email": "lea@example.org", "role": "manager"}

    response = admin.post(f"/people/{liaison.pk}/edit/", data)

    liaison.refresh_from_db()
    assert response.url == f"/people/{liaison.pk}/"
    assert (liaison.name, liaison.email, liaison.role) == tuple(data.values())


def test_a_new_role_holds_at_the_next_request(admin, liaison, client):
    data = {"name": "Lea", "email": liaison.email, "role": "administrator"}
    admin.post(f"/people/{liaison.pk}/edit/", data)

    client.force_login(liaison)

    assert client.get("/people/").status_code == 200


def test_ones_own_role_is_refused_beside_the_field(admin, administrator):
    data = {"name": "Ari", "email": administrator.email, "role": "liaison"}

    response = admin.post(f"/people/{administrator.pk}/edit/", data)

    administrator.refresh_from_db()
    assert "role" in response.context["form"].errors
    assert administrator.role == User.Role.ADMINISTRATOR


@pytest.mark.parametrize("verb", ["edit", "deactivate", "reactivate", "send"])
@pytest.mark.parametrize("pk", [999_999, 99999999999999999999])
def test_a_person_who_does_not_exist_is_not_found(verb, pk, admin):
    assert admin.post(f"/people/{pk}/{verb}/").status_code == 404


def test_a_person_is_deactivated_and_reactivated(admin, liaison):
    admin.post(f"/people/{liaison.pk}/deactivate/")
    liaison.refresh_from_db()
    assert liaison.state == User.State.DEACTIVATED

    admin.post(f"/people/{liaison.pk}/reactivate/")
    liaison.refresh_from_db()
    assert liaison.state == User.State.ACTIVE


def test_nobody_deactivates_themselves(admin, administrator):
    UserFactory(role=User.Role.ADMINISTRATOR)

    page = admin.post(f"/people/{administrator.pk}/deactivate/", follow=True)

    administrator.refresh_from_db()
    assert administrator.is_active
    assert "cannot deactivate yourself" in page.content.decode()


@pytest.mark.parametrize("verb", ["deactivate", "reactivate", "send", "withdraw"])
def test_nothing_happens_on_a_get(verb, admin, liaison):
    assert admin.get(f"/people/{liaison.pk}/{verb}/").status_code == 405
    liaison.refresh_from_db()
    assert liaison.is_active

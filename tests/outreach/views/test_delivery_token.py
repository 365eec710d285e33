from django.test import Client
from django.urls import reverse

URL = reverse("outreach:delivery-token")


def test_it_says_who_is_signed_in_and_is_kept_nowhere(signed_in, liaison):
    response = signed_in(liaison).get(URL)

    assert response.json()["user"] == liaison.pk
    assert response["Cache-Control"] == "no-store"


def test_its_token_is_one_that_a_form_takes(liaison):
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison)

    token = client.get(URL).json()["token"]
    logout = reverse("account_logout")

    assert client.post(logout).status_code == 403
    assert client.post(logout, {"csrfmiddlewaretoken": token}).status_code == 302


def test_the_signed_out_are_told_without_being_led_away(client, db):
    response = client.get(URL, headers={"accept": "application/json"})

    assert response.status_code == 401
    assert response["Cache-Control"] == "no-store"
    assert client.get(URL).status_code == 302

from accounts.models import User


def test_the_page_leads_to_password_second_factor_and_sessions(signed_in, liaison):
    page = signed_in(liaison).get("/account/").content.decode()

    for url in ("password/change/", "2fa/", "sessions/"):
        assert f'href="/accounts/{url}"' in page


def test_a_person_changes_their_own_name(signed_in, liaison):
    signed_in(liaison).post("/account/", {"name": "Lea Long"})

    liaison.refresh_from_db()
    assert liaison.name == "Lea Long"


def test_what_the_form_does_not_show_is_not_set(signed_in, liaison):
    signed_in(liaison).post(
        "/account/",
        {
            "name": "Lea",
            "role": "administrator",
            "is_superuser": "1",
            "is_active": "",
            "email": "eve@example.org",
        },
    )

    liaison.refresh_from_db()
    assert liaison.role == User.Role.LIAISON
    assert liaison.email == "liaison@example.org"
    assert liaison.is_active


def test_an_empty_name_is_refused(signed_in, liaison):
    response = signed_in(liaison).post("/account/", {"name": " "})

    assert "name" in response.context["form"].errors

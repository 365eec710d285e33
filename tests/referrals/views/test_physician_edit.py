from django.urls import reverse


def url(physician):
    return reverse("referrals:physician-edit", args=[physician.pk])


def test_saving_sets_what_the_form_shows_and_nothing_else(
    signed_in, manager, north_physician
):
    client = signed_in(manager)
    seen = client.get(url(north_physician)).context["seen"]

    client.post(
        url(north_physician),
        {
            "seen": seen,
            "tier": "B",
            "phone": "615-555-0100",
            "email": "nora@example.org",
            "npi": "1234567893",
            "is_active": "",
        },
    )

    npi = north_physician.npi
    north_physician.refresh_from_db()
    assert (north_physician.tier, north_physician.phone, north_physician.email) == (
        "B",
        "6155550100",
        "nora@example.org",
    )
    assert (north_physician.npi, north_physician.is_active) == (npi, True)


def test_a_bad_address_is_told_beside_the_field(signed_in, manager, north_physician):
    answer = signed_in(manager).post(url(north_physician), {"email": "nora@"})

    assert "email" in answer.context["form"].errors
    assert 'value="nora@"' in answer.content.decode()


def test_another_territorys_physician_cannot_be_changed(
    signed_in, south_manager, north_physician
):
    answer = signed_in(south_manager).post(url(north_physician), {"tier": "A"})

    north_physician.refresh_from_db()
    assert answer.status_code == 404
    assert north_physician.tier == ""


def test_owners_are_who_works_a_territory_where_the_physician_works(
    signed_in, manager, liaison, south_liaison, north_physician
):
    form = signed_in(manager).get(url(north_physician)).context["form"]

    assert [*form.fields["owner"].queryset] == [liaison, manager]

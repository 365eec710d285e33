import pytest
from django.urls import reverse

from referrals.models import Practice


def url(practice):
    return reverse("referrals:practice-edit", args=[practice.pk])


@pytest.fixture
def post(signed_in, manager, north_practice):
    """`post(tier="A")`: the manager opens the form, changes it and saves."""

    def send(**data):
        client = signed_in(manager)
        seen = client.get(url(north_practice)).context["seen"]
        answer = client.post(url(north_practice), {"seen": seen, **data}, follow=True)
        north_practice.refresh_from_db()
        return answer

    return send


def test_saving_sets_the_fields_and_says_what_was_saved(post, north_practice):
    answer = post(tier="A", phone="(615) 555-0100", fax="")

    assert (north_practice.tier, north_practice.phone) == ("A", "6155550100")
    assert "tier A, phone (615) 555-0100, fax empty" in answer.content.decode()


def test_fields_that_the_form_does_not_show_stay(post, north_practice):
    post(tier="A", name="Taken over", zip_code="37401", is_active="")

    assert north_practice.name == "North Clinic"
    assert north_practice.zip_code == "37203"
    assert north_practice.is_active


def test_a_bad_number_is_told_beside_the_field_and_kept(post, north_practice):
    answer = post(tier="A", phone="555")

    assert answer.status_code == 200
    assert "A telephone number has ten digits." in answer.content.decode()
    assert 'value="555"' in answer.content.decode()
    assert north_practice.tier == ""


def test_the_second_editor_is_told_and_keeps_what_was_typed(
    signed_in, manager, north_practice
):
    client = signed_in(manager)
    seen = client.get(url(north_practice)).context["seen"]
    Practice.objects.filter(pk=north_practice.pk).update(tier="B")

    answer = client.post(url(north_practice), {"seen": seen, "tier": "C"})

    assert "Changed meanwhile to tier B" in answer.content.decode()
    assert '<option value="C" selected>' in answer.content.decode()
    assert Practice.objects.get(pk=north_practice.pk).tier == "B"


def test_saving_again_replaces_knowingly(signed_in, manager, north_practice):
    client = signed_in(manager)
    Practice.objects.filter(pk=north_practice.pk).update(tier="B")
    told = client.post(url(north_practice), {"seen": "old", "tier": "C"})

    client.post(url(north_practice), {"seen": told.context["seen"], "tier": "C"})

    assert Practice.objects.get(pk=north_practice.pk).tier == "C"


def test_another_territorys_practice_cannot_be_changed(
    signed_in, south_manager, north_practice
):
    answer = signed_in(south_manager).post(url(north_practice), {"tier": "A"})

    north_practice.refresh_from_db()
    assert answer.status_code == 404
    assert north_practice.tier == ""

import pytest

from accounts.models import AuditEvent, Territory
from tests.factories.accounts import TerritoryFactory


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def test_a_territory_is_added_below_another(admin, region):
    response = admin.post(
        "/territories/new/", {"name": "East", "parent": region.pk, "colour": "red"}
    )

    east = Territory.objects.get(name="East")
    assert response.url == f"/territories/{east.pk}/"
    assert east.parent == region
    assert AuditEvent.objects.filter(action="territory_created").exists()


def test_a_name_is_one_territorys(admin, north):
    response = admin.post("/territories/new/", {"name": "North", "parent": ""})

    assert "name" in response.context["form"].errors


@pytest.mark.parametrize("parent", ["x", "99999999999999999999", "%00"])
def test_a_parent_in_the_address_that_makes_no_sense_is_ignored(parent, admin):
    assert admin.get(f"/territories/new/?parent={parent}").status_code == 200


def test_a_cycle_is_refused_beside_the_field(admin, region, north):
    response = admin.post(
        f"/territories/{region.pk}/edit/", {"name": region.name, "parent": north.pk}
    )

    region.refresh_from_db()
    assert "lies below it" in response.context["form"].errors["parent"][0]
    assert region.parent is None


def test_a_territory_is_renamed(admin, north, region):
    admin.post(
        f"/territories/{north.pk}/edit/",
        {"name": "Up", "parent": region.pk, "colour": "red"},
    )

    north.refresh_from_db()
    assert north.name == "Up"


def test_deleting_asks_first(admin, north):
    assert (
        "belong to no territory"
        in admin.get(f"/territories/{north.pk}/delete/").content.decode()
    )
    assert Territory.objects.filter(pk=north.pk).exists()


def test_a_territory_is_deleted(admin, north):
    response = admin.post(f"/territories/{north.pk}/delete/")

    assert response.url == "/territories/"
    assert not Territory.objects.filter(pk=north.pk).exists()


def test_a_territory_with_others_below_stays_and_the_page_says_why(
    admin, region, north
):
    page = admin.post(f"/territories/{region.pk}/delete/", follow=True)

    assert "has territories below it" in page.content.decode()
    assert Territory.objects.filter(pk=region.pk).exists()


@pytest.mark.parametrize("verb", ["", "edit/", "delete/", "zips/", "assign/"])
def test_a_territory_that_does_not_exist_is_not_found(verb, admin):
    assert admin.get(f"/territories/99999999999999999999/{verb}").status_code == 404


def test_the_page_shows_people_zips_and_what_lies_below(admin, north, liaison):
    TerritoryFactory(name="Corner", parent=north)

    page = admin.get(f"/territories/{north.pk}/").content.decode()

    for word in ("Lea Liaison", "37203", "Corner"):
        assert word in page

import pytest


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


@pytest.fixture
def url(north):
    return f"/territories/{north.pk}/zips/"


def codes_of(territory):
    return sorted(
        territory.zips.filter(ends_on=None).values_list("zip_code", flat=True)
    )


def test_the_list_is_replaced(admin, url, north):
    response = admin.post(url, {"zip_codes": "37204-37206 37210-1234"})

    assert response.url == f"/territories/{north.pk}/"
    assert codes_of(north) == ["37204", "37205", "37206", "37210"]


def test_an_empty_list_takes_all_away(admin, url, north):
    admin.post(url, {"zip_codes": ""})

    assert codes_of(north) == []


def test_bad_words_are_named_and_the_text_stays(admin, url, north):
    page = admin.post(url, {"zip_codes": "37204 nonsense"}).content.decode()

    assert "37204 nonsense" in page
    assert codes_of(north) == ["37203"]


def test_zips_of_another_territory_are_named_and_nothing_changes(
    admin, url, north, south
):
    response = admin.post(url, {"zip_codes": "37204 37401"})

    assert "South: 37401" in response.context["form"].errors["zip_codes"][0]
    assert codes_of(north) == ["37203"]
    assert codes_of(south) == ["37401"]


def test_with_the_box_ticked_they_move(admin, url, north, south):
    admin.post(url, {"zip_codes": "37203 37401", "move": "on"})

    assert codes_of(north) == ["37203", "37401"]
    assert codes_of(south) == []


def test_moving_a_zip_moves_who_sees_its_practices(
    admin, url, liaison, south_practice, client
):
    practices = type(south_practice).objects
    assert south_practice not in practices.visible_to(liaison)

    admin.post(url, {"zip_codes": "37203 37401", "move": "on"})

    assert south_practice in practices.visible_to(liaison)

import pytest

from tests.factories.accounts import TerritoryFactory


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def test_the_tree_shows_zips_and_people_of_each(admin, liaison, north, region):
    tree = admin.get("/territories/").context["tree"]

    assert [(depth, node.name) for depth, node in tree] == [
        (0, region.name),
        (1, "North"),
    ]
    assert (tree[1][1].zip_count, tree[1][1].person_count) == (1, 1)


def test_a_big_tree_takes_few_queries(admin, region, django_assert_max_num_queries):
    TerritoryFactory.create_batch(40, parent=region)

    with django_assert_max_num_queries(7):
        admin.get("/territories/")


def test_without_territories_the_page_says_what_to_do(admin):
    assert "Start with a region" in admin.get("/territories/").content.decode()

import pytest
from django.urls import reverse

from referrals.models import ImportMapping
from tests.factories.referrals import ImportMappingFactory

URL = reverse("referrals:mapping-list")


def test_my_mappings_and_those_of_administrators_are_listed(
    signed_in, manager, administrator, sibling_manager
):
    ImportMappingFactory(name="Mine", made_by=manager)
    ImportMappingFactory(name="For everyone", made_by=administrator)
    ImportMappingFactory(name="Theirs", made_by=sibling_manager)

    page = signed_in(manager).get(URL).content.decode()

    assert "Mine" in page
    assert "For everyone" in page
    assert "Theirs" not in page
    assert page.count("/edit/") == 1


def test_administrators_change_every_mapping(signed_in, administrator, manager):
    saved = ImportMappingFactory(name="Mine", made_by=manager)

    page = signed_in(administrator).get(URL).content.decode()

    assert reverse("referrals:mapping-edit", args=[saved.pk]) in page


def test_an_empty_list_says_how_to_save_one(signed_in, manager):
    assert "No mapping saved yet" in signed_in(manager).get(URL).content.decode()


def test_a_mapping_is_deleted(signed_in, manager, managers_mapping):
    url = reverse("referrals:mapping-delete", args=[managers_mapping.pk])

    signed_in(manager).post(url)

    assert not ImportMapping.objects.exists()


@pytest.mark.parametrize("name", ["mapping-edit", "mapping-delete"])
def test_what_an_administrator_made_is_read_only_to_others(
    signed_in, manager, administrator, name
):
    saved = ImportMappingFactory(made_by=administrator)
    url = reverse(f"referrals:{name}", args=[saved.pk])

    assert signed_in(manager).post(url).status_code == 404
    assert ImportMapping.objects.get() == saved


@pytest.mark.parametrize("page", ["-1", "x", "%00", "9" * 30])
def test_a_nonsense_page_is_no_error(signed_in, manager, managers_mapping, page):
    assert signed_in(manager).get(f"{URL}?page={page}").status_code == 200


def test_the_list_needs_few_queries(signed_in, manager, django_assert_max_num_queries):
    ImportMappingFactory.create_batch(20, made_by=manager)
    client = signed_in(manager)

    with django_assert_max_num_queries(8):
        client.get(URL)

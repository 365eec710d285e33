import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import TerritoryAssignment, User
from referrals.models import Duplicate, Merge, Practice
from tests.factories.referrals import PhysicianFactory, PracticeFactory

LIST = reverse("referrals:duplicate-list")


def url(pair, name="detail", query=""):
    return reverse(f"referrals:duplicate-{name}", args=[pair.pk]) + query


def versions(kept=1, removed=1):
    return {"kept_version": kept, "removed_version": removed}


@pytest.fixture
def rows(north_pair):
    return [Practice.objects.get(pk=pk) for pk in (north_pair.first, north_pair.second)]


def test_the_list_shows_both_and_why(signed_in, manager, north_pair):
    page = signed_in(manager).get(LIST).content.decode()

    for text in ("North Clinic", "North Clinic PLLC", "Similar name", "70 %"):
        assert text in page


def test_the_list_hides_pairs_out_of_sight(signed_in, sibling_manager, north_pair):
    answer = signed_in(sibling_manager).get(LIST)

    assert "North Clinic" not in answer.content.decode()
    assert answer.context["page"].paginator.count == 0


def test_a_long_list_needs_few_queries(
    signed_in, manager, north, django_assert_max_num_queries
):
    practices = PracticeFactory.create_batch(30)
    for one, other in zip(practices[::2], practices[1::2], strict=True):
        Duplicate.objects.create(
            kind="practice",
            first=one.pk,
            second=other.pk,
            likelihood=60,
            found_at=timezone.now(),
        )
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(LIST)


def test_both_stand_side_by_side_with_what_hangs_on_them(
    signed_in, manager, north_pair, north_physician
):
    page = signed_in(manager).get(url(north_pair)).content.decode()

    for text in ("Stays: North Clinic", "Goes: North Clinic PLLC", "Affiliations"):
        assert text in page


def test_merging_keeps_the_values_chosen_and_leads_to_the_row(
    signed_in, manager, north_pair, rows
):
    kept, removed = rows
    data = versions() | {"name": "other", "address_line_1": "mine"}

    answer = signed_in(manager).post(url(north_pair), data)

    assert answer.url == reverse("referrals:practice-detail", args=[kept.pk])
    kept.refresh_from_db()
    assert kept.name == removed.name
    assert not Practice.objects.filter(pk=removed.pk).exists()


def test_the_other_one_can_be_kept(signed_in, manager, north_pair, rows):
    data = versions() | {"name": "mine", "address_line_1": "mine"}

    signed_in(manager).post(url(north_pair, query="?keep=other"), data)

    assert not Practice.objects.filter(pk=rows[0].pk).exists()
    assert Practice.objects.filter(pk=rows[1].pk).exists()


def test_a_form_sent_twice_merges_once(signed_in, manager, north_pair):
    client = signed_in(manager)
    data = versions() | {"name": "mine", "address_line_1": "mine"}

    client.post(url(north_pair), data)
    again = client.post(url(north_pair), data)

    assert again.status_code == 404
    assert Merge.objects.count() == 1


def test_whoever_saw_an_older_row_is_told(signed_in, manager, north_pair):
    Practice.objects.update(version=5)
    data = versions() | {"name": "mine", "address_line_1": "mine"}

    answer = signed_in(manager).post(url(north_pair), data)

    assert "was changed since" in answer.content.decode()
    assert not Merge.objects.exists()


@pytest.fixture(params=[{"is_active": False}, {"role": User.Role.LIAISON}])
def lose_the_right(request, manager):
    """Called between a page of the manager's and what it sends."""
    return lambda: User.objects.filter(pk=manager.pk).update(**request.param)


def test_who_lost_the_right_since_the_page_merges_nothing(
    signed_in, manager, north_pair, lose_the_right
):
    client = signed_in(manager)
    assert client.get(url(north_pair)).status_code == 200
    lose_the_right()

    answer = client.post(url(north_pair), versions() | {"name": "mine"})

    assert answer.status_code in (302, 403)
    assert not Merge.objects.exists()


def test_whose_territory_went_since_the_page_merges_nothing(
    signed_in, manager, north_pair
):
    client = signed_in(manager)
    assert client.get(url(north_pair)).status_code == 200
    TerritoryAssignment.objects.filter(user=manager).delete()

    answer = client.post(url(north_pair), versions() | {"name": "mine"})

    assert answer.status_code == 404
    assert not Merge.objects.exists()


def test_who_lost_the_right_since_the_page_undoes_no_merge(
    signed_in, manager, north_merge, lose_the_right
):
    client = signed_in(manager)
    page = reverse("referrals:merge-undo", args=[north_merge.pk])
    assert client.get(page).status_code == 200
    lose_the_right()

    assert client.post(page).status_code in (302, 403)
    north_merge.refresh_from_db()
    assert north_merge.undone_at is None


@pytest.mark.parametrize(
    "data", [{}, {"kept_version": "x"}, versions() | {"name": "third"}]
)
def test_nonsense_merges_nothing(signed_in, manager, north_pair, data):
    answer = signed_in(manager).post(url(north_pair), data)

    assert answer.status_code == 200
    assert not Merge.objects.exists()


def test_a_dismissed_pair_leaves_the_list(signed_in, manager, north_pair):
    client = signed_in(manager)

    client.post(url(north_pair, "dismiss"))

    assert client.get(LIST).context["page"].paginator.count == 0
    assert client.get(f"{LIST}?state=dismissed").context["page"].paginator.count == 1


def test_the_search_is_left_to_a_worker(signed_in, manager, search_asked):
    answer = signed_in(manager).post(reverse("referrals:duplicate-search"))

    assert answer.url == LIST
    assert search_asked == ["asked"]


@pytest.fixture
def search_asked(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "referrals.tasks.wake_duplicate_search", lambda: asked.append("asked")
    )
    return asked


def test_two_rows_can_be_put_side_by_side_by_hand(signed_in, manager, north_practice):
    other = PracticeFactory(name="Uptown Heart")
    client = signed_in(manager)
    create = reverse("referrals:duplicate-create")
    query = {"kind": "practice", "row": north_practice.pk, "q": "uptown"}
    assert "Uptown Heart" in client.get(create, query).content.decode()

    answer = client.post(create, query | {"other": other.pk})

    assert answer.url == url(Duplicate.objects.get())


@pytest.mark.parametrize("sort", ["physician", "organization", "shoe"])
def test_only_rows_of_one_kind_come_side_by_side(
    signed_in, manager, north_practice, sort
):
    other = PhysicianFactory()
    data = {"kind": sort, "row": north_practice.pk, "other": other.pk}

    signed_in(manager).post(reverse("referrals:duplicate-create"), data)

    assert not Duplicate.objects.exists()


def test_a_row_out_of_sight_is_neither_found_nor_chosen(
    signed_in, sibling_manager, north_practice, south_practice
):
    client = signed_in(sibling_manager)
    create = reverse("referrals:duplicate-create")
    query = {"kind": "practice", "row": north_practice.pk, "q": "clinic"}

    page = client.get(create, query).content.decode()
    client.post(create, query | {"other": south_practice.pk})

    assert "Clinic" not in page
    assert not Duplicate.objects.exists()


def test_a_merge_is_undone_from_its_list(signed_in, manager, north_pair, rows):
    client = signed_in(manager)
    data = versions() | {"name": "mine", "address_line_1": "mine"}
    client.post(url(north_pair), data)
    merge = Merge.objects.get()
    assert (
        "North Clinic PLLC"
        in client.get(reverse("referrals:merge-list")).content.decode()
    )

    answer = client.post(reverse("referrals:merge-undo", args=[merge.pk]), follow=True)

    assert "North Clinic PLLC is back." in answer.content.decode()
    assert Practice.objects.filter(pk=rows[1].pk).exists()


def test_an_undo_that_cannot_be_says_why(signed_in, manager, north_merge):
    answer = signed_in(manager).post(
        reverse("referrals:merge-undo", args=[north_merge.pk]), follow=True
    )

    assert "cannot come back" in answer.content.decode()

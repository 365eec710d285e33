"""Views that people keep of lists: save, open, rename, share, delete."""

import pytest
from django.db import IntegrityError
from django.urls import reverse

from accounts.forms.saved_views import NewSavedViewForm
from accounts.models import SavedView
from tests.factories.accounts import SavedViewFactory
from tests.factories.referrals import PracticeFactory

LIST = reverse("referrals:practice-list")
NEW = reverse("accounts:saved-view-create")


@pytest.fixture
def kept(signed_in, liaison):
    """`kept(query="tier=A")`: the view that the liaison then has."""

    def save(**fields):
        data = {"list": "practices", "name": "Mine", "query": "", "columns": ""}
        response = signed_in(liaison).post(NEW, data | fields)
        view = SavedView.objects.filter(owner=liaison).order_by("-pk").first()
        return view, response

    return save


def test_a_view_keeps_filters_order_and_columns(kept):
    view, response = kept(query="sort=-city&tier=A", columns="zip,city")

    assert (view.query, view.columns) == ("tier=A&sort=-city", "name,city,zip")
    assert response.url == f"{LIST}?tier=A&sort=-city&columns=name,city,zip"


@pytest.mark.parametrize(
    "nonsense",
    ["page=7", "password=x", "sort=password", "q=%00", "q=" + "x" * 5000, "sort=name"],
)
def test_what_the_list_does_not_understand_is_not_kept(kept, nonsense):
    view, _ = kept(query=nonsense, columns="password")

    assert (view.query, view.columns) == ("", "")


def test_the_form_takes_over_what_the_list_shows(signed_in, liaison, north):
    client = signed_in(liaison)
    bar = client.get(f"{LIST}?tier=A&columns=city&page=2").context["bar"]

    text = client.get(bar.save_url).content.decode()

    assert 'name="query" value="tier=A"' in text
    assert 'name="columns" value="name,city"' in text


def test_the_bar_names_the_view_that_is_open(signed_in, liaison, saved_view):
    client = signed_in(liaison)

    assert client.get(LIST).context["bar"].current is None
    bar = client.get(f"{LIST}?tier=A&page=1").context["bar"]
    assert bar.current.view == saved_view


def test_a_view_of_another_list_is_not_offered(signed_in, liaison, saved_view):
    bar = signed_in(liaison).get(reverse("referrals:physician-list")).context["bar"]

    assert bar.offers == []


def test_others_see_a_view_only_when_it_is_shared(signed_in, manager, saved_view):
    def offered():
        bar = signed_in(manager).get(LIST).context["bar"]
        return [(offer.view, offer.is_own) for offer in bar.offers]

    assert offered() == []
    SavedView.objects.update(is_shared=True)
    assert offered() == [(saved_view, False)]


def test_a_shared_view_shows_each_viewer_rows_of_their_own(
    signed_in, south_liaison, north_practice, south_practice, liaison
):
    view = SavedViewFactory(owner=liaison, query="q=clinic", is_shared=True)
    client = signed_in(south_liaison)

    (offer,) = client.get(LIST).context["bar"].shared
    page = client.get(offer.url).context["page"]

    assert offer.view == view
    assert list(page) == [south_practice]


def test_a_view_is_renamed_and_shared(signed_in, liaison, saved_view):
    url = reverse("accounts:saved-view-edit", args=[saved_view.pk])

    signed_in(liaison).post(url, {"name": "  My   best ", "is_shared": "on"})

    saved_view.refresh_from_db()
    assert (saved_view.name, saved_view.is_shared) == ("My best", True)
    assert saved_view.query == "tier=A"


@pytest.mark.parametrize("name", ["saved-view-edit", "saved-view-delete"])
def test_a_shared_view_is_changed_by_its_owner_only(
    signed_in, manager, saved_view, name
):
    SavedView.objects.update(is_shared=True)
    url = reverse(f"accounts:{name}", args=[saved_view.pk])

    response = signed_in(manager).post(url, {"name": "Taken"})

    assert response.status_code == 404
    assert SavedView.objects.get().name == saved_view.name


def test_a_view_is_deleted(signed_in, liaison, saved_view):
    url = reverse("accounts:saved-view-delete", args=[saved_view.pk])

    response = signed_in(liaison).post(url)

    assert response.url == LIST
    assert not SavedView.objects.exists()


def test_a_list_that_the_role_may_not_open_has_no_views(signed_in, compliance_officer):
    data = {"list": "referrals", "name": "Mine"}

    assert signed_in(compliance_officer).post(NEW, data).status_code == 404
    assert signed_in(compliance_officer).get(f"{NEW}?list=tasks").status_code == 404


@pytest.mark.parametrize("name", ["", "nothing", "\x00", "x" * 10_000])
def test_an_unknown_list_is_not_there(signed_in, liaison, name):
    assert signed_in(liaison).post(NEW, {"list": name, "name": "a"}).status_code == 404


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\x00b"])
def test_a_bad_name_is_refused(kept, name):
    view, response = kept(name=name)

    assert response.status_code == 200
    assert view is None


def test_filters_too_long_to_keep_are_refused(kept):
    view, response = kept(query="&".join(f"q={'x' * 190}{n}" for n in range(20)))

    assert "too long to keep" in response.content.decode()
    assert view is None


def test_the_same_name_asks_before_it_replaces(kept):
    first, _ = kept(query="tier=A")

    view, response = kept(name="MINE", query="tier=B")
    assert "You have a view of this name" in response.content.decode()
    assert "Replace it" in response.content.decode()
    assert view == first

    view, _ = kept(name="MINE", query="tier=B", replace="on")
    assert (view.pk, view.name, view.query) == (first.pk, "MINE", "tier=B")


def test_the_same_name_sent_twice_at_once_is_one_view(kept, monkeypatch):
    kept()
    monkeypatch.setattr(
        NewSavedViewForm, "namesakes", lambda form, name: SavedView.objects.none()
    )

    _, response = kept()

    assert "You have a view of this name" in response.content.decode()
    assert SavedView.objects.count() == 1


def test_renaming_to_a_name_in_use_is_refused(signed_in, liaison, saved_view):
    other = SavedViewFactory(owner=liaison, name="Other")
    url = reverse("accounts:saved-view-edit", args=[other.pk])

    response = signed_in(liaison).post(url, {"name": saved_view.name.upper()})

    assert response.status_code == 200
    assert SavedView.objects.get(pk=other.pk).name == "Other"


def test_a_name_is_used_once_by_owner_and_list(saved_view):
    SavedViewFactory(name=saved_view.name)  # of somebody else
    SavedViewFactory(owner=saved_view.owner, name=saved_view.name, list_name="roster")

    with pytest.raises(IntegrityError):
        SavedViewFactory(owner=saved_view.owner, name=saved_view.name.upper())


def test_names_are_text(signed_in, liaison):
    SavedViewFactory(owner=liaison, name="<b>bold</b>", query="q=%22%3E%3Cscript%3E")

    text = signed_in(liaison).get(LIST).content.decode()

    assert "<b>bold" not in text
    assert "<script>&" not in text


def test_many_views_cost_one_query(
    signed_in, liaison, north, django_assert_max_num_queries
):
    SavedViewFactory.create_batch(30, owner=liaison)
    PracticeFactory()
    client = signed_in(liaison)

    with django_assert_max_num_queries(9):
        client.get(LIST)


def test_views_of_every_list_can_be_kept(signed_in, manager, north_visit, task):
    client = signed_in(manager)
    for name in (
        "referrals:practice-list",
        "referrals:physician-list",
        "referrals:roster-list",
        "referrals:referral-list",
        "outreach:visit-list",
        "outreach:task-list",
    ):
        bar = client.get(reverse(name)).context["bar"]

        response = client.post(
            NEW, {"list": bar.shown.name, "name": "Here", "query": "q=x"}
        )

        assert response.url.startswith(reverse(name))

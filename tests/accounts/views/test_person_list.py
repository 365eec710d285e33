import pytest

from accounts.models import AuditEvent, User
from tests.factories.accounts import UserFactory


@pytest.fixture
def admin(signed_in, administrator):
    return signed_in(administrator)


def names(response):
    return [person.name for person in response.context["page"]]


def test_the_list_shows_people_by_name(admin, liaison, manager):
    assert names(admin.get("/people/")) == [
        "Ari Administrator",
        "Lea Liaison",
        "Max Manager",
    ]


def test_the_list_is_narrowed_by_role_and_text(admin, liaison, manager):
    assert names(admin.get("/people/?role=manager")) == ["Max Manager"]
    assert names(admin.get("/people/?q=lea")) == ["Lea Liaison"]


def test_people_without_account_are_shown_as_such(admin, administrator):
    UserFactory(name="Imported Ida", is_active=False)

    page = admin.get("/people/?state=none")

    assert names(page) == ["Imported Ida"]
    assert "No account" in page.content.decode()


def test_the_list_is_sorted_as_asked(admin, liaison, manager):
    assert names(admin.get("/people/?sort=-name"))[0] == "Max Manager"


@pytest.mark.parametrize(
    "query",
    [
        "page=-1",
        "page=x",
        "page=99999999999999999999",
        "sort=password",
        "q=%00",
        "role=%ff",
    ],
)
def test_a_query_that_makes_no_sense_shows_the_list(query, admin):
    assert names(admin.get(f"/people/?{query}")) == ["Ari Administrator"]


def test_fifty_people_a_page(admin):
    UserFactory.create_batch(55)

    assert len(names(admin.get("/people/"))) == 50
    assert len(names(admin.get("/people/?page=2"))) == 6


def test_the_list_takes_few_queries(admin, django_assert_max_num_queries):
    UserFactory.create_batch(30)

    with django_assert_max_num_queries(6):
        admin.get("/people/")


def test_the_export_respects_the_filters_and_is_audited(
    admin, liaison, manager, administrator
):
    response = admin.get("/people/export/?role=manager")

    text = b"".join(response.streaming_content).decode()
    assert "manager@example.org" in text
    assert "liaison@example.org" not in text
    event = AuditEvent.objects.get(action=AuditEvent.Action.EXPORTED)
    assert event.actor == administrator
    assert event.detail == {"filters": "role=manager"}


def test_a_name_that_is_a_formula_leaves_inert(admin):
    UserFactory(name="=1+1")

    response = admin.get("/people/export/")

    assert "'=1+1" in b"".join(response.streaming_content).decode()


def test_names_are_escaped(admin):
    User.objects.create_user("x@example.org", name="<script>x</script>", role="liaison")

    assert "<script>x" not in admin.get("/people/").content.decode()

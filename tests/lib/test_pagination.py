import pytest

from accounts.models import User
from liaison_crm.lib import pagination
from liaison_crm.lib.formats import counted
from liaison_crm.lib.pagination import page_of
from tests.factories.accounts import UserFactory

NUMBERS = list(range(120))


@pytest.mark.parametrize("nonsense", [None, "", "x", "1e5", "\x00", "٣x"])
def test_nonsense_shows_the_first_page(nonsense):
    assert page_of(NUMBERS, nonsense).number == 1


@pytest.mark.parametrize("beyond", ["4", "-1", "0", "9" * 30])
def test_a_page_that_is_not_there_shows_the_last(beyond):
    assert page_of(NUMBERS, beyond).number == 3


def test_an_empty_list_has_one_empty_page():
    assert list(page_of([], "7")) == []


@pytest.mark.django_db
def test_rows_read_by_their_keys_keep_the_order_of_the_list():
    for name in ("Cora", "Ann", "Bob"):
        UserFactory(name=name)

    page = page_of(User.objects.order_by("-name"), "1", size=2, rows=User.objects.all())

    assert [user.name for user in page] == ["Cora", "Bob"]
    assert page.paginator.count == 3


@pytest.fixture
def three_are_many(monkeypatch):
    monkeypatch.setattr(pagination, "COUNTED", 3)


def people(number):
    UserFactory.create_batch(number)
    return User.objects.order_by("pk")


@pytest.mark.django_db
def test_a_long_list_is_counted_to_a_limit(three_are_many):
    page = page_of(people(7), "1", size=2)

    assert counted(page.paginator) == "more than 3"
    assert page.has_next()


@pytest.mark.django_db
def test_a_list_of_just_the_limit_is_counted(three_are_many):
    assert counted(page_of(people(3), "1", size=2).paginator) == "3"


@pytest.mark.django_db
def test_pages_beyond_the_limit_are_there(three_are_many):
    users = people(7)

    page = page_of(users, "3", size=2)
    assert (page.start_index(), page.end_index()) == (5, 6)
    assert page.next_page_number() == 4
    assert list(page) == list(users[4:6])

    last = page_of(users, "4", size=2)
    assert list(last) == [users[6]]
    assert not last.has_next()


@pytest.mark.django_db
@pytest.mark.parametrize("beyond", ["5", "-1", "9" * 30, str(2**31)])
def test_too_far_in_a_long_list_counts_it_and_shows_the_last(three_are_many, beyond):
    page = page_of(people(7), beyond, size=2)

    assert (page.number, counted(page.paginator)) == (4, "7")


@pytest.mark.django_db
def test_a_page_counts_once_and_reads_once(django_assert_num_queries):
    users = people(5)

    with django_assert_num_queries(2):
        page = page_of(users, "2", size=2)
        assert len(list(page)) == 2
        assert page.has_other_pages()
        assert page.paginator.num_pages == 3


@pytest.mark.django_db
@pytest.mark.parametrize("beyond", ["4", "99", "-1", "0", "9" * 30])
def test_what_lies_beyond_the_limit_is_counted_once(
    three_are_many, django_assert_num_queries, beyond
):
    users = people(7)

    with django_assert_num_queries(2):
        page = page_of(users, beyond, size=2)
        assert (page.number, counted(page.paginator)) == (4, "7")


@pytest.mark.django_db
def test_nothing_is_counted_and_not_read(django_assert_num_queries):
    with django_assert_num_queries(1):
        page = page_of(User.objects.order_by("pk"), "1")

    assert (page.start_index(), page.end_index(), list(page)) == (0, 0, [])


@pytest.mark.django_db
def test_a_list_of_one_page_is_not_counted(django_assert_num_queries):
    found = people(2)

    with django_assert_num_queries(1):
        assert page_of(found, "1", size=2).paginator.count == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "shown"), [("3", [4, 5]), ("99", [6]), ("2", [2, 3])]
)
def test_pages_far_behind_keep_the_order_of_the_list(three_are_many, asked, shown):
    found = people(7)
    everybody = [*found]

    page = page_of(found, asked, size=2)

    assert [*page] == [everybody[place] for place in shown]
    assert page.has_next() == (asked != "99")


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["1", "2", "3", "4", "99"])
def test_keys_read_at_once_show_the_pages_that_counting_shows(three_are_many, asked):
    UserFactory.create_batch(7)
    found = User.objects.filter(pk__gt=0).order_by("-pk")

    at_once = page_of(found, asked, size=2, rows=User.objects.all())

    page = page_of(found, asked, size=2)
    assert [*at_once] == [*page]
    for one in (at_once, page):
        one.told = one.number, one.has_next(), counted(one.paginator)
    assert at_once.told == page.told


@pytest.mark.django_db
@pytest.mark.parametrize("asked", ["1", "3"])
def test_what_costs_to_find_is_found_once(asked, django_assert_num_queries):
    UserFactory.create_batch(5)
    found = User.objects.filter(pk__gt=0).order_by("pk")

    with django_assert_num_queries(2):  # the keys, the rows of the page
        page = page_of(found, asked, size=2, rows=User.objects.all())
        assert (page.paginator.count, len(page)) == (5, 2 if asked == "1" else 1)

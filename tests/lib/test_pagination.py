import pytest

from accounts.models import User
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

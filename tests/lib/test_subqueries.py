import pytest

from accounts.models import User
from liaison_crm.lib.subqueries import Sealed
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_it_finds_what_the_queryset_finds():
    one, other = UserFactory(name="100% Ada"), UserFactory(name="Ben")
    named = Sealed(User.objects.filter(name__contains="100%").values("pk"))

    assert [*User.objects.filter(pk__in=named)] == [one]
    assert [*User.objects.exclude(pk__in=named)] == [other]


def test_one_that_can_find_nothing_is_no_error():
    UserFactory()
    nobody = Sealed(User.objects.none().values("pk"))

    assert not User.objects.filter(pk__in=nobody).exists()
    assert User.objects.exclude(pk__in=nobody).count() == 1


def test_it_can_stand_within_another():
    user = UserFactory()
    inner = Sealed(User.objects.filter(pk=user.pk).values("pk"))
    outer = Sealed(User.objects.filter(pk__in=inner).values("pk"))

    assert User.objects.filter(pk__in=outer).get() == user

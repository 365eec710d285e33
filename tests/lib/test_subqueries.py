import pytest
from django.db import connection
from django.db.models import OuterRef, Q

from accounts.models import User
from liaison_crm.lib.subqueries import Counted, Sealed, any_of, found_by
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


@pytest.mark.parametrize(("there", "told"), [(0, 0), (2, 2), (4, 3)])
def test_rows_are_counted_no_further_than_told(there, told):
    UserFactory.create_batch(there, is_active=False)
    asking = UserFactory()
    rows = User.objects.filter(is_active=False)

    counts = User.objects.filter(pk=asking.pk).values_list(Counted(rows, most=3))

    assert counts.get() == (told,)


def test_of_a_queryset_without_rows_none_are_counted():
    user = UserFactory()

    counts = User.objects.filter(pk=user.pk).values_list(
        Counted(User.objects.none(), most=3)
    )

    assert counts.get() == (0,)


def test_any_of_parts_finds_what_an_or_finds():
    UserFactory(name="Ada"), UserFactory(name="Ben"), UserFactory(name="Adaben")
    named = [User.objects.filter(name__contains=part) for part in ("Ada", "en")]
    other = User.objects.order_by("name").exclude(name__contains="a")

    found = User.objects.filter(
        any_of(*(rows.values("pk") for rows in (*named, other)))
    )

    either = Q(name__contains="Ada") | Q(name__contains="en") | ~Q(name__contains="a")
    assert {*found} == {*User.objects.filter(either)}
    assert found.count() == 3


def test_a_part_of_any_that_can_find_nothing_takes_nothing_away():
    user, nobody = UserFactory(), User.objects.none().values("pk")
    everybody = User.objects.values("pk")

    assert User.objects.filter(any_of(nobody, everybody)).get() == user
    assert not User.objects.filter(any_of(nobody, nobody)).exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="tells of PostgreSQL")
def test_the_server_compiles_no_query():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")

        assert cursor.fetchone() == ("off",)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="tells of PostgreSQL")
def test_what_is_looked_for_row_by_row_is_not_gathered_within_an_or():
    same = User.objects.filter(pk=OuterRef("pk"))
    rows = User.objects.filter(found_by(same) | Q(email="x"))

    assert "hashed SubPlan" not in rows.explain()

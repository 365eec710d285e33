import pytest
from django.urls import reverse

from referrals.models import PayerClass
from tests.factories.referrals import MarginFactory, PayerClassFactory, PayerFactory

URL = reverse("reports:payer-class-list")


def address(name, payer_class):
    return reverse(f"reports:payer-class-{name}", args=[payer_class.pk])


def test_classes_are_listed_with_their_payers_and_margins(signed_in, manager):
    medicare = PayerClassFactory()
    PayerFactory.create_batch(2, payer_class=medicare)
    MarginFactory(payer_class=medicare)

    (shown,) = signed_in(manager).get(URL).context["classes"]

    assert (shown.payer_count, shown.margin_count) == (2, 1)


def test_a_class_is_added_once(signed_in, manager):
    client = signed_in(manager)

    client.post(URL, {"name": " Tricare  and VA "})
    page = client.post(URL, {"name": "TRICARE AND VA"}).content.decode()

    assert [one.name for one in PayerClass.objects.all()] == ["Tricare and VA"]
    assert "There is a class of this name: Tricare and VA." in page


@pytest.mark.parametrize("name", ["", "x" * 41, "a\x00b", "a\tb"])
def test_a_name_that_is_none_is_told(signed_in, manager, name):
    assert signed_in(manager).post(URL, {"name": name}).status_code == 200
    assert not PayerClass.objects.exists()


def test_a_class_is_renamed(signed_in, manager, payer_class):
    signed_in(manager).post(address("edit", payer_class), {"name": "Medicare A and B"})

    assert PayerClass.objects.get().name == "Medicare A and B"


def test_a_class_in_use_stays(signed_in, manager, payer_class):
    PayerFactory(payer_class=payer_class)

    client = signed_in(manager)
    page = client.post(address("delete", payer_class), follow=True).content.decode()

    assert "Medicare stays: it has 1 payer and 0 margins." in page


def test_a_class_without_use_is_deleted(signed_in, manager, payer_class):
    signed_in(manager).post(address("delete", payer_class))

    assert not PayerClass.objects.exists()

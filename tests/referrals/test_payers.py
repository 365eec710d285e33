import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from referrals.models import Margin
from referrals.models.payers import payer_key
from tests.factories.referrals import (
    MarginFactory,
    PayerClassFactory,
    PayerFactory,
    ServiceLineFactory,
)

DAY = dt.date(2026, 1, 1)


@pytest.mark.parametrize("name", ["Aetna PPO", " aetna  ppo ", "AETNA\tPPO"])
def test_blanks_and_capitals_do_not_make_another_payer(name):
    assert payer_key(name) == "aetna ppo"


@pytest.mark.parametrize("day", [None, DAY])
@pytest.mark.parametrize("has_class", [True, False])
def test_a_line_has_one_margin_per_payer_class_and_day(db, day, has_class):
    of_class = PayerClassFactory() if has_class else None
    margin = MarginFactory(effective_from=day, payer_class=of_class)
    same = Margin(
        service_line=margin.service_line,
        effective_from=day,
        payer_class=of_class,
        cents=1,
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        same.save()


def test_a_class_may_have_a_margin_where_the_line_has_one(db):
    line = ServiceLineFactory()
    for of_class in (None, PayerClassFactory(), PayerClassFactory(name="Other")):
        for day in (None, DAY):
            MarginFactory(service_line=line, payer_class=of_class, effective_from=day)

    assert line.margins.count() == 6


def test_names_of_classes_differ_in_more_than_capitals(payer_class):
    with pytest.raises(IntegrityError), transaction.atomic():
        PayerClassFactory(name="MEDICARE")


@pytest.mark.parametrize("factory", [PayerFactory, MarginFactory])
def test_a_class_does_not_take_payers_and_margins_with_it(payer_class, factory):
    factory(payer_class=payer_class)

    with pytest.raises(ProtectedError), transaction.atomic():
        payer_class.delete()


def test_today_each_class_has_the_margin_that_began_last(payer_class):
    line = ServiceLineFactory()
    for day, cents in ((None, 1), (DAY, 2), (dt.date(2027, 1, 1), 3)):
        MarginFactory(
            service_line=line, payer_class=payer_class, effective_from=day, cents=cents
        )
    MarginFactory(service_line=line, cents=9)

    assert Margin.objects.by_class(DAY) == {line.pk: [("Medicare", 2)]}

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import Margin
from tests.factories.referrals import MarginFactory, PayerClassFactory

JANUARY, JUNE = dt.date(2026, 1, 1), dt.date(2026, 6, 1)


@pytest.fixture
def url(cardiology):
    return reverse("reports:margin-history", args=[cardiology.pk])


def margins():
    found = Margin.objects.newest_last()
    return list(found.values_list("effective_from", "cents"))


def test_each_margin_is_shown_until_the_next_one(signed_in, manager, url, cardiology):
    for day, cents in ((None, 1), (JUNE, 3), (JANUARY, 2)):
        MarginFactory(service_line=cardiology, effective_from=day, cents=cents)

    shown = signed_in(manager).get(url).context["margins"]

    assert [(margin.effective_from, end) for margin, end in shown] == [
        (JUNE, None),
        (JANUARY, JUNE),
        (None, JANUARY),
    ]


def test_a_margin_is_added_once_and_audited(signed_in, manager, url):
    client = signed_in(manager)

    for _ in range(2):
        client.post(url, {"since": "2026-01-01", "cents": "1,500.25"})

    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert margins() == [(JANUARY, 150_025)]
    assert event.detail == {"from": "2026-01-01", "before": None, "after": 150_025}


def test_a_margin_of_a_day_is_replaced(signed_in, manager, url, cardiology):
    MarginFactory(service_line=cardiology, effective_from=JANUARY, cents=1)

    signed_in(manager).post(url, {"since": "2026-01-01", "cents": "2"})

    assert margins() == [(JANUARY, 200)]


@pytest.mark.parametrize(
    "answer",
    [
        {"since": "", "cents": ""},
        {"since": "soon", "cents": "5"},
        {"since": "", "cents": "1e5"},
        {"since": "\x00", "cents": "\x00"},
    ],
)
def test_what_is_no_margin_is_told(signed_in, manager, url, answer):
    assert signed_in(manager).post(url, answer).status_code == 200
    assert margins() == []


def test_a_margin_is_deleted_and_audited(signed_in, manager, cardiology_margin):
    address = reverse("reports:margin-delete", args=[cardiology_margin.pk])

    signed_in(manager).post(address)

    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert margins() == []
    assert event.detail["before"] == 120_050


def test_what_another_set_for_the_day_meanwhile_is_told(
    signed_in, manager, url, cardiology
):
    client = signed_in(manager)
    seen = client.get(url).context["form"]["seen"].value()
    MarginFactory(service_line=cardiology, effective_from=JANUARY, cents=1)
    answer = {"since": "2026-01-01", "cents": "2", "seen": seen}

    told = client.post(url, answer)

    assert "Somebody set $0.01 from Jan 1, 2026 meanwhile" in told.text
    assert margins() == [(JANUARY, 1)]
    client.post(url, answer | {"seen": told.context["form"]["seen"].value()})
    assert margins() == [(JANUARY, 200)]


def test_a_margin_that_was_changed_meanwhile_is_not_deleted(
    signed_in, manager, cardiology_margin
):
    address = reverse("reports:margin-delete", args=[cardiology_margin.pk])

    told = signed_in(manager).post(address, {"seen": "5"}, follow=True)

    assert "changed meanwhile" in told.text
    assert len(margins()) == 1


def test_it_takes_few_queries(
    signed_in, manager, url, cardiology, django_assert_max_num_queries
):
    for day in range(1, 29):
        since = dt.date(2026, 2, day)
        MarginFactory(service_line=cardiology, effective_from=since)
    client = signed_in(manager)

    with django_assert_max_num_queries(8):
        client.get(url)


def test_each_payer_class_has_a_history_of_its_own(signed_in, manager, url, cardiology):
    medicare = PayerClassFactory()
    for day, of_class in ((None, None), (JANUARY, medicare), (JUNE, medicare)):
        MarginFactory(service_line=cardiology, effective_from=day, payer_class=of_class)

    shown = signed_in(manager).get(url).context["margins"]

    assert [(one.payer_class, one.effective_from, end) for one, end in shown] == [
        (None, None, None),
        (medicare, JUNE, None),
        (medicare, JANUARY, JUNE),
    ]


def test_a_margin_of_a_class_replaces_none_of_the_line(
    signed_in, manager, url, cardiology
):
    MarginFactory(service_line=cardiology, effective_from=JANUARY, cents=1)
    medicare = PayerClassFactory()

    signed_in(manager).post(
        url, {"since": "2026-01-01", "cents": "2", "payer_class": medicare.pk}
    )

    event = AuditEvent.objects.get(action=AuditEvent.Action.SETTING_CHANGED)
    assert sorted(Margin.objects.values_list("cents", flat=True)) == [1, 200]
    assert event.detail["payer_class"] == "Medicare"

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.referrals import (
    MarginFactory,
    PayerClassFactory,
    ServiceLineFactory,
)

URL = reverse("reports:margin-edit")
JANUARY, FAR = dt.date(2026, 1, 1), dt.date(2099, 1, 1)


@pytest.fixture
def cardiology(db):
    line = ServiceLineFactory(name="Cardiology")
    MarginFactory(service_line=line, cents=120_050)
    return line


@pytest.fixture
def urology(db):
    return ServiceLineFactory(name="Urology")


def field(line):
    return f"line-{line.pk}"


def margins_of(line):
    """[(from, cents)] in their order."""
    return list(line.margins.newest_last().values_list("effective_from", "cents"))


def test_margins_are_shown_and_missing_ones_are_empty(
    signed_in, manager, cardiology, urology
):
    text = signed_in(manager).get(URL).content.decode()

    assert 'value="1200.50"' in text
    assert 'placeholder="not entered"' in text


def test_margins_are_saved_to_the_cent_and_audited(
    signed_in, manager, cardiology, urology
):
    signed_in(manager).post(URL, {field(cardiology): "", field(urology): "$9,100.25"})

    details = AuditEvent.objects.filter(action=AuditEvent.Action.SETTING_CHANGED)
    assert (margins_of(cardiology), margins_of(urology)) == ([], [(None, 910_025)])
    assert sorted(
        (d.subject, d.detail["before"], d.detail["after"]) for d in details
    ) == [
        ("Margin of Cardiology", 120_050, None),
        ("Margin of Urology", None, 910_025),
    ]


def test_a_margin_of_zero_is_entered(signed_in, manager, urology):
    signed_in(manager).post(URL, {field(urology): "0"})

    assert margins_of(urology) == [(None, 0)]


def test_a_margin_from_a_day_on_leaves_the_one_before(signed_in, manager, cardiology):
    signed_in(manager).post(URL, {field(cardiology): "1500", "since": "2026-01-01"})

    assert margins_of(cardiology) == [(None, 120_050), (JANUARY, 150_000)]


def test_without_a_day_what_holds_today_is_put_right(signed_in, manager, cardiology):
    MarginFactory(service_line=cardiology, cents=5, effective_from=JANUARY)
    MarginFactory(service_line=cardiology, cents=6, effective_from=FAR)

    signed_in(manager).post(URL, {field(cardiology): "1500"})

    assert margins_of(cardiology) == [(None, 120_050), (JANUARY, 150_000), (FAR, 6)]


def test_a_margin_cannot_be_nothing_from_a_day_on(signed_in, manager, cardiology):
    response = signed_in(manager).post(
        URL, {field(cardiology): "", "since": "2026-01-01"}
    )

    assert list(response.context["form"].errors) == [field(cardiology)]
    assert margins_of(cardiology) == [(None, 120_050)]


@pytest.mark.parametrize("since", ["soon", "0007-01-01", "\x00", "9" * 30])
def test_a_day_that_is_none_saves_nothing(signed_in, manager, cardiology, since):
    signed_in(manager).post(URL, {field(cardiology): "1500", "since": since})

    assert margins_of(cardiology) == [(None, 120_050)]


def test_what_was_not_changed_is_not_written(signed_in, manager, cardiology, urology):
    signed_in(manager).post(URL, {field(cardiology): "1,200.50", field(urology): ""})

    assert not AuditEvent.objects.filter(
        action=AuditEvent.Action.SETTING_CHANGED
    ).exists()


@pytest.mark.parametrize("value", ["NaN", "1e5", "-5", "٥٠", "1.234", "x" * 10_000])
def test_a_wrong_margin_is_said_beside_its_field_and_saves_nothing(
    signed_in, manager, cardiology, urology, value
):
    response = signed_in(manager).post(
        URL, {field(cardiology): "5", field(urology): value}
    )

    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field(urology)]
    assert "invalid-feedback" in response.content.decode()
    assert margins_of(cardiology) == [(None, 120_050)]


def test_fields_that_the_form_does_not_show_change_nothing(
    signed_in, manager, cardiology
):
    signed_in(manager).post(
        URL, {field(cardiology): "1200.50", "line-999999": "5", "margin_cents": "5"}
    )

    assert margins_of(cardiology) == [(None, 120_050)]


def sent_back(response, typed=()):
    """What the browser sends of the form: what it shows, but for what is typed."""
    tags = re.findall(r"<input [^>]*>", response.text)
    found = [re.findall(r'\b(name|value)="([^"]*)"', tag) for tag in tags]
    shown = {pair["name"]: pair.get("value", "") for pair in map(dict, found)}
    return {name: shown[name] for name in shown if "-" in name} | dict(typed)


def test_what_another_set_meanwhile_is_told_and_nothing_typed_is_lost(
    signed_in, manager, cardiology, urology
):
    MarginFactory(service_line=urology, cents=100)
    client = signed_in(manager)
    page = client.get(URL)
    theirs = sent_back(page, {field(cardiology): "1300", field(urology): "2"})
    client.post(URL, theirs)

    told = client.post(URL, sent_back(page, {field(cardiology): "1500"}))

    assert "Somebody set $1,300.00 meanwhile" in told.text
    assert margins_of(cardiology) == [(None, 130_000)]
    again = sent_back(told)
    assert (again[field(cardiology)], again[field(urology)]) == ("1500", "2.00")
    client.post(URL, again)
    assert margins_of(cardiology) == [(None, 150_000)]
    assert margins_of(urology) == [(None, 200)]


def test_what_one_did_not_touch_stays_as_another_set_it(
    signed_in, manager, cardiology, urology
):
    client = signed_in(manager)
    page = client.get(URL)
    client.post(URL, sent_back(page, {field(cardiology): "1300"}))

    done = client.post(URL, sent_back(page, {field(urology): "7"}))

    assert done.status_code == 302
    assert margins_of(cardiology) == [(None, 130_000)]
    assert margins_of(urology) == [(None, 700)]


def test_the_same_form_sent_twice_is_no_quarrel(signed_in, manager, cardiology):
    client = signed_in(manager)
    answer = sent_back(client.get(URL), {field(cardiology): "1300"})

    given = [client.post(URL, answer).status_code for _ in range(2)]

    assert given == [302, 302]


def test_a_margin_taken_away_meanwhile_is_told(signed_in, manager, cardiology):
    client = signed_in(manager)
    answer = sent_back(client.get(URL), {field(cardiology): "1300"})
    cardiology.margins.all().delete()

    told = client.post(URL, answer)

    assert "Somebody took it away meanwhile" in told.text
    assert margins_of(cardiology) == []


def test_a_margin_set_meanwhile_for_the_same_day_to_come_is_told(
    signed_in, manager, cardiology
):
    client = signed_in(manager)
    answer = sent_back(client.get(URL), {field(cardiology): "9", "since": FAR})
    MarginFactory(service_line=cardiology, effective_from=FAR, cents=800)

    told = client.post(URL, answer)

    assert "Somebody set $8.00 from Jan 1, 2099 meanwhile" in told.text
    assert margins_of(cardiology)[-1] == (FAR, 800)


def test_without_service_lines_the_page_says_so(signed_in, manager):
    assert "no service lines yet" in signed_in(manager).get(URL).content.decode()


def test_the_form_takes_few_queries(
    signed_in, manager, cardiology, urology, django_assert_max_num_queries
):
    client = signed_in(manager)

    with django_assert_max_num_queries(8):
        client.get(URL)


def test_margins_of_a_payer_class_are_entered_beside_the_general_ones(
    signed_in, manager, cardiology
):
    medicare = PayerClassFactory()
    url = f"{URL}?payer_class={medicare.pk}"
    client = signed_in(manager)

    page = client.get(url).content.decode()
    client.post(url, {field(cardiology): "900"})

    margins = cardiology.margins.order_by("cents").values_list("payer_class", "cents")
    assert 'placeholder="general: $1,200.50"' in page
    assert list(margins) == [(medicare.pk, 90_000), (None, 120_050)]


def test_an_emptied_margin_of_a_class_leaves_the_general_one(
    signed_in, manager, cardiology
):
    margin = MarginFactory(service_line=cardiology, payer_class=PayerClassFactory())
    url = f"{URL}?payer_class={margin.payer_class_id}"

    signed_in(manager).post(url, {field(cardiology): ""})

    assert margins_of(cardiology) == [(None, 120_050)]


@pytest.mark.parametrize("asked", ["0", "x", "9" * 30, "%00", "-1"])
def test_a_payer_class_that_does_not_exist_shows_the_general_margins(
    signed_in, manager, cardiology, asked
):
    page = signed_in(manager).get(f"{URL}?payer_class={asked}").content.decode()

    assert 'value="1200.50"' in page

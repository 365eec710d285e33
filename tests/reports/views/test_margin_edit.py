import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.referrals import ServiceLineFactory

URL = reverse("reports:margin-edit")


@pytest.fixture
def cardiology(db):
    return ServiceLineFactory(name="Cardiology", margin_cents=120_050)


@pytest.fixture
def urology(db):
    return ServiceLineFactory(name="Urology", margin_cents=None)


def field(line):
    return f"line-{line.pk}"


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

    cardiology.refresh_from_db()
    urology.refresh_from_db()
    details = AuditEvent.objects.filter(action=AuditEvent.Action.SETTING_CHANGED)
    assert (cardiology.margin_cents, urology.margin_cents) == (None, 910_025)
    assert sorted(
        (d.subject, d.detail["before"], d.detail["after"]) for d in details
    ) == [
        ("Margin of Cardiology", 120_050, None),
        ("Margin of Urology", None, 910_025),
    ]


def test_a_margin_of_zero_is_entered(signed_in, manager, urology):
    signed_in(manager).post(URL, {field(urology): "0"})

    urology.refresh_from_db()
    assert urology.margin_cents == 0


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

    cardiology.refresh_from_db()
    assert response.status_code == 200
    assert list(response.context["form"].errors) == [field(urology)]
    assert "invalid-feedback" in response.content.decode()
    assert cardiology.margin_cents == 120_050


def test_fields_that_the_form_does_not_show_change_nothing(
    signed_in, manager, cardiology
):
    signed_in(manager).post(
        URL, {field(cardiology): "1200.50", "line-999999": "5", "margin_cents": "5"}
    )

    cardiology.refresh_from_db()
    assert cardiology.margin_cents == 120_050


def test_without_service_lines_the_page_says_so(signed_in, manager):
    assert "no service lines yet" in signed_in(manager).get(URL).content.decode()


def test_the_form_takes_few_queries(
    signed_in, manager, cardiology, urology, django_assert_max_num_queries
):
    client = signed_in(manager)

    with django_assert_max_num_queries(8):
        client.get(URL)

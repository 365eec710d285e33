import datetime as dt

from django.urls import reverse

from referrals.models import ProcedureRange, ServiceLine
from tests.factories.referrals import (
    MarginFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)

URL = reverse("referrals:service-line-list")


def test_it_shows_flag_codes_ranges_and_margin(text_of, administrator, cardiology):
    SpecialtyFactory(service_line=cardiology)
    ProcedureRange.objects.create(
        service_line=cardiology, first_code="92920", last_code="92998"
    )
    ServiceLine.objects.update(is_hospital_based=True)
    MarginFactory(service_line=cardiology, cents=123456)
    MarginFactory(service_line=cardiology, effective_from=dt.date(2999, 1, 1))

    text = text_of(administrator, URL)

    assert "92920-92998" in text
    assert "$1,234.56" in text
    assert "Left out of events" in text


def test_a_margin_nobody_entered_is_not_zero(text_of, administrator, cardiology):
    assert "Not entered" in text_of(administrator, URL)


def test_without_one_the_import_is_offered(text_of, administrator):
    assert "Import service lines" in text_of(administrator, URL)


def test_forty_lines_need_few_queries(
    signed_in, administrator, django_assert_max_num_queries
):
    for number in range(40):
        ServiceLineFactory(name=f"Line {number}")
    client = signed_in(administrator)

    with django_assert_max_num_queries(6):
        client.get(URL)

import pytest
from django.urls import reverse

from tests.factories.referrals import SpecialtyFactory


@pytest.fixture
def post(signed_in, administrator, cardiology):
    """`post(ranges="..")`: the administrator saves cardiology so."""

    def send(**data):
        address = reverse("referrals:service-line-edit", args=[cardiology.pk])
        answer = signed_in(administrator).post(address, data)
        cardiology.refresh_from_db()
        return answer

    return send


def test_saving_sets_flag_and_ranges(post, cardiology):
    answer = post(is_hospital_based="on", ranges="92920-92998\n33016")

    ranges = [str(one) for one in cardiology.procedure_ranges.all()]
    assert answer.status_code == 302
    assert cardiology.is_hospital_based
    assert ranges == ["33016-33016", "92920-92998"]


def test_a_bad_range_is_told_and_what_was_typed_is_kept(post, cardiology):
    answer = post(is_hospital_based="on", ranges="92998-92920")

    assert "ends before it starts" in answer.content.decode()
    assert "92998-92920</textarea>" in answer.content.decode()
    assert not cardiology.is_hospital_based


def test_margin_and_name_are_not_set_here(post, cardiology):
    post(ranges="", margin_cents="1", name="Hearts")

    assert (cardiology.name, cardiology.margin_cents) == ("Cardiology", None)


def test_its_codes_are_listed(text_of, administrator, cardiology):
    SpecialtyFactory(code="207RC0000X", service_line=cardiology)

    address = reverse("referrals:service-line-edit", args=[cardiology.pk])

    assert "207RC0000X" in text_of(administrator, address)

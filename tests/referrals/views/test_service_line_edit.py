import pytest
from django.urls import reverse

from referrals.models import ServiceLine
from referrals.services.service_lines import seen_of
from tests.factories.referrals import ReferralFactory, ServiceLineFactory

CREATE = reverse("referrals:service-line-create")


@pytest.fixture
def post(signed_in, administrator, cardiology):
    """`post(ranges="..")`: the administrator saves cardiology so."""

    def send(**data):
        address = reverse("referrals:service-line-edit", args=[cardiology.pk])
        good = {"name": "Cardiology", "ranges": "", "seen": seen_of(cardiology)}
        answer = signed_in(administrator).post(address, good | data)
        cardiology.refresh_from_db()
        return answer

    return send


def test_saving_sets_name_flag_and_ranges(post, cardiology):
    answer = post(
        name=" Heart  and vessels ", is_hospital_based="on", ranges="92920-92998\n33016"
    )

    ranges = [str(one) for one in cardiology.procedure_ranges.all()]
    assert answer.status_code == 302
    assert cardiology.name == "Heart and vessels"
    assert cardiology.is_hospital_based
    assert ranges == ["33016-33016", "92920-92998"]


def test_a_bad_range_is_told_and_what_was_typed_is_kept(post, cardiology):
    answer = post(is_hospital_based="on", ranges="92998-92920")

    assert "ends before it starts" in answer.content.decode()
    assert "92998-92920</textarea>" in answer.content.decode()
    assert not cardiology.is_hospital_based


def test_the_margin_is_not_set_here(post, cardiology):
    post(margin_cents="1")

    assert not cardiology.margins.exists()


def test_a_name_that_is_taken_is_told(post, cardiology):
    ServiceLineFactory(name="Orthopedics")

    assert "of this name: Orthopedics" in post(name="ORTHOPEDICS").content.decode()
    assert cardiology.name == "Cardiology"


def test_the_second_of_two_is_told_and_loses_nothing(post, cardiology):
    seen = seen_of(cardiology)
    post(ranges="92920-92998", seen=seen)

    page = post(ranges="33016", seen=seen).content.decode()

    assert "Somebody changed this service line" in page
    assert "33016</textarea>" in page
    assert f'value="{seen_of(cardiology)}"' in page
    assert [str(one) for one in cardiology.procedure_ranges.all()] == ["92920-92998"]


def test_a_line_is_added_once(signed_in, administrator):
    client = signed_in(administrator)

    for _ in range(2):
        answer = client.post(CREATE, {"name": "Sleep", "ranges": "95800-95811"})

    line = ServiceLine.objects.get()
    assert answer.url == reverse("referrals:service-line-codes", args=[line.pk])


@pytest.mark.parametrize("name", ["", "x" * 81, "a\x00b", "a\tb"])
def test_a_name_that_is_none_is_told(signed_in, administrator, name):
    assert signed_in(administrator).post(CREATE, {"name": name}).status_code == 200
    assert not ServiceLine.objects.exists()


def test_a_line_in_use_is_not_deleted(signed_in, administrator, cardiology):
    ReferralFactory(service_line=cardiology)

    address = reverse("referrals:service-line-delete", args=[cardiology.pk])
    page = signed_in(administrator).post(address, follow=True).content.decode()

    assert "Cardiology stays: it is used by 1 referral." in page


def test_a_line_without_use_is_deleted(signed_in, administrator, cardiology):
    address = reverse("referrals:service-line-delete", args=[cardiology.pk])

    signed_in(administrator).post(address)

    assert not ServiceLine.objects.exists()

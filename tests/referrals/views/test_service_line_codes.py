import pytest
from django.urls import reverse

from referrals.models import Specialty
from tests.factories.referrals import ServiceLineFactory, SpecialtyFactory


@pytest.fixture
def url(cardiology):
    return reverse("referrals:service-line-codes", args=[cardiology.pk])


@pytest.fixture
def post(signed_in, administrator, url):
    return lambda **data: signed_in(administrator).post(url, data)


def codes_of(line):
    codes = Specialty.objects.filter(service_line=line).order_by("code")
    return list(codes.values_list("code", flat=True))


def test_pasted_codes_are_added(post, cardiology):
    post(codes="207rc0000x, 207RI0011X;\n207RC0000X")

    assert codes_of(cardiology) == ["207RC0000X", "207RI0011X"]


def test_a_prefix_stands_for_the_codes_that_are_known(post, cardiology):
    for code in ("207RC0000X", "207RI0011X", "208600000X"):
        SpecialtyFactory(code=code, service_line=None)

    post(codes="207R*")

    assert codes_of(cardiology) == ["207RC0000X", "207RI0011X"]


def test_codes_of_another_line_are_named_before_they_move(post, cardiology):
    surgery = ServiceLineFactory(name="Surgery")
    SpecialtyFactory(code="208600000X", service_line=surgery)

    page = post(codes="208600000X, 207RC0000X").content.decode()

    assert "208600000X belongs to Surgery" in page
    assert "208600000X, 207RC0000X</textarea>" in page
    assert codes_of(cardiology) == []


def test_codes_of_another_line_move_when_that_is_meant(post, cardiology):
    surgery = ServiceLineFactory(name="Surgery")
    SpecialtyFactory(code="208600000X", service_line=surgery)

    post(codes="208600000X", moves="on")

    assert (codes_of(cardiology), codes_of(surgery)) == (["208600000X"], [])


@pytest.mark.parametrize(
    "codes", ["", "heart", "207RC0000", "207RC0000X1", "*", "2*", "999*", "\x00", "٢*"]
)
def test_what_is_no_code_is_told(post, codes):
    assert post(codes=codes).status_code == 200
    assert not Specialty.objects.exists()


@pytest.mark.parametrize("asked", ["207rc", "heart surg"])
def test_codes_are_found_by_code_or_name(signed_in, administrator, url, asked):
    SpecialtyFactory(code="207RC0000X", name="Heart & Vessel Surgery")
    SpecialtyFactory(code="208600000X", name="Hand Surgery")

    found = signed_in(administrator).get(url, {"q": asked}).context["found"]

    assert [one.code for one in found] == ["207RC0000X"]


def test_ticked_codes_are_taken_away(signed_in, administrator, cardiology):
    SpecialtyFactory(code="207RC0000X", service_line=cardiology)
    SpecialtyFactory(code="207RI0011X", service_line=cardiology)
    surgery = ServiceLineFactory(name="Surgery")
    SpecialtyFactory(code="208600000X", service_line=surgery)

    signed_in(administrator).post(
        reverse("referrals:service-line-uncode", args=[cardiology.pk]),
        {"code": ["207RC0000X", "208600000X", "\x00", "x" * 10_000]},
    )

    assert codes_of(cardiology) == ["207RI0011X"]
    assert codes_of(surgery) == ["208600000X"]


def test_many_codes_need_few_queries(
    signed_in, administrator, url, cardiology, django_assert_max_num_queries
):
    for number in range(100):
        SpecialtyFactory(code=f"207R{number:05d}X", service_line=cardiology)
    client = signed_in(administrator)

    with django_assert_max_num_queries(12):
        client.get(url, {"q": "207R"})

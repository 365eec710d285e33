import pytest
from django.urls import reverse

from referrals.models import Specialty
from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)

URL = reverse("referrals:specialty-unmapped")


@pytest.fixture
def unmapped(db):
    """Two codes without a service line: three physicians and an organization."""
    first = SpecialtyFactory(code="207RC0000X", service_line=None)
    second = SpecialtyFactory(code="208600000X", service_line=None)
    PhysicianFactory.create_batch(2, specialty=second)
    PhysicianFactory(specialty=first)
    OrganizationFactory(specialty=first)
    return first, second


def test_codes_are_listed_by_how_many_have_them(signed_in, administrator, unmapped):
    SpecialtyFactory(code="111N00000X", service_line=None)  # nobody has it
    PhysicianFactory(specialty=SpecialtyFactory(code="363L00000X"))  # mapped

    rows = signed_in(administrator).get(URL).context["rows"]

    assert [
        (one.code, one.physician_count, one.organization_count) for one, _ in rows
    ] == [("208600000X", 2, 0), ("207RC0000X", 1, 1)]


def test_several_are_assigned_at_once(signed_in, administrator, unmapped, cardiology):
    first, second = unmapped
    surgery = ServiceLineFactory(name="Surgery")

    signed_in(administrator).post(
        URL, {f"code-{first.pk}": cardiology.pk, f"code-{second.pk}": surgery.pk}
    )

    lines = Specialty.objects.order_by("code").values_list("service_line__name")
    assert [name for (name,) in lines] == ["Cardiology", "Surgery"]


def test_what_was_left_stays(signed_in, administrator, unmapped, cardiology):
    first, second = unmapped

    signed_in(administrator).post(
        URL, {f"code-{first.pk}": cardiology.pk, f"code-{second.pk}": ""}
    )

    second.refresh_from_db()
    assert second.service_line is None


def test_what_somebody_else_mapped_meanwhile_is_left_alone(
    signed_in, administrator, unmapped, cardiology
):
    first = unmapped[0]
    surgery = ServiceLineFactory(name="Surgery")
    Specialty.objects.filter(pk=first.pk).update(service_line=surgery)

    signed_in(administrator).post(URL, {f"code-{first.pk}": cardiology.pk})

    first.refresh_from_db()
    assert first.service_line == surgery


@pytest.mark.parametrize("line", ["0", "x", "9" * 30, "\x00", "-1"])
def test_a_line_that_does_not_exist_changes_nothing(
    signed_in, administrator, unmapped, line
):
    answer = signed_in(administrator).post(URL, {f"code-{unmapped[0].pk}": line})

    assert answer.status_code == 302
    assert not Specialty.objects.exclude(service_line=None).exists()


def test_a_full_page_needs_few_queries(
    signed_in, administrator, django_assert_max_num_queries
):
    ServiceLineFactory(name="Surgery")
    for number in range(60):
        specialty = SpecialtyFactory(code=f"207R{number:05d}X", service_line=None)
        PhysicianFactory(specialty=specialty)
    client = signed_in(administrator)

    with django_assert_max_num_queries(12):
        client.get(URL)

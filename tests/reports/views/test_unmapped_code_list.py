import pytest
from django.urls import reverse

from referrals.models import Specialty
from reports.services import leakage_run, runs
from reports.services import unmapped as services
from tests.factories.referrals import (
    OrganizationFactory,
    PhysicianFactory,
    ServiceLineFactory,
    SpecialtyFactory,
    npi_of,
)

URL = reverse("reports:unmapped-code-list")


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

    rows = signed_in(administrator).get(URL).context["form"].rows

    assert [(one.code, one.physicians, one.organizations) for one in rows] == [
        ("208600000X", 2, 0),
        ("207RC0000X", 1, 1),
    ]


def test_several_are_assigned_at_once(signed_in, administrator, unmapped, cardiology):
    first, second = unmapped
    surgery = ServiceLineFactory(name="Surgery")

    signed_in(administrator).post(
        URL,
        {
            f"taxonomy-{first.code}": cardiology.pk,
            f"taxonomy-{second.code}": surgery.pk,
        },
    )

    lines = Specialty.objects.order_by("code").values_list("service_line__name")
    assert [name for (name,) in lines] == ["Cardiology", "Surgery"]


def test_what_was_left_stays(signed_in, administrator, unmapped, cardiology):
    first, second = unmapped

    signed_in(administrator).post(
        URL, {f"taxonomy-{first.code}": cardiology.pk, f"taxonomy-{second.code}": ""}
    )

    second.refresh_from_db()
    assert second.service_line is None


def test_what_somebody_else_mapped_meanwhile_is_left_alone(
    signed_in, administrator, unmapped, cardiology
):
    first = unmapped[0]
    surgery = ServiceLineFactory(name="Surgery")
    Specialty.objects.filter(pk=first.pk).update(service_line=surgery)

    signed_in(administrator).post(URL, {f"taxonomy-{first.code}": cardiology.pk})

    first.refresh_from_db()
    assert first.service_line == surgery


@pytest.mark.parametrize("line", ["0", "x", "9" * 30, "\x00", "-1"])
def test_a_line_that_does_not_exist_changes_nothing(
    signed_in, administrator, unmapped, line
):
    answer = signed_in(administrator).post(URL, {f"taxonomy-{unmapped[0].code}": line})

    assert answer.status_code == 200
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


@pytest.fixture
def claims(execute, import_claims, manager):
    """A run over lines that nothing places: 12 patients with 99213, one with 70450
    and another with 99213 as well, whose physician has an unmapped code."""
    known = SpecialtyFactory(code="208600000X", service_line=None)
    PhysicianFactory(npi=npi_of(2), specialty=known)
    rows = [_line(f"P{n}", npi_of(3), "99213") for n in range(12)]
    rows += [_line("X", npi_of(3), "70450"), _line("Y", npi_of(2), "99213")]
    rows += [_line("Z", npi_of(3), "")]
    import_claims(rows)
    parameters = leakage_run.standard_parameters()
    return execute(runs.request_run(kind="leakage", parameters=parameters, by=manager))


def _line(patient, rendering, code):
    return {
        "claim_id": f"C-{patient}",
        "patient_id": patient,
        "service_date_from": "2026-03-02",
        "referring_npi": npi_of(1),
        "rendering_npi": rendering,
        "procedure_code": code,
        "allowed_amount": "1.00",
    }


def test_codes_of_unassigned_lines_are_listed_with_lines_and_patients(
    signed_in, administrator, claims
):
    found = signed_in(administrator).get(URL).context["found"]

    assert [(one.code, one.lines, one.patients) for one in found.rows] == [
        ("99213", 13, 13),
        ("208600000X", 1, 1),
        ("70450", 1, 1),
    ]
    assert (found.total.lines, found.without.lines) == (15, 1)


def test_small_cells_are_hidden_from_who_may_not_read_them(claims, executive):
    found = services.unmapped_for(executive)

    assert [(one.code, one.lines, one.is_few) for one in found.rows] == [
        ("99213", 13, False),
        ("208600000X", 0, True),
        ("70450", 0, True),
    ]
    assert "fewer than 11" in found.rows[1].export_row()


def test_a_procedure_code_gets_a_line_in_one_step_and_leaves_the_list(
    signed_in, administrator, claims, cardiology
):
    client = signed_in(administrator)

    client.post(URL, {"procedure-99213": cardiology.pk, "range-99213": "99213-99215"})

    rows = client.get(URL).context["form"].rows
    assert str(cardiology.procedure_ranges.get()) == "99213-99215"
    assert [one.code for one in rows] == ["208600000X", "70450"]


def test_a_range_that_overlaps_another_is_refused_and_nothing_is_saved(
    signed_in, administrator, claims, cardiology
):
    surgery = ServiceLineFactory(name="Surgery")
    surgery.procedure_ranges.create(first_code="99214", last_code="99220")

    page = signed_in(administrator).post(
        URL,
        {
            "taxonomy-208600000X": surgery.pk,
            "procedure-99213": cardiology.pk,
            "range-99213": "99213-99215",
        },
    )

    assert "99213-99215 overlaps 99214-99220 of Surgery." in page.content.decode()
    assert 'value="99213-99215"' in page.content.decode()
    assert not cardiology.procedure_ranges.exists()
    assert not Specialty.objects.exclude(service_line=None).exists()


@pytest.mark.parametrize("typed", ["x", "99215-99213", "\x00", "9921٣"])
def test_what_is_no_range_is_told(signed_in, administrator, claims, cardiology, typed):
    page = signed_in(administrator).post(
        URL, {"procedure-99213": cardiology.pk, "range-99213": typed}
    )

    assert "is-invalid" in page.content.decode()
    assert not cardiology.procedure_ranges.exists()


def test_a_code_that_somebody_maps_at_the_same_moment_is_not_taken_from_them(
    administrator, unmapped, cardiology
):
    surgery = ServiceLineFactory(name="Surgery")
    rows = services.unmapped_for(administrator).rows
    Specialty.objects.update(service_line=surgery)

    with pytest.raises(services.Refused, match="belongs to Surgery"):
        services.map_codes(answers=[(rows[0], cardiology, None)], by=administrator)


def test_the_export_holds_what_the_list_shows(signed_in, administrator, claims):
    address = reverse("reports:unmapped-code-export") + "?sort=code"

    answer = signed_in(administrator).get(address)

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1:] == [
        "Taxonomy,208600000X,,1,0,1,1",
        "Procedure,70450,,0,0,1,1",
        "Procedure,99213,,0,0,13,13",
    ]


@pytest.mark.parametrize("query", ["?sort=x", "?page=x&sort=%00", "?page=99"])
def test_nonsense_shows_the_first_page(signed_in, administrator, claims, query):
    rows = signed_in(administrator).get(URL + query).context["form"].rows

    assert rows[0].code == "99213"

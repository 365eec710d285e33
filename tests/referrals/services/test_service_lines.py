import pytest

from accounts.models import AuditEvent
from referrals.models import ProcedureRange, ServiceLine, Specialty
from referrals.services import ChangedMeanwhile
from referrals.services import service_lines as services
from tests.factories.outreach import VisitFactory
from tests.factories.referrals import (
    ReferralFactory,
    ServiceLineFactory,
    SpecialtyFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def change(administrator):
    """`change(line, ranges=[..])`: saved as seen now."""

    def save(line, **values):
        said = {
            "name": line.name,
            "is_hospital_based": line.is_hospital_based,
            "ranges": [],
            "seen": services.seen_of(line),
        }
        return services.change_service_line(
            line=line, by=administrator, **said | values
        )

    return save


def add(by, name="Sleep", ranges=()):
    return services.add_service_line(
        name=name, is_hospital_based=False, ranges=list(ranges), by=by
    )


def test_a_line_is_added_and_audited(administrator):
    add(administrator, ranges=[("95800", "95811")])

    event = AuditEvent.objects.get()
    assert [str(one) for one in ProcedureRange.objects.all()] == ["95800-95811"]
    assert event.subject == "Service line added: Sleep"
    assert event.detail["procedure_codes"] == "95800-95811"


def test_the_same_line_sent_twice_is_one(administrator):
    add(administrator)
    add(administrator)

    assert ServiceLine.objects.count() == 1
    assert AuditEvent.objects.count() == 1


@pytest.mark.parametrize("name", ["CARDIOLOGY", "cardiology", "Cardiology"])
def test_a_name_is_given_once_whatever_its_case(administrator, cardiology, name):
    with pytest.raises(services.NotPossible, match="of this name: Cardiology"):
        add(administrator, name, ranges=[("1000", "2000")])


def test_the_name_of_what_no_rule_places_is_taken(administrator):
    with pytest.raises(services.NotPossible):
        add(administrator, "Unassigned")


def test_a_line_is_renamed_and_says_from_what(change, cardiology):
    change(cardiology, name="Heart")

    cardiology.refresh_from_db()
    assert cardiology.name == "Heart"
    assert AuditEvent.objects.get().detail == {"name": ["Cardiology", "Heart"]}


def test_ranges_become_exactly_those_given(change, cardiology):
    change(cardiology, ranges=[("92920", "92998")])
    change(cardiology, ranges=[("33016", "37799")])

    assert [str(one) for one in cardiology.procedure_ranges.all()] == ["33016-37799"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("27447", "27447"),
        ("27000", "27130"),
        ("27447", "29000"),
        ("20000", "29999"),
        ("2713", "2714"),  # by code point, as events are computed
    ],
)
def test_a_procedure_code_that_another_line_claims_is_refused(
    change, cardiology, first, last
):
    orthopedics = ServiceLineFactory(name="Orthopedics")
    change(orthopedics, ranges=[("27130", "27447")])

    with pytest.raises(services.NotPossible, match="27130-27447 of Orthopedics"):
        change(cardiology, ranges=[(first, last)])

    assert not cardiology.procedure_ranges.exists()


def test_the_ranges_of_a_line_itself_are_not_in_its_way(change, cardiology):
    change(cardiology, ranges=[("27130", "27447")])
    change(cardiology, ranges=[("27130", "27500")])

    assert [str(one) for one in cardiology.procedure_ranges.all()] == ["27130-27500"]


def test_who_saw_an_older_state_is_told(change, cardiology):
    seen = services.seen_of(cardiology)
    change(cardiology, ranges=[("27130", "27447")])

    with pytest.raises(ChangedMeanwhile):
        change(cardiology, name="Heart", seen=seen)


def test_the_same_change_twice_is_one(change, cardiology):
    seen = services.seen_of(cardiology)

    for _ in range(2):
        change(cardiology, name="Heart", seen=seen)

    assert AuditEvent.objects.count() == 1


def test_a_line_that_nothing_uses_goes_with_its_ranges(
    change, cardiology, administrator
):
    change(cardiology, ranges=[("27130", "27447")])

    services.delete_service_line(line=cardiology, by=administrator)

    assert not ServiceLine.objects.exists()
    assert not ProcedureRange.objects.exists()
    assert AuditEvent.objects.filter(subject__contains="deleted: Cardiology").exists()


def test_a_line_in_use_stays_and_says_by_what(cardiology, administrator, north_visit):
    SpecialtyFactory(service_line=cardiology)
    ReferralFactory.create_batch(2, service_line=cardiology)
    VisitFactory(
        liaison=north_visit.liaison,
        practice=north_visit.practice,
        service_line=cardiology,
    )

    with pytest.raises(services.InUse, match="2 referrals, 1 specialty, 1 visit"):
        services.delete_service_line(line=cardiology, by=administrator)

    assert ServiceLine.objects.get() == cardiology


def test_codes_move_from_line_to_line_and_new_ones_are_made(cardiology, administrator):
    SpecialtyFactory(code="208600000X", service_line=ServiceLineFactory(name="Surgery"))
    SpecialtyFactory(code="207RC0000X", service_line=cardiology)
    codes = ["208600000X", "207RC0000X", "207RI0011X"]

    number = services.assign_specialties(codes=codes, line=cardiology, by=administrator)

    found = Specialty.objects.filter(service_line=cardiology)
    assert number == 2
    assert set(found.values_list("code", flat=True)) == set(codes)
    assert AuditEvent.objects.get().detail["codes"] == {
        "208600000X": ["Surgery", "Cardiology"],
        "207RI0011X": [None, "Cardiology"],
    }


def test_codes_can_belong_to_no_line_again(cardiology, administrator):
    SpecialtyFactory(code="207RC0000X", service_line=cardiology)

    services.assign_specialties(
        codes=["207RC0000X", "999999999X"], line=None, by=administrator
    )

    assert Specialty.objects.get().service_line is None


def test_nothing_changed_is_not_audited(cardiology, administrator):
    SpecialtyFactory(code="207RC0000X", service_line=cardiology)

    services.assign_specialties(codes=["207RC0000X"], line=cardiology, by=administrator)

    assert not AuditEvent.objects.exists()

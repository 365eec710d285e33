"""Constraints, tested by breaking them; scope; what a queryset counts."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from referrals.models import (
    Affiliation,
    Organization,
    Physician,
    Practice,
    ProcedureRange,
    Referral,
    RosterEntry,
)
from tests.factories.accounts import TerritoryAssignmentFactory
from tests.factories.referrals import (
    AffiliationFactory,
    OrganizationFactory,
    PhysicianFactory,
    PracticeFactory,
    ReferralFactory,
    RosterEntryFactory,
    ServiceLineFactory,
    npi_of,
)

MARCH, APRIL, MAY = (dt.date(2026, month, 1) for month in (3, 4, 5))


def assert_broken(constraint, make, **fields):
    """SQLite names a check by its name, a unique one by its columns."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        make(**fields)
    assert constraint in str(refusal.value) or "UNIQUE" in str(refusal.value)


@pytest.mark.django_db
class TestRoster:
    def test_an_entry_starts_once_a_day(self):
        npi = npi_of(1)
        RosterEntryFactory(npi=npi, effective_from=MARCH, effective_to=APRIL)

        assert_broken(
            "roster_entry_starts_once",
            RosterEntryFactory,
            npi=npi,
            effective_from=MARCH,
            effective_to=MAY,
        )

    def test_an_npi_has_one_open_entry(self):
        npi = npi_of(1)
        RosterEntryFactory(npi=npi, effective_from=MARCH)

        assert_broken(
            "one_open_roster_entry_per_npi",
            RosterEntryFactory,
            npi=npi,
            effective_from=APRIL,
        )

    @pytest.mark.parametrize("end", [MARCH, dt.date(2026, 2, 1)])
    def test_an_entry_ends_after_it_starts(self, end):
        assert_broken(
            "roster_entry_ends_after_it_starts",
            RosterEntryFactory,
            effective_from=MARCH,
            effective_to=end,
        )

    @pytest.mark.parametrize(
        ("day", "holds"),
        [
            (dt.date(2026, 2, 28), False),
            (MARCH, True),
            (dt.date(2026, 3, 31), True),
            (APRIL, False),
        ],
    )
    def test_an_entry_holds_from_its_first_day_to_before_its_last(self, day, holds):
        RosterEntryFactory(effective_from=MARCH, effective_to=APRIL)

        assert RosterEntry.objects.on(day).exists() == holds


@pytest.mark.django_db
class TestAffiliation:
    def test_it_ends_after_it_starts(self):
        assert_broken(
            "affiliation_ends_after_it_starts",
            AffiliationFactory,
            effective_from=MARCH,
            effective_to=MARCH,
        )

    def test_only_one_is_open_between_the_same_two(self):
        first = AffiliationFactory()

        assert_broken(
            "one_open_affiliation_per_physician_and_practice",
            AffiliationFactory,
            physician=first.physician,
            practice=first.practice,
        )

    def test_an_ended_one_may_be_followed_by_another(self):
        first = AffiliationFactory(effective_to=MARCH)

        AffiliationFactory(
            physician=first.physician, practice=first.practice, effective_from=MARCH
        )

        assert Affiliation.objects.current(on=MARCH).count() == 1

    def test_without_a_start_it_holds_for_the_past_too(self):
        AffiliationFactory(effective_to=MARCH)

        assert Affiliation.objects.current(on=dt.date(1999, 1, 1)).count() == 1


@pytest.mark.django_db
class TestPractice:
    def test_an_address_is_one_practice_of_an_organization(self):
        practice = PracticeFactory(organization=OrganizationFactory())

        assert_broken(
            "one_practice_per_address_and_organization",
            PracticeFactory,
            address_key=practice.address_key,
            organization=practice.organization,
        )

    def test_an_address_is_one_practice_without_an_organization(self):
        practice = PracticeFactory()

        assert_broken(
            "one_practice_per_address_without_organization",
            PracticeFactory,
            address_key=practice.address_key,
        )

    def test_two_organizations_may_share_an_address(self):
        practice = PracticeFactory(organization=OrganizationFactory())

        PracticeFactory(
            address_key=practice.address_key, organization=OrganizationFactory()
        )

        assert Practice.objects.count() == 2

    def test_practices_of_unknown_address_may_be_many(self):
        PracticeFactory.create_batch(2, address_key="")

        assert Practice.objects.count() == 2

    def test_it_counts_the_physicians_of_the_day_once_each(self, north_practice):
        AffiliationFactory(practice=north_practice, effective_to=APRIL)
        AffiliationFactory(practice=north_practice, effective_from=APRIL)

        practice = Practice.objects.with_physician_count(on=MARCH).get()

        assert practice.physician_count == 1


@pytest.mark.django_db
class TestReferral:
    def test_a_number_is_its_sources(self):
        ReferralFactory(source="epic", external_id="R-1")
        ReferralFactory(source="athena", external_id="R-1")

        assert_broken(
            "referral_number_is_its_sources",
            ReferralFactory,
            source="epic",
            external_id="R-1",
        )

    def test_somebody_refers(self):
        assert_broken(
            "referral_has_a_referrer", ReferralFactory, referring_physician=None
        )

    def test_a_practice_may_refer_without_a_person(self, north_practice):
        referral = ReferralFactory(
            referring_physician=None, referring_practice=north_practice
        )

        assert Referral.objects.of_practice(north_practice).get() == referral

    def test_it_is_its_practices_by_where_the_physician_worked_that_day(
        self, north_practice, south_practice
    ):
        physician = PhysicianFactory()
        AffiliationFactory(
            physician=physician, practice=north_practice, effective_to=APRIL
        )
        AffiliationFactory(
            physician=physician, practice=south_practice, effective_from=APRIL
        )

        referral = ReferralFactory(referring_physician=physician, received_on=MARCH)

        assert referral in Referral.objects.of_practice(north_practice)
        assert referral not in Referral.objects.of_practice(south_practice)

    def test_a_named_practice_wins_over_the_physicians(
        self, north_practice, north_physician, south_practice
    ):
        ReferralFactory(
            referring_physician=north_physician, referring_practice=south_practice
        )

        assert not Referral.objects.of_practice(north_practice).exists()

    @pytest.mark.parametrize(
        ("status", "counts"),
        [("seen", True), ("received", True), ("declined", False), ("lost", False)],
    )
    def test_ends_without_a_visit_do_not_count(self, status, counts):
        ReferralFactory(status=status)

        assert Referral.objects.counted().exists() == counts


@pytest.mark.django_db
def test_a_procedure_range_is_in_order():
    assert_broken(
        "procedure_range_is_in_order",
        ProcedureRange.objects.create,
        service_line=ServiceLineFactory(),
        first_code="27447",
        last_code="27130",
    )


@pytest.mark.django_db
def test_an_npi_is_one_physicians():
    PhysicianFactory(npi=npi_of(7))

    assert_broken("npi", PhysicianFactory, npi=npi_of(7))


class TestScope:
    def test_a_practice_is_seen_through_its_zip_code(
        self, liaison, north_practice, south_practice
    ):
        assert list(Practice.objects.visible_to(liaison)) == [north_practice]

    def test_a_manager_sees_what_hangs_below(
        self, manager, north_practice, south_practice
    ):
        assert Practice.objects.visible_to(manager).count() == 2

    def test_a_practice_without_a_territory_is_the_administrators(
        self, manager, administrator
    ):
        PracticeFactory(zip_code="99999")

        assert not Practice.objects.visible_to(manager).exists()
        assert Practice.objects.visible_to(administrator).exists()

    def test_an_ended_affiliation_shows_nobody(self, liaison, north_practice):
        AffiliationFactory(practice=north_practice, effective_to=dt.date(2020, 1, 1))

        assert not Physician.objects.visible_to(liaison).exists()

    def test_a_second_site_in_another_territory_shows_the_physician_there(
        self, south_liaison, north_physician, south_practice
    ):
        AffiliationFactory(
            physician=north_physician, practice=south_practice, is_primary=False
        )

        assert list(Physician.objects.visible_to(south_liaison)) == [north_physician]

    def test_an_organization_is_seen_through_its_practices(
        self, liaison, south_liaison, north_organization
    ):
        assert Organization.objects.visible_to(liaison).exists()
        assert not Organization.objects.visible_to(south_liaison).exists()

    def test_a_referral_is_seen_through_practice_or_physician(
        self, liaison, north_referral, south_referral, north_practice
    ):
        by_practice = ReferralFactory(referring_practice=north_practice)

        seen = Referral.objects.visible_to(liaison)

        assert set(seen) == {north_referral, by_practice}

    def test_a_person_of_two_territories_sees_each_row_once(
        self, liaison, south, north_physician, south_practice
    ):
        TerritoryAssignmentFactory(user=liaison, territory=south)
        AffiliationFactory(physician=north_physician, practice=south_practice)

        assert Physician.objects.visible_to(liaison).count() == 1

"""Practices, physicians and organizations added by hand."""

import threading

import pytest
from django.db import connection, connections
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent
from referrals.models import Affiliation, Organization, Physician, Practice
from referrals.services import additions
from tests.factories.accounts import UserFactory
from tests.factories.referrals import PracticeFactory, npi_of

NEW = npi_of(66_000_001)


def practice(**values):
    return {
        "name": "Fresh Family Medicine",
        "address_line_1": "1 Fresh Street",
        "city": "Nashville",
        "state": "TN",
        "zip_code": "37203",
        **values,
    }


def physician(**values):
    return {
        "npi": NEW,
        "first_name": "Fay",
        "last_name": "Fresh",
        "credential": "MD",
        "days": ["1"],
        "is_primary": "on",
        **values,
    }


def to(name, *arguments):
    return reverse(f"referrals:{name}-create", args=arguments)


def test_a_practice_is_added_and_its_fields_are_a_persons_word(
    signed_in, manager, north
):
    signed_in(manager).post(to("practice"), practice())

    made = Practice.objects.get()
    assert made.address_key
    assert made.provenance["name"]["source"] == "person"
    assert AuditEvent.objects.filter(action="directory_added").count() == 1


@pytest.mark.parametrize("street", ["1 Fresh Street", "1 FRESH ST"])
def test_the_form_of_a_practice_sent_twice_is_one_row(
    signed_in, manager, north, street
):
    client = signed_in(manager)
    client.post(to("practice"), practice())

    told = client.post(to("practice"), practice(address_line_1=street))

    assert "It is in the directory already" in told.text
    assert Practice.objects.count() == 1


def test_a_zip_code_of_no_territory_of_ones_own_is_refused(
    signed_in, manager, administrator, north
):
    told = signed_in(manager).post(to("practice"), practice(zip_code="99999"))
    assert "in none of your territories" in told.text

    done = signed_in(administrator).post(to("practice"), practice(zip_code="99999"))
    assert done.status_code == 302


def test_a_physician_is_added_with_the_first_place(signed_in, manager, north_practice):
    done = signed_in(manager).post(
        to("physician", north_practice.pk), physician(role="Partner")
    )

    made = Physician.objects.get(npi=NEW)
    place = made.affiliations.get()
    assert done.url == reverse("referrals:physician-detail", args=[made.pk])
    assert (place.practice, place.role, place.days) == (north_practice, "Partner", "1")


@pytest.mark.parametrize("number", ["1234567890", "123", "", "a" * 10])
def test_a_wrong_npi_is_refused(signed_in, manager, north_practice, number):
    told = signed_in(manager).post(
        to("physician", north_practice.pk), physician(npi=number)
    )

    assert told.status_code == 200
    assert not Physician.objects.exists()


def test_a_known_npi_leads_to_its_page(
    signed_in, manager, north_practice, north_physician
):
    told = signed_in(manager).post(
        to("physician", north_practice.pk), physician(npi=north_physician.npi)
    )

    assert reverse("referrals:physician-detail", args=[north_physician.pk]) in told.text


def test_an_npi_out_of_sight_is_refused_without_saying_why(
    signed_in, sibling_manager, south_physician
):
    own = PracticeFactory(zip_code="38101")

    told = signed_in(sibling_manager).post(
        to("physician", own.pk), physician(npi=south_physician.npi)
    )

    assert "This NPI cannot be added; ask an administrator." in told.text
    assert "Southey" not in told.text
    assert not Affiliation.objects.filter(practice=own).exists()


def test_an_organization_comes_with_a_practice_of_ones_own(
    signed_in, manager, north_practice
):
    client = signed_in(manager)
    bare = client.post(to("organization"), {"name": "Fresh Health"})
    assert "Which practice belongs to it?" in bare.text

    for _ in range(2):
        done = client.post(
            to("organization"), {"name": "Fresh Health", "practice": north_practice.pk}
        )

    made = Organization.objects.get()
    north_practice.refresh_from_db()
    assert done.url == reverse("referrals:organization-detail", args=[made.pk])
    assert north_practice.organization == made


def test_who_sees_all_adds_an_organization_by_itself_once(
    signed_in, administrator, north_organization
):
    form = {"name": "Fresh Health", "parent": north_organization.npi}

    for _ in range(2):
        signed_in(administrator).post(to("organization"), form)

    made = Organization.objects.get(name="Fresh Health")
    assert made.parent == north_organization


def test_an_organizations_npi_out_of_sight_is_refused_without_saying_why(
    signed_in, sibling_manager, south_organization
):
    own = PracticeFactory(zip_code="38101")

    told = signed_in(sibling_manager).post(
        to("organization"),
        {"name": "Mine", "npi": south_organization.npi, "practice": own.pk},
    )

    assert "This NPI cannot be added; ask an administrator." in told.text
    assert "Secret" not in told.text


@pytest.mark.django_db(transaction=True)
def test_fifty_threads_that_create_the_same_npi_make_one_row():
    place, person = PracticeFactory(), UserFactory(role="administrator")
    start = threading.Barrier(50)
    answers = []

    def create():
        try:
            start.wait()
            additions.add_physician(
                practice=place,
                values={"npi": NEW, "last_name": "Fresh"},
                place={"days": "1"},
                by=person,
                at=timezone.now(),
            )
            answers.append("made")
        except additions.AlreadyThere:
            answers.append("there")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["made", *["there"] * 49]
    assert Physician.objects.filter(npi=NEW).count() == 1
    assert Affiliation.objects.filter(physician__npi=NEW).count() == 1
    assert connection.vendor in ("sqlite", "postgresql")

"""Pages of rows on which everything hangs that can hang on them.

Values that people typed, that files brought, that wait for review; merges,
notes, payments, flows: none of it costs a page further queries.
"""

import itertools

import pytest
from django.urls import reverse
from django.utils import timezone

from referrals import fields
from referrals.models import (
    FlowFile,
    Merge,
    Organization,
    OtherName,
    Physician,
    Practice,
    SharedPatients,
    StageChange,
    TerritoryException,
)
from tests.factories.accounts import UserFactory
from tests.factories.outreach import TaskFactory, VisitFactory
from tests.factories.referrals import (
    AffiliationFactory,
    ImportRunFactory,
    NoteFactory,
    OrganizationFactory,
    PaymentFactory,
    PaymentRecipientFactory,
    PaymentSuggestionFactory,
    PhysicianFactory,
    PracticeFactory,
    ProposalFactory,
    ReferralFactory,
    RosterEntryFactory,
    SpecialistProfileFactory,
    SpecialtyFactory,
)

MOST_QUERIES = 12
ROLES = ["liaison", "manager", "administrator"]


@pytest.fixture(params=ROLES)
def client_of(request, db, signed_in):
    """A browser in which somebody of the role is signed in."""
    return signed_in(request.getfixturevalue(request.param))


def make_rich(subject, **values):
    """Every field from somewhere else, each kind of word by several people."""
    marks = itertools.cycle(
        mark
        for _ in range(3)
        for mark in (
            {"source": "registry", "run": ImportRunFactory().pk},
            {"source": "import", "run": ImportRunFactory().pk},
            {"source": "person", "by": UserFactory().pk},
            {"source": "person", "by": UserFactory().pk, "confirmed_on": "2024-05-01"}
            | {"confirmed_by": UserFactory().pk},
        )
    )
    model = type(subject)
    origins = {
        name: {"on": "2024-03-01", **next(marks)} for name in fields.SHARED[model]
    }
    model.objects.filter(pk=subject.pk).update(provenance=origins, **values)
    kind = subject._meta.model_name
    for field, value in offers_of(model):
        told = {"practice": None, kind: subject, "field": field, "value": str(value)}
        ProposalFactory(**told, by=UserFactory())
        ProposalFactory(**told, source="import", run=ImportRunFactory())
    now, by = timezone.now(), UserFactory()
    Merge.objects.create(
        **{kind: subject}, removed_row=1, removed_name="Old", at=now, by=by
    )


def offers_of(model):
    relations = {
        Practice: [("organization", OrganizationFactory().pk), ("owner", by())],
        Physician: [
            ("specialty", SpecialtyFactory(code="207RX0202X").pk),
            ("owner", by()),
        ],
        Organization: [("parent", OrganizationFactory().pk)],
    }
    return [
        ("name" if model is Organization else "fax", "6155550111"),
        *relations[model],
    ]


def by():
    return UserFactory().pk


@pytest.fixture
def practice(north_practice, north_organization, north, liaison):
    make_rich(north_practice, owner=by(), stage="met", tier="A", hours="Mon 8-5")
    north_practice.refresh_from_db()
    today, now = timezone.localdate(), timezone.now()
    for number in range(3):
        NoteFactory(practice=north_practice)
        VisitFactory(practice=north_practice, liaison=liaison)
        TaskFactory(practice=north_practice, owner=liaison)
        ReferralFactory(referring_practice=north_practice)
        StageChange.objects.create(
            practice=north_practice, stage="met", at=now, by=UserFactory()
        )
        place = AffiliationFactory(practice=north_practice, days="135")
        place.physician.specialty = SpecialtyFactory(code=f"207RC000{number}X")
        place.physician.save()
        RosterEntryFactory(npi=place.physician.npi)
    TerritoryException.objects.create(
        practice=north_practice, territory=north, starts_on=today
    )
    return north_practice


@pytest.fixture
def physician(north_physician, north_practice, practice):
    other = PhysicianFactory()
    AffiliationFactory(physician=other, practice=north_practice)
    make_rich(
        north_physician,
        owner=by(),
        specialty=SpecialtyFactory(),
        is_active=False,
        replacement_npi=other.npi,
    )
    north_physician.refresh_from_db()
    north_physician.other_specialties.set(
        [SpecialtyFactory(code="207RC0001X"), SpecialtyFactory(code="207RC0002X")]
    )
    SpecialistProfileFactory(physician=north_physician)
    OtherName.objects.create(physician=north_physician, name="Maiden")
    recipient = PaymentRecipientFactory(physician=north_physician)
    PaymentFactory.create_batch(3, recipient=recipient)
    PaymentSuggestionFactory(physician=north_physician)
    flows = FlowFile.objects.create(
        run=ImportRunFactory(), source="careset", is_current=True
    )
    for pair in ((north_physician.npi, other.npi), (other.npi, north_physician.npi)):
        SharedPatients.objects.create(
            file=flows, from_npi=pair[0], to_npi=pair[1], patients=40, transactions=90
        )
    ReferralFactory.create_batch(3, referring_physician=north_physician)
    return north_physician


@pytest.fixture
def organization(north_organization, practice):
    parent = OrganizationFactory()
    make_rich(north_organization, parent=parent, specialty=SpecialtyFactory())
    parts = OrganizationFactory.create_batch(3, parent=north_organization)
    PracticeFactory.create_batch(60, zip_code=practice.zip_code, organization=parts[0])
    OtherName.objects.create(organization=north_organization, name="Former")
    ReferralFactory.create_batch(3, referred_to_organization=north_organization)
    return north_organization


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *itertools.product(["practice"], ["detail", "activity", "edit", "history"]),
        *itertools.product(["physician"], ["detail", "activity", "edit", "history"]),
        *itertools.product(["organization"], ["detail", "edit", "history"]),
    ],
)
def test_all_that_hangs_on_a_row_costs_its_page_no_more_queries(
    request, db, client_of, kind, name, django_assert_max_num_queries
):
    subject = request.getfixturevalue(kind)
    address = reverse(f"referrals:{kind}-{name}", args=[subject.pk])

    with django_assert_max_num_queries(MOST_QUERIES):
        response = client_of.get(address)

    assert response.status_code in (200, 403)


def test_each_further_site_costs_a_physicians_page_no_query(
    signed_in, administrator, north_physician, django_assert_max_num_queries
):
    AffiliationFactory.create_batch(6, physician=north_physician)
    address = reverse("referrals:physician-detail", args=[north_physician.pk])
    client = signed_in(administrator)

    with django_assert_max_num_queries(MOST_QUERIES):
        response = client.get(address)

    assert len(response.context["sites"]["current"]) == 7

import pytest
from django.urls import reverse

from referrals.models import Practice
from tests.factories.outreach import VisitFactory


def url(practice, verb="confirm"):
    return reverse(f"referrals:practice-{verb}", args=[practice.pk])


@pytest.fixture
def known(north_practice):
    """The northern practice with a phone and hours."""
    Practice.objects.filter(pk=north_practice.pk).update(
        phone="6155550100", hours="Mon-Fri 8-5"
    )
    north_practice.refresh_from_db()
    return north_practice


def test_it_asks_what_has_a_value(text_of, liaison, known):
    text = text_of(liaison, url(known))

    assert "(615) 555-0100" in text
    assert 'value="hours"' in text
    assert 'value="fax"' not in text


def test_confirming_says_by_whom_field_by_field(signed_in, liaison, known):
    data = {"field": ["phone"], "seen": known.version}

    answer = signed_in(liaison).post(url(known), data, follow=True)

    known.refresh_from_db()
    assert known.provenance["phone"]["confirmed_by"] == liaison.pk
    assert "hours" not in known.provenance
    assert "Confirmed by Lea Liaison" in answer.content.decode()


@pytest.mark.parametrize(
    "data", [{}, {"field": ["tier"]}, {"field": ["\x00"]}, {"field": ["x" * 10_000]}]
)
def test_nothing_that_is_asked_is_told(signed_in, liaison, known, data):
    answer = signed_in(liaison).post(url(known), {"seen": "1", **data})

    known.refresh_from_db()
    assert "Choose at least one." in answer.content.decode()
    assert known.provenance == {}


@pytest.mark.parametrize("seen", ["0", "", "x", "9" * 30, "²"])
def test_an_older_version_is_looked_at_again(signed_in, liaison, known, seen):
    answer = signed_in(liaison).post(url(known), {"field": "phone", "seen": seen})

    known.refresh_from_db()
    assert "Look again" in answer.content.decode()
    assert known.provenance == {}


def test_another_territorys_practice_is_none(signed_in, liaison, south_practice):
    answer = signed_in(liaison).post(url(south_practice), {"field": "phone"})

    assert answer.status_code == 404


def test_it_is_asked_after_a_visit_is_saved_and_returns_there(
    signed_in, liaison, coordinator, known
):
    visit = VisitFactory(liaison=liaison, practice=known)
    page = reverse("outreach:visit-detail", args=[visit.pk])
    client = signed_in(liaison)

    asked = client.get(page).content.decode()
    data = {"field": "phone", "seen": known.version, "next": page}
    answer = client.post(url(known), data)

    assert "Are these still right?" in asked
    assert answer.url == page
    others = signed_in(coordinator).get(page).content.decode()
    assert "Are these still right?" not in others


def test_the_history_tells_edits_and_confirmations(signed_in, manager, known):
    client = signed_in(manager)
    edit = url(known, "edit")
    client.post(edit, {"seen": known.version, "phone": "615 555 0188", "tier": "A"})
    client.post(url(known), {"seen": known.version + 1, "field": "hours"})

    text = client.get(url(known, "history")).content.decode()

    assert "(615) 555-0100" in text
    assert "(615) 555-0188" in text
    assert "Confirmed: Hours" in text
    assert "by Max Manager" in text


def test_the_history_of_another_territory_is_none(signed_in, liaison, south_practice):
    answer = signed_in(liaison).get(url(south_practice, "history"))

    assert answer.status_code == 404


def test_the_history_costs_the_same_for_many(
    django_assert_max_num_queries, signed_in, manager, known
):
    client = signed_in(manager)
    for number in range(6):
        data = {
            "seen": known.version + number,
            "owner": "" if number % 2 else manager.pk,
        }
        client.post(url(known, "edit"), data)

    with django_assert_max_num_queries(12):
        client.get(url(known, "history"))

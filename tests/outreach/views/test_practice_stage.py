import pytest
from django.urls import reverse

from referrals.models import Practice


def url(practice):
    return reverse("outreach:practice-stage", args=[practice.pk])


def answer(practice, **values):
    return {
        "stage": "met",
        "reason": "Met at the fair",
        "seen": practice.stage,
        "version": practice.version,
        **values,
    }


def test_a_liaison_sets_the_stage_with_a_reason(signed_in, liaison, north_practice):
    signed_in(liaison).post(url(north_practice), answer(north_practice))

    change = north_practice.stage_changes.get()
    north_practice.refresh_from_db()
    assert north_practice.stage == change.stage == "met"
    assert (change.by, change.reason) == (liaison, "Met at the fair")
    assert north_practice.provenance["stage"]["source"] == "person"


def test_the_page_tells_who_moved_it_and_why(signed_in, liaison, north_practice):
    client = signed_in(liaison)
    client.post(url(north_practice), answer(north_practice))

    text = client.get(
        reverse("referrals:practice-detail", args=[north_practice.pk])
    ).text

    assert "Lea Liaison: Met at the fair" in text
    assert "How are stages decided?" in text


@pytest.mark.parametrize(
    "values", [{"reason": ""}, {"stage": "won"}, {"reason": "x" * 201}]
)
def test_a_stage_needs_a_reason_and_a_name(signed_in, liaison, north_practice, values):
    told = signed_in(liaison).post(
        url(north_practice), answer(north_practice, **values)
    )

    assert told.status_code == 200
    assert not north_practice.stage_changes.exists()


def test_the_second_editor_is_told(signed_in, liaison, north_practice):
    Practice.objects.update(stage="contacted", version=7)
    client = signed_in(liaison)

    told = client.post(url(north_practice), answer(north_practice, version=1))
    shown = told.context["form"]
    now = {name: shown[name].value() for name in ("seen", "version")}
    client.post(url(north_practice), answer(north_practice, **now))

    assert "it is Contacted now" in told.text
    north_practice.refresh_from_db()
    assert north_practice.stage == "met"


def test_who_did_not_see_a_move_by_rule_is_told(signed_in, liaison, north_practice):
    Practice.objects.update(stage="contacted")

    told = signed_in(liaison).post(url(north_practice), answer(north_practice))

    assert "it is Contacted now" in told.text
    assert not north_practice.stage_changes.exists()


def test_another_territorys_practice_is_not_there(
    signed_in, south_liaison, north_practice
):
    client = signed_in(south_liaison)

    assert client.get(url(north_practice)).status_code == 404
    assert client.post(url(north_practice), answer(north_practice)).status_code == 404

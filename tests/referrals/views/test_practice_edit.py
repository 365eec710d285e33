import pytest
from django.urls import reverse

from referrals.models import Change, Practice
from tests.factories.referrals import OrganizationFactory


def url(practice):
    return reverse("referrals:practice-edit", args=[practice.pk])


def fields_of(form):
    """What a browser would send back of the form as it stands."""
    sent = {}
    for _, rows in form.rows_by_section:
        for row in rows:
            value = row.field.value()
            sent[row.field.name] = "" if value is None else value
            sent[row.field.html_initial_name] = row.before
    return sent


def differences(answer):
    return answer.context["form"].differences


@pytest.fixture
def post(signed_in, manager, north_practice):
    """`post(tier="A")`: the manager opens the form, changes it and saves."""

    def send(**data):
        client = signed_in(manager)
        seen = client.get(url(north_practice)).context["seen"]
        answer = client.post(url(north_practice), {"seen": seen, **data}, follow=True)
        north_practice.refresh_from_db()
        return answer

    return send


def test_saving_sets_the_fields_and_says_what_was_saved(post, north_practice):
    answer = post(
        tier="A",
        phone="(615) 555-0100",
        hours="Mon-Thu 8-5\r\nFri 8-12",
        lunches="no",
        website="example.org",
        is_active="False",
    )

    assert (north_practice.tier, north_practice.phone) == ("A", "6155550100")
    assert north_practice.hours == "Mon-Thu 8-5\nFri 8-12"
    assert (north_practice.lunches, north_practice.is_active) == ("no", False)
    assert north_practice.website == "https://example.org"
    assert "tier A" in answer.content.decode()
    assert "phone (615) 555-0100" in answer.content.decode()


def test_a_typed_field_is_a_persons_and_the_others_are_not(
    post, north_practice, manager
):
    post(phone="(615) 555-0100")

    assert north_practice.provenance["phone"]["by"] == manager.pk
    assert [*north_practice.provenance] == ["phone"]


def test_fields_that_the_form_does_not_show_or_get_stay(post, north_practice):
    Practice.objects.filter(pk=north_practice.pk).update(lunches="no")

    post(tier="A", latitude="1", stage="dormant", is_active="")

    assert (north_practice.latitude, north_practice.stage) == (None, "prospect")
    assert (north_practice.name, north_practice.lunches) == ("North Clinic", "no")
    assert north_practice.is_active


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("phone", "555", "A telephone number has ten digits."),
        ("zip_code", "3720", "A ZIP code has five digits."),
        ("website", "ftp://example.org", "Enter a valid URL."),
        ("email", "nora@", "Enter a valid email address."),
        ("organization", "Nowhere", "Nothing is called “Nowhere”."),
    ],
)
def test_bad_input_is_told_beside_the_field_and_kept(
    post, north_practice, field, typed, told
):
    answer = post(tier="A", **{field: typed})

    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert f'value="{typed}"' in answer.content.decode()
    assert north_practice.tier == ""


def test_the_second_editor_is_told_field_by_field_and_keeps_what_was_typed(
    signed_in, manager, north_practice
):
    client = signed_in(manager)
    page = client.get(url(north_practice)).context
    data = fields_of(page["form"]) | {"seen": page["seen"]}
    Practice.objects.filter(pk=north_practice.pk).update(
        tier="B", fax="6155550188", version=2
    )

    answer = client.post(url(north_practice), data | {"tier": "C"})

    told = {label: (theirs, mine) for label, theirs, mine, _ in differences(answer)}
    assert told == {"Tier": ("B", "C"), "Fax": ("(615) 555-0188", "")}
    assert "not touched: theirs is kept" in answer.content.decode()
    assert answer.context["form"]["tier"].value() == "C"
    assert Practice.objects.get(pk=north_practice.pk).tier == "B"


def test_saving_again_replaces_only_what_was_typed(signed_in, manager, north_practice):
    client = signed_in(manager)
    page = client.get(url(north_practice)).context
    data = fields_of(page["form"]) | {"seen": page["seen"]}
    Practice.objects.filter(pk=north_practice.pk).update(
        tier="B", fax="6155550188", version=2
    )
    told = client.post(url(north_practice), data | {"tier": "C"}).context

    again = fields_of(told["form"]) | {"seen": told["seen"]}
    client.post(url(north_practice), again)

    practice = Practice.objects.get(pk=north_practice.pk)
    assert (practice.tier, practice.fax) == ("C", "6155550188")


def test_a_form_sent_twice_is_one_change(signed_in, manager, north_practice):
    client = signed_in(manager)
    page = client.get(url(north_practice)).context
    data = fields_of(page["form"]) | {"seen": page["seen"], "tier": "C"}

    answers = [client.post(url(north_practice), data) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert Change.objects.filter(row=north_practice.pk, by=manager).count() == 1


def test_a_place_that_is_taken_names_the_practice_in_sight(
    signed_in, south_manager, manager, north_practice, south_practice
):
    place = {"address_line_1": "1 High St", "city": "Nashville", "zip_code": "37203"}
    signed_in(manager).post(url(north_practice), {"seen": "1", **place})

    mine = signed_in(manager).post(url(south_practice), {"seen": "1", **place})
    theirs = signed_in(south_manager).post(url(south_practice), {"seen": "1", **place})

    assert "North Clinic of the same organization stands" in mine.content.decode()
    assert "This address cannot be saved" in theirs.content.decode()
    assert "North Clinic" not in theirs.content.decode()


def test_an_organization_is_chosen_by_name_or_npi_among_those_in_sight(
    signed_in, manager, sibling_manager, north_practice, south_practice
):
    group = OrganizationFactory(name="Southern Health")
    unseen = OrganizationFactory(name="Unseen Health")
    south_practice.organization = group
    south_practice.save()
    client = signed_in(manager)

    refused = client.post(url(north_practice), {"organization": unseen.npi})
    client.post(url(north_practice), {"seen": "1", "organization": group.npi})

    north_practice.refresh_from_db()
    assert "organization" in refused.context["form"].errors
    assert north_practice.organization == group


def test_owners_are_who_works_the_territory(
    signed_in, manager, liaison, south_liaison, north_practice
):
    form = signed_in(manager).get(url(north_practice)).context["form"]

    assert [*form.fields["owner"].queryset] == [liaison, manager]


def test_a_practice_moved_out_of_sight_leaves_to_the_list(
    signed_in, south_manager, south_practice
):
    answer = signed_in(south_manager).post(
        url(south_practice), {"seen": "1", "zip_code": "99999"}
    )

    assert answer.url == reverse("referrals:practice-list")


def test_the_form_costs_the_same_whatever_it_shows(
    django_assert_max_num_queries, signed_in, manager, north_practice
):
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(url(north_practice))


def test_another_territorys_practice_cannot_be_changed(
    signed_in, south_manager, north_practice
):
    answer = signed_in(south_manager).post(url(north_practice), {"tier": "A"})

    north_practice.refresh_from_db()
    assert answer.status_code == 404
    assert north_practice.tier == ""

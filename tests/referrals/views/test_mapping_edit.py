import pytest
from django.urls import reverse

from referrals.forms.imports import field_of
from tests.factories.referrals import ImportMappingFactory


@pytest.fixture
def saved(manager):
    return ImportMappingFactory(
        name="HR",
        made_by=manager,
        values={"network_status": {"w2": "employed", "gone": ""}},
    )


@pytest.fixture
def send(signed_in, manager, saved):
    """`send(name="x")`: the form as it stands, but for what is given."""
    url = reverse("referrals:mapping-edit", args=[saved.pk])
    client = signed_in(manager)

    def post(**fields):
        page = client.get(url)
        data = {"name": saved.name, "source": saved.source}
        for form in (page.context["columns"], page.context["words"]):
            data |= {field.name: field.initial for field in form}
        names = {
            word.key: field.name
            for _, words in page.context["words"].parts
            for word, field in words
        }
        names |= {key: field_of(key) for key in saved.columns}
        fields = {names.get(name, name): value for name, value in fields.items()}
        return client.post(url, data | fields)

    return post


def test_the_form_as_it_stands_changes_nothing(send, saved):
    before = (saved.columns, saved.values)

    response = send()

    saved.refresh_from_db()
    assert response.url == reverse("referrals:mapping-list")
    assert (saved.columns, saved.values) == before


def test_name_columns_and_words_are_changed(send, saved):
    send(
        name="HR new",
        who="organization_npi",
        state="npi",
        since="effective_from",
        w2="affiliated",
        gone="",
    )

    saved.refresh_from_db()
    assert saved.name == "HR"  # network_status is not mapped any more: refused

    send(name="HR new", w2="affiliated", gone="")

    saved.refresh_from_db()
    assert saved.name == "HR new"
    assert saved.values == {"network_status": {"w2": "affiliated"}}


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "required"),
        ({"name": "x" * 81}, "80"),
        ({"source": "a\0"}, "Null"),
        ({"state": "npi"}, "too"),
        ({"who": ""}, "Missing column: npi."),
        ({"who": "nonsense"}, "nonsense"),
        ({"w2": "nonsense"}, "nonsense"),
    ],
)
def test_what_is_wrong_is_said_and_changes_nothing(send, saved, fields, message):
    before = (saved.name, saved.columns, saved.values)

    page = send(**fields)

    saved.refresh_from_db()
    assert message in page.content.decode()
    assert (saved.name, saved.columns, saved.values) == before


def test_a_name_that_another_of_the_source_has_is_refused(send, saved, manager):
    ImportMappingFactory(name="Other", source=saved.source, made_by=manager)

    page = send(name="Other")

    assert "has this name" in page.content.decode()


def test_a_mapping_of_a_kind_that_is_gone_is_not_found(signed_in, manager):
    saved = ImportMappingFactory(kind="gone", made_by=manager)

    answer = signed_in(manager).get(reverse("referrals:mapping-edit", args=[saved.pk]))

    assert answer.status_code == 404

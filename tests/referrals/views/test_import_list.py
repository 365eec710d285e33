import re

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.referrals import (
    ImportDraftFactory,
    ImportMappingFactory,
    ImportRunFactory,
)

URL = reverse("referrals:import-list")


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        ("nppes-locations", "Secondary practice locations (NPPES)"),
        ("a-kind-of-before", "a-kind-of-before"),
    ],
)
def test_pages_call_a_kind_by_its_name(signed_in, administrator, kind, title):
    run = ImportRunFactory(kind=kind)
    ImportDraftFactory(kind="visits", started_by=administrator)
    ImportMappingFactory(kind=kind)
    client = signed_in(administrator)
    paths = ["import-list", "mapping-list", "import-detail", "import-undo"]

    for name in paths:
        arguments = [run.uid] if name in ("import-detail", "import-undo") else []
        page = client.get(reverse(f"referrals:{name}", args=arguments))
        text = re.sub(
            r"<select.*?</select>|\s+", " ", page.content.decode(), flags=re.S
        )

        assert f"{title} from" in text or f">{title}<" in text, name
    assert "Visits from" in client.get(URL).content.decode()


def test_a_manager_sees_their_own_imports(signed_in, manager, administrator):
    ImportRunFactory(started_by=manager, file_name="mine.csv")
    ImportRunFactory(started_by=administrator, file_name="theirs.csv")

    page = signed_in(manager).get(URL).content.decode()

    assert "mine.csv" in page
    assert "theirs.csv" not in page


def test_the_list_is_narrowed_by_kind(signed_in, administrator):
    ImportRunFactory(kind="roster", file_name="one.csv")
    ImportRunFactory(kind="visits", file_name="other.csv")

    page = signed_in(administrator).get(URL, {"kind": "visits"}).content.decode()

    assert "other.csv" in page
    assert "one.csv" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "march"}, "march.csv"),
        ({"q": "hospital hr"}, "april.csv"),
        ({"q": "our mapping"}, "may.csv"),
        ({"by": "manager"}, "march.csv"),
    ],
)
def test_the_list_is_searched_by_file_source_mapping_and_person(
    signed_in, administrator, manager, query, found
):
    ImportRunFactory(file_name="march.csv", started_by=manager)
    ImportRunFactory(file_name="april.csv", source="Hospital HR")
    ImportRunFactory(file_name="may.csv", mapping={"name": "Our mapping"})
    query = {"by": manager.pk} if "by" in query else query

    page = signed_in(administrator).get(URL, query)

    assert [run.file_name for run in page.context["page"]] == [found]


def test_the_list_goes_out_as_it_is_narrowed_and_audited(signed_in, manager):
    ImportRunFactory(
        started_by=manager,
        file_name="=1+1.csv",
        mapping={"name": "HR"},
        rows_read=7,
        status="done",
    )
    ImportRunFactory(started_by=manager, kind="visits")
    ImportRunFactory(file_name="theirs.csv")

    response = signed_in(manager).get(
        reverse("referrals:import-export"), {"kind": "roster"}
    )
    lines = b"".join(response.streaming_content).decode().splitlines()

    assert len(lines) == 2
    said = "Max Manager,Network roster,default,'=1+1.csv,HR,Done,7,"
    assert said in lines[1]
    assert AuditEvent.objects.filter(action="exported", actor=manager).exists()


@pytest.mark.parametrize(
    "query",
    [
        *("kind=x", "status=%00", "page=-1", "page=1e5", "q=%00", "by=%00"),
        *("by=99999999999999999999", "by=x", "q=" + "x" * 10_000),
    ],
)
def test_nonsense_in_the_query_is_no_error(signed_in, administrator, query):
    assert signed_in(administrator).get(f"{URL}?{query}").status_code == 200


def test_an_empty_list_says_what_to_do(signed_in, manager):
    page = signed_in(manager).get(URL).content.decode()

    assert "Nothing imported yet" in page


def test_the_list_needs_few_queries(
    signed_in, administrator, manager, django_assert_max_num_queries
):
    for _ in range(20):
        ImportRunFactory(started_by=manager)
    client = signed_in(administrator)

    with django_assert_max_num_queries(8):
        client.get(URL)

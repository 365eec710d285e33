import pytest
from django.urls import reverse

from referrals import tasks
from referrals.imports import execution, uploads
from referrals.models import ImportRun, RosterEntry
from tests.factories.referrals import ImportRunFactory, RosterEntryFactory, npi_of

HEADER = "npi,network_status,organization_npi,effective_from,effective_to"


@pytest.fixture(autouse=True)
def _uploads(tmp_path, settings, monkeypatch):
    settings.UPLOADS_DIR = tmp_path
    monkeypatch.setattr(tasks, "wake_run", lambda run: None)


@pytest.fixture
def looked_at(manager, tmp_path):
    """A dry run of the manager's that has ended: one row is new, one missing."""
    RosterEntryFactory(npi=npi_of(2))
    return look(manager, tmp_path, f"{npi_of(1)},employed,,2020-01-01,")


def look(by, folder, *rows):
    path = folder / "upload"
    path.write_text("\n".join([HEADER, *rows, ""]))
    run = execution.begin(
        by=by,
        kind="roster",
        file_name="roster.csv",
        path=str(path),
        is_upload=True,
        is_dry_run=True,
    )
    return execution.execute(run)


def url(name, run):
    return reverse(f"referrals:import-{name}", args=[run.uid])


def execute_newest():
    run = ImportRun.objects.order_by("-pk").first()
    return execution.execute(ImportRun.objects.claim(run.pk, at=run.created_at))


def test_the_run_leads_to_its_difference(text_of, manager, looked_at):
    assert url("difference", looked_at) in text_of(manager, url("detail", looked_at))


def test_each_sort_is_counted_and_shown(signed_in, manager, looked_at):
    client = signed_in(manager)

    response = client.get(url("difference", looked_at))
    missing = client.get(url("difference", looked_at) + "?sort=missing")

    assert dict(response.context["counts"]) == {
        "new": 1,
        "changed": 0,
        "ended": 0,
        "missing": 1,
    }
    assert [one.subject for one in response.context["page"]] == [npi_of(1)]
    assert [one.subject for one in missing.context["page"]] == [npi_of(2)]


def test_what_was_looked_at_is_taken(signed_in, manager, looked_at):
    answer = signed_in(manager).post(url("take", looked_at))
    taken = execute_newest()

    assert answer.url == url("detail", taken)
    assert (taken.status, taken.is_dry_run, taken.rows_created) == ("done", False, 1)
    assert taken.started_by == manager
    assert RosterEntry.objects.count() == 2


def test_two_clicks_take_it_once(signed_in, manager, looked_at):
    client = signed_in(manager)

    client.post(url("take", looked_at))
    second = client.post(url("take", looked_at), follow=True)

    assert "no longer here" in second.content.decode()
    assert ImportRun.objects.count() == 2


def test_looked_at_again_as_the_whole_roster(signed_in, manager, looked_at):
    client = signed_in(manager)
    client.post(url("complete", looked_at), {"complete_on": "2026-03-01"})
    again = execute_newest()

    page = client.get(url("difference", again) + "?sort=missing")
    client.post(url("take", again))
    taken = execute_newest()

    assert "to Mar 1, 2026" in page.content.decode()
    assert again.is_dry_run
    assert taken.options == {"complete_on": "2026-03-01"}
    assert str(RosterEntry.objects.get(npi=npi_of(2)).effective_to) == "2026-03-01"


@pytest.mark.parametrize("day", ["", "soon", "0007-01-01", "\x00"])
def test_a_day_that_is_none_queues_nothing(signed_in, manager, looked_at, day):
    answer = signed_in(manager).post(url("complete", looked_at), {"complete_on": day})

    assert answer.url == url("difference", looked_at)
    assert ImportRun.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "visits", "status": "done", "is_dry_run": True},
        {"kind": "roster", "status": "done", "is_dry_run": False},
        {"kind": "roster", "status": "queued", "is_dry_run": True},
        {"kind": "roster", "status": "done", "is_dry_run": True, "is_duplicate": True},
    ],
)
def test_another_run_has_no_difference(signed_in, manager, fields):
    run = ImportRunFactory(started_by=manager, **fields)
    client = signed_in(manager)

    assert client.get(url("difference", run)).status_code == 404
    for name in ("take", "complete"):
        assert client.post(url(name, run)).status_code == 404


def test_the_run_of_somebody_else_is_not_found(signed_in, sibling_manager, looked_at):
    client = signed_in(sibling_manager)

    assert client.get(url("difference", looked_at)).status_code == 404
    assert client.post(url("take", looked_at)).status_code == 404


def test_the_file_is_kept_for_a_day_at_most(looked_at, tmp_path, monkeypatch):
    later = looked_at.finished_at + 2 * uploads.KEPT_FOR_RETRY
    assert (tmp_path / "upload").exists()

    uploads.delete_leftovers(at=later)

    assert not (tmp_path / "upload").exists()


def test_nonsense_in_the_query_is_no_error(text_of, manager, looked_at, nonsense):
    text_of(manager, f"{url('difference', looked_at)}?{nonsense}&sort={nonsense}")


def test_a_full_page_needs_few_queries(
    signed_in, manager, tmp_path, django_assert_max_num_queries
):
    rows = [f"{npi_of(number)},employed,,2020-01-01," for number in range(80)]
    run = look(manager, tmp_path, *rows)
    client = signed_in(manager)

    with django_assert_max_num_queries(12):
        client.get(url("difference", run))

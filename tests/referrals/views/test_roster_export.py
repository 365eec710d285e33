from django.urls import reverse

from accounts.models import User
from tests.factories.referrals import RosterEntryFactory, npi_of

URL = reverse("referrals:roster-export")


def test_the_file_can_be_imported_again(text_of, liaison):
    RosterEntryFactory(npi=npi_of(77))
    RosterEntryFactory(npi=npi_of(78), network_status="competitor")

    lines = text_of(liaison, f"{URL}?status=employed").splitlines()

    assert lines == [
        "\ufeffnpi,network_status,organization_npi,effective_from,effective_to",
        f"{npi_of(77)},employed,,2020-01-01,",
    ]


def test_nonsense_in_the_query_is_no_error(text_of, liaison, nonsense):
    assert text_of(liaison, f"{URL}?{nonsense}").startswith("\ufeffnpi,")


def test_whoever_is_deactivated_while_it_runs_gets_no_further_row(signed_in, liaison):
    RosterEntryFactory.create_batch(3)
    lines = iter(signed_in(liaison).get(URL).streaming_content)
    assert next(lines).startswith(b"\xef\xbb\xbfnpi,")

    User.objects.filter(pk=liaison.pk).update(is_active=False)

    assert list(lines) == []

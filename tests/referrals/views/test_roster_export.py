from django.urls import reverse

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

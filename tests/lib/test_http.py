import pytest

from liaison_crm.lib.http import NOWHERE, client_address


@pytest.fixture
def address_of(rf, settings):
    def ask(*, proxies, forwarded, remote="10.0.0.9"):
        settings.TRUSTED_PROXY_COUNT = proxies
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        return client_address(rf.get("/", REMOTE_ADDR=remote, **headers))

    return ask


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "", "10.0.0.9"),
        (0, "1.1.1.1", "10.0.0.9"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "fe80::1%eth0", "fe80::1"),
        (1, "", NOWHERE),
        (2, "1.1.1.1", "10.0.0.9"),
        (1, "nonsense", NOWHERE),
    ],
)
def test_only_what_trusted_proxies_added_counts(
    proxies, forwarded, expected, address_of
):
    assert address_of(proxies=proxies, forwarded=forwarded) == expected


def test_behind_a_unix_socket_there_is_no_address(address_of):
    assert address_of(proxies=0, forwarded="", remote="") == NOWHERE

"""A form sent twice makes one row: double clicks, retries, replays.

The second answer leaves every table as long as the first did, and is no error.
Only the audit may say twice that something was asked for, and what was uploaded
waits as often as it was sent, until somebody starts the import or discards it.
"""

import pytest

from tests.attacks import contents, same_keys, undone, valid, views_that_take
from tests.test_permissions import ACTORS, TABLE

pytestmark = pytest.mark.django_db


AS_OFTEN_AS_SENT = {"accounts.AuditEvent", "referrals.ImportDraft"}


def lengths():
    return {
        label: len(rows)
        for label, rows in contents().items()
        if label not in AS_OFTEN_AS_SENT
    }


@pytest.fixture
def sent_twice(world, client, address_of):
    """What the second sending of the form of this URL adds: {model: rows}."""

    def send(name):
        if not TABLE[name].is_public:
            client.force_login(getattr(world, ACTORS[TABLE[name].roles[0]]))
        url, answer = address_of(name), valid(name, world)
        with same_keys(), undone():
            client.post(url, answer)
            before = lengths()
            assert client.post(url, answer).status_code < 500
            after = lengths()
        return {label: after[label] - before[label] for label in after}

    return send


def test_no_form_sent_twice_makes_two_rows(sent_twice):
    made = {}

    for name in views_that_take("POST"):
        more = {label: number for label, number in sent_twice(name).items() if number}
        if more:
            made[name] = more

    assert made == {}

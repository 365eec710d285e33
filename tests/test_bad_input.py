"""No input gives a 500: every address and every form, on both databases.

Which parameters a page reads is learnt by watching it, so a new filter or
field is attacked without being named here. The short round sends the hardest
values to all parameters at once; the long one each value to each.
"""

import pytest

from accounts.models import User
from tests.attacks import (
    body,
    row_counts,
    undone,
    valid,
    views_that_take,
)
from tests.test_permissions import ACTORS, TABLE

pytestmark = pytest.mark.django_db

LONG = "x" * 10_000
# As they stand in an address: percent-encoded, NUL and a lone surrogate among them.
QUERY_VALUES = [
    "%00",
    "a%00b",
    "%ED%A0%80",
    "%FF%FE",
    LONG,
    "1e5",
    "NaN",
    "-5",
    "-1",
    "%D9%A3%D9%A7",  # Arabic digits
    "%C2%B2",  # superscript two
    "9999-12-31",
    "0000-00-00",
    "0001-01-01",
    "9999-12",
    "0001-01",
    "99999999999999999999",
    "9223372036854775808",
    "9" * 5000,
    "xx",
    "--name",
    "-",
    "name__password",
    "%E2%80%AEgpj.exe",
    "[]",
    "%25",
    "_",
    "%5C",
    "'%22%3E%3Cscript%3E",
]
HARDEST = ["a%00b", "99999999999999999999", "9999-12-31"]
POSTED_VALUES = [
    "",
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass"),
    LONG,
    "1e5",
    "NaN",
    "Infinity",
    "-5",
    "٣٧",
    "²",
    "9999-12-31",
    "9999-12-31T23:59",
    "0000-00-00",
    "0001-01-01T00:00",
    "2026-03-08T02:30",  # the hour that does not exist
    "99999999999999999999",
    "9223372036854775807",
    "-2147483649",
    "\u202egpj.exe",
    "=cmd|' /C calc'!A0",
    "00000000-0000-0000-0000-000000000000",
]


ROUNDS = pytest.mark.parametrize(
    "is_long",
    [
        pytest.param(False, id="short"),
        pytest.param(True, id="long", marks=pytest.mark.long),
    ],
)
REFUSED = (200, 400, 403, 404, 405, 410)


@pytest.fixture
def actor_of(world):
    """Whom a URL lets in, the one with the narrowest sight first."""

    def choose(name):
        roles = TABLE[name].roles
        wanted = (User.Role.LIAISON, User.Role.MANAGER, User.Role.ADMINISTRATOR)
        role = next((role for role in wanted if role in roles), roles[0])
        return getattr(world, ACTORS[role])

    return choose


@pytest.fixture
def attacker(client, actor_of):
    """The test client, signed in as somebody whom the URL lets in."""

    def sign_in(name):
        client.raise_request_exception = False
        if not TABLE[name].is_public:
            client.force_login(actor_of(name))
        return client

    return sign_in


def answered(send):
    """The status of what `send` is answered, read to its end and then undone."""
    with undone():
        response = send()
        body(response)
    return response.status_code


@ROUNDS
@pytest.mark.parametrize("name", views_that_take("GET"))
def test_no_query_breaks_a_page(
    name, is_long, attacker, address_of, read_names, request
):
    if name.startswith("reports:"):
        request.getfixturevalue("finished_reports")
    client, url = attacker(name), address_of(name)
    read_names.clear()
    client.get(url)
    names = [name for name in read_names if not name.startswith("csrf")]
    values = QUERY_VALUES if is_long else HARDEST
    queries = ["&".join(f"{one}={value}" for one in names) for value in values]
    if is_long:
        queries += [f"{one}={value}" for value in HARDEST for one in names]
    queries += ["&".join(f"{one}=1&{one}=2&{one}[]=3" for one in names), "&&==&%"]

    broken = [
        query[:80]
        for query in queries
        if answered(lambda query=query: client.get(f"{url}?{query}")) >= 500
    ]

    assert broken == []


@ROUNDS
@pytest.mark.parametrize("name", views_that_take("POST"))
def test_no_answer_to_a_form_breaks_it(
    name, is_long, attacker, address_of, world, read_names
):
    client, url = attacker(name), address_of(name)
    good = valid(name, world)
    read_names.clear()
    with undone():
        client.post(url, {"x": "1"} | good)
    fields = good.keys() | {one for one in read_names if one in good or "_" not in one}
    values = POSTED_VALUES if is_long else POSTED_VALUES[:5]
    answers = [dict.fromkeys(fields, value) for value in values]
    if is_long:
        hard = ("a\x00b", "9" * 20)
        answers += [good | {one: value} for one in fields for value in hard]
    broken = []

    for answer in answers:
        before = row_counts()
        with undone():
            response = client.post(url, answer)
            if response.status_code >= 500:
                broken.append(str(answer)[:300])
            elif response.status_code in REFUSED:
                assert row_counts() == before, answer

    assert broken == []

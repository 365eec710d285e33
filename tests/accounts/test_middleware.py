"""The audit knows from where a person acts, behind trusted proxies as well."""

import pytest

from accounts.models import AuditEvent

Action = AuditEvent.Action


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/people/{liaison}/deactivate/", Action.PERSON_DEACTIVATED),
        ("/territories/{north}/delete/", Action.TERRITORY_DELETED),
    ],
)
def test_what_a_person_does_keeps_their_address(
    path, action, signed_in, administrator, liaison, north, settings
):
    settings.TRUSTED_PROXY_COUNT = 1

    signed_in(administrator).post(
        path.format(liaison=liaison.pk, north=north.pk),
        headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.7"},
    )

    assert AuditEvent.objects.get(action=action).address == "192.0.2.7"


@pytest.mark.parametrize("path", ["/visits/export/", "/tasks/export/"])
def test_an_export_keeps_the_address(path, signed_in, liaison, settings):
    settings.TRUSTED_PROXY_COUNT = 1

    signed_in(liaison).get(path, headers={"X-Forwarded-For": "192.0.2.7"})

    assert AuditEvent.objects.get(action=Action.EXPORTED).address == "192.0.2.7"


@pytest.mark.parametrize("path", ["/people/export/", "/audit/export/"])
def test_what_no_database_can_keep_is_audited_as_it_was_typed(
    path, signed_in, administrator
):
    signed_in(administrator).get(f"{path}?q=%00")

    event = AuditEvent.objects.get(action=Action.EXPORTED)
    assert event.detail == {"filters": "q=%00"}

"""The command that brings the default service lines."""

import pytest
from django.core.management import call_command

from referrals.models import ServiceLine


@pytest.mark.django_db
def test_it_says_what_it_added_and_adds_it_once(capsys):
    call_command("load_service_lines")
    call_command("load_service_lines")

    assert capsys.readouterr().out.splitlines() == [
        "33 service lines and 275 codes added",
        "0 service lines and 0 codes added",
    ]
    assert ServiceLine.objects.count() == 33

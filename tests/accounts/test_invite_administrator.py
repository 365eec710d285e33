import pytest
from django.core.management import CommandError, call_command

from accounts.models import User

pytestmark = pytest.mark.django_db


def test_the_first_administrator_joins_by_the_printed_link(client, capsys, settings):
    call_command("invite_administrator", "Boss@Example.org", "Bo Boss")

    link = capsys.readouterr().out.strip()
    page = client.get(link.removeprefix(settings.BASE_URL))

    assert page.status_code == 200
    person = User.objects.get(email="boss@example.org")
    assert person.role == User.Role.ADMINISTRATOR
    assert not person.is_active


def test_the_invitation_of_nobody_in_particular_reads_well(mailoutbox):
    call_command("invite_administrator", "boss@example.org", "Bo Boss")

    assert "You are invited to Liaison CRM as administrator" in mailoutbox[0].body


@pytest.mark.parametrize("email", ["not an address", "", "manager@example.org"])
def test_a_bad_or_taken_address_is_refused(email, manager):
    with pytest.raises(CommandError):
        call_command("invite_administrator", email, "Bo Boss")

"""The first administrator of a new installation; later ones are invited there."""

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts import emails
from accounts.models import User
from accounts.services import people


class Command(BaseCommand):
    help = "Invite an administrator by e-mail, and print the link as well."

    def add_arguments(self, parser):
        parser.add_argument("email")
        parser.add_argument("name")

    def handle(self, *args, email, name, **options):
        person = User(
            email=email.strip().lower(), name=name, role=User.Role.ADMINISTRATOR
        )
        person.set_unusable_password()
        try:
            person.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from error
        try:
            people.invite(person=person, by=None, at=timezone.now())
        except OSError as error:
            self.stderr.write(f"The message could not be sent: {error}")
        self.stdout.write(emails.invitation_link(people.invitation_token(person)))

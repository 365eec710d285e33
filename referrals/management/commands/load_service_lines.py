"""Add the service lines and taxonomy codes that come with the product."""

from django.core.management.base import BaseCommand

from referrals.services import load_default_service_lines


class Command(BaseCommand):
    help = "Add the default service lines; what is there already stays as it is."

    def handle(self, *args, **options):
        lines, codes = load_default_service_lines()
        self.stdout.write(f"{lines} service lines and {codes} codes added")

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self):
        # Importers need models, which are there only now.
        from outreach.imports import visits
        from referrals.imports import registry

        registry.register(visits.IMPORTER)

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self):
        # Importers need models, which are there only now.
        from referrals.imports import registry, roster, service_lines

        for module in (roster, service_lines):
            registry.register(module.IMPORTER)

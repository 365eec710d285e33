from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self):
        # Importers need models, which are there only now.
        from referrals.imports import (
            claims,
            nppes,
            referrals,
            registry,
            roster,
            service_lines,
        )

        for module in (claims, nppes, referrals, roster, service_lines):
            registry.register(module.IMPORTER)

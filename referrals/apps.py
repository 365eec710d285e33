from django.apps import AppConfig
from django.core import checks

from liaison_crm.lib import geography


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self):
        checks.register(geography.check)
        # These need models, which are there only now.
        from accounts import lists, navigation, search
        from referrals import lists as own
        from referrals import search as own_search
        from referrals.imports import (
            claims,
            dac,
            locations,
            nppes,
            nucc,
            open_payments,
            other_names,
            physicians,
            practices,
            referrals,
            registry,
            roster,
            service_lines,
            shared_patients,
            specialists,
            zcta,
        )
        from referrals.pages import flows, panels, payments
        from referrals.pages.proposal_queue import open_proposals

        for module in (
            *(claims, nppes, other_names, locations, physicians, practices, nucc, dac),
            *(open_payments, shared_patients, zcta),
            *(referrals, roster, service_lines),
        ):
            registry.register(module.IMPORTER)
        for importer in specialists.IMPORTERS:
            registry.register(importer)
        panels.register(payments.payments_of, later=True)
        panels.register(flows.flows_of, later=True)
        search.register(*own_search.SOURCES)
        lists.register(
            *(own.PRACTICES, own.PHYSICIANS, own.ORGANIZATIONS),
            *(own.ROSTER, own.PROPOSALS, own.SPECIALISTS),
            *(own.REFERRALS, own.EXCEPTIONS),
        )
        navigation.register_badge("referrals:proposal-list", open_proposals)

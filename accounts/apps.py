from django.apps import AppConfig
from django.core import checks

from liaison_crm.lib import shapes


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self):
        """Hear of second factors: allauth tells of them by signal and no other way.

        Sign-in, sign-out and passwords go through our adapter instead. Search
        needs models, which are there only now.
        """
        from allauth.mfa import signals

        from accounts import adapters, search

        checks.register(shapes.check)
        search.register(search.PEOPLE)

        for signal, record in (
            (signals.authenticator_added, adapters.record_second_factor_added),
            (signals.authenticator_removed, adapters.record_second_factor_removed),
            (signals.authenticator_reset, adapters.record_second_factor_renewed),
            (signals.authentication_failed, adapters.record_second_factor_failed),
        ):
            signal.connect(record)

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"

    def ready(self):
        # These need models, which are there only now.
        from accounts import lists
        from referrals.pages import panels
        from reports import lists as own_lists
        from reports import profile_panel

        lists.register(own_lists.PROSPECTS)
        panels.register(profile_panel.claims_of)

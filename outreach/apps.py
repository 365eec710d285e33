from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self):
        # These need models, which are there only now.
        from outreach import timeline as own
        from outreach.imports import visits
        from referrals import actions, timeline
        from referrals.imports import registry

        registry.register(visits.IMPORTER)
        timeline.register(own.visits_of)
        timeline.register(own.tasks_of)
        actions.register(own.actions_of)

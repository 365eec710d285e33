from django.apps import AppConfig


class OutreachConfig(AppConfig):
    name = "outreach"

    def ready(self):
        # These need models, which are there only now.
        from accounts import lists
        from outreach import lists as own_lists
        from outreach import stage_panel
        from outreach import timeline as own
        from outreach.imports import visits
        from referrals.imports import registry
        from referrals.pages import actions, panels, timeline, visited

        lists.register(own_lists.VISITS, own_lists.TASKS)
        registry.register(visits.IMPORTER)
        timeline.register(own.visits_of, kind="Visit")
        timeline.register(own.tasks_of, kind="Task")
        actions.register(own.actions_of)
        visited.register(own.last_visits_of)
        panels.register(stage_panel.stage_of)

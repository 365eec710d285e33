from django.urls import path

from reports.views import leakage, runs

app_name = "reports"
urlpatterns = [
    # Runs
    path("runs/", runs.run_list, name="run-list"),
    path("runs/new/", runs.run_create, name="run-create"),
    path("runs/<uuid:uid>/", runs.run_detail, name="run-detail"),
    path("runs/<uuid:uid>/progress/", runs.run_progress, name="run-progress"),
    path("runs/<uuid:uid>/cancel/", runs.run_cancel, name="run-cancel"),
    path("runs/<uuid:uid>/repeat/", runs.run_repeat, name="run-repeat"),
    path("report-settings/", runs.settings_edit, name="settings-edit"),
    # Leakage
    path("leakage/", leakage.leakage, name="leakage"),
    path("leakage/export/", leakage.leakage_export, name="leakage-export"),
    path("leakage/events/", leakage.leakage_events, name="leakage-events"),
    path(
        "leakage/events/export/",
        leakage.leakage_events_export,
        name="leakage-events-export",
    ),
    # Return on investment
    # Dashboard
]

from django.urls import path

from reports.views import (
    costs,
    dashboard,
    leakage,
    margins,
    payers,
    profiles,
    prospects,
    roi,
    runs,
    unmapped,
    what_if_map,
    what_if_practices,
    what_ifs,
)

app_name = "reports"
urlpatterns = [
    path(
        "practices/<int:pk>/claims/",
        profiles.practice_profile,
        name="practice-profile",
    ),
    path(
        "physicians/<int:pk>/claims/",
        profiles.physician_profile,
        name="physician-profile",
    ),
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
    # Codes that no service line claims
    path("unmapped-codes/", unmapped.unmapped_code_list, name="unmapped-code-list"),
    path(
        "unmapped-codes/export/",
        unmapped.unmapped_code_export,
        name="unmapped-code-export",
    ),
    # Prospects
    path("prospects/", prospects.prospect_list, name="prospect-list"),
    path("prospects/export/", prospects.prospect_export, name="prospect-export"),
    path("prospects/add/", prospects.prospect_add, name="prospect-add"),
    # Return on investment
    path("roi/", roi.roi, name="roi"),
    path("roi/export/", roi.roi_export, name="roi-export"),
    path("roi/physicians/", roi.roi_physician_list, name="roi-physician-list"),
    path(
        "roi/physicians/export/", roi.roi_physician_export, name="roi-physician-export"
    ),
    path("roi/new/", roi.roi_run_create, name="roi-run-create"),
    # Costs and margins
    path("costs/", costs.cost_list, name="cost-list"),
    path("costs/new/", costs.cost_create, name="cost-create"),
    path("costs/export/", costs.cost_export, name="cost-export"),
    path("costs/margins/", margins.margin_edit, name="margin-edit"),
    path("costs/margins/<int:pk>/", margins.margin_history, name="margin-history"),
    path("costs/margins/<int:pk>/delete/", margins.margin_delete, name="margin-delete"),
    path("costs/payers/", payers.payer_list, name="payer-list"),
    path("costs/payers/export/", payers.payer_export, name="payer-export"),
    path("costs/payer-classes/", payers.payer_class_list, name="payer-class-list"),
    path(
        "costs/payer-classes/<int:pk>/",
        payers.payer_class_edit,
        name="payer-class-edit",
    ),
    path(
        "costs/payer-classes/<int:pk>/delete/",
        payers.payer_class_delete,
        name="payer-class-delete",
    ),
    path("costs/<int:pk>/", costs.cost_edit, name="cost-edit"),
    path("costs/<int:pk>/delete/", costs.cost_delete, name="cost-delete"),
    # What-ifs of territories
    path("what-ifs/", what_ifs.what_if_list, name="what-if-list"),
    path("what-ifs/new/", what_ifs.what_if_create, name="what-if-create"),
    path("what-ifs/<int:pk>/", what_ifs.what_if_detail, name="what-if-detail"),
    path("what-ifs/<int:pk>/move/", what_ifs.what_if_move, name="what-if-move"),
    path("what-ifs/<int:pk>/map/", what_if_map.what_if_map, name="what-if-map"),
    path(
        "what-ifs/<int:pk>/zips.json",
        what_if_map.what_if_zips,
        name="what-if-zips",
    ),
    path("what-ifs/<int:pk>/paint/", what_if_map.what_if_paint, name="what-if-paint"),
    path("what-ifs/<int:pk>/apply/", what_ifs.what_if_apply, name="what-if-apply"),
    path("what-ifs/<int:pk>/delete/", what_ifs.what_if_delete, name="what-if-delete"),
    path(
        "what-ifs/<int:pk>/practices/",
        what_if_practices.what_if_practice_list,
        name="what-if-practice-list",
    ),
    path(
        "what-ifs/<int:pk>/practices/export/",
        what_if_practices.what_if_practice_export,
        name="what-if-practice-export",
    ),
    path("what-ifs/<int:pk>/export/", what_ifs.what_if_export, name="what-if-export"),
    # Dashboard
    path("dashboard/", dashboard.dashboard, name="dashboard"),
]

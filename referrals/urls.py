from django.urls import path

from referrals.views import (
    imports,
    organizations,
    physicians,
    practices,
    referrals,
    roster,
    service_lines,
)

app_name = "referrals"
urlpatterns = [
    path("practices/", practices.practice_list, name="practice-list"),
    path("practices/export/", practices.practice_export, name="practice-export"),
    path("practices/<int:pk>/", practices.practice_detail, name="practice-detail"),
    path("practices/<int:pk>/edit/", practices.practice_edit, name="practice-edit"),
    path("physicians/", physicians.physician_list, name="physician-list"),
    path("physicians/export/", physicians.physician_export, name="physician-export"),
    path("physicians/<int:pk>/", physicians.physician_detail, name="physician-detail"),
    path("physicians/<int:pk>/edit/", physicians.physician_edit, name="physician-edit"),
    path(
        "organizations/<int:pk>/",
        organizations.organization_detail,
        name="organization-detail",
    ),
    path("referrals/", referrals.referral_list, name="referral-list"),
    path("referrals/export/", referrals.referral_export, name="referral-export"),
    path("referrals/worklist/", referrals.referral_worklist, name="referral-worklist"),
    path("referrals/<int:pk>/", referrals.referral_detail, name="referral-detail"),
    path(
        "referrals/<int:pk>/status/", referrals.referral_status, name="referral-status"
    ),
    path("service-lines/", service_lines.service_line_list, name="service-line-list"),
    path(
        "service-lines/<int:pk>/edit/",
        service_lines.service_line_edit,
        name="service-line-edit",
    ),
    path("roster/", roster.roster_list, name="roster-list"),
    path("roster/export/", roster.roster_export, name="roster-export"),
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_create, name="import-create"),
    path("imports/<uuid:uid>/", imports.import_detail, name="import-detail"),
    path(
        "imports/<uuid:uid>/progress/", imports.import_progress, name="import-progress"
    ),
    path("imports/<uuid:uid>/cancel/", imports.import_cancel, name="import-cancel"),
    path("imports/<uuid:uid>/retry/", imports.import_retry, name="import-retry"),
    path(
        "imports/<uuid:uid>/rejected/", imports.import_rejected, name="import-rejected"
    ),
]

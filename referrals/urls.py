from django.urls import path

from referrals.views import (
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
        "service-lines/load/", service_lines.service_line_load, name="service-line-load"
    ),
    path(
        "service-lines/<int:pk>/edit/",
        service_lines.service_line_edit,
        name="service-line-edit",
    ),
    path("roster/", roster.roster_list, name="roster-list"),
    path("roster/export/", roster.roster_export, name="roster-export"),
]

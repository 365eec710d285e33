from django.urls import path

from accounts.views import (
    account,
    assignments,
    audit,
    coverage,
    home,
    notifications,
    people,
    saved_views,
    search,
    shapes,
    territories,
    territory_map,
    zips,
)

app_name = "accounts"
urlpatterns = [
    path("", home.home, name="home"),
    path("setup/", home.setup, name="setup"),
    # One's own account
    path("account/", account.profile, name="profile"),
    path(
        "invitations/<str:token>/", account.invitation_accept, name="invitation-accept"
    ),
    path("search/", search.search, name="search"),
    # Views of lists
    path("saved-views/new/", saved_views.saved_view_create, name="saved-view-create"),
    path(
        "saved-views/<int:pk>/edit/",
        saved_views.saved_view_edit,
        name="saved-view-edit",
    ),
    path(
        "saved-views/<int:pk>/delete/",
        saved_views.saved_view_delete,
        name="saved-view-delete",
    ),
    # People
    path("people/", people.person_list, name="person-list"),
    path("people/export/", people.person_export, name="person-export"),
    path("people/invite/", people.person_invite, name="person-invite"),
    path("people/<int:pk>/", people.person_detail, name="person-detail"),
    path("people/<int:pk>/edit/", people.person_edit, name="person-edit"),
    path("people/<int:pk>/send/", people.invitation_send, name="invitation-send"),
    path(
        "people/<int:pk>/withdraw/",
        people.invitation_withdraw,
        name="invitation-withdraw",
    ),
    path(
        "people/<int:pk>/deactivate/",
        people.person_deactivate,
        name="person-deactivate",
    ),
    path(
        "people/<int:pk>/reactivate/",
        people.person_reactivate,
        name="person-reactivate",
    ),
    path(
        "people/<int:pk>/second-factor/",
        people.second_factor_reset,
        name="second-factor-reset",
    ),
    # Territories
    path("territories/", territories.territory_list, name="territory-list"),
    path("territories/new/", territories.territory_create, name="territory-create"),
    path(
        "territories/<int:pk>/", territories.territory_detail, name="territory-detail"
    ),
    path(
        "territories/<int:pk>/edit/", territories.territory_edit, name="territory-edit"
    ),
    path(
        "territories/<int:pk>/delete/",
        territories.territory_delete,
        name="territory-delete",
    ),
    path("territories/<int:pk>/zips/", zips.territory_zips, name="territory-zips"),
    path("territories/map/", territory_map.territory_map, name="territory-map"),
    path(
        "territories/map/zips.json",
        territory_map.territory_map_zips,
        name="territory-map-zips",
    ),
    path(
        "territories/map/paint/", territory_map.territory_paint, name="territory-paint"
    ),
    path("territories/zips/", zips.zips_move, name="zips-move"),
    path("territories/zips/withdraw/", zips.zips_withdraw, name="zips-withdraw"),
    path(
        "territories/<int:pk>/assign/",
        assignments.assignment_create,
        name="assignment-create",
    ),
    path(
        "assignments/<int:pk>/edit/",
        assignments.assignment_edit,
        name="assignment-edit",
    ),
    path(
        "assignments/<int:pk>/end/", assignments.assignment_end, name="assignment-end"
    ),
    # What maps draw
    path("maps/<str:state>/counties.json", shapes.county_shapes, name="county-shapes"),
    path("maps/<str:state>/zips.json", shapes.zip_shapes, name="zip-shapes"),
    # Coverage
    path("coverage/", coverage.coverage_list, name="coverage-list"),
    path("coverage/new/", coverage.coverage_create, name="coverage-create"),
    path("coverage/<int:pk>/edit/", coverage.coverage_edit, name="coverage-edit"),
    path("coverage/<int:pk>/end/", coverage.coverage_end, name="coverage-end"),
    # Notifications
    path("notifications/", notifications.notification_list, name="notification-list"),
    path(
        "notifications/read/",
        notifications.notifications_read,
        name="notifications-read",
    ),
    path(
        "notifications/<int:pk>/read/",
        notifications.notification_read,
        name="notification-read",
    ),
    # Audit
    path("audit/", audit.audit_list, name="audit-list"),
    path("audit/export/", audit.audit_export, name="audit-export"),
]

from django.urls import path

from outreach.views import (
    call_cycles,
    logging,
    offline,
    outbox,
    routes,
    stages,
    tasks,
    today,
    visits,
)

app_name = "outreach"
urlpatterns = [
    path("today/", today.today, name="today"),
    path("today/route/", routes.day_route, name="day-route"),
    path("visits/", visits.visit_list, name="visit-list"),
    path("visits/export/", visits.visit_export, name="visit-export"),
    path("visits/log/", logging.visit_create, name="visit-create"),
    path("visits/plan/", logging.visit_plan, name="visit-plan"),
    path("visits/people/", logging.physician_search, name="physician-search"),
    path("visits/places/", logging.visit_places, name="visit-places"),
    # Without a signal
    path("visits/outbox/", outbox.outbox, name="outbox"),
    path("visits/outbox/token/", outbox.delivery_token, name="delivery-token"),
    path("visits/outbox/deliver/", outbox.visit_deliver, name="visit-deliver"),
    path("visits/outbox/panel.json", outbox.panel_data, name="panel-data"),
    path("offline/", offline.shell, name="shell"),
    path("service-worker.js", offline.service_worker, name="service-worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path("practices/<int:pk>/stage/", stages.practice_stage, name="practice-stage"),
    path("visits/due/", today.call_cycle_list, name="call-cycle-list"),
    path(
        "visits/due/settings/",
        call_cycles.settings_edit,
        name="call-cycle-settings-edit",
    ),
    path("visits/pauses/", call_cycles.pause_list, name="call-pause-list"),
    path(
        "practices/<int:pk>/pause/", call_cycles.practice_pause, name="practice-pause"
    ),
    path(
        "physicians/<int:pk>/pause/",
        call_cycles.physician_pause,
        name="physician-pause",
    ),
    path("visits/pauses/<int:pk>/end/", call_cycles.pause_end, name="call-pause-end"),
    path("visits/<int:pk>/", visits.visit_detail, name="visit-detail"),
    path("visits/<int:pk>/edit/", visits.visit_edit, name="visit-edit"),
    path("visits/<int:pk>/cancel/", visits.visit_cancel, name="visit-cancel"),
    path("visits/<int:pk>/no-show/", visits.visit_no_show, name="visit-no-show"),
    path("tasks/", tasks.task_list, name="task-list"),
    path("tasks/export/", tasks.task_export, name="task-export"),
    path("tasks/new/", tasks.task_create, name="task-create"),
    path("tasks/<int:pk>/edit/", tasks.task_edit, name="task-edit"),
    path("tasks/<int:pk>/done/", tasks.task_done, name="task-done"),
    path("tasks/<int:pk>/reopen/", tasks.task_reopen, name="task-reopen"),
]

"""The Celery application and the one table of periodic jobs."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison_crm.settings")

app = Celery("liaison_crm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "wake import runs": {
        "task": "referrals.tasks.wake_import_runs",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "delete leftover uploads": {
        "task": "referrals.tasks.delete_leftover_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "wake report runs": {
        "task": "reports.tasks.wake_report_runs",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "queue due reports": {
        "task": "reports.tasks.queue_due_reports",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
}

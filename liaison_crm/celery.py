"""The Celery application and the one table of periodic jobs."""

import os

from celery import Celery
from celery.schedules import crontab

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
    "find duplicates": {
        "task": "referrals.tasks.find_duplicates",
        "schedule": crontab(hour=7, minute=10),  # UTC: night where it is used
        "options": {"expires": 3600},
    },
    "forget old changes": {
        "task": "referrals.tasks.forget_old_changes",
        "schedule": 86400.0,
        "options": {"expires": 86400},
    },
    "move stages": {
        "task": "outreach.tasks.move_stages",
        "schedule": 86400.0,
        "options": {"expires": 86400},
    },
    "move stages after news": {
        "task": "outreach.tasks.move_stages_after_news",
        "schedule": 60.0,
        "options": {"expires": 60},
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

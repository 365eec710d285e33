"""Celery's way into outreach: no argument but the clock, one call."""

from celery import shared_task
from django.utils import timezone

from outreach import stages


@shared_task
def move_stages():
    """Every practice to its stage: time passes, too."""
    stages.follow_all(at=timezone.now())


@shared_task
def move_stages_after_news():
    """After an import or an undo, all; else those with visits saved just now."""
    stages.follow_news(at=timezone.now())

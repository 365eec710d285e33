"""What the page of a practice says of its stage: how far, since when, why."""

from django.urls import reverse

from accounts.permissions import Permission, can
from outreach import stages
from referrals.models import Practice
from referrals.pages.panels import Panel, Place

SHOWN = 8


def stage_of(subject, user) -> list[Panel]:
    if not isinstance(subject, Practice):
        return []
    changes = subject.stage_changes.select_related("by")[:SHOWN]
    context = {
        "stage": subject.get_stage_display(),
        "steps": [
            (stage.label, RANKED.index(stage) <= RANKED.index(subject.stage))
            for stage in RANKED
        ]
        if subject.stage in RANKED
        else [],
        "changes": list(changes),
        "definition": stages.__doc__,
        "url": reverse("outreach:practice-stage", args=[subject.pk])
        if can(user, Permission.VISIT_LOG)
        else "",
    }
    return [Panel("Stage", "outreach/_stage.html", context, Place.SIDE)]


RANKED = [
    stage
    for stage in sorted(Practice.Stage, key=stages.RANK.get)
    if stage != Practice.Stage.DORMANT
]

"""What a liaison's device keeps, so that the day works without a signal.

Their own stops of the coming days, and names, NPIs, practices and phones of the
panel in sight: no patients, and nothing that somebody wrote.
"""

import datetime as dt

from django.db.models import Case, Q, Value, When

from outreach import people
from outreach.models import Topic, Visit
from referrals.models import Physician, Practice, ServiceLine

MOST_PHYSICIANS = 1500
MOST_PRACTICES = 800
MOST_VISITS = 100
DAYS = dt.timedelta(days=7)
LATELY = dt.timedelta(days=1)


def of(user, *, on: dt.date) -> dict:
    """The panel of `user`, as JSON can carry it; the nearest first where capped."""
    guesses = people.guessed(user, on=on)
    physicians = list(_physicians(user, on))
    listed = {physician.pk for physician in physicians}
    physicians += [it.physician for it in guesses if it.physician.pk not in listed]
    practices = {practice.pk: practice for practice in _practices(user)}
    for physician in physicians:
        for affiliation in physician.current_affiliations:
            practices.setdefault(affiliation.practice_id, affiliation.practice)
    visits = _visits(user, on)
    return {
        "user": user.pk,
        "day": on.isoformat(),
        "stops": [_stop(visit) for visit in visits if visit.is_planned],
        "logged": [_logged(visit) for visit in visits if visit.is_held],
        "guesses": [{"key": it.physician.pk, "reason": it.reason} for it in guesses],
        "physicians": [_physician(it) for it in physicians],
        "practices": [_practice(it) for it in practices.values()],
        "topics": list(Topic.objects.offered_to(user)),
        "service_lines": [
            {"key": line.pk, "name": str(line)} for line in ServiceLine.objects.all()
        ],
    }


def _own_first(user):
    """Whom one owns, then by tier: what a capped list is cut behind."""
    return (
        Case(When(owner=user, then=Value(0)), default=Value(1)),
        Case(When(tier="", then=Value("Z")), default="tier"),
    )


def _physicians(user, on):
    visible = Physician.objects.visible_to(user).filter(is_active=True)
    ordered = visible.order_by(*_own_first(user), "last_name", "first_name", "pk")
    return people.with_places(ordered, user, on=on)[:MOST_PHYSICIANS]


def _practices(user):
    visible = Practice.objects.visible_to(user).filter(is_active=True)
    return visible.order_by(*_own_first(user), "name", "pk")[:MOST_PRACTICES]


def _visits(user, on):
    """Planned for the days around, or held lately."""
    around = Q(visited_on__range=(on - DAYS, on + DAYS), status=Visit.Status.PLANNED)
    lately = Q(visited_on__gte=on - LATELY, status=Visit.Status.HELD)
    visits = user.visits.filter(around | lately)
    return visits.with_people().in_order_of_the_day()[:MOST_VISITS]


def _stop(visit):
    return {
        "key": visit.pk,
        "on": visit.visited_on.isoformat(),
        "at": visit.visited_at and f"{visit.visited_at:%H:%M}",
        "kind": visit.kind,
        "practice": _practice(visit.practice),
        "people": [
            {"key": it.physician_id, "name": str(it)} for it in visit.attendees.all()
        ],
    }


def _logged(visit):
    return {
        "on": visit.visited_on.isoformat(),
        "practice": visit.practice_id,
        "people": [it.physician_id for it in visit.attendees.all() if it.physician_id],
    }


def _physician(physician):
    current = physician.current_affiliations
    return {
        "key": physician.pk,
        "name": str(physician),
        "npi": physician.npi,
        "phone": physician.phone,
        "practices": [it.practice_id for it in current],
        "primary": [it.practice_id for it in current if it.is_primary],
    }


def _practice(practice):
    return {
        "key": practice.pk,
        "name": practice.name,
        "address": practice.address,
        "city": practice.city,
        "phone": practice.phone,
    }

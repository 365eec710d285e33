"""Estimated flow of patients, as a card on a physician's page."""

from django.db.models import Q
from django.utils import timezone

from referrals.models import Organization, Physician, RosterEntry, SharedPatients
from referrals.pages.panels import Panel

SHOWN = 8
SMALL = 11  # patients; fewer are not shown one by one


def flows_of(subject, user) -> list[Panel]:
    if not isinstance(subject, Physician):
        return []
    mine = Q(from_npi=subject.npi) | Q(to_npi=subject.npi)
    found = [*SharedPatients.objects.current().filter(mine).order_by("-patients", "pk")]
    if not found:
        return []
    onward = [(one.to_npi, one) for one in found if one.from_npi == subject.npi]
    inward = [(one.from_npi, one) for one in found if one.to_npi == subject.npi]
    shown = {npi for npi, _ in [*_large(onward)[:SHOWN], *_large(inward)[:SHOWN]]}
    named = _names(shown, user)
    context = {
        "directions": [
            _direction("Patients go on to", onward, named),
            _direction("Patients come from", inward, named),
        ]
    }
    return [Panel("Shared patients", "referrals/_flows.html", context)]


def _large(flows):
    return [(npi, one) for npi, one in flows if one.patients >= SMALL]


def _direction(title, flows, named):
    large = _large(flows)
    return {
        "title": title,
        "rows": [
            {"npi": npi, "name": named.get(npi, ""), "patients": one.patients}
            for npi, one in large[:SHOWN]
        ],
        "more": max(len(large) - SHOWN, 0),
        "small": len(flows) - len(large),
    }


def _names(npis, user) -> dict:
    """Names of those in sight, and of our network's own; others stay numbers."""
    ours = RosterEntry.objects.on(timezone.localdate()).filter(
        npi__in=npis, network_status__in=RosterEntry.IN_NETWORK
    )
    named = {}
    for model in (Organization, Physician):
        in_sight = Q(pk__in=model.objects.visible_to(user).values("pk"))
        is_ours = Q(npi__in=ours.values("npi"))
        rows = model.objects.filter(in_sight | is_ours, npi__in=npis)
        named |= {one.npi: str(one) for one in rows}
    return named

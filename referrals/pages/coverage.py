"""For whom a person covers at a practice."""

from accounts.models import Coverage, Territory
from referrals.models import Practice


def of(practice, user, *, on):
    """By which `user` sees the practice on the day `on`, instead of a colleague."""
    here = Practice.objects.filter(pk=practice.pk)
    found = []
    for coverage in Coverage.objects.held_by(user, on=on):
        nodes = Territory.objects.assigned_to(coverage.covered, on=on)
        if here.in_territories(nodes.with_everything_below(), on=on).exists():
            found.append(coverage)
    return found

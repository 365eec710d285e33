"""The profile of a practice or a physician, as far as a person may read it."""

from dataclasses import dataclass

from accounts.permissions import Permission, can
from referrals.claims import lake
from referrals.claims.profiles import PROFILES
from referrals.models import Affiliation, Practice
from reports.metrics import profile
from reports.models import ReportRun


@dataclass(frozen=True)
class Found:
    """`run` None: nothing was computed yet. `sides` empty: nothing to show."""

    run: ReportRun | None
    done: profile.Side | None = None
    sent: profile.Side | None = None


def profile_for(subject, user, *, on) -> Found:
    """From the newest finished run that kept profiles."""
    run = ReportRun.objects.newest_done(ReportRun.Kind.LEAKAGE)
    path = lake.path(run.folder) / PROFILES if run else None
    if run is None or not path.exists():
        return Found(None)
    sides = profile.profile_of(
        str(path),
        npis_of(subject, on=on),
        sees_few=can(user, Permission.SMALL_CELL_READ),
    )
    return Found(run, sides.get("rendering"), sides.get("referring"))


def npis_of(subject, *, on) -> list[str]:
    """The physician's own, or those of all who work at the practice on the day."""
    if not isinstance(subject, Practice):
        return [subject.npi]
    here = Affiliation.objects.current(on=on).filter(practice=subject)
    return sorted({*here.values_list("physician__npi", flat=True)})

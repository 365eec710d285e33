"""What a list of our own specialists shows of each: on cards, and in its file."""

from django.utils import timezone

from liaison_crm.lib.columns import Column, Columns
from referrals.models import SpecialistProfile

SAID = {None: "", True: "yes", False: "no"}


def _soonest(name):
    return lambda card: card.soonest and getattr(card.soonest.row, name)


def _checked_on(card):
    return card.soonest and timezone.localdate(card.soonest.row.checked_at)


def _terms(name):
    return Column(
        name,
        SpecialistProfile.TERM_FIELDS[name].label + "s",
        cells={name: lambda card: "|".join(card.terms[name])},
        is_shown=name in ("insurers", "languages"),
    )


def _miles(card):
    found = [site.miles for site in card.sites if site.miles is not None]
    return f"{min(found):.1f}" if found else ""


def _profile(*names):
    return {name: f"profile.{name}" for name in names}


COLUMNS = Columns(
    (
        Column(
            "name",
            "Name",
            is_fixed=True,
            cells={
                "npi": "profile.physician.npi",
                "last_name": "profile.physician.last_name",
                "first_name": "profile.physician.first_name",
                "credential": "profile.physician.credential",
                "specialty": "profile.physician.specialty",
                "service_line": "profile.physician.specialty.service_line",
            },
        ),
        *map(_terms, SpecialistProfile.TERM_FIELDS),
        Column(
            "patients",
            "Ages and telehealth",
            is_shown=True,
            cells={
                **_profile("min_age", "max_age"),
                "accepts_new": lambda card: SAID[card.profile.accepts_new],
                "telehealth": lambda card: SAID[card.profile.telehealth],
            },
        ),
        Column(
            "line",
            "Direct line",
            is_shown=True,
            cells=_profile("direct_line", "scheduling_phone"),
        ),
        Column("fax", "Fax", cells=_profile("fax")),
        Column(
            "intake",
            "Forms and intake rules",
            cells=_profile("forms_url", "intake_rules"),
        ),
        Column(
            "opening",
            "Opening",
            is_fixed=True,
            cells={
                **_profile("reviewed_on"),
                "next_new_patient_on": _soonest("next_available_on"),
                "next_new_patient_at": "soonest.practice",
                "checked_on": _checked_on,
            },
        ),
        Column(
            "sites",
            "Sites",
            is_shown=True,
            cells={
                "sites": lambda card: "; ".join(
                    site.practice.name for site in card.sites
                ),
                "miles": _miles,
            },
        ),
    )
)

"""The lists of the directory and of referrals: what each shows and is asked."""

from dataclasses import fields

from django.utils import timezone

from accounts.lists import List
from accounts.permissions import Permission
from liaison_crm.lib.columns import Column, Columns, value_of
from referrals.filters import (
    ExceptionFilter,
    OrganizationFilter,
    PhysicianFilter,
    PracticeFilter,
    ReferralFilter,
    RosterFilter,
)
from referrals.pages.proposal_queue import ProposalFilter
from referrals.specialists.columns import COLUMNS
from referrals.specialists.criteria import Criteria


def active(subject):
    return "yes" if subject.is_active else "no"


def places(physician):
    """Where the physician works, as far as the list has read it."""
    return "; ".join(place.practice.name for place in physician.affiliations.all())


def moment(name):
    """A moment in local time, to the minute."""

    def of(row):
        value = getattr(row, name)
        return value and timezone.localtime(value).isoformat(timespec="minutes")

    return of


PRACTICES = List(
    name="practices",
    label="Practices",
    url_name="referrals:practice-list",
    export_url_name="referrals:practice-export",
    permission=Permission.DIRECTORY_READ,
    parameters=tuple(PracticeFilter.base_filters),
    default_sort="name",
    columns=Columns(
        (
            Column("name", "Name", sort="name", is_fixed=True),
            Column(
                "address",
                "Address",
                cells={
                    "address_line_1": "address_line_1",
                    "address_line_2": "address_line_2",
                },
            ),
            Column("city", "City", sort="city", is_shown=True),
            Column("state", "State"),
            Column("zip", "ZIP", sort="zip_code", cells={"zip": "zip_code"}),
            Column("phone", "Phone", is_shown=True),
            Column("fax", "Fax"),
            Column(
                "organization",
                "Organization",
                sort="organization__name",
                is_shown=True,
                cells={
                    "organization": "organization.name",
                    "organization_npi": "organization.npi",
                },
            ),
            Column("tier", "Tier", sort="tier", is_shown=True),
            Column(
                "stage",
                "Stage",
                sort="stage",
                is_shown=True,
                cells={"stage": "get_stage_display"},
            ),
            Column("owner", "Owner", sort="owner__name", cells={"owner": "owner.name"}),
            Column(
                "front_desk", "Front desk", cells={"front_desk": "front_desk_names"}
            ),
            Column("email", "Email"),
            Column("best_time", "Best time"),
            Column("lunches", "Lunches", cells={"lunches": "get_lunches_display"}),
            Column(
                "channel", "Prefers", cells={"prefers": "get_preferred_channel_display"}
            ),
            Column("active", "Active", cells={"active": active}),
            Column(
                "physicians",
                "Physicians",
                sort="physician_count",
                is_shown=True,
                is_number=True,
                cells={"physicians": "physician_count"},
            ),
        )
    ),
)

EXCEPTIONS = List(
    name="exceptions",
    label="Exceptions",
    url_name="referrals:exception-list",
    export_url_name="referrals:exception-export",
    permission=Permission.TERRITORY_WORK,
    parameters=tuple(ExceptionFilter.base_filters),
    default_sort="-from",
    columns=Columns(
        (
            Column(
                "practice",
                "Practice",
                sort="practice__name",
                is_fixed=True,
                cells={"practice": "practice.name"},
            ),
            Column(
                "place",
                "City",
                sort="practice__city",
                cells={"city": "practice.city", "zip": "practice.zip_code"},
                is_shown=True,
            ),
            Column(
                "territory",
                "Territory",
                sort="territory__name",
                cells={"territory": "territory.name"},
                is_shown=True,
            ),
            Column(
                "zip_territory",
                "By its ZIP code",
                sort="zip_territory",
                cells={"territory_of_zip": "zip_territory"},
                is_shown=True,
            ),
            Column(
                "from",
                "From",
                sort="starts_on",
                cells={"from": "starts_on"},
                is_shown=True,
            ),
            Column(
                "until",
                "Until",
                sort="ends_on",
                cells={"until": "ends_on"},
                is_shown=True,
            ),
            Column("reason", "Reason", is_shown=True),
            Column("by", "By", sort="by__name", cells={"by": "by.name"}),
        )
    ),
)

PHYSICIANS = List(
    name="physicians",
    label="Physicians",
    url_name="referrals:physician-list",
    export_url_name="referrals:physician-export",
    permission=Permission.DIRECTORY_READ,
    parameters=tuple(PhysicianFilter.base_filters),
    default_sort="name",
    columns=Columns(
        (
            Column(
                "name",
                "Name",
                sort="last_name",
                is_fixed=True,
                cells={
                    "last_name": "last_name",
                    "first_name": "first_name",
                    "credential": "credential",
                },
            ),
            Column("npi", "NPI", sort="npi", is_shown=True),
            Column(
                "specialty",
                "Specialty",
                sort="specialty__code",
                cells={"taxonomy_code": "specialty.code"},
            ),
            Column(
                "service_line",
                "Service line",
                sort="specialty__service_line__name",
                is_shown=True,
                cells={"service_line": "specialty.service_line"},
            ),
            Column(
                "practices", "Practices", is_shown=True, cells={"practices": places}
            ),
            Column(
                "network",
                "Network today",
                sort="network_status",
                is_shown=True,
                cells={"network_status": "network_status"},
            ),
            Column("tier", "Tier", sort="tier", is_shown=True),
            Column("owner", "Owner", sort="owner__name", cells={"owner": "owner.name"}),
            Column("phone", "Phone"),
            Column("email", "Email"),
            Column("languages", "Languages"),
            Column("best_time", "Best time"),
            Column(
                "active",
                "Active",
                cells={
                    "active": active,
                    "deactivated_on": "deactivated_on",
                    "replacement_npi": "replacement_npi",
                },
            ),
        )
    ),
)

ORGANIZATIONS = List(
    name="organizations",
    label="Organizations",
    url_name="referrals:organization-list",
    export_url_name="referrals:organization-export",
    permission=Permission.DIRECTORY_READ,
    parameters=tuple(OrganizationFilter.base_filters),
    default_sort="name",
    columns=Columns(
        (
            Column("name", "Name", sort="name", is_fixed=True),
            Column("npi", "NPI", sort="npi", is_shown=True),
            Column(
                "parent",
                "Part of",
                sort="parent_name",
                is_shown=True,
                cells={"parent": "parent_name"},
            ),
            Column("specialty", "Specialty", cells={"specialty": "specialty.name"}),
            Column(
                "network",
                "Network today",
                sort="network_status",
                is_shown=True,
                cells={"network_status": "network_status"},
            ),
            Column(
                "practices",
                "Practices",
                sort="practice_count",
                is_shown=True,
                is_number=True,
                cells={"practices": "practice_count"},
            ),
            Column("active", "Active", cells={"active": active}),
        )
    ),
)

ROSTER = List(
    name="roster",
    label="Roster",
    url_name="referrals:roster-list",
    export_url_name="referrals:roster-export",
    permission=Permission.DIRECTORY_READ,
    parameters=tuple(RosterFilter.base_filters),
    default_sort="npi",
    columns=Columns(
        (
            Column("npi", "NPI", sort="npi", is_fixed=True),
            Column("who", "Who", is_shown=True, cells={}),
            Column(
                "status",
                "Status",
                sort="network_status",
                is_shown=True,
                cells={"network_status": "network_status"},
            ),
            Column(
                "organization",
                "Organization NPI",
                is_shown=True,
                cells={"organization_npi": "organization_npi"},
            ),
            Column(
                "from",
                "From",
                sort="effective_from",
                is_shown=True,
                cells={"effective_from": "effective_from"},
            ),
            Column(
                "until",
                "Until",
                sort="effective_to",
                is_shown=True,
                cells={"effective_to": "effective_to"},
            ),
        )
    ),
)


def of_proposal(name):
    """A cell of the proposal behind a line of the queue."""
    return lambda line: value_of(line.proposal, name)


PROPOSALS = List(
    name="proposals",
    label="Proposals",
    url_name="referrals:proposal-list",
    export_url_name="referrals:proposal-export",
    permission=Permission.DIRECTORY_READ,
    parameters=tuple(ProposalFilter.base_filters),
    default_sort="",
    columns=Columns(
        tuple(
            Column(name, label, is_fixed=True, cells={name: cell})
            for name, label, cell in (
                ("about", "About", lambda line: str(line.proposal.subject)),
                ("field", "Field", "label"),
                ("now", "Now there", "now"),
                ("now_from", "Where that came from", "now_came"),
                ("proposed", "Proposed", "offered"),
                ("proposed_by", "Proposed by", "told"),
                ("proposed_at", "Proposed at", of_proposal("created_at")),
                ("note", "Note", of_proposal("note")),
                ("note_to", "Note to", "note_to"),
                ("status", "Status", of_proposal("get_status_display")),
                ("decided_by", "Decided by", of_proposal("decided_by.name")),
                ("decided_at", "Decided at", of_proposal("decided_at")),
                ("reason", "Reason", of_proposal("reason")),
            )
        )
    ),
)

SPECIALISTS = List(
    name="specialists",
    label="Specialists",
    url_name="referrals:specialist-list",
    export_url_name="referrals:specialist-export",
    permission=Permission.DIRECTORY_READ,
    parameters=tuple(field.name for field in fields(Criteria)),
    default_sort="",
    columns=COLUMNS,
)

REFERRALS = List(
    name="referrals",
    label="Referrals",
    url_name="referrals:referral-list",
    export_url_name="referrals:referral-export",
    permission=Permission.REFERRAL_READ,
    parameters=tuple(ReferralFilter.base_filters),
    default_sort="-received",
    columns=Columns(
        (
            Column(
                "number",
                "Number",
                sort="external_id",
                is_fixed=True,
                cells={"referral_id": "external_id"},
            ),
            Column("kind", "Kind", sort="kind"),
            Column(
                "received",
                "Received",
                sort="received_on",
                is_shown=True,
                cells={"received_on": "received_on"},
            ),
            Column("status", "Status", sort="status", is_shown=True),
            Column("urgency", "Urgency", sort="urgency"),
            Column(
                "service_line",
                "Service line",
                sort="service_line__name",
                is_shown=True,
                cells={"service_line": "service_line.name"},
            ),
            Column(
                "referrer",
                "Referrer",
                is_shown=True,
                cells={
                    "referring_npi": "referring_physician.npi",
                    "referring_practice": "referring_practice.name",
                },
            ),
            Column(
                "referred_to",
                "Referred to",
                is_shown=True,
                cells={
                    "referred_to_npi": "referred_to_physician.npi",
                    "referred_to_organization_npi": "referred_to_organization.npi",
                },
            ),
            Column("payer", "Payer", cells={"payer_name": "payer_name"}),
            Column("channel", "Channel"),
            *(
                Column(name, label, cells={name: moment(name)})
                for name, label in (
                    ("acknowledged_at", "Acknowledged"),
                    ("scheduled_at", "Scheduled"),
                )
            ),
            Column(
                "appointment",
                "Appointment",
                sort="appointment_at",
                is_shown=True,
                cells={"appointment_at": moment("appointment_at")},
            ),
            *(
                Column(name, label, cells={name: moment(name)})
                for name, label in (
                    ("seen_at", "Seen"),
                    ("report_sent_at", "Report sent"),
                    ("report_received_at", "Report received"),
                    ("closed_at", "Closed"),
                )
            ),
            Column("end_reason", "Reason of the end"),
        )
    ),
)

"""The lists of reports: what each shows and is asked."""

from accounts.lists import List
from accounts.permissions import Permission
from liaison_crm.lib.columns import Column, Columns
from referrals.lists import places
from reports.metrics.leakage import FEW
from reports.prospect_filters import ProspectFilter


def known(name):
    """A number of the known flow; nothing where there is no run to know it from."""

    def of(physician):
        if physician.known is None:
            return ""
        if physician.known.is_few:
            return f"fewer than {FEW}"
        return getattr(physician.known, name)

    return of


def estimated(physician):
    """Patients shared with the network; nothing where no file tells of any."""
    if physician.estimated is None:
        return ""
    if physician.estimated.is_few:
        return f"fewer than {FEW}"
    return physician.estimated.patients


PROSPECTS = List(
    name="prospects",
    label="Prospects",
    url_name="reports:prospect-list",
    export_url_name="reports:prospect-export",
    permission=Permission.PANEL_EDIT,
    parameters=tuple(ProspectFilter.base_filters),
    default_sort="-known",
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
            Column("npi", "NPI"),
            Column(
                "specialty",
                "Specialty",
                is_shown=True,
                cells={
                    "taxonomy_code": "specialty.code",
                    "service_line": "specialty.service_line",
                },
            ),
            Column(
                "practices", "Practices", is_shown=True, cells={"practices": places}
            ),
            Column(
                "network",
                "Network today",
                is_shown=True,
                cells={"network_status": "network_status"},
            ),
            Column(
                "known",
                "Known referrals",
                sort="known",
                is_shown=True,
                is_number=True,
                cells={"known_referrals": known("events")},
            ),
            Column(
                "out",
                "Of these out",
                sort="out",
                is_shown=True,
                is_number=True,
                cells={"known_out_of_network": known("out")},
            ),
            Column(
                "estimated",
                "Estimated flow to us",
                sort="estimated",
                is_shown=True,
                is_number=True,
                cells={"estimated_shared_patients": estimated},
            ),
            Column("phone", "Phone"),
        )
    ),
)

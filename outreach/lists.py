"""The lists of outreach: what each shows and is asked."""

from accounts.lists import List
from accounts.permissions import Permission
from liaison_crm.lib.columns import Column, Columns
from outreach.forms.filters import TaskFilterForm, VisitFilterForm


def topics(visit):
    return ", ".join(topic.name for topic in visit.topics.all())


VISITS = List(
    name="visits",
    label="Visits",
    url_name="outreach:visit-list",
    export_url_name="outreach:visit-export",
    permission=Permission.VISIT_READ,
    parameters=tuple(VisitFilterForm.base_fields),
    default_sort="-date",
    columns=Columns(
        (
            Column(
                "date",
                "Date",
                sort="visited_on",
                is_fixed=True,
                cells={"Date": "visited_on", "Time": "visited_at"},
            ),
            Column(
                "practice",
                "Practice",
                sort="practice__name",
                is_shown=True,
                cells={"Practice": "practice"},
            ),
            Column("met", "Met", is_shown=True, cells={"Met": "met"}),
            Column(
                "kind",
                "Kind",
                sort="kind",
                is_shown=True,
                cells={"Kind": lambda visit: visit.get_kind_display()},
            ),
            Column(
                "status",
                "Status",
                sort="status",
                is_shown=True,
                cells={"Status": lambda visit: visit.get_status_display()},
            ),
            Column(
                "outcome",
                "Outcome",
                sort="outcome",
                is_shown=True,
                cells={"Outcome": lambda visit: visit.get_outcome_display()},
            ),
            Column(
                "liaison",
                "Liaison",
                sort="liaison__name",
                is_shown=True,
                cells={"Liaison": "liaison"},
            ),
            Column("purpose", "Purpose", cells={"Purpose": "purpose"}),
            Column(
                "service_line", "Service line", cells={"Service line": "service_line"}
            ),
            Column("topics", "Topics", cells={"Topics": topics}),
            Column("notes", "Notes", cells={"Notes": "notes"}),
        )
    ),
)

# Shown as cards: nothing to choose.
TASKS = List(
    name="tasks",
    label="Tasks",
    url_name="outreach:task-list",
    export_url_name="outreach:task-export",
    permission=Permission.VISIT_LOG,
    parameters=tuple(TaskFilterForm.base_fields),
    default_sort="due",
    columns=Columns(
        (
            Column("due", "Due", sort="due_on", is_fixed=True, cells={"Due": "due_on"}),
            Column(
                "title", "Task", sort="title", is_fixed=True, cells={"Task": "title"}
            ),
            Column(
                "practice",
                "Practice",
                sort="practice__name",
                is_fixed=True,
                cells={"Practice": "practice", "Done at": "done_at"},
            ),
        )
    ),
)

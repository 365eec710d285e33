"""Where a person can go: one table, shown by permission.

Apps above are named by URL only, so nothing is imported upward.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Notification, Territory, User
from accounts.permissions import Permission, can
from liaison_crm.lib.subqueries import Counted

P = Permission


@dataclass(frozen=True)
class Entry:
    """A line of the navigation.

    `prefix` lights it up on the pages below it; `is_quick` puts it on the bar
    at a phone's lower edge, as long as there is room.
    """

    label: str
    icon: str
    url_name: str
    permission: Permission
    prefix: str
    is_quick: bool = False


SECTIONS: dict[str, tuple[Entry, ...]] = {
    "": (
        Entry("Today", "sun", "outreach:today", P.VISIT_LOG, "/today/", is_quick=True),
        Entry(
            "Dashboard",
            "layout-dashboard",
            "reports:dashboard",
            P.RETURN_READ,
            "/dashboard/",
            is_quick=True,
        ),
        Entry("Setup", "settings", "accounts:setup", P.PEOPLE_MANAGE, "/setup/"),
    ),
    "Outreach": (
        Entry("Visits", "briefcase", "outreach:visit-list", P.VISIT_READ, "/visits/"),
        Entry(
            "Due visits",
            "calendar-due",
            "outreach:call-cycle-list",
            P.VISIT_LOG,
            "/visits/due/",
        ),
        Entry(
            "Coverage",
            "beach",
            "accounts:coverage-list",
            P.COVERAGE_ARRANGE,
            "/coverage/",
        ),
        Entry("Tasks", "checklist", "outreach:task-list", P.VISIT_LOG, "/tasks/"),
        Entry(
            "Prospects",
            "user-plus",
            "reports:prospect-list",
            P.PANEL_EDIT,
            "/prospects/",
        ),
    ),
    "Referrals": (
        Entry(
            "Worklist",
            "list-check",
            "referrals:referral-worklist",
            P.REFERRAL_WORK,
            "/referrals/worklist/",
            is_quick=True,
        ),
        Entry(
            "Referrals",
            "arrows-right-left",
            "referrals:referral-list",
            P.REFERRAL_READ,
            "/referrals/",
        ),
    ),
    "Directory": (
        Entry(
            "Practices",
            "building-hospital",
            "referrals:practice-list",
            P.DIRECTORY_READ,
            "/practices/",
            is_quick=True,
        ),
        Entry(
            "Physicians",
            "stethoscope",
            "referrals:physician-list",
            P.DIRECTORY_READ,
            "/physicians/",
            is_quick=True,
        ),
        Entry(
            "Specialists",
            "user-search",
            "referrals:specialist-list",
            P.DIRECTORY_READ,
            "/specialists/",
        ),
        Entry(
            "Organizations",
            "building",
            "referrals:organization-list",
            P.DIRECTORY_READ,
            "/organizations/",
        ),
        Entry(
            "Roster",
            "id-badge-2",
            "referrals:roster-list",
            P.DIRECTORY_READ,
            "/roster/",
        ),
        Entry(
            "Proposals",
            "message-question",
            "referrals:proposal-list",
            P.DIRECTORY_READ,
            "/proposals/",
        ),
    ),
    "Reports": (
        Entry("Leakage", "droplet", "reports:leakage", P.REPORT_READ, "/leakage/"),
        Entry("Return", "chart-line", "reports:roi", P.RETURN_READ, "/roi/"),
        Entry("Runs", "refresh", "reports:run-list", P.REPORT_RUN, "/runs/"),
        Entry(
            "What-ifs",
            "arrows-split-2",
            "reports:what-if-list",
            P.TERRITORY_WORK,
            "/what-ifs/",
        ),
        Entry("Costs", "coins", "reports:cost-list", P.COST_ENTER, "/costs/"),
        Entry(
            "Settings",
            "adjustments",
            "reports:settings-edit",
            P.REPORT_RUN,
            "/report-settings/",
        ),
    ),
    "Administration": (
        Entry("People", "users", "accounts:person-list", P.PEOPLE_MANAGE, "/people/"),
        Entry(
            "Territories",
            "map-2",
            "accounts:territory-list",
            P.TERRITORY_WORK,
            "/territories/",
        ),
        Entry(
            "Service lines",
            "category",
            "referrals:service-line-list",
            P.SERVICE_LINE_MANAGE,
            "/service-lines/",
        ),
        Entry(
            "Duplicates",
            "copy",
            "referrals:duplicate-list",
            P.DUPLICATE_MERGE,
            "/duplicates/",
        ),
        Entry("Imports", "file-import", "referrals:import-list", P.IMPORT, "/imports/"),
        Entry("Audit", "shield-check", "accounts:audit-list", P.AUDIT_READ, "/audit/"),
    ),
}
QUICK = 3
COUNTED = 99  # a badge tells no more
BELL = "accounts:notification-list"
TERRITORIES = "territories in sight"


@dataclass(frozen=True)
class Link:
    """An entry as one person sees it."""

    label: str
    icon: str
    url: str
    is_current: bool
    is_quick: bool
    badge: str = ""


def current_entry(path: str) -> Entry | None:
    """The entry with the longest prefix that `path` lies below."""
    below = [
        entry
        for entries in SECTIONS.values()
        for entry in entries
        if path.startswith(entry.prefix)
    ]
    return max(below, key=lambda entry: len(entry.prefix), default=None)


_queues: dict[str, Callable] = {}


def register_badge(url_name: str, queue: Callable) -> None:
    """`queue(user)`: the rows that wait for somebody behind this entry."""
    _queues[url_name] = queue


def waiting_for(user) -> dict[str, int]:
    """How much waits behind an entry, by its URL's name, and behind the bell; and how
    many territories there are for the person.

    One query for all, since every page asks; none is counted further than told.
    """
    queues = {BELL: Notification.objects.visible_to(user).unread()}
    queues[TERRITORIES] = Territory.objects.visible_to(user)
    queues |= {url_name: queue(user) for url_name, queue in _queues.items()}
    counts = [Counted(rows, most=COUNTED + 1) for rows in queues.values()]
    numbers = User.objects.filter(pk=user.pk).values_list(*counts).get()
    return dict(zip(queues, numbers, strict=True))


def in_badge(number: int) -> str:
    return f"{COUNTED}+" if number > COUNTED else str(number or "")


def sections_for(user, path: str, waiting=None) -> list[tuple[str, list[Link]]]:
    """(heading, links) of what `user` may open; `path` is the page shown.

    `waiting`: what the badges of the entries tell, by their URL's name.
    """
    waiting = waiting or {}
    current = current_entry(path)
    sections = []
    for heading, entries in SECTIONS.items():
        links = [
            Link(
                entry.label,
                entry.icon,
                reverse(entry.url_name),
                entry is current,
                entry.is_quick,
                in_badge(waiting.get(entry.url_name, 0)),
            )
            for entry in entries
            if can(user, entry.permission)
        ]
        if links:
            sections.append((heading, links))
    return sections


def quick_links(sections) -> list[Link]:
    """The few links for the bar at a phone's lower edge."""
    links = [link for _, links in sections for link in links if link.is_quick]
    return links[:QUICK]

"""Where a person lands, and the administrator's way to everything else."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.models import AuditEvent, User
from accounts.permissions import Permission, require

# URL names, because this app may not import the ones above it.
LANDING = {
    User.Role.LIAISON: "outreach:today",
    User.Role.COORDINATOR: "referrals:referral-worklist",
    User.Role.MANAGER: "reports:dashboard",
    User.Role.EXECUTIVE: "reports:dashboard",
    User.Role.COMPLIANCE: "accounts:audit-list",
    User.Role.ADMINISTRATOR: "accounts:setup",
}

# Title, what it is for, URL name, icon, and what the page is asked.
CARDS = (
    (
        "People",
        "Invite people, give them a role, let them go.",
        "accounts:person-list",
        "users",
    ),
    (
        "Territories",
        "The tree, its ZIP codes, and who works where.",
        "accounts:territory-list",
        "map-2",
    ),
    (
        "Service lines",
        "What the network counts together, with margins.",
        "referrals:service-line-list",
        "category",
    ),
    (
        "Imports",
        "Registry, roster, claims, referrals and visits.",
        "referrals:import-list",
        "file-import",
    ),
    (
        "Call cycles",
        "How often whom to visit, by tier.",
        "outreach:call-cycle-settings-edit",
        "calendar-repeat",
    ),
    (
        "Report settings",
        "Gap, roster date, radius and the rest of the definitions.",
        "reports:settings-edit",
        "adjustments",
    ),
    (
        "Costs and margins",
        "What the programme costs, so that its return shows in money.",
        "reports:cost-list",
        "coins",
    ),
    (
        "Audit",
        "Who did what, when, and from where.",
        "accounts:audit-list",
        "shield-check",
    ),
    (
        "Patient data overrides",
        "Texts that looked like a patient's data and may stand, with the reason.",
        "accounts:audit-list",
        "user-shield",
        f"?action={AuditEvent.Action.GUARD_OVERRIDDEN}",
    ),
)


@require_GET
def home(request):
    """Everybody signed in has a landing page; the table says which."""
    return redirect(LANDING[request.user.role])


@require(Permission.PEOPLE_MANAGE)
@require_GET
def setup(request):
    cards = [
        {
            "title": title,
            "text": text,
            "url": "".join([reverse(name), *query]),
            "icon": icon,
        }
        for title, text, name, icon, *query in CARDS
    ]
    return render(request, "accounts/setup.html", {"cards": cards})

"""Where a person lands, and the administrator's way to everything else."""

from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch
from django.views.decorators.http import require_GET

from accounts.models import User
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

# Title, what it is for, URL name, icon.
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
        "Report settings",
        "Gap, roster date, radius and the rest of the definitions.",
        "reports:settings-edit",
        "adjustments",
    ),
    (
        "Audit",
        "Who did what, when, and from where.",
        "accounts:audit-list",
        "shield-check",
    ),
)


@require_GET
def home(request):
    """Everybody signed in has a landing page; the table says which."""
    try:
        return redirect(LANDING[request.user.role])
    except NoReverseMatch:
        return redirect("accounts:profile")


@require(Permission.PEOPLE_MANAGE)
@require_GET
def setup(request):
    return render(request, "accounts/setup.html", {"cards": _existing(CARDS)})


def _existing(cards):
    found = []
    for title, text, name, icon in cards:
        try:
            url = resolve_url(name)
        except NoReverseMatch:
            continue
        found.append({"title": title, "text": text, "url": url, "icon": icon})
    return found

"""What industry paid, as a card on a physician's page."""

from django.db.models import Exists

from accounts.permissions import Permission, can
from referrals.models import Payment, PaymentSuggestion, Physician
from referrals.pages.panels import Panel

COMPANIES = 5


def payments_of(subject, user) -> list[Panel]:
    if not isinstance(subject, Physician):
        return []
    sums, has_suggestions = _sums_of(subject)
    is_suggested = can(user, Permission.DIRECTORY_EDIT) and has_suggestions
    if not (sums or is_suggested):
        return []
    companies = _added_up(sums, "company")
    companies.sort(key=lambda row: (-row["cents"], row["company"]))
    years = _added_up(sums, "year")
    years.sort(key=lambda row: -row["year"])
    context = {
        "years": years,
        "companies": companies[:COMPANIES],
        "more": len(companies[COMPANIES:]),
        "is_suggested": is_suggested,
    }
    return [Panel("Open Payments", "referrals/_payments.html", context)]


def _sums_of(physician):
    """(sums by company and year, is there a suggestion?), in one query as a rule."""
    suggestions = PaymentSuggestion.objects.pending().filter(physician=physician)
    sums = Payment.objects.to_physician(physician).by_company_and_year()
    rows = [*sums.annotate(has_suggestions=Exists(suggestions))]
    return rows, rows[0]["has_suggestions"] if rows else suggestions.exists()


def _added_up(sums, by):
    found = {}
    for row in sums:
        total = found.setdefault(row[by], {by: row[by], "number": 0, "cents": 0})
        total["number"] += row["number"]
        total["cents"] += row["cents"]
    return [*found.values()]

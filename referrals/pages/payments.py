"""What industry paid, as a card on a physician's page."""

from accounts.permissions import Permission, can
from referrals.models import Payment, PaymentSuggestion, Physician
from referrals.pages.panels import Panel

COMPANIES = 5


def payments_of(subject, user) -> list[Panel]:
    if not isinstance(subject, Physician):
        return []
    sums = [*Payment.objects.to_physician(subject).by_company_and_year()]
    suggestions = PaymentSuggestion.objects.pending().filter(physician=subject)
    is_suggested = can(user, Permission.DIRECTORY_EDIT) and suggestions.exists()
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


def _added_up(sums, by):
    found = {}
    for row in sums:
        total = found.setdefault(row[by], {by: row[by], "number": 0, "cents": 0})
        total["number"] += row["number"]
        total["cents"] += row["cents"]
    return [*found.values()]

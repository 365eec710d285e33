"""Payments of industry: whose are those that the file gives only a name?"""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from referrals.models import PaymentSuggestion
from referrals.services import payments


@require(Permission.DIRECTORY_EDIT)
@require_GET
def payment_suggestion_list(request):
    suggestions = (
        PaymentSuggestion.objects.visible_to(request.user)
        .pending()
        .with_payments()
        .select_related("recipient", "physician__specialty")
        .order_by("recipient__last_name", "recipient__first_name", "pk")
    )
    page = page_of(suggestions, request.GET.get("page"))
    return render(request, "referrals/payment_suggestion_list.html", {"page": page})


@require(Permission.DIRECTORY_EDIT)
@require_POST
def payment_suggestion_decide(request, pk):
    visible = PaymentSuggestion.objects.visible_to(request.user)
    suggestion = get_object_or_404(visible, pk=pk)
    is_same = request.POST.get("decision") == "same"
    try:
        payments.decide(
            suggestion=suggestion, is_same=is_same, by=request.user, at=timezone.now()
        )
    except payments.AlreadyDecided:
        messages.info(request, "Somebody has decided this already.")
    else:
        said = "now shown with" if is_same else "not those of"
        messages.success(request, f"These payments are {said} {suggestion.physician}.")
    return redirect("referrals:payment-suggestion-list")

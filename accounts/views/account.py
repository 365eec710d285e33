"""One's own account: joining by invitation, and one's name."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.forms.people import AcceptInvitationForm, ProfileForm
from accounts.services import people


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def invitation_accept(request, token):
    """Who holds the link chooses a name and a password; then signs in with it."""
    try:
        person = people.invited_person(token)
        form = AcceptInvitationForm(request.POST or None, person=person)
        if not form.is_valid():
            context = {"form": form, "person": person}
            return render(request, "accounts/invitation_accept.html", context)
        people.accept_invitation(person=person, **form.cleaned_data, at=timezone.now())
    except people.InvitationClosed:
        return render(request, "accounts/invitation_closed.html", status=410)
    messages.success(request, "Your account is ready. Sign in with your new password.")
    return redirect("account_login")


@require_http_methods(["GET", "POST"])
def profile(request):
    form = ProfileForm(request.POST or None, instance=request.user)
    if form.is_valid():
        people.change_person(
            person=form.save(commit=False), by=request.user, fields=["name"]
        )
        messages.success(request, "Your name was changed.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form})

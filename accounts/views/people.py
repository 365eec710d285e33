"""People: the list, one person, and what an administrator does with them."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.forms.people import InvitationForm, PersonFilterForm, PersonForm
from accounts.models import User
from accounts.permissions import Permission, require
from accounts.services import people, record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.sorting import sorted_by

SORTS = {
    "name": "name",
    "email": "email",
    "role": "role",
    "last": "last_login",
}
EXPORT_HEADER = ("name", "email", "role", "state", "joined_at", "last_sign_in_at")


def _listed(request):
    """The people asked for, in the order asked for; the form; that order."""
    form = PersonFilterForm(request.GET)
    found, current = sorted_by(
        form.applied_to(User.objects.all()),
        request.GET.get("sort"),
        SORTS,
        default="name",
    )
    return found, form, current


@require(Permission.PEOPLE_MANAGE)
@require_GET
def person_list(request):
    found, form, current = _listed(request)
    context = {
        "page": page_of(found, request.GET.get("page")),
        "form": form,
        "current": current,
    }
    return render(request, "accounts/person_list.html", context)


@require(Permission.PEOPLE_MANAGE)
@require_GET
def person_export(request):
    found, _, _ = _listed(request)
    record_export(subject="People", query=request.GET, by=request.user)
    rows = (
        (
            person.name,
            person.email,
            person.get_role_display(),
            person.state.label,
            person.joined_at,
            person.last_login,
        )
        for person in found.iterator()
    )
    return table_response(request, "people", EXPORT_HEADER, rows)


@require(Permission.PEOPLE_MANAGE)
@require_GET
def person_detail(request, pk):
    person = get_object_or_404(User, pk=pk)
    context = {
        "person": person,
        "assignments": person.assignments.select_related("territory"),
        "has_second_factor": person.authenticator_set.exists(),
        "today": timezone.localdate(),
    }
    return render(request, "accounts/person_detail.html", context)


@require(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def person_invite(request):
    initial = {"starts_on": timezone.localdate(), "role": User.Role.LIAISON}
    form = InvitationForm(request.POST or None, user=request.user, initial=initial)
    if not form.is_valid():
        return render(request, "accounts/person_invite.html", {"form": form})
    person = form.save(commit=False)
    start = {name: form.cleaned_data[name] for name in ("territory", "starts_on")}
    try:
        _invite(request, person, **start)
    except people.AddressTaken as error:
        form.add_error("email", str(error))
        return render(request, "accounts/person_invite.html", {"form": form})
    return redirect("accounts:person-detail", person.pk)


@require(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_send(request, pk):
    """Invite somebody who has no account yet, or once more who was invited."""
    open_to = User.objects.invited() | User.objects.without_account()
    person = get_object_or_404(open_to, pk=pk)
    _invite(request, person)
    return redirect("accounts:person-detail", pk)


@require(Permission.PEOPLE_MANAGE)
@require_http_methods(["GET", "POST"])
def person_edit(request, pk):
    person = get_object_or_404(User, pk=pk)
    form = PersonForm(request.POST or None, instance=person)
    if form.is_valid():
        try:
            people.change_person(
                person=form.save(commit=False),
                by=request.user,
                fields=form.changed_data,
            )
        except people.NotAllowed as error:
            form.add_error("role", str(error))
        except people.AddressTaken as error:
            form.add_error("email", str(error))
        else:
            messages.success(request, f"{person} was changed.")
            return redirect("accounts:person-detail", pk)
    context = {"form": form, "person": get_object_or_404(User, pk=pk)}
    return render(request, "accounts/person_edit.html", context)


@require(Permission.PEOPLE_MANAGE)
@require_POST
def person_deactivate(request, pk):
    person = get_object_or_404(User, pk=pk)
    return _act(
        request,
        person,
        lambda: people.deactivate_person(
            person=person, by=request.user, at=timezone.now()
        ),
        f"{person} was deactivated and signed out everywhere.",
    )


@require(Permission.PEOPLE_MANAGE)
@require_POST
def person_reactivate(request, pk):
    person = get_object_or_404(User, pk=pk)
    return _act(
        request,
        person,
        lambda: people.reactivate_person(person=person, by=request.user),
        f"{person} can sign in again.",
    )


@require(Permission.PEOPLE_MANAGE)
@require_POST
def invitation_withdraw(request, pk):
    person = get_object_or_404(User, pk=pk)
    return _act(
        request,
        person,
        lambda: people.withdraw_invitation(person=person, by=request.user),
        f"The invitation of {person} was withdrawn.",
    )


@require(Permission.PEOPLE_MANAGE)
@require_POST
def second_factor_reset(request, pk):
    person = get_object_or_404(User, pk=pk)
    return _act(
        request,
        person,
        lambda: people.reset_second_factor(person=person, by=request.user),
        f"{person} sets up a new second factor at the next sign-in.",
    )


def _act(request, person, act, done):
    """Do it and say so, or say why not; then back to the person."""
    try:
        act()
    except people.NotAllowed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("accounts:person-detail", person.pk)


def _invite(request, person, **start):
    try:
        people.invite(person=person, by=request.user, at=timezone.now(), **start)
    except people.NotAllowed as error:
        messages.error(request, str(error))
    except OSError:
        messages.error(
            request,
            f"{person} is invited, but the message could not be sent. "
            "Check the mail server and send the invitation again.",
        )
    else:
        messages.success(request, f"An invitation is on its way to {person.email}.")

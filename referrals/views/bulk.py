"""One change for many rows of a list: choose rows, choose the change, see it, do it."""

from dataclasses import dataclass

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from accounts.lists import List
from accounts.permissions import Permission, require
from referrals import bulk
from referrals.lists import PHYSICIANS, PRACTICES
from referrals.models import Physician, Practice
from referrals.services import bulk as service
from referrals.views import physicians, practices

REFUSED = (
    "Nothing was changed: the rows are not all as the list showed them any more. "
    "Look at the list and choose again."
)
MOST_DIGITS = 18


@dataclass(frozen=True)
class Chosen:
    """The rows that somebody chose on a list: all that it finds, or these."""

    keys: list[int]
    is_all: bool


@require(Permission.DIRECTORY_EDIT)
@require_POST
def practice_bulk(request):
    return change_rows(request, PRACTICES, Practice, practices.found(request))


@require(Permission.DIRECTORY_EDIT)
@require_POST
def physician_bulk(request):
    return change_rows(request, PHYSICIANS, Physician, physicians.found(request))


def change_rows(request, shown: List, model, found, *, forms_for=bulk.forms_for):
    """`found` is what the list finds: its filter and its rows."""
    chosen = chosen_rows(request, *found[:2])
    if chosen is None:
        return refused(request, shown, REFUSED)
    if not chosen.keys:
        return refused(request, shown, "Choose the rows to change first.")
    if len(chosen.keys) > service.MOST:
        return refused(
            request, shown, f"At most {service.MOST:,} rows at once: narrow the list."
        )
    today = timezone.localdate()
    forms = forms_for(model, request.user, on=today, data=request.POST)
    form = forms.get(request.POST.get("field"))
    change = form.change_of(chosen.keys, on=today) if form else None
    if change and "seal" in request.POST:
        return done(request, shown, model, chosen, change, form)
    context = {"list": shown, "forms": forms, "form": form, "chosen": chosen}
    context["rows"] = len(chosen.keys)
    if change:
        rows = service.rows_shown(model, chosen.keys)
        context["preview"] = change.preview(rows)
    return render(request, "referrals/bulk_change.html", context)


def chosen_rows(request, list_filter, rows) -> Chosen | None:
    """The rows chosen; None if one of them is not among what the list finds."""
    if list_filter.form.errors:
        return None
    rows = rows.order_by().prefetch_related(None)
    if request.POST.get("all"):
        keys = rows.values_list("pk", flat=True)[: service.MOST + 1]
        return Chosen(list(keys), is_all=True)
    asked = set(request.POST.getlist("row"))
    if not all(key.isascii() and key.isdecimal() for key in asked):
        return None
    keys = {int(key) for key in asked if len(key) <= MOST_DIGITS}
    there = rows.filter(pk__in=keys).values_list("pk", flat=True)
    return Chosen(list(there), is_all=False) if len(there) == len(asked) else None


def done(request, shown, model, chosen, change, form):
    try:
        number = service.change_all(
            model=model,
            keys=chosen.keys,
            change=change,
            seal=request.POST["seal"],
            by=request.user,
            at=timezone.now(),
            query=request.GET.urlencode()[:1000],
        )
    except service.NotAsShown:
        return refused(request, shown, REFUSED)
    form.record_override(by=request.user, about=f"{change.label} of {shown.label}")
    messages.success(request, f"{change.label} changed: {number:,}.")
    return redirect(back_to(request, shown))


def refused(request, shown, why):
    messages.error(request, why)
    return redirect(back_to(request, shown))


def back_to(request, shown):
    """The list as it was."""
    return f"{shown.url}?{request.GET.urlencode()}"

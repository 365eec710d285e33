"""Practices that belong to a territory against their ZIP code: listed, added, ended."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.exporting import in_sight_still
from accounts.models import Territory
from accounts.permissions import Permission, require
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.filters import ExceptionFilter, PracticeFilter
from referrals.forms.exceptions import (
    ExceptionEndForm,
    ExceptionForm,
    PracticeSearchForm,
)
from referrals.lists import EXCEPTIONS
from referrals.models import Practice, TerritoryException
from referrals.services import exceptions
from referrals.views.exports import exported
from referrals.views.standing import row_or_404

CHANGED = "Somebody changed its exceptions meanwhile. Look at them and save again."
FOUND_AT_MOST = 20


def found(request):
    """The filter of the request, and the exceptions it finds, in its order."""
    user, today = request.user, timezone.localdate()
    rows = TerritoryException.objects.visible_to(user).with_zip_territory(
        user, on=today
    )
    chosen = ExceptionFilter(request.GET, queryset=rows, request=request, on=today)
    rows = chosen.qs.select_related("practice", "territory", "by")
    return chosen, *EXCEPTIONS.sorted(rows, request.GET)


@require(Permission.TERRITORY_WORK)
@require_GET
def exception_list(request):
    chosen, rows, sort = found(request)
    manageable = Territory.objects.manageable_by(request.user)
    context = {
        "page": page_of(rows, request.GET.get("page")),
        "filter": chosen,
        "sort": sort,
        "bar": EXCEPTIONS.bar(request),
        "manageable": set(manageable.values_list("pk", flat=True)),
        "today": timezone.localdate(),
    }
    return render(request, "referrals/exception_list.html", context)


@require(Permission.TERRITORY_WORK)
@require_GET
def exception_export(request):
    rows = found(request)[1]
    exported(request, "Exceptions of territories", rows)
    rows = in_sight_still(rows, user=request.user)
    return table_response(request, "exceptions", *EXCEPTIONS.table(request.GET, rows))


@require(Permission.TERRITORY_WORK)
@require_GET
def exception_search(request):
    """Which practice gets one: those in sight that fit what was typed."""
    form = PracticeSearchForm(request.GET or None)
    practices = []
    if form.is_valid() and form.cleaned_data["q"]:
        chosen = PracticeFilter(
            form.cleaned_data,
            queryset=Practice.objects.visible_to(request.user),
            request=request,
            on=timezone.localdate(),
        )
        practices = chosen.qs.order_by("name", "pk")[:FOUND_AT_MOST]
    context = {"form": form, "practices": practices}
    return render(request, "referrals/exception_search.html", context)


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def exception_create(request, pk):
    user, today = request.user, timezone.localdate()
    practices = Practice.objects.visible_to(user).with_place(user, on=today)
    practice = row_or_404(practices, pk)
    form = ExceptionForm(
        request.POST or None,
        user=user,
        on=today,
        initial={"starts_on": today, "seen": exceptions.state_of(practice)},
    )
    if form.is_valid() and _done(request, form, practice, form.cleaned_data):
        told = form.cleaned_data
        form.record_override(
            by=request.user,
            about=f"Territory of {practice}",
            url=reverse("referrals:practice-detail", args=[practice.pk]),
        )
        says = f"{practice} belongs to {told['territory']}"
        messages.success(request, f"{says} from {_day(told['starts_on'])}.")
        return _after(request, practice)
    context = {"form": form, "practice": practice}
    return render(request, "referrals/exception_create.html", context)


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def exception_end(request, pk):
    today = timezone.localdate()
    exception = get_object_or_404(_to_end(request.user, on=today), pk=pk)
    practice = exception.practice
    form = ExceptionEndForm(
        request.POST or None,
        exception=exception,
        on=today,
        initial={"ends_on": today, "seen": exceptions.state_of(practice)},
    )
    if form.is_valid() and _done(request, form, practice, form.change()):
        first = _day(form.change()["starts_on"])
        messages.success(request, f"{practice} follows its ZIP code from {first}.")
        return _after(request, practice)
    context = {"form": form, "exception": exception, "today": today}
    return render(request, "referrals/exception_end.html", context)


def _to_end(user, *, on):
    """Exceptions that are not over and that the person may end."""
    rows = TerritoryException.objects.visible_to(user).exclude(ends_on__lte=on)
    mine = rows.filter(territory__in=Territory.objects.manageable_by(user))
    named = mine.with_zip_territory(user, on=on)
    return named.select_related("practice", "territory")


def _done(request, form, practice, change):
    """Was it done? If not, the form says why."""
    try:
        exceptions.except_practice(
            practice=practice, by=request.user, at=timezone.now(), **change
        )
    except ChangedMeanwhile:
        form.data = form.data.copy()
        form.data["seen"] = exceptions.state_of(practice)
        form.add_error(None, CHANGED)
    except exceptions.Refused as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


def _after(request, practice):
    """Its page, if it is still in sight; else the list."""
    if Practice.objects.visible_to(request.user).filter(pk=practice.pk).exists():
        return redirect("referrals:practice-detail", practice.pk)
    return redirect("referrals:exception-list")


def _day(day):
    return f"{day:%b} {day.day}, {day.year}"

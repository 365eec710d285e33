"""ZIP codes of territories: one list, codes on the move, changes that are planned."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import planned
from accounts.forms.zips import PlannedChangeForm, TerritoryZipsForm, ZipsMoveForm
from accounts.models import Territory
from accounts.permissions import Permission, require
from accounts.services import zips


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def territory_zips(request, pk):
    now = timezone.now()
    manageable = Territory.objects.manageable_by(request.user)
    territory = get_object_or_404(manageable, pk=pk)
    form = TerritoryZipsForm(
        request.POST or None, territory=territory, on=timezone.localdate(now)
    )
    if form.is_valid():
        try:
            came, gone = zips.set_zips(
                territory=territory,
                zip_codes=form.cleaned_data["zip_codes"],
                move=form.cleaned_data["move"],
                by=request.user,
                at=now,
                **form.days(),
            )
        except zips.Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{came} ZIP codes added, {gone} removed.")
            return redirect("accounts:territory-detail", pk)
    context = {"form": form, "territory": territory}
    return render(request, "accounts/territory_zips.html", context)


@require(Permission.TERRITORY_WORK)
@require_http_methods(["GET", "POST"])
def zips_move(request):
    now = timezone.now()
    form = ZipsMoveForm(
        request.POST or None, user=request.user, on=timezone.localdate(now)
    )
    if form.is_valid():
        try:
            moves = zips.reassign_zips(
                zips=form.cleaned_data["zip_codes"],
                territory=form.cleaned_data["territory"],
                by=request.user,
                at=now,
                **form.days(),
            )
        except zips.Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{len(moves)} ZIP codes moved.")
            return redirect("accounts:territory-list")
    return render(request, "accounts/zips_move.html", {"form": form})


@require(Permission.TERRITORY_WORK)
@require_POST
def zips_withdraw(request):
    now, form = timezone.now(), PlannedChangeForm(request.POST)
    if not form.is_valid():
        raise Http404
    today = timezone.localdate(now)
    shown = planned.changes_for(request.user, after=today)
    change = next((one for one in shown if one.is_asked_for(form.cleaned_data)), None)
    if change is None or not change.is_manageable:
        raise Http404
    codes = zips.withdraw(zips=change.zip_codes, on=change.on, by=request.user, at=now)
    messages.success(request, f"The move of {len(codes)} ZIP codes is withdrawn.")
    return redirect("accounts:territory-list")

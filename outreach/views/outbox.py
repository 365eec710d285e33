"""Visits that wait on a device until they can be sent, and what it needs for that."""

import gzip
import hashlib
import json

from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import Permission, require
from liaison_crm.lib.http import compressed_json
from outreach import panel, services
from outreach.forms import outbox as sending
from outreach.forms.logging import LogForm
from outreach.views.overrides import record_override
from referrals.services.standing import MergedAway


@require(Permission.VISIT_LOG)
@require_GET
def outbox(request):
    """What waits lies on the device: a script of the page lists it."""
    return render(request, "outreach/outbox.html")


@require(Permission.VISIT_LOG)
@require_GET
def delivery_token(request):
    """Who is signed in here, and a fresh token to send with."""
    return JsonResponse({"user": request.user.pk, "token": get_token(request)})


@require(Permission.VISIT_LOG)
@require_GET
@vary_on_headers("Accept-Encoding")
def panel_data(request):
    content = panel.of(request.user, on=timezone.localdate())
    text = json.dumps(content, separators=(",", ":")).encode()
    etag = f'W/"{hashlib.sha256(text).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag) or compressed_json(
        request, gzip.compress(text, mtime=0)
    )
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_store=True)
    return response


@require(Permission.VISIT_LOG)
@require_POST
def visit_deliver(request):
    """One visit of somebody's outbox: 201 saved, 200 saved before, 400 unreadable,
    409 not to be saved as it is, 413 too long, 422 with errors by field."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > sending.MOST_BYTES:
        return _refused(413, "This visit is too long to be sent.")
    try:
        sent = sending.read(request.body)
    except sending.Unreadable:
        return _refused(400, "This visit cannot be read.")
    if sent.user != request.user.pk:
        return _refused(409, "Somebody else saved this visit.", why="user")
    try:
        return _deliver_as_kept(sent, request.user)
    except services.KeyTaken:
        return _refused(409, "Another visit has the key of this one.", why="key")
    except services.NotPlanned:
        told = "The stop was logged, cancelled or moved meanwhile."
        return _refused(409, told, why="stop")


def _deliver_as_kept(sent, user):
    try:
        return _deliver(sent, user)
    except MergedAway:  # at this very moment; asked again, what it became is known
        return _deliver(sent, user)


def _deliver(sent, user):
    if before := services.saved_before(sent.uid, by=user):
        return JsonResponse({"visit": before.pk})
    if fault := sent.out_of_time(timezone.now()):
        return JsonResponse({"errors": {"at": [fault]}}, status=422)
    planned = _stop_of(sent, user)
    answers = sent.answers_besides(planned, user)
    form = LogForm(answers, instance=planned, user=user, now=sent.at)
    if not form.is_valid():
        errors = {name: list(errors) for name, errors in form.errors.items()}
        return JsonResponse({"errors": errors}, status=422)
    visit = form.save()
    visit.uid = sent.uid
    save = services.hold_visit if planned else services.log_visit
    saved = save(visit=visit, met=form.met, next_steps=form.next_steps, by=user)
    if saved is not visit:
        return JsonResponse({"visit": saved.pk})
    record_override(form, saved, by=user)
    return JsonResponse({"visit": saved.pk}, status=201)


def _stop_of(sent, user):
    if sent.visit is None:
        return None
    stop = user.visits.planned().filter(pk=sent.visit).first()
    if stop is None:
        raise services.NotPlanned
    return stop


def _refused(status, error, **more):
    return JsonResponse({"error": error} | more, status=status)

"""Addresses and forms of rows that were merged into another one meanwhile."""

import re

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.defaults import page_not_found

from accounts.models import User
from referrals import fields
from referrals.models import Organization
from referrals.services import standing
from referrals.services.standing import MergedAway

# Fields that people did not type.
UNTYPED = {"csrfmiddlewaretoken", "seen", "version", "uid", "key", "next", "search"}


def row_or_404(rows, pk):
    """The row of this key; raises `MergedAway` if it went into another one."""
    row = rows.filter(pk=pk).first()
    if row:
        return row
    if standing.merges_of(rows.model, pk).exists():
        raise MergedAway(rows.model, pk)
    raise Http404


class SayWhereMergedRowsAre:
    """Middleware: a page leads on to the row that was kept; a form is not lost."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, MergedAway):
            return merged_away(request, exception)
        return None


def merged_away(request, gone):
    """As for a row that never was, unless the person sees what it became."""
    kept = standing.kept_instead(gone.model, gone.pk, request.user)
    if kept is None:
        return page_not_found(request, Http404())
    url = address_for(request, gone, kept)
    if request.method == "GET":
        return redirect(url)
    sent = list(pairs(request.POST, gone, kept))
    context = {
        "kept": kept,
        "url": url,
        "sent": [one for one in sent if one[0] != "csrfmiddlewaretoken"],
        "typed": [
            in_words(gone.model, name, value)
            for name, value in sent
            if is_typed(name, value, request.POST, gone.model)
        ],
    }
    return render(request, "referrals/merged_away.html", context, status=409)


def is_typed(name, value, sent, model):
    """Did the person put this there? What the form showed comes back with it."""
    if name in UNTYPED | names_of(model) or name.startswith(("initial-", "seen-")):
        return False
    return value != sent.get(f"initial-{name}", "")


def in_words(model, name, value):
    """(label, value) of a field of a form, as people read them."""
    shared = fields.SHARED[model].get(name)
    if shared is None:
        return name.replace("_", " ").capitalize(), value
    if shared.field.related_model is User and re.fullmatch("[0-9]{1,9}", value):
        person = User.objects.filter(pk=int(value)).first()
        return shared.label, str(person or value)
    is_plain = shared.kind in (fields.Kind.CHOICE, fields.Kind.FLAG)
    words = fields.in_words(shared, value, {}) if is_plain else value
    return shared.label, words or "empty"


def address_for(request, gone, kept):
    """The address that was asked for, of the row that was kept."""
    match = request.resolver_match
    keys = dict(match.kwargs)
    names_it = f"{gone.model._meta.model_name}s/<int:pk>/" in match.route
    if names_it and keys["pk"] == gone.pk:
        keys["pk"] = kept.pk
    query = request.GET.copy()
    query.clear()
    for name, value in pairs(request.GET, gone, kept):
        query.appendlist(name, value)
    path = reverse(match.view_name, kwargs=keys)
    return f"{path}?{query.urlencode()}" if query else path


def names_of(model):
    """What a form or an address calls such a row, or several."""
    kind = model._meta.model_name
    also = {"parent"} if model is Organization else {"pinned"}
    return {kind, f"{kind}s", *also}


def pairs(data, gone, kept):
    """(name, value) of all that was sent, with the kept row in place of the other."""
    called = dict.fromkeys(
        standing.typed_as(gone.model, gone.pk), getattr(kept, "npi", "") or str(kept)
    )
    called[str(gone.pk)] = str(kept.pk)
    for name, values in data.lists():
        for value in values:
            is_named = name in names_of(gone.model)
            yield name, called.get(value, value) if is_named else value

"""Rows that a query string names."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from outreach.forms.fields import is_key


def row_asked_for(request, name, rows):
    """The row of `rows` that `?name=` names, None without it; 404 for any other."""
    key = request.GET.get(name)
    if not key:
        return None
    if not is_key(key):
        raise Http404
    return get_object_or_404(rows, pk=key)

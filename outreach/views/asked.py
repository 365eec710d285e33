"""Rows that a query string names."""

from django.http import Http404

from outreach.forms.fields import is_key
from referrals.views.standing import row_or_404


def row_asked_for(request, name, rows):
    """The row of `rows` that `?name=` names, None without it; 404 for any other."""
    key = request.GET.get(name)
    if not key:
        return None
    if not is_key(key):
        raise Http404
    return row_or_404(rows, int(key))

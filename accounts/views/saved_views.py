"""Views that people keep of the lists."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import lists
from accounts.forms.saved_views import NewSavedViewForm, SavedViewForm
from accounts.models import SavedView


def _list_or_404(request, name):
    found = lists.open_to(request.user, name)
    if found is None:
        raise Http404
    return found


def _own_or_404(request, pk):
    """A view of one's own, and its list, if it can still be opened."""
    view = get_object_or_404(SavedView.objects.filter(owner=request.user), pk=pk)
    return view, _list_or_404(request, view.list_name)


def _saved(form):
    """The view as the form wants it, or None where the form says why not."""
    if not form.is_valid():
        return None
    try:
        with transaction.atomic():
            return form.save()
    except IntegrityError:  # the same name, sent twice at once
        form.add_error("name", "You have a view of this name here.")
        return None


@require_http_methods(["GET", "POST"])
def saved_view_create(request):
    asked = request.POST if request.method == "POST" else request.GET
    shown = _list_or_404(request, asked.get("list", ""))
    form = NewSavedViewForm(
        request.POST or None, shown=shown, owner=request.user, asked=request.GET
    )
    view = _saved(form)
    if view is None:
        context = {"form": form, "list": shown}
        return render(request, "accounts/saved_view_create.html", context)
    messages.success(request, f"The view {view} is kept.")
    return redirect(shown.url_of(view))


@require_http_methods(["GET", "POST"])
def saved_view_edit(request, pk):
    view, shown = _own_or_404(request, pk)
    form = SavedViewForm(request.POST or None, instance=view)
    url = shown.url_of(view)
    if _saved(form) is None:
        context = {"form": form, "list": shown, "url": url, "pk": pk}
        return render(request, "accounts/saved_view_edit.html", context)
    messages.success(request, f"The view {view} was changed.")
    return redirect(url)


@require_POST
def saved_view_delete(request, pk):
    view, shown = _own_or_404(request, pk)
    view.delete()
    messages.success(request, f"The view {view} was deleted.")
    return redirect(shown.url_name)

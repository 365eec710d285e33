"""Saved mappings: how the files of a source name their columns and words."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from referrals.forms.imports import ColumnsForm, MappingForm, WordsForm
from referrals.imports import drafts, registry
from referrals.models import ImportMapping


def changeable(request, pk, **more):
    mappings = ImportMapping.objects.changeable_by(request.user)
    return get_object_or_404(mappings, pk=pk, **more)


@require(Permission.IMPORT)
@require_GET
def mapping_list(request):
    mappings = ImportMapping.objects.visible_to(request.user)
    theirs = ImportMapping.objects.changeable_by(request.user)
    page = page_of(mappings.select_related("made_by"), request.GET.get("page"))
    context = {
        "page": page,
        "changeable": {*theirs.values_list("pk", flat=True)},
    }
    return render(request, "referrals/mapping_list.html", context)


@require(Permission.IMPORT)
@require_http_methods(["GET", "POST"])
def mapping_edit(request, pk):
    saved = changeable(request, pk, kind__in=registry.kinds())
    importer = registry.get(saved.kind)
    data = request.POST or None
    form = MappingForm(data, saved=saved)
    columns = ColumnsForm(data, importer=importer, columns=saved.columns, names={})
    words = WordsForm(data, unknown=drafts.saved_words(saved), is_saved=True)
    if all([form.is_valid(), columns.is_valid(), words.is_valid()]):
        drafts.change_mapping(
            saved,
            **form.cleaned_data,
            columns=columns.mapped,
            values=words.mapped(saved.values),
        )
        messages.success(request, "Mapping saved.")
        return redirect("referrals:mapping-list")
    context = {"saved": saved, "form": form, "columns": columns, "words": words}
    context["importer"] = importer
    return render(request, "referrals/mapping_edit.html", context)


@require(Permission.IMPORT)
@require_POST
def mapping_delete(request, pk):
    saved = changeable(request, pk)
    saved.delete()
    messages.success(request, f"The mapping {saved.name} was deleted.")
    return redirect("referrals:mapping-list")

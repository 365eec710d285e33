"""Terms: the names by which specialists are found."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Permission, require
from liaison_crm.lib.pagination import page_of
from referrals.models import Term
from referrals.services import specialists
from referrals.specialists.forms import MergeForm, TermForm


@require(Permission.SPECIALIST_EDIT)
@require_GET
def term_list(request):
    kind = request.GET.get("kind")
    kind = kind if kind in Term.Kind.values else Term.Kind.CONDITION
    terms = Term.objects.filter(kind=kind).with_profile_count().order_by("key", "pk")
    return render(
        request,
        "referrals/term_list.html",
        {
            "page": page_of(
                terms.prefetch_related("synonyms"), request.GET.get("page")
            ),
            "kind": kind,
            "kinds": Term.Kind.choices,
        },
    )


@require(Permission.SPECIALIST_EDIT)
@require_http_methods(["GET", "POST"])
def term_edit(request, pk):
    term = get_object_or_404(Term.objects.with_profile_count(), pk=pk)
    synonyms = list(term.synonyms.values_list("name", flat=True))
    form = TermForm(request.POST or None, instance=term, initial={"synonyms": synonyms})
    if form.is_valid() and renamed(request, term, form):
        return redirect_to_list(term)
    return shown(request, term, form, MergeForm(term=term))


def renamed(request, term, form):
    try:
        specialists.update_term(
            term=Term.objects.get(pk=term.pk),
            name=form.cleaned_data["name"],
            synonyms=form.cleaned_data["synonyms"],
        )
    except specialists.NameTaken:
        form.add_error("name", "There is such a name. Merge the two instead.")
        return False
    messages.success(request, f"Saved {form.cleaned_data['name']}.")
    return True


@require(Permission.SPECIALIST_EDIT)
@require_POST
def term_merge(request, pk):
    term = get_object_or_404(Term.objects.with_profile_count(), pk=pk)
    form = MergeForm(request.POST, term=term)
    if not form.is_valid():
        return shown(request, term, TermForm(instance=term), form)
    into = form.cleaned_data["into"]
    name = str(term)
    specialists.merge_terms(term=term, into=into, by=request.user)
    messages.success(request, f"{name} is now called {into}.")
    return redirect_to_list(into)


def shown(request, term, form, merge_form):
    return render(
        request,
        "referrals/term_edit.html",
        {"form": form, "term": term, "merge_form": merge_form},
    )


def redirect_to_list(term):
    response = redirect("referrals:term-list")
    response["Location"] += f"?kind={term.kind}"
    return response

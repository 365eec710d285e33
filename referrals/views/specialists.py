"""Our own specialists: who can see this patient, how soon, with which insurer."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import table_response
from liaison_crm.lib.pagination import page_of
from referrals.lists import SPECIALISTS
from referrals.models import Physician, Practice, ServiceLine, SpecialistProfile
from referrals.specialists import asked
from referrals.specialists.cards import card_of, cards_of, vcard, with_parts
from referrals.specialists.criteria import from_query
from referrals.specialists.forms import CriteriaForm
from referrals.specialists.search import OTHER_LINE, search
from referrals.specialists.vocabulary import Vocabulary

PAGE_SIZE = 20
SHEET_SIZE = 40
EXPORTED_AT_ONCE = 500


@require(Permission.DIRECTORY_READ)
@require_GET
def specialist_list(request):
    if "ask" in request.GET:
        url = address_of(read(request.GET["ask"]), request.GET)
        return redirect(url)
    on = timezone.localdate()
    criteria = from_query(request.GET)
    answer = search(criteria, on=on)
    page = page_of(answer.found, request.GET.get("page"), size=PAGE_SIZE)
    return render(
        request,
        "referrals/specialist_list.html",
        {
            "answer": answer,
            "page": page,
            "cards": cards_for(page.object_list, on),
            "chips": chips(criteria, answer.lines, request.GET),
            "obstacles": [
                (one, address_of(criteria.without(one.part), request.GET))
                for one in answer.obstacles
            ],
            "form": CriteriaForm(criteria, answer),
            "bar": SPECIALISTS.bar(request),
        },
    )


def read(text):
    """The question in somebody's words."""
    words = Vocabulary.load()
    words.add_names("line", ServiceLine.objects.values_list("name", flat=True))
    on = timezone.localdate()
    ours = SpecialistProfile.objects.ours(on=on)
    cities = Practice.objects.of_specialists(ours, on=on)
    words.add_names("city", cities.order_by().values_list("city", flat=True).distinct())
    return asked.read(text, words, on=on)


def address_of(criteria, asked):
    """The list for these criteria, with the columns that are `asked` for."""
    url, query = reverse("referrals:specialist-list"), dict(criteria.query)
    if columns := SPECIALISTS.chosen(asked).asked:
        query["columns"] = columns
    return f"{url}?{urlencode(query, doseq=True)}" if query else url


def chips(criteria, lines, asked):
    """(words, address without it) of each part of the question."""
    parts = [(words, part) for part, words in criteria.parts.items()]
    if criteria.line:
        parts.insert(0, (dict(lines).get(criteria.line, OTHER_LINE), "line"))
    return [(words, address_of(criteria.without(part), asked)) for words, part in parts]


def cards_for(candidates, on):
    """The cards of the search's candidates, in their order: for everybody alike, as
    it looks among our own alone."""
    found = {candidate.pk: candidate for candidate in candidates}
    rows = with_parts(SpecialistProfile.objects.ours(on=on), on=on).in_bulk(found)
    ordered = [rows[pk] for pk in found if pk in rows]
    return cards_of(ordered, on=on, found=found)


@require(Permission.DIRECTORY_READ)
@require_GET
def specialist_export(request):
    on = timezone.localdate()
    found = search(from_query(request.GET), on=on).found
    record_export(
        subject="Specialists", query=request.GET, by=request.user, rows=len(found)
    )
    cards = found_cards(found)
    return table_response(
        request, "specialists", *SPECIALISTS.table(request.GET, cards)
    )


def found_cards(candidates):
    on = timezone.localdate()
    for start in range(0, len(candidates), EXPORTED_AT_ONCE):
        yield from cards_for(candidates[start : start + EXPORTED_AT_ONCE], on)


@require(Permission.DIRECTORY_READ)
@require_GET
def specialist_detail(request, pk):
    shown, on = card(request, pk), timezone.localdate()
    in_sight = Physician.objects.visible_to(request.user)
    return render(
        request,
        "referrals/specialist_detail.html",
        {
            "card": shown,
            "is_ours": SpecialistProfile.objects.ours(on=on).filter(pk=pk).exists(),
            "is_linked": in_sight.filter(pk=shown.profile.physician_id).exists(),
        },
    )


def card(request, pk):
    user, on = request.user, timezone.localdate()
    profiles = SpecialistProfile.objects.visible_to(user)
    profiles = with_parts(profiles, user=user, on=on)
    return card_of(get_object_or_404(profiles, pk=pk), on=on)


@require(Permission.DIRECTORY_READ)
@require_GET
def specialist_contact(request, pk):
    """The card as a file for an address book."""
    return HttpResponse(
        vcard(card(request, pk)),
        content_type="text/vcard; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="specialist.vcf"'},
    )


@require(Permission.DIRECTORY_READ)
@require_GET
def specialist_sheet(request):
    """A sheet to print for a practice: those chosen, else those who were found."""
    on = timezone.localdate()
    answer = search(from_query(request.GET), on=on)
    chosen = {text for text in request.GET.getlist("id") if text.isascii()}
    found = [one for one in answer.found if not chosen or str(one.pk) in chosen]
    shown = cards_for(found[:SHEET_SIZE], on)
    return render(
        request,
        "referrals/specialist_sheet.html",
        {
            "cards": shown,
            "left_out": len(found) - len(shown),
            "today": on,
            "query": urlencode(answer.criteria.query, doseq=True),
        },
    )

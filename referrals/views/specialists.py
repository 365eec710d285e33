"""Our own specialists: who can see this patient, how soon, with which insurer."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import Permission, require
from accounts.services import record_export
from liaison_crm.lib.exports import csv_response
from liaison_crm.lib.pagination import page_of
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
        return redirect(address_of(read(request.GET["ask"])))
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
            "cards": cards_for(page.object_list, request.user, on),
            "chips": chips(criteria, answer.lines),
            "obstacles": [
                (one, address_of(criteria.without(one.part)))
                for one in answer.obstacles
            ],
            "form": CriteriaForm(criteria, answer),
            "query": urlencode(criteria.query, doseq=True),
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


def address_of(criteria):
    url = reverse("referrals:specialist-list")
    query = urlencode(criteria.query, doseq=True)
    return f"{url}?{query}" if query else url


def chips(criteria, lines):
    """(words, address without it) of each part of the question."""
    parts = [(words, part) for part, words in criteria.parts.items()]
    if criteria.line:
        parts.insert(0, (dict(lines).get(criteria.line, OTHER_LINE), "line"))
    return [(words, address_of(criteria.without(part))) for words, part in parts]


def cards_for(candidates, user, on):
    """The cards of the search's candidates, in their order."""
    found = {candidate.pk: candidate for candidate in candidates}
    profiles = SpecialistProfile.objects.visible_to(user)
    profiles = with_parts(profiles, user=user, on=on)
    rows = profiles.in_bulk(found)
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
    header = (
        "npi last_name first_name credential specialty service_line conditions "
        "procedures insurers languages min_age max_age accepts_new telehealth "
        "direct_line scheduling_phone fax forms_url intake_rules reviewed_on "
        "next_new_patient_on next_new_patient_at checked_on sites miles"
    )
    return csv_response("specialists.csv", header.split(), rows_of(found, request.user))


def rows_of(candidates, user):
    on = timezone.localdate()
    for start in range(0, len(candidates), EXPORTED_AT_ONCE):
        for card in cards_for(candidates[start : start + EXPORTED_AT_ONCE], user, on):
            yield row_of(card)


def row_of(card):
    profile, physician = card.profile, card.profile.physician
    specialty, soonest = physician.specialty, card.soonest and card.soonest.row
    miles = [site.miles for site in card.sites if site.miles is not None]
    said = {None: "", True: "yes", False: "no"}
    return [
        physician.npi,
        physician.last_name,
        physician.first_name,
        physician.credential,
        specialty,
        specialty and specialty.service_line,
        *("|".join(names) for names in card.terms.values()),
        profile.min_age,
        profile.max_age,
        said[profile.accepts_new],
        said[profile.telehealth],
        profile.direct_line,
        profile.scheduling_phone,
        profile.fax,
        profile.forms_url,
        profile.intake_rules,
        profile.reviewed_on,
        soonest and soonest.next_available_on,
        card.soonest and card.soonest.practice,
        soonest and timezone.localdate(soonest.checked_at),
        "; ".join(site.practice.name for site in card.sites),
        f"{min(miles):.1f}" if miles else "",
    ]


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
    shown = cards_for(found[:SHEET_SIZE], request.user, on)
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

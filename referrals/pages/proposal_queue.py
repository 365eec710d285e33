"""The queue of proposals: what it is narrowed by, and its lines side by side."""

from dataclasses import dataclass

from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.urls import reverse

from accounts.permissions import Permission, can
from referrals import fields
from referrals.filters import ListFilter, choice, search
from referrals.models import Proposal
from referrals.pages import origins
from referrals.services import proposals, provenance

SUBJECTS = ("practice", "physician", "organization")
ANY = "any"  # status; of none the queue shows what is under review
SOURCES = [
    (provenance.PERSON, "A person"),
    (provenance.REGISTRY, "The registry"),
    (provenance.IMPORT, "An import"),
]


def field_choices():
    labels = {
        name: shared.label
        for kept in fields.SHARED.values()
        for name, shared in kept.items()
    }
    return sorted(labels.items(), key=lambda pair: pair[1])


class ProposalFilter(ListFilter):
    q = search("Practice, physician, organization")
    status = choice("Status", [*Proposal.Status.choices, (ANY, "All")], "of_status")
    status.extra["empty_label"] = None
    field = choice("Field", field_choices(), field_name="field")
    source = choice("Source", SOURCES, field_name="source")
    who = choice("Proposed by", [("me", "Me"), ("others", "Others")], "by_whom")

    class Meta:
        model = Proposal
        fields = []

    def search(self, queryset, name, value):
        person = Concat("physician__first_name", Value(" "), "physician__last_name")
        return queryset.annotate(physician_name=person).filter(
            Q(practice__name__icontains=value)
            | Q(organization__name__icontains=value)
            | Q(physician_name__icontains=value)
        )

    def of_status(self, queryset, name, value):
        return queryset if value == ANY else queryset.filter(status=value)

    def by_whom(self, queryset, name, value):
        mine = Q(by=self.request.user)
        return queryset.filter(mine if value == "me" else ~mine | Q(by=None))


@dataclass(frozen=True)
class Line:
    """One proposal with what stands there now, ready to print."""

    proposal: Proposal
    url: str
    label: str
    now: str
    now_came: str
    offered: str
    told: str
    mark: str
    note_to: str  # the fields that the note is about, if there is one
    then: str | None  # what stood there when it was proposed, if it was another


def lines_of(rows, user) -> list[Line]:
    """Lines of the proposals `rows`; all names are looked up at once."""
    told = [(fields.named(type(one.subject), one.field), one) for one in rows]
    now = [provenance.text_of(one.subject, one.field) for one in rows]
    marks = [one.subject.provenance.get(one.field) or {} for one in rows]
    keys = fields.relations_in(
        [(shared, one.value) for shared, one in told]
        + [(shared, text) for (shared, _), text in zip(told, now, strict=True)]
        + [(shared, one.replaces) for shared, one in told]
    )
    names = origins.names_in(marks, keys, user)
    noted = _noted(rows)
    return [
        _line(one, shared, text, mark, names, noted)
        for (shared, one), text, mark in zip(told, now, marks, strict=True)
    ]


def _form_of(one) -> tuple:
    """What the proposals of one form have in common."""
    subject = (one.practice_id, one.physician_id, one.organization_id)
    return (*subject, one.by_id, one.created_at, one.note)


def _noted(rows) -> dict[tuple, str]:
    """The fields of each form that came with a note: one note is about all of them."""
    moments = {one.created_at for one in rows if one.note}
    found = {}
    sent = Proposal.objects.filter(created_at__in=moments) if moments else ()
    for one in sorted(sent, key=lambda one: one.pk):
        kind = next(kind for kind in SUBJECTS if getattr(one, f"{kind}_id"))
        model = Proposal._meta.get_field(kind).related_model
        found.setdefault(_form_of(one), []).append(fields.label_of(model, one.field))
    return {form: ", ".join(labels) for form, labels in found.items()}


def _line(one, shared, text, mark, names, noted) -> Line:
    kind = one.subject._meta.model_name
    was = fields.offered_in_words(shared, one.replaces, names.related)
    is_stale = one.status == one.Status.PENDING and proposals.is_stale(one, text)
    return Line(
        proposal=one,
        url=reverse(f"referrals:{kind}-detail", args=[one.subject.pk]),
        label=shared.label,
        now=fields.offered_in_words(shared, text, names.related),
        now_came=origins.came(mark, names) if mark else "",
        offered=fields.offered_in_words(shared, one.value, names.related),
        told=origins.told_by(one, str(one.by)),
        mark=proposals.mark_of_text(text),
        note_to=noted.get(_form_of(one), "") if one.note else "",
        then=was if is_stale else None,
    )


def rows_of(queryset):
    """With everything that a line reads."""
    rows = proposals.with_what_stands(queryset)
    return rows.select_related(*SUBJECTS, "by", "run", "decided_by")


def open_proposals(user):
    """Those that wait for this person's decision."""
    if not can(user, Permission.PROPOSAL_DECIDE):
        return Proposal.objects.none()
    return Proposal.objects.among_visible_to(user).pending()

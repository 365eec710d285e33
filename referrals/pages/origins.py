"""The shared fields of one subject: value, origin, confirmation, what is offered.

`facts_of` asks for the names of all people, files and relations at once, so a
page costs the same however much there is to tell.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from django.urls import reverse

from accounts.models import User
from referrals import fields
from referrals.fields import Kind, Shared
from referrals.models import ImportRun, Organization, Physician, Practice, Proposal
from referrals.services import provenance

CONFIRMED_FOR = 365  # days; then somebody should ask again
MONTH = 30.44
LOADED = {
    Practice: ("organization", "owner"),
    Physician: ("specialty", "owner"),
    Organization: ("specialty",),
}


@dataclass(frozen=True)
class Origin:
    """Where one value came from, in words."""

    label: str
    came: str
    confirmed: str = ""


@dataclass(frozen=True)
class Offer:
    """Another value that waits for a decision."""

    pk: int
    field: str
    value: str
    told: str
    on: dt.datetime
    note: str = ""


@dataclass(frozen=True)
class Fact:
    """A field, or several that are read as one, ready to print."""

    name: str
    label: str
    value: str
    empty: str
    href: str = ""
    origins: tuple[Origin, ...] = ()
    offers: tuple[Offer, ...] = ()
    unconfirmed: str = ""

    @property
    def is_elsewhere(self):
        """Does the link leave the site?"""
        return self.href.startswith("http")


@dataclass(frozen=True)
class Names:
    """Everything that has a key and needs a name."""

    related: Mapping[tuple[type, int], str]

    def person(self, pk) -> str:
        return self.related.get((User, pk), "somebody")


def names_in(marks, related=None, user=None) -> Names:
    """Whom and what these marks name; `related`: what else is to be named, by model."""
    keys = dict(related or {})
    people = {mark["by"] for mark in marks if "by" in mark}
    keys[User] = keys.get(User, set()) | people
    keys[ImportRun] = {mark["run"] for mark in marks if "run" in mark}
    return Names(fields.names_of(keys, user))


def facts_of(subject, *, user, on: dt.date) -> dict[str, Fact]:
    """Every shared field of `subject`, which `user` may see, by its name.

    Also what is read as one: "address" of a practice, "full_name" of a
    physician.
    """
    model = type(subject)
    texts = {name: provenance.text_of(subject, name) for name in fields.SHARED[model]}
    offered = [*Proposal.objects.pending().about(subject).order_by("pk")]
    names = _names(subject, texts, offered, user)
    facts = {
        name: _fact(subject, fields.SHARED[model][name], text, offered, names, on)
        for name, text in texts.items()
    }
    for name, (label, parts) in fields.TOGETHER[model].items():
        whole = subject.address if name == "address" else str(subject)
        facts[name] = _together(name, label, whole, [facts[part] for part in parts])
    return facts


@dataclass(frozen=True)
class Asked:
    """What is worth asking about one subject, and where the answers go."""

    facts: tuple[Fact, ...]
    version: int
    url: str
    confirm_url: str
    edit_url: str
    propose_url: str


def asked_of(subject, *, user, on: dt.date) -> Asked:
    """ "Is this still right?": every such field that has a value."""
    facts = facts_of(subject, user=user, on=on)
    kind = subject._meta.model_name
    url = partial(reverse, args=[subject.pk])
    return Asked(
        facts=tuple(
            facts[name] for name in fields.asked_of(type(subject)) if facts[name].value
        ),
        version=subject.version,
        url=url(f"referrals:{kind}-detail"),
        confirm_url=url(f"referrals:{kind}-confirm"),
        edit_url=url(f"referrals:{kind}-edit"),
        propose_url=url(f"referrals:{kind}-propose"),
    )


def _names(subject, texts, offered, user) -> Names:
    model = type(subject)
    told = [(fields.SHARED[model][name], text) for name, text in texts.items()]
    told += [(fields.named(model, one.field), one.value) for one in offered]
    keys = fields.relations_in(told)
    marks = [*subject.provenance.values()]
    people = {mark.get(key) for mark in marks for key in ("by", "confirmed_by")}
    keys.setdefault(User, set()).update(people - {None}, {o.by_id for o in offered})
    keys[User].discard(None)
    known = _loaded(subject)
    for kind, pk in known:
        keys.get(kind, set()).discard(pk)
    runs = {mark.get("run") for mark in marks} | {one.run_id for one in offered}
    keys[ImportRun] = runs - {None}
    return Names(fields.names_of(keys, user) | known)


def _loaded(subject):
    """Relations that were read with the subject need not be read again.

    Not the parent of an organization: it may be out of sight.
    """
    found = {}
    for name in LOADED.get(type(subject), ()):
        field = subject._meta.get_field(name)
        row = getattr(subject, name) if field.is_cached(subject) else None
        if row:
            found[field.related_model, row.pk] = str(row)
    return found


def _fact(subject, shared: Shared, text, offered, names, on) -> Fact:
    value = fields.in_words(shared, text, names.related)
    mark = subject.provenance.get(shared.name)
    return Fact(
        name=shared.name,
        label=shared.label,
        value=value,
        empty=shared.empty,
        href=_href(shared, text, value),
        origins=(_origin(shared, mark, names),) if mark else (),
        offers=tuple(
            _offer(shared, one, names) for one in offered if one.field == shared.name
        ),
        unconfirmed=since_confirmed(mark, on) if value and shared.is_asked else "",
    )


def _together(name, label, value, parts) -> Fact:
    """Several facts as one; an origin that all share is said once."""
    came = {(one.came, one.confirmed) for part in parts for one in part.origins}
    origins = [one for part in parts for one in part.origins]
    if len(came) == 1:
        origins = [Origin("", *came.pop())]
    return Fact(
        name=name,
        label=label,
        value=value,
        empty="None",
        origins=tuple(origins),
        offers=tuple(offer for part in parts for offer in part.offers),
        unconfirmed=next((one.unconfirmed for one in parts if one.unconfirmed), ""),
    )


def _origin(shared, mark, names) -> Origin:
    confirmed = ""
    if mark.get("confirmed_by"):
        who = names.person(mark["confirmed_by"])
        confirmed = f"Confirmed by {who}, {day(mark.get('confirmed_on'))}"
    return Origin(shared.label, came(mark, names), confirmed)


def came(mark, names) -> str:
    """ "Registry, Nov 3, 2026" """
    source, by = mark.get("source"), mark.get("by")
    if source == provenance.PERSON:
        who = f"Typed by {names.person(by)}" if by else "Typed by a person"
    elif source == provenance.REGISTRY:
        who = "Registry (NPPES)"
    else:
        who = "Import"
    run = (ImportRun, mark.get("run"))
    if run in names.related:
        who += f", file {names.related[run]}"
    return f"{who}, {day(mark.get('on'))}"


def _offer(shared, proposal, names) -> Offer:
    return Offer(
        pk=proposal.pk,
        field=shared.label,
        value=fields.offered_in_words(shared, proposal.value, names.related),
        told=told_by(proposal, names.person(proposal.by_id)),
        on=proposal.created_at,
        note=proposal.note,
    )


def told_by(proposal, who: str) -> str:
    """Whose word a proposal is: "proposed by Lea Liaison"."""
    if proposal.source == provenance.PERSON:
        return f"proposed by {who}"
    if proposal.source == provenance.REGISTRY:
        return "the registry says so"
    return "an import says so"


def _href(shared, text, value) -> str:
    if not value:
        return ""
    if shared.name == "phone":
        return f"tel:{text}"
    if shared.kind is Kind.EMAIL:
        return f"mailto:{text}"
    if shared.kind is Kind.LINK:
        return text if text.startswith(("http://", "https://")) else ""
    if shared.kind is Kind.RELATION and shared.field.related_model is Organization:
        return reverse("referrals:organization-detail", args=[text])
    return ""


def since_confirmed(mark, on: dt.date) -> str:
    """ "not confirmed for 14 months", once it is longer than it should be."""
    if not mark:
        return ""
    days = [_day(mark.get(key)) for key in ("on", "confirmed_on")]
    newest = max((one for one in days if one), default=None)
    if newest is None or (on - newest).days <= CONFIRMED_FOR:
        return ""
    return f"not confirmed for {int((on - newest).days / MONTH)} months"


def _day(text) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text or "")
    except ValueError:
        return None


def day(text) -> str:
    """An ISO day as people read it: "Nov 3, 2026"."""
    found = _day(text)
    return f"{found:%b} {found.day}, {found.year}" if found else "on a day unknown"

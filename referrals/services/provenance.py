"""Where each field came from, and who may overwrite it.

A person's word stands before a file's, and a file that somebody brought in
before the registry. What may not overwrite becomes a `Proposal` for a person
to decide; the same value is offered once.
"""

from collections.abc import Iterable
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from referrals.models import Proposal

REGISTRY, IMPORT, PERSON = SOURCES = ("registry", "import", "person")


class Teller:
    """What one file, or one part of it, says about rows of the directory.

    Gather with `tell`, then write the rows, then `offer` what is left.
    """

    def __init__(self, *, source: str, at, run=None, by=None):
        self.source, self.at, self.run, self.by = source, at, run, by
        self._offers: list[Proposal] = []

    @cached_property
    def origin(self) -> dict:
        told = {"source": self.source, "on": timezone.localdate(self.at).isoformat()}
        if self.run:
            told["run"] = self.run.pk
        if self.by:
            told["by"] = self.by.pk
        return told

    def tell(self, subject, values: dict) -> list[str]:
        """Set what `subject` may be told; the fields that changed.

        Blanks say nothing. Add "provenance" to the fields that you write.
        """
        changed = []
        for name, value in values.items():
            if value in (None, "") or has(subject, name, value):
                continue
            if self.may_overwrite(subject, name):
                setattr(subject, name, value)
                changed.append(name)
            elif subject.pk:
                self._offers.append(self._offer_of(subject, name, value))
        self.mark(subject, changed)
        return changed

    def mark(self, subject, names: Iterable[str]) -> None:
        """Note that these fields of `subject` come from here."""
        subject.provenance = {**subject.provenance, **dict.fromkeys(names, self.origin)}

    def may_overwrite(self, subject, name: str) -> bool:
        """A cleared field is a person's word too; one nobody marked is free."""
        origin = subject.provenance.get(name)
        if origin is None:
            return True
        if origin.get("confirmed_by"):
            return self.source == PERSON
        return SOURCES.index(self.source) >= SOURCES.index(origin["source"])

    def _offer_of(self, subject, name, value):
        return Proposal(
            **{subject._meta.model_name: subject},
            field=name,
            value=as_text(subject, name, value),
            replaces=as_text(subject, name, getattr(subject, name)),
            source=self.source,
            run=self.run,
            created_at=self.at,
        )

    def offer(self, journal) -> int:
        """Write the proposals that were not made before; how many."""
        fresh = {key_of(one): one for one in self._offers}
        for kind in ("practice", "physician", "organization"):
            pks = {pk for one in self._offers if (pk := getattr(one, f"{kind}_id"))}
            if pks:
                known = Proposal.objects.filter(**{f"{kind}__in": pks})
                for one in known.exclude(status=Proposal.Status.WITHDRAWN):
                    fresh.pop(key_of(one), None)
        self._offers = []
        journal.create([*fresh.values()])
        return len(fresh)


def has(subject, name: str, value) -> bool:
    """Is that the value already? A relation is told by its key, without a query."""
    field = subject._meta.get_field(name)
    if field.is_relation:
        return getattr(subject, field.attname) == value.pk
    return getattr(subject, name) == value


def key_of(proposal: Proposal) -> tuple:
    """What makes two proposals the same."""
    subject = (
        *(proposal.practice_id, proposal.physician_id),
        proposal.organization_id,
    )
    return (*subject, proposal.field, proposal.value)


def as_text(subject, name: str, value) -> str:
    """A value as a proposal keeps it; a relation is its key, several in order."""
    if value is None:
        return ""
    if isinstance(value, list):
        return keys_as_text(row.pk for row in value)
    return str(value.pk if hasattr(value, "pk") else value)


def keys_as_text(keys) -> str:
    return ",".join(str(key) for key in sorted(keys))


def text_of(subject, name: str) -> str:
    """What stands in the field `name` now, as text."""
    field = subject._meta.get_field(name)
    if field.many_to_many:
        return as_text(subject, name, [*getattr(subject, name).all()])
    return as_text(subject, name, getattr(subject, field.attname))


def from_text(subject, name: str, text: str):
    """The value of the field `name` that a proposal's text stands for.

    Raises ValidationError for what is none, and for a row that is gone.
    """
    field = subject._meta.get_field(name)
    if field.many_to_many:
        return [_row(field, key) for key in text.split(",") if key]
    if not text:
        return None if field.null else field.get_default()
    return _row(field, text) if field.is_relation else field.to_python(text)


def _row(field, key):
    rows = field.related_model._default_manager
    row = rows.filter(pk=field.target_field.to_python(key)).first()
    if row is None:
        raise ValidationError("This is gone.")
    return row

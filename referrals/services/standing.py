"""Rows of the directory that must not be merged away under whoever refers to them."""

from referrals.models import Change, Merge
from referrals.models.merges import KINDS


class MergedAway(Exception):
    """The row was merged into another one since it was read."""

    def __init__(self, model, pk):
        super().__init__(f"{model._meta.verbose_name} {pk}")
        self.model, self.pk = model, pk


def hold(*rows) -> None:
    """Keep these rows, those that are not None, until this transaction ends.

    A merge of one of them waits so long. Raises `MergedAway`. Always in one
    order, so that two who hold the same rows do not block each other.
    """
    named = {(row._meta.model_name, row.pk): type(row) for row in rows if row}
    for (_, pk), model in sorted(named.items(), key=lambda one: one[0]):
        held = model.objects.select_for_update(no_key=True).filter(pk=pk)
        if not held.values_list("pk").order_by().first():
            raise MergedAway(model, pk)


def merges_of(model, pk):
    """The merges, not taken back, that this row went away by."""
    if model not in KINDS.values():
        return Merge.objects.none()
    gone = Merge.objects.filter(removed_row=pk, undone_at=None)
    return gone.exclude(**{model._meta.model_name: None})


def typed_as(model, pk) -> set[str]:
    """What people type for a row that went: its NPI, its name."""
    gone = Change.objects.filter(row=pk, after__isnull=True)
    gone = gone.filter(model=model._meta.label_lower, merge__in=merges_of(model, pk))
    rows = gone.values_list("before", flat=True)
    return {row[name] for row in rows for name in ("npi", "name") if row.get(name)}


def kept_instead(model, pk, user):
    """What the row is a part of now, if that is in the person's sight."""
    kept = merges_of(model, pk).values(model._meta.model_name)
    return model.objects.visible_to(user).filter(pk__in=kept).first()

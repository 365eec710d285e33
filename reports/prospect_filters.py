"""What the list of prospects can be narrowed by."""

import django_filters as filters
from django import forms
from django.db.models import Q

from referrals import owners
from referrals.filters import (
    NETWORK,
    ListFilter,
    choice,
    named,
    search,
    territory,
    text,
)
from referrals.models import Practice, RosterEntry, ServiceLine, Specialty
from reports.services.prospects import places_of

UNASSIGNED = "Unassigned"  # who, and what events, no rule places in a service line
OUTSIDE = [
    (status, label) for status, label in NETWORK if status not in RosterEntry.IN_NETWORK
]


def several(label, method):
    """Service lines by their names, as events have them."""
    return filters.MultipleChoiceFilter(
        label=label, method=method, choices=(), widget=forms.CheckboxSelectMultiple
    )


class ProspectFilter(ListFilter):
    q = search("Name or NPI")
    territory = territory()
    line = several("Their service line", "of_lines")
    specialty = text("Specialty", "of_specialty", placeholder="Name or code")
    flow = several("Referrals to", "keep")
    network = choice("On the roster", OUTSIDE, "with_network_status")
    practices = choice(
        "Practice of",
        [(owners.ME, "Me"), (owners.NOBODY, "Nobody")],
        "at_practices_of",
    )

    def __init__(self, data, *, queryset, request, on):
        super().__init__(data, queryset=queryset, request=request, on=on)
        names = [*ServiceLine.objects.order_by("name").values_list("name", flat=True)]
        offered = [(name, name) for name in [*names, UNASSIGNED]]
        for name in ("line", "flow"):
            self.filters[name].extra["choices"] = offered

    @property
    def is_narrowed(self):
        chosen = (name for name in self.filters if name != "flow")
        return any(self.data.get(name) for name in chosen)

    @property
    def flow_chosen(self) -> list[str]:
        """The service lines whose events count; nothing for all."""
        return self.form.cleaned_data.get("flow") or [] if self.form.is_valid() else []

    def search(self, queryset, name, value):
        return queryset.filter(named(value))

    def keep(self, queryset, name, value):
        return queryset

    def of_lines(self, queryset, name, value):
        found = Q(specialty__service_line__name__in=value)
        if UNASSIGNED in value:
            found |= Q(specialty__service_line=None)
        return queryset.filter(found)

    def of_specialty(self, queryset, name, value):
        kinds = Specialty.objects.filter(
            Q(code__istartswith=value.strip()) | Q(name__icontains=value.strip())
        )
        return queryset.filter(specialty__in=kinds)

    def in_territory(self, queryset, name, value):
        nodes = type(value).objects.filter(pk=value.pk).with_everything_below()
        practices = Practice.objects.in_territories(nodes, on=self.on)
        here = places_of(self.request.user, on=self.on).filter(practice__in=practices)
        return queryset.filter(pk__in=here.values("physician"))

    def at_practices_of(self, queryset, name, value):
        user = self.request.user
        owned = owners.owned(Practice.objects.visible_to(user), value, by=user)
        here = places_of(user, on=self.on).filter(practice__in=owned)
        return queryset.filter(pk__in=here.values("physician"))

"""What the lists can be narrowed by. Nonsense in a filter narrows nothing."""

import re

import django_filters as filters
from django import forms
from django.db.models import Q

from accounts.models import Territory
from liaison_crm.lib.subqueries import any_of
from liaison_crm.lib.widgets import DateInput
from referrals import owners
from referrals.closed_loop import Group
from referrals.models import (
    Affiliation,
    Organization,
    OtherName,
    Physician,
    Practice,
    Referral,
    RosterEntry,
    ServiceLine,
    TerritoryException,
)

SEARCH_LENGTH = 100
ACTIVE = [("yes", "Active"), ("no", "Inactive")]
NO_STATUS = "none"
NETWORK = [*RosterEntry.Status.choices, (NO_STATUS, "Not on the roster")]


def text(label, method, **attributes):
    return filters.CharFilter(
        label=label,
        method=method,
        max_length=SEARCH_LENGTH,
        widget=forms.TextInput(attrs={"maxlength": SEARCH_LENGTH, **attributes}),
    )


def search(placeholder):
    return text("Search", "search", type="search", placeholder=placeholder)


def choice(label, choices, method=None, field_name=None):
    return filters.ChoiceFilter(
        label=label,
        choices=choices,
        method=method,
        field_name=field_name,
        empty_label="Any",
    )


def day(label, field_name=None, lookup_expr="exact", method=None):
    return filters.DateFilter(
        label=label,
        field_name=field_name,
        lookup_expr=lookup_expr,
        method=method,
        widget=DateInput,
    )


def territories_in_sight(request):
    return Territory.objects.visible_to(request.user)


def practices_in_sight(request):
    return Practice.objects.visible_to(request.user)


def service_lines(request):
    return ServiceLine.objects.order_by("name")


def territory():
    return filters.ModelChoiceFilter(
        label="Territory",
        queryset=territories_in_sight,
        method="in_territory",
        empty_label="Any",
    )


def service_line(method=None, field_name=None):
    return filters.ModelChoiceFilter(
        label="Service line",
        queryset=service_lines,
        method=method,
        field_name=field_name,
        empty_label="Any",
    )


def digits_of(value):
    """The digits of what looks like a phone number or an NPI, else nothing."""
    return re.sub(r"\D", "", value) if re.fullmatch(r"[\d\s()+.-]+", value) else ""


def named(value, prefix=""):
    """Physicians by NPI or by each word of their name, one they had included."""
    if digits := digits_of(value):
        return Q(**{f"{prefix}npi__startswith": digits})
    found = Q()
    for word in value.replace(",", " ").split():
        borne = OtherName.objects.filter(name__icontains=word, organization=None)
        bear = Physician.objects.filter(
            Q(last_name__icontains=word) | Q(first_name__icontains=word)
        )
        found &= any_of(
            bear.values("pk"), borne.values("physician"), field=f"{prefix}pk"
        )
    return found


def called(value, prefix=""):
    """Organizations by NPI or any name they have or had."""
    if digits := digits_of(value):
        return Q(**{f"{prefix}npi__startswith": digits})
    borne = OtherName.objects.filter(name__icontains=value, physician=None)
    bear = Organization.objects.filter(name__icontains=value)
    return any_of(bear.values("pk"), borne.values("organization"), field=f"{prefix}pk")


class ListFilter(filters.FilterSet):
    """A filter that knows the day of the page."""

    def __init__(self, data, *, queryset, request, on):
        super().__init__(data, queryset=queryset, request=request)
        self.on = on
        if "owner" in self.filters:
            self.filters["owner"].extra["choices"] = owners.choices_of(
                queryset.model, request.user
            )

    @property
    def is_narrowed(self):
        """Does anything but the order and the page stand in the query string?"""
        return any(self.data.get(name) for name in self.filters if name != "group")

    def active(self, queryset, name, value):
        return queryset.filter(is_active=value == "yes")

    def owned_by(self, queryset, name, value):
        return owners.owned(queryset, value, by=self.request.user)

    def with_network_status(self, queryset, name, value):
        current = RosterEntry.objects.on(self.on)
        if value == NO_STATUS:
            return queryset.exclude(npi__in=current.values("npi"))
        return queryset.filter(
            npi__in=current.filter(network_status=value).values("npi")
        )


class PracticeFilter(ListFilter):
    q = search("Name, address, phone, physician or NPI")
    territory = territory()
    zip = filters.CharFilter(label="ZIP", method="in_zip", max_length=10)
    organization = text("Organization", "of_organization", placeholder="Name or NPI")
    city = filters.CharFilter(
        label="City", field_name="city", lookup_expr="icontains", max_length=100
    )
    tier = choice("Tier", [*Practice.Tier.choices, ("none", "No tier")], "of_tier")
    stage = choice("Stage", Practice.Stage.choices, field_name="stage")
    owner = choice("Owner", (), "owned_by")
    service_line = service_line("with_service_line")
    active = choice("Active", ACTIVE, "active")

    class Meta:
        model = Practice
        fields = []

    def search(self, queryset, name, value):
        physicians = Affiliation.objects.current(on=self.on).filter(
            named(value, "physician__")
        )
        here = Q()
        if digits := digits_of(value):
            here |= Q(phone__contains=digits)
        for field in ("name", "address_line_1", "city"):
            here |= Q(**{f"{field}__icontains": value})
        practices = Practice.objects.filter(here).values("pk")
        return queryset.filter(any_of(practices, physicians.values("practice")))

    def in_territory(self, queryset, name, value):
        nodes = Territory.objects.filter(pk=value.pk).with_everything_below()
        return queryset.in_territories(nodes)

    def in_zip(self, queryset, name, value):
        return queryset.filter(zip_code__startswith=value.strip()[:5])

    def of_organization(self, queryset, name, value):
        return queryset.filter(called(value, "organization__"))

    def of_tier(self, queryset, name, value):
        return queryset.filter(tier="" if value == "none" else value)

    def with_service_line(self, queryset, name, value):
        current = Affiliation.objects.current(on=self.on)
        found = current.filter(physician__specialty__service_line=value)
        return queryset.filter(pk__in=found.values("practice"))


class ExceptionFilter(ListFilter):
    q = search("Practice, city or reason")
    territory = territory()
    state = choice(
        "When",
        [("now", "Today"), ("ahead", "To come"), ("over", "Over")],
        "in_state",
    )
    # Set by the link on a practice's page; a practice out of sight is no choice.
    practice = filters.ModelChoiceFilter(
        queryset=practices_in_sight,
        field_name="practice",
        widget=forms.HiddenInput,
    )

    class Meta:
        model = TerritoryException
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(
            Q(practice__name__icontains=value)
            | Q(practice__city__icontains=value)
            | Q(reason__icontains=value)
        )

    def in_territory(self, queryset, name, value):
        nodes = Territory.objects.filter(pk=value.pk).with_everything_below()
        return queryset.filter(territory__in=nodes)

    def in_state(self, queryset, name, value):
        if value == "ahead":
            return queryset.filter(starts_on__gt=self.on)
        if value == "over":
            return queryset.filter(ends_on__lte=self.on)
        return queryset.current(on=self.on)


class PhysicianFilter(ListFilter):
    q = search("Name or NPI")
    service_line = service_line(field_name="specialty__service_line")
    specialty = text("Specialty code", "with_specialty", placeholder="207RC0000X")
    tier = choice("Tier", [*Practice.Tier.choices, ("none", "No tier")], "of_tier")
    owner = choice("Owner", (), "owned_by")
    network = choice("Network status", NETWORK, "with_network_status")
    territory = territory()
    practice = text("Practice", "at_practice", placeholder="Name or city")
    email = choice("Email", [("yes", "Known"), ("no", "Not known")], "with_email")
    active = choice("Active", ACTIVE, "active")

    class Meta:
        model = Physician
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(named(value))

    def at_practice(self, queryset, name, value):
        """Who works today at a practice in sight of that name, or in that city."""
        practices = Practice.objects.visible_to(self.request.user).filter(
            Q(name__icontains=value) | Q(city__icontains=value)
        )
        there = Affiliation.objects.current(on=self.on).filter(practice__in=practices)
        return queryset.filter(pk__in=there.values("physician"))

    def with_email(self, queryset, name, value):
        return (
            queryset.filter(email="") if value == "no" else queryset.exclude(email="")
        )

    def with_specialty(self, queryset, name, value):
        return queryset.filter(specialty__code__istartswith=value.strip())

    def of_tier(self, queryset, name, value):
        return queryset.filter(tier="" if value == "none" else value)

    def in_territory(self, queryset, name, value):
        nodes = Territory.objects.filter(pk=value.pk).with_everything_below()
        practices = Practice.objects.in_territories(nodes)
        current = Affiliation.objects.current(on=self.on)
        found = current.filter(practice__in=practices)
        return queryset.filter(pk__in=found.values("physician"))


class OrganizationFilter(ListFilter):
    q = search("Name or NPI")
    network = choice("Network status", NETWORK, "with_network_status")
    active = choice("Active", ACTIVE, "active")

    class Meta:
        model = Organization
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(called(value))


class WorklistFilter(ListFilter):
    q = text("Number", "search", type="search", placeholder="Referral number")
    service_line = service_line(field_name="service_line")
    urgency = choice("Urgency", Referral.Urgency.choices, field_name="urgency")
    # Kept for the form; the tabs choose what to show.
    group = filters.ChoiceFilter(
        choices=Group.choices, method="keep", widget=forms.HiddenInput
    )

    class Meta:
        model = Referral
        fields = []

    def search(self, queryset, name, value):
        return queryset.filter(external_id__icontains=value)

    def keep(self, queryset, name, value):
        return queryset


class ReferralFilter(ListFilter):
    q = text("Number", "search", type="search", placeholder="Referral number")
    service_line = service_line(field_name="service_line")
    urgency = choice("Urgency", Referral.Urgency.choices, field_name="urgency")
    status = choice("Status", Referral.Status.choices, field_name="status")
    kind = choice("Kind", Referral.Kind.choices, field_name="kind")
    received_from = day("Received from", "received_on", "gte")
    received_to = day("Received to", "received_on", "lte")
    result = choice(
        "Result",
        [("counted", "Seen, or may still be"), ("unseen", "Will not be seen")],
        "with_result",
    )
    referrer = text("Referrer", "from_referrer", placeholder="NPI, physician, practice")
    referred_to = text("Referred to", "to_organization", placeholder="Name or NPI")
    # Set by the link on a practice's page; a practice out of sight is no choice.
    practice = filters.ModelChoiceFilter(
        queryset=practices_in_sight,
        method="of_practice",
        widget=forms.HiddenInput,
    )

    class Meta:
        model = Referral
        fields = []

    @property
    def practice_chosen(self):
        return self.form.cleaned_data.get("practice") if self.form.is_valid() else None

    def of_practice(self, queryset, name, value):
        return queryset.of_practice(value)

    def search(self, queryset, name, value):
        return queryset.filter(external_id__icontains=value)

    def with_result(self, queryset, name, value):
        if value == "counted":
            return queryset.counted()
        return queryset.filter(status__in=Referral.UNSEEN_ENDS)

    def from_referrer(self, queryset, name, value):
        found = Q(referring_physician__in=Physician.objects.filter(named(value)))
        if not digits_of(value):
            found |= Q(
                referring_practice__in=Practice.objects.filter(name__icontains=value)
            )
        return queryset.filter(found)

    def to_organization(self, queryset, name, value):
        return queryset.filter(called(value, "referred_to_organization__"))


class RosterFilter(ListFilter):
    npi = text("NPI or name", "search", type="search", placeholder="NPI or name")
    status = choice("Status", RosterEntry.Status.choices, field_name="network_status")
    day = day("Valid on", method="valid_on")
    service_line = service_line("of_service_line")

    class Meta:
        model = RosterEntry
        fields = []

    @property
    def day_chosen(self):
        """The day that the list shows, or None for all days."""
        return self.form.cleaned_data.get("day") if self.form.is_valid() else None

    def search(self, queryset, name, value):
        if digits := digits_of(value):
            return queryset.filter(npi__startswith=digits)
        physicians = self.physicians.filter(named(value)).values("npi")
        organizations = self.organizations.filter(called(value)).values("npi")
        return queryset.filter(any_of(physicians, organizations, field="npi"))

    def valid_on(self, queryset, name, value):
        return queryset.on(value)

    def of_service_line(self, queryset, name, value):
        """By the specialty of who is in sight: nobody else is told about."""
        line = {"specialty__service_line": value}
        physicians = self.physicians.filter(**line).values("npi")
        organizations = self.organizations.filter(**line).values("npi")
        return queryset.filter(any_of(physicians, organizations, field="npi"))

    @property
    def physicians(self):
        return Physician.objects.visible_to(self.request.user)

    @property
    def organizations(self):
        in_sight = Organization.objects.visible_to(self.request.user)
        return in_sight.exclude(npi=None)

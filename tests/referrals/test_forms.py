"""Telephone numbers, procedure ranges, moments: what they take and refuse."""

import datetime as dt

import pytest
from django import forms
from django.core.exceptions import ValidationError

from referrals.forms.referrals import PhoneField, StatusForm
from referrals.forms.service_lines import ServiceLineForm
from referrals.models import ProcedureRange

NOW = dt.datetime(2026, 3, 10, 18, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("(615) 555-0100", "6155550100"),
        ("+1 615.555.0100", "6155550100"),
        ("6155550100", "6155550100"),
        ("", ""),
    ],
)
def test_a_telephone_number_is_kept_as_ten_digits(typed, kept):
    assert PhoneField().clean(typed) == kept


@pytest.mark.parametrize(
    "typed", ["555-0100", "61555501000", "call Joe", "\x00", "٦١٥"]
)
def test_what_is_no_telephone_number_is_refused(typed):
    with pytest.raises(ValidationError):
        PhoneField().clean(typed)


@pytest.mark.django_db
class TestRanges:
    def ranges(self, text, line):
        form = ServiceLineForm({"name": "Cardiology", "ranges": text}, line=line)
        form.is_valid()
        return form

    def test_each_line_is_a_range_or_a_code(self, cardiology):
        form = self.ranges("92920-92998\n\n 33016 – 37799 \ng0269\n", cardiology)

        assert form.cleaned_data["ranges"] == [
            ("33016", "37799"),
            ("92920", "92998"),
            ("G0269", "G0269"),
        ]

    @pytest.mark.parametrize(
        "text",
        ["27447-27130", "hip", "27130-2744", "1-2", "27130-27447-1", "27130\x00"],
    )
    def test_what_is_no_range_is_refused(self, text, cardiology):
        assert "ranges" in self.ranges(text, cardiology).errors

    def test_overlapping_ranges_are_named(self, cardiology):
        form = self.ranges("27130-27447\n27440-27500", cardiology)

        assert "27130-27447 and 27440-27500 overlap" in str(form.errors)

    def test_the_ranges_there_are_shown(self, cardiology):
        ProcedureRange.objects.create(
            service_line=cardiology, first_code="27130", last_code="27447"
        )

        assert ServiceLineForm(line=cardiology).initial["ranges"] == "27130-27447"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", "2026-03-11T12:00"),
        ("at", "0001-01-01T00:00"),
        ("at", "2026-03-08T02:30"),  # the hour that does not exist
        ("at", "9999-12-31T23:59"),
        ("at", "yesterday"),
        ("appointment_at", "9999-12-31T23:59"),
        ("appointment_at", "0001-01-01T00:00"),
        ("reason", "x" * 201),
        ("reason", "a\x00b"),
        ("status", "vanished"),
        ("version", "-5"),
        ("version", "1e5"),
    ],
)
def test_nonsense_is_refused_beside_its_field(field, value, north_referral):
    data = {"status": "acknowledged", "version": "1", field: value}

    form = StatusForm(data, referral=north_referral, now=NOW)

    assert field in form.errors


def test_no_time_means_now(north_referral):
    form = StatusForm(
        {"status": "acknowledged", "version": "1"}, referral=north_referral, now=NOW
    )

    assert form.is_valid()
    assert form.cleaned_data["at"] == NOW


def test_a_telephone_number_is_shown_as_people_write_it():
    form = forms.Form(initial={"line": "6155550100"})
    form.fields["line"] = PhoneField()

    assert 'value="(615) 555-0100"' in str(form["line"])

"""Filters drawn without templates are what crispy draws, attribute by attribute."""

from html.parser import HTMLParser

import pytest
from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import forms

from liaison_crm.lib.components import filter_field
from liaison_crm.lib.widgets import DateInput

KINDS = [("", "Any"), ("a", "A & B"), ("Group", [("b", "B"), ("c", "<C>")])]


class Filters(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Text <or> name")
    number = forms.IntegerField(required=False, min_value=1)
    since = forms.DateField(required=False, widget=DateInput)
    kind = forms.ChoiceField(required=False, choices=KINDS)
    mine = forms.BooleanField(required=False)
    many = forms.MultipleChoiceField(
        required=False,
        choices=[("a", "A"), ("b", "B")],
        widget=forms.CheckboxSelectMultiple,
    )
    hinted = forms.CharField(required=False, help_text="A hint")


class Parsed(HTMLParser):
    """Tags with their attributes, and words: what a page says, however it is set."""

    STYLED = {"dateinput", "numberinput", "textinput", "select"}  # no rule names them

    def __init__(self, html):
        super().__init__()
        self.said = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if "class" in attrs:
            attrs["class"] = set(attrs["class"].split()) - self.STYLED
        self.said.append((tag, attrs))

    def handle_endtag(self, tag):
        self.said.append(("/" + tag, None))

    def handle_data(self, data):
        if words := " ".join(data.split()):
            self.said.append(words)


@pytest.mark.parametrize("name", Filters.base_fields)
@pytest.mark.parametrize(
    "asked",
    [
        None,
        {},
        {"q": '"><script>', "number": "7", "since": "2026-03-01", "kind": "b"},
        {"number": "x", "since": "never", "kind": "z", "many": "z"},
    ],
)
def test_a_filter_is_drawn_as_crispy_draws_it(name, asked):
    form = Filters(asked)

    assert Parsed(filter_field(form[name])).said == (
        Parsed(as_crispy_field(Filters(asked)[name])).said
    )

"""What the components of pages are made of."""

from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string

from liaison_crm.lib.components import filter_parts


class Choice(forms.Form):
    kind = forms.CharField(required=False)
    q = forms.CharField(required=False)
    since = forms.DateField(required=False)


def shown(form):
    return render_to_string("components/_filter_form.html", {"form": form})


def test_the_search_stays_in_sight_and_the_rest_is_folded():
    parts = filter_parts(Choice({}))

    assert parts["search"].name == "q"
    assert [field.name for field in parts["rest"]] == ["kind", "since"]


def test_what_is_searched_for_is_no_chosen_filter():
    assert filter_parts(Choice({"q": "north"}))["chosen"] == 0
    assert filter_parts(Choice({"kind": "a", "since": "x"}))["chosen"] == 2


def test_chosen_filters_are_open_and_counted():
    assert "(1)" in shown(Choice(QueryDict("kind=a")))
    assert 'filter-more" open>' in shown(Choice(QueryDict("kind=a")))
    assert 'filter-more" open>' not in shown(Choice(QueryDict("q=a")))


def test_order_and_columns_outlive_a_new_filter():
    form = shown(Choice(QueryDict("kind=a&sort=-name&columns=city,tier&page=3")))

    assert 'name="sort" value="-name"' in form
    assert 'name="columns" value="city,tier"' in form
    assert 'name="page"' not in form

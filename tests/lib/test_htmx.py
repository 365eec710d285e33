import pytest
from django.test import RequestFactory
from django_htmx.middleware import HtmxDetails

from liaison_crm.lib.htmx import render_page_or_part


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({}, "400.html"),
        ({"HX-Request": "true"}, "403.html"),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, "400.html"),
    ],
)
def test_a_swap_gets_the_part_and_everything_else_the_page(monkeypatch, headers, shown):
    asked = []
    monkeypatch.setattr(
        "liaison_crm.lib.htmx.render",
        lambda request, template, context, status: asked.append(template) or {},
    )
    monkeypatch.setattr("liaison_crm.lib.htmx.patch_vary_headers", lambda *_: None)
    request = RequestFactory().get("/", headers=headers)
    request.htmx = HtmxDetails(request)

    render_page_or_part(request, "400.html", "403.html", {})

    assert asked == [shown]

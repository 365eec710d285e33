"""Template tags that base.html and the components are made of."""

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_field
from django import template
from django.conf import settings
from django.forms.utils import flatatt
from django.forms.widgets import NumberInput, Select, TextInput
from django.middleware.csrf import get_token
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import mark_safe

from liaison_crm import __version__
from liaison_crm.lib.widgets import DateInput

register = template.Library()


@register.simple_tag(takes_context=True)
def block_text(context, name: str) -> str:
    """The text of block `name`, without tags: the heading, said again in <title>."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block(name) if blocks else None
    if block is None:
        return ""
    # The block has escaped its values already.
    return mark_safe(" ".join(strip_tags(block.render(context)).split()))


@register.simple_tag(takes_context=True)
def csrf_field(context) -> str:
    """`{% csrf_token %}` that also works in a part included with `only`."""
    request = getattr(context, "request", None)
    if request is None:
        return ""
    return format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">',
        get_token(request),
    )


SEARCHED_BY = ("q", "npi")
PLAIN_WIDGETS = {DateInput, NumberInput, Select, TextInput}
PLAIN_INPUT = "textinput form-control"


@register.simple_tag
def filter_parts(form) -> dict:
    """The fields of a filter form: {search, rest, chosen}.

    `search` is the field that stays in sight on a phone, or None; `chosen` counts
    those of the rest that narrow the list or are wrong.
    """
    fields = form.visible_fields()
    search = next((field for field in fields if field.name in SEARCHED_BY), None)
    rest = [field for field in fields if field is not search]
    chosen = sum(1 for field in rest if field.value() or field.errors)
    return {"search": search, "rest": rest, "chosen": chosen}


@register.simple_tag
def filter_field(field) -> str:
    """A field of a filter form, as crispy draws it; the plain ones without templates.

    A list of 100 rows spent a tenth of its time on the templates of its filters.
    """
    widget = field.field.widget
    if field.errors or field.help_text or type(widget) not in PLAIN_WIDGETS:
        return as_crispy_field(field)
    kind = "select form-select" if isinstance(widget, Select) else PLAIN_INPUT
    attributes = field.build_widget_attrs({"class": kind, "id": field.id_for_label})
    told = widget.get_context(field.html_name, field.value(), attributes)["widget"]
    draw = _select if isinstance(widget, Select) else _input
    return format_html(
        '<div id="div_{0}" class="mb-3"><label for="{0}" class="form-label">{1}</label>'
        "{2}</div>",
        field.id_for_label,
        field.label,
        draw(told),
    )


def _input(told):
    value = told["value"]
    attributes = {"type": told["type"], "name": told["name"]} | told["attrs"]
    if value is not None and value != "":
        attributes["value"] = value
    return format_html("<input{}>", flatatt(attributes))


def _select(told):
    groups = [(label, options) for label, options, _ in told["optgroups"]]
    inside = format_html_join(
        "", "{}", ((_group(label, options),) for label, options in groups)
    )
    attributes = flatatt({"name": told["name"]} | told["attrs"])
    return format_html("<select{}>{}</select>", attributes, inside)


def _group(label, options):
    inside = format_html_join(
        "",
        "<option{}>{}</option>",
        (
            (flatatt({"value": one["value"]} | one["attrs"]), one["label"])
            for one in options
        ),
    )
    if label is None:
        return inside
    return format_html('<optgroup label="{}">{}</optgroup>', label, inside)


@register.simple_tag
def kept_fields(data, names: str) -> str:
    """Hidden fields of what `data` says to these names ("sort columns")."""
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        ((name, value) for name in names.split() for value in data.getlist(name)),
    )


@register.simple_tag
def version() -> str:
    return __version__


@register.simple_tag
def map_tiles() -> dict:
    """The tiles below a map's shapes, where the installation has some."""
    return {
        "url": settings.MAP_TILES_URL,
        "attribution": settings.MAP_TILES_ATTRIBUTION,
    }

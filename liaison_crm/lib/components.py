"""Template tags that base.html and the components are made of."""

from django import template
from django.conf import settings
from django.middleware.csrf import get_token
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import mark_safe

from liaison_crm import __version__

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

"""`{% icon "calendar" %}`: an outline icon of Tabler, drawn into the page."""

import functools
import re
from pathlib import Path

from django import template
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import format_html
from django.utils.safestring import mark_safe

register = template.Library()

NAME = re.compile(r"[a-z0-9-]+")
SHAPES = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
BOUNDS = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'


@functools.cache
def shapes(name: str) -> str:
    """What stands inside the package's SVG of `name`, on one line."""
    if not NAME.fullmatch(name):
        raise ImproperlyConfigured(f"{name!r} is not the name of an icon.")
    path = Path(settings.NODE_MODULES, "@tabler/icons/icons/outline", f"{name}.svg")
    try:
        drawn = SHAPES.search(path.read_text())[1]
    except FileNotFoundError:
        raise ImproperlyConfigured(
            f"No icon {name!r} in node_modules: run `npm ci`, or mend the name."
        ) from None
    return " ".join(drawn.replace(BOUNDS, "").split())


@register.simple_tag
def icon(name: str, extra: str = ""):
    """Decoration only, hidden from screen readers; the words stand beside it."""
    return format_html(
        '<svg class="icon {}" width="24" height="24" viewBox="0 0 24 24" fill="none" '
        'stroke="currentColor" stroke-width="1.75" stroke-linecap="round" '
        'stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        extra,
        # From the icon package of the lock file; names come from templates.
        mark_safe(shapes(name)),
    )

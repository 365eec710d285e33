"""How numbers are printed: one way each, built into every template."""

import datetime as dt

from django import template

register = template.Library()

NO_DATA = "no data"


@register.filter
def dollars(cents):
    """Cents as whole dollars: 123456 -> $1,235. None is "no data"."""
    if cents is None:
        return NO_DATA
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) / 100:,.0f}"


@register.filter
def exact_dollars(cents):
    """Cents to the cent: 123456 -> $1,234.56."""
    if cents is None:
        return NO_DATA
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


@register.filter
def percent(share, places=1):
    """A share as percent: 0.3594 -> 35.9 %. None is "no data"."""
    return NO_DATA if share is None else f"{share * 100:.{places}f} %"


@register.filter
def count(number):
    """A count with thousands separated. None is "no data"."""
    return NO_DATA if number is None else f"{number:,}"


@register.filter
def counted(paginator):
    """How many rows a list has: 1,234, or "more than 10,000"."""
    return f"{'more than ' if paginator.is_capped else ''}{paginator.count:,}"


@register.filter
def month(key):
    """A month by its key, as people say it: 2026-04 -> Apr 2026."""
    return f"{dt.date.fromisoformat(f'{key}-01'):%b %Y}"


@register.filter
def phone(digits):
    """Ten digits as (615) 555-0100; anything else as it is."""
    if len(digits) == 10 and digits.isdecimal():
        return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
    return digits

from django import template

from referrals.imports import registry

register = template.Library()


@register.filter
def kind_title(kind):
    """`{{ run.kind|kind_title }}`: what people call a kind of file."""
    return registry.title_of(kind)

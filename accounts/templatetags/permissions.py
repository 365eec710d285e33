from django import template

from accounts.permissions import Permission, can

register = template.Library()


@register.filter
def may(user, permission):
    """`{% if user|may:"VISIT_LOG" %}`: may this person do this?"""
    return can(user, Permission[permission])

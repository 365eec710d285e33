from django import template

from accounts import navigation
from accounts.permissions import Permission, can

register = template.Library()


@register.inclusion_tag("components/_navigation.html", takes_context=True)
def navigation_menu(context):
    """The side bar of a desktop, the menu of a phone."""
    request = context["request"]
    return {
        "sections": navigation.sections_for(request.user, request.path),
        "user": request.user,
        "account_url": navigation.url_or_none("accounts:profile"),
        "request": request,
    }


@register.inclusion_tag("components/_phone_bar.html", takes_context=True)
def phone_bar(context):
    """The bar at a phone's lower edge: places, and "Log visit" under the thumb."""
    request = context["request"]
    links = navigation.short_list(
        navigation.sections_for(request.user, request.path), size=3
    )
    log_url = None
    if can(request.user, Permission.VISIT_LOG):
        log_url = navigation.url_or_none("outreach:visit-create")
    return {
        "before": links[:2],
        "after": links[2:],
        "log_url": log_url,
    }

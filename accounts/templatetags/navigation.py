from django import template
from django.urls import reverse

from accounts import navigation
from accounts.permissions import Permission, can

register = template.Library()


@register.inclusion_tag("components/_navigation.html", takes_context=True)
def navigation_menu(context):
    """The side bar of a desktop, the menu of a phone."""
    request = context["request"]
    return {
        "sections": navigation.sections_for(
            request.user, request.path, waiting(request)
        ),
        "log_url": log_visit_url(request.user),
        "unread": waiting(request)[navigation.BELL],
        "user": request.user,
        "request": request,
    }


@register.inclusion_tag("components/_bell.html", takes_context=True)
def bell(context):
    """Notifications, with how many are unread."""
    return {"unread": waiting(context["request"])[navigation.BELL]}


@register.inclusion_tag("components/_no_territory.html", takes_context=True)
def no_territory(context):
    """Says why everything is empty to who has no territory."""
    request = context["request"]
    in_sight = waiting(request)[navigation.TERRITORIES]
    return {"is_told": not (in_sight or request.user.sees_all_practices)}


@register.inclusion_tag("components/_phone_bar.html", takes_context=True)
def phone_bar(context):
    """The bar at a phone's lower edge: places, and "Log visit" under the thumb."""
    request = context["request"]
    sections = navigation.sections_for(request.user, request.path)
    links = navigation.quick_links(sections)
    return {
        "before": links[:2],
        "after": links[2:],
        "log_url": log_visit_url(request.user),
    }


def waiting(request):
    """Asked once for a page, which shows it twice."""
    if not hasattr(request, "waiting"):
        request.waiting = navigation.waiting_for(request.user)
    return request.waiting


def log_visit_url(user):
    if can(user, Permission.VISIT_LOG):
        return reverse("outreach:visit-create")
    return None

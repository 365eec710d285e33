"""What happened, told to one person."""

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Notification
from liaison_crm.lib.pagination import page_of

LIST = "accounts:notification-list"


@require_GET
def notification_list(request):
    mine = Notification.objects.visible_to(request.user)
    return render(
        request,
        "accounts/notification_list.html",
        {
            "page": page_of(mine, request.GET.get("page")),
            "has_unread": mine.unread().exists(),
        },
    )


@require_POST
def notification_read(request, pk):
    """Mark it read, and go where it leads."""
    mine = Notification.objects.visible_to(request.user)
    notification = get_object_or_404(mine, pk=pk)
    mine.unread().filter(pk=pk).update(read_at=timezone.now())
    return redirect(notification.url or LIST)


@require_POST
def notifications_read(request):
    mine = Notification.objects.visible_to(request.user)
    mine.unread().update(read_at=timezone.now())
    return redirect(LIST)

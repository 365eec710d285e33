from django.db import models

from accounts.models.people import User


class NotificationQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(user=user)

    def unread(self):
        return self.filter(read_at=None)


class Notification(models.Model):
    """Something that happened, told to one person."""

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["user", "-at"], name="notifications_of_a_person"),
            models.Index(
                fields=["user"],
                condition=models.Q(read_at=None),
                name="unread_notifications",
            ),
        ]

    def __str__(self):
        return self.text

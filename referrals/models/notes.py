from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from accounts.permissions import Permission, can
from referrals.models.directory import Practice


class NoteQuerySet(models.QuerySet):
    def visible_to(self, user):
        practices = Practice.objects.visible_to(user)
        return self.filter(Exists(practices.filter(pk=OuterRef("practice"))))

    def editable_by(self, user):
        """One's own, as long as the practice is in sight."""
        return self.visible_to(user).filter(author=user)

    def deletable_by(self, user):
        """One's own; those of others for who keeps the directory."""
        if can(user, Permission.DIRECTORY_EDIT):
            return self.visible_to(user)
        return self.editable_by(user)


class Note(models.Model):
    """What the team should know about a practice, in somebody's words."""

    # Of the form it was written in: sent twice, it is one note.
    key = models.UUIDField(unique=True, null=True, editable=False)
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="notes")
    text = models.TextField(max_length=4000)
    is_pinned = models.BooleanField(default=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="notes"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-is_pinned", "-created_at", "-pk"]

    def __str__(self):
        return self.text[:60]

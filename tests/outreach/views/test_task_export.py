from django.urls import reverse

from accounts.models import AuditEvent
from tests.factories.outreach import TaskFactory

URL = reverse("outreach:task-export")


def test_the_file_holds_my_tasks_and_is_audited(signed_in, liaison, task):
    TaskFactory(title="of a colleague")

    text = b"".join(signed_in(liaison).get(URL)).decode()

    assert "Send the new referral form" in text
    assert "of a colleague" not in text
    assert AuditEvent.objects.get(action=AuditEvent.Action.EXPORTED).actor == liaison

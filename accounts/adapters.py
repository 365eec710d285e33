"""How allauth signs people in here: nobody signs up, everything is audited."""

import logging
import time

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.app_settings import REAUTHENTICATION_TIMEOUT
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator

from accounts.models import AuditEvent
from accounts.services import record
from liaison_crm.lib import encryption
from liaison_crm.lib.http import client_address

logger = logging.getLogger(__name__)

SIGNED_IN_AT = "signed_in_at"
KINDS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "passkey or security key",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}
SECRETS = "mfa.authenticator.data"


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        return client_address(request)

    def post_login(self, request, user, **kwargs):
        request.session[SIGNED_IN_AT] = time.time()
        self._record(AuditEvent.Action.SIGN_IN, request, by=user)
        return super().post_login(request, user, **kwargs)

    def authentication_failed(self, request, **credentials):
        tried = credentials.get("email", "")
        self._record(AuditEvent.Action.SIGN_IN_FAILED, request, subject=tried)

    def logout(self, request):
        self._record(AuditEvent.Action.SIGN_OUT, request, by=request.user)
        super().logout(request)

    def set_password(self, user, password):
        super().set_password(user, password)
        self._record(AuditEvent.Action.PASSWORD_CHANGED, self.request, by=user)

    def is_reauthentication_required(self, *, app, **kwargs):
        """A sign-in a moment ago is proof enough: it leads to the second factor."""
        age = time.time() - self.request.session.get(SIGNED_IN_AT, 0)
        if age < REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def send_notification_mail(self, *args, **kwargs):
        """A mail server that is down does not undo what the person did."""
        try:
            super().send_notification_mail(*args, **kwargs)
        except OSError:
            logger.exception("A security notice was not sent")

    def _record(self, action, request, *, by=None, subject=""):
        record(
            action=action,
            by=by,
            subject=subject or by or "",
            address=client_address(request),
        )


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text):
        return encryption.encrypt(text, context=SECRETS)

    def decrypt(self, encrypted_text):
        return encryption.decrypt(encrypted_text, context=SECRETS)


def record_second_factor_added(*, request, user, authenticator, **_):
    _record_second_factor("added", request, user, authenticator)


def record_second_factor_removed(*, request, user, authenticator, **_):
    _record_second_factor("removed", request, user, authenticator)


def record_second_factor_renewed(*, request, user, authenticator, **_):
    _record_second_factor("renewed", request, user, authenticator)


def record_second_factor_failed(*, request, user, authenticator, **_):
    record(
        action=AuditEvent.Action.SIGN_IN_FAILED,
        by=user,
        subject=user,
        detail={"second_factor": KINDS[authenticator.type]},
        address=client_address(request),
    )


def _record_second_factor(what, request, user, authenticator):
    record(
        action=AuditEvent.Action.SECOND_FACTOR,
        by=user,
        subject=user,
        detail={"what": what, "kind": KINDS[authenticator.type]},
        address=client_address(request),
    )

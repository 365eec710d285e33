"""What holds for every request of a person who is signed in."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve

from liaison_crm.lib.http import client_address

# What a person needs on the way to a second factor, or out.
OPEN = {"account_logout", "account_reauthenticate"}
OPEN_PREFIX = "mfa_"


class SignInRequired(LoginRequiredMiddleware):
    """People are led to the sign-in page; a script that wants JSON is told."""

    def handle_no_permission(self, request, view_func):
        if _wants_json(request):
            return _sign_in_first()
        return super().handle_no_permission(request, view_func)


def _wants_json(request):
    return not request.accepts("text/html") or (
        request.content_type == "application/json"
    )


def _sign_in_first():
    return JsonResponse({"error": "Sign in first."}, status=401)


def address_known(get_response):
    """Tell the person where they act from, so that the audit can."""

    def middleware(request):
        if request.user.is_authenticated:
            request.user.address = client_address(request)
        return get_response(request)

    return middleware


def second_factor_required(get_response):
    """Send people without a second factor to the page where they set one up.

    Nobody works without one where REQUIRE_MFA is on.
    """

    def middleware(request):
        if (
            settings.REQUIRE_MFA
            and request.user.is_authenticated
            and not _is_open(request.path_info)
            and not is_mfa_enabled(request.user)
        ):
            if _wants_json(request):
                return _sign_in_first()
            return redirect("mfa_index")
        return get_response(request)

    return middleware


def _is_open(path):
    try:
        name = resolve(path).view_name
    except Resolver404:
        return False
    return name in OPEN or name.startswith(OPEN_PREFIX)

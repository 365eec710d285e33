import pytest
from django.urls import reverse

from accounts.models import User
from accounts.views.home import LANDING


@pytest.mark.parametrize("role", User.Role)
def test_every_role_has_a_landing_page(role):
    assert role in LANDING


@pytest.mark.parametrize(
    ("person", "target"),
    [
        ("administrator", "accounts:setup"),
        ("compliance_officer", "accounts:audit-list"),
        ("liaison", "outreach:today"),
        ("coordinator", "referrals:referral-worklist"),
        ("manager", "reports:dashboard"),
        ("executive", "reports:dashboard"),
    ],
)
def test_a_person_lands_by_role(person, target, request, signed_in):
    response = signed_in(request.getfixturevalue(person)).get("/")

    assert response.url == reverse(target)

"""Every URL has a rule for every role. A URL missing from the table fails.

To add a URL, add its line to the section of its app:

    "outreach:visit-list": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:visit-detail": rule(LIAISON, pk="north_visit"),

Arguments of the URL are names of fixtures (here or in conftest.py): an object
stands for its primary key, `"north_visit.uid"` for an attribute of it, and
anything that is not a string for itself.
"""

from dataclasses import dataclass, field

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import User
from accounts.permissions import Permission

LIAISON, COORDINATOR, MANAGER, EXECUTIVE, COMPLIANCE, ADMINISTRATOR = (
    User.Role.LIAISON,
    User.Role.COORDINATOR,
    User.Role.MANAGER,
    User.Role.EXECUTIVE,
    User.Role.COMPLIANCE,
    User.Role.ADMINISTRATOR,
)
EVERYBODY = tuple(User.Role)
FIELD = (LIAISON, COORDINATOR, MANAGER)
SPECIALIST_EDITORS = (COORDINATOR, MANAGER, ADMINISTRATOR)
REFERRAL_READERS = (LIAISON, COORDINATOR, MANAGER, EXECUTIVE, ADMINISTRATOR)
NOTE_WRITERS = (LIAISON, COORDINATOR, MANAGER, ADMINISTRATOR)


@dataclass(frozen=True)
class Rule:
    roles: tuple = ()
    is_public: bool = False
    arguments: dict = field(default_factory=dict)


def rule(*roles, **arguments):
    """These roles may open it; others get 403, the signed-out sign in first."""
    return Rule(roles=roles, arguments=arguments)


def public(**arguments):
    """Anybody may open it, signed in or not."""
    return Rule(roles=EVERYBODY, is_public=True, arguments=arguments)


SIGN_IN = {
    "account_login": public(),
    "account_logout": public(),
    "account_inactive": public(),
    "account_signup": public(),
    "account_reauthenticate": rule(*EVERYBODY),
    "account_change_password": rule(*EVERYBODY),
    "account_set_password": rule(*EVERYBODY),
    "account_reset_password": public(),
    "account_reset_password_done": public(),
    "account_reset_password_from_key": public(uidb36=["1"], key=["set-password"]),
    "account_reset_password_from_key_done": public(),
    "mfa_index": rule(*EVERYBODY),
    "mfa_authenticate": public(),
    "mfa_reauthenticate": rule(*EVERYBODY),
    "mfa_activate_totp": rule(*EVERYBODY),
    "mfa_deactivate_totp": rule(*EVERYBODY),
    "mfa_view_recovery_codes": rule(*EVERYBODY),
    "mfa_generate_recovery_codes": rule(*EVERYBODY),
    "mfa_download_recovery_codes": rule(*EVERYBODY),
    "mfa_list_webauthn": rule(*EVERYBODY),
    "mfa_add_webauthn": rule(*EVERYBODY),
    "mfa_edit_webauthn": rule(*EVERYBODY, pk=[1]),
    "mfa_remove_webauthn": rule(*EVERYBODY, pk=[1]),
    "mfa_login_webauthn": public(),
    "mfa_reauthenticate_webauthn": rule(*EVERYBODY),
    "usersessions_list": rule(*EVERYBODY),
}

ACCOUNTS = {
    "accounts:home": rule(*EVERYBODY),
    "accounts:setup": rule(ADMINISTRATOR),
    "accounts:profile": rule(*EVERYBODY),
    "accounts:invitation-accept": public(token=["not-a-token"]),
    "accounts:search": rule(*EVERYBODY),
    # Views of lists
    "accounts:saved-view-create": rule(*EVERYBODY),
    "accounts:saved-view-edit": rule(*EVERYBODY, pk="saved_view"),
    "accounts:saved-view-delete": rule(*EVERYBODY, pk="saved_view"),
    # People
    "accounts:person-list": rule(ADMINISTRATOR),
    "accounts:person-export": rule(ADMINISTRATOR),
    "accounts:person-invite": rule(ADMINISTRATOR),
    "accounts:person-detail": rule(ADMINISTRATOR, pk="liaison"),
    "accounts:person-edit": rule(ADMINISTRATOR, pk="liaison"),
    "accounts:person-deactivate": rule(ADMINISTRATOR, pk="liaison"),
    "accounts:person-reactivate": rule(ADMINISTRATOR, pk="liaison"),
    "accounts:invitation-send": rule(ADMINISTRATOR, pk="liaison"),
    "accounts:invitation-withdraw": rule(ADMINISTRATOR, pk="liaison"),
    "accounts:second-factor-reset": rule(ADMINISTRATOR, pk="liaison"),
    # Territories
    "accounts:territory-list": rule(MANAGER, ADMINISTRATOR),
    "accounts:territory-create": rule(ADMINISTRATOR),
    "accounts:territory-detail": rule(MANAGER, ADMINISTRATOR, pk="north"),
    "accounts:territory-edit": rule(ADMINISTRATOR, pk="north"),
    "accounts:territory-delete": rule(ADMINISTRATOR, pk="north"),
    "accounts:territory-map": rule(MANAGER, ADMINISTRATOR),
    "accounts:territory-map-zips": rule(MANAGER, ADMINISTRATOR),
    "accounts:territory-paint": rule(MANAGER, ADMINISTRATOR),
    "accounts:territory-zips": rule(MANAGER, ADMINISTRATOR, pk="north"),
    "accounts:zips-move": rule(MANAGER, ADMINISTRATOR),
    "accounts:zips-withdraw": rule(MANAGER, ADMINISTRATOR),
    "accounts:assignment-create": rule(MANAGER, ADMINISTRATOR, pk="north"),
    "accounts:assignment-edit": rule(MANAGER, ADMINISTRATOR, pk="north_assignment"),
    "accounts:assignment-end": rule(MANAGER, ADMINISTRATOR, pk="north_assignment"),
    # Coverage, notifications
    "accounts:coverage-list": rule(*FIELD, ADMINISTRATOR),
    "accounts:coverage-create": rule(*FIELD, ADMINISTRATOR),
    "accounts:coverage-edit": rule(*FIELD, ADMINISTRATOR, pk="north_coverage"),
    "accounts:coverage-end": rule(*FIELD, ADMINISTRATOR, pk="north_coverage"),
    "accounts:notification-list": rule(*EVERYBODY),
    "accounts:notifications-read": rule(*EVERYBODY),
    "accounts:notification-read": rule(*EVERYBODY, pk="notification"),
    # What maps draw
    "accounts:county-shapes": rule(*EVERYBODY, state=["TN"]),
    "accounts:zip-shapes": rule(*EVERYBODY, state=["TN"]),
    # Audit
    "accounts:audit-list": rule(COMPLIANCE, ADMINISTRATOR),
    "accounts:audit-export": rule(COMPLIANCE, ADMINISTRATOR),
}

REFERRALS = {
    # Practices, physicians
    "referrals:practice-list": rule(*EVERYBODY),
    "referrals:practice-map": rule(*EVERYBODY),
    "referrals:practice-places": rule(*EVERYBODY),
    "referrals:practice-card": rule(*EVERYBODY, pk="north_practice"),
    "referrals:practice-export": rule(*EVERYBODY),
    "referrals:practice-bulk": rule(MANAGER, ADMINISTRATOR),
    "referrals:practice-detail": rule(*EVERYBODY, pk="north_practice"),
    "referrals:practice-activity": rule(*EVERYBODY, pk="north_practice"),
    "referrals:exception-list": rule(MANAGER, ADMINISTRATOR),
    "referrals:exception-export": rule(MANAGER, ADMINISTRATOR),
    "referrals:exception-search": rule(MANAGER, ADMINISTRATOR),
    "referrals:exception-create": rule(MANAGER, ADMINISTRATOR, pk="north_practice"),
    "referrals:exception-end": rule(MANAGER, ADMINISTRATOR, pk="north_exception"),
    "referrals:practice-create": rule(MANAGER, ADMINISTRATOR),
    "referrals:practice-edit": rule(MANAGER, ADMINISTRATOR, pk="north_practice"),
    "referrals:note-create": rule(*NOTE_WRITERS, pk="north_practice"),
    "referrals:note-edit": rule(*NOTE_WRITERS, pk="north_note"),
    "referrals:note-delete": rule(*NOTE_WRITERS, pk="north_note"),
    "referrals:affiliation-create": rule(MANAGER, ADMINISTRATOR, pk="north_practice"),
    "referrals:affiliation-edit": rule(MANAGER, ADMINISTRATOR, pk="north_affiliation"),
    "referrals:affiliation-end": rule(MANAGER, ADMINISTRATOR, pk="north_affiliation"),
    "referrals:physician-create": rule(MANAGER, ADMINISTRATOR, pk="north_practice"),
    "referrals:practice-propose": rule(LIAISON, COORDINATOR, pk="north_practice"),
    "referrals:physician-list": rule(*EVERYBODY),
    "referrals:physician-export": rule(*EVERYBODY),
    "referrals:physician-bulk": rule(MANAGER, ADMINISTRATOR),
    "referrals:physician-detail": rule(*EVERYBODY, pk="north_physician"),
    "referrals:physician-activity": rule(*EVERYBODY, pk="north_physician"),
    "referrals:physician-edit": rule(MANAGER, ADMINISTRATOR, pk="north_physician"),
    "referrals:organization-list": rule(*EVERYBODY),
    "referrals:organization-export": rule(*EVERYBODY),
    "referrals:organization-move": rule(
        MANAGER, ADMINISTRATOR, pk="north_organization"
    ),
    "referrals:organization-create": rule(MANAGER, ADMINISTRATOR),
    "referrals:physician-propose": rule(LIAISON, COORDINATOR, pk="north_physician"),
    "referrals:organization-detail": rule(*EVERYBODY, pk="north_organization"),
    "referrals:organization-edit": rule(
        MANAGER, ADMINISTRATOR, pk="north_organization"
    ),
    "referrals:organization-propose": rule(
        LIAISON, COORDINATOR, pk="north_organization"
    ),
    "referrals:roster-list": rule(*EVERYBODY),
    "referrals:roster-export": rule(*EVERYBODY),
    "referrals:roster-change-list": rule(*EVERYBODY),
    "referrals:roster-change-export": rule(*EVERYBODY),
    "referrals:roster-detail": rule(*EVERYBODY, npi="north_entry.npi"),
    "referrals:roster-undo": rule(MANAGER, ADMINISTRATOR, npi="north_entry.npi"),
    "referrals:roster-status": rule(MANAGER, ADMINISTRATOR, npi="north_entry.npi"),
    "referrals:roster-entry-create": rule(MANAGER, ADMINISTRATOR),
    "referrals:roster-entry-edit": rule(MANAGER, ADMINISTRATOR, pk="north_entry"),
    "referrals:roster-entry-end": rule(MANAGER, ADMINISTRATOR, pk="north_entry"),
    "referrals:roster-entry-delete": rule(MANAGER, ADMINISTRATOR, pk="north_entry"),
    # Our own specialists: published, whatever the territory
    "referrals:specialist-list": rule(*EVERYBODY),
    "referrals:specialist-export": rule(*EVERYBODY),
    "referrals:specialist-sheet": rule(*EVERYBODY),
    "referrals:specialist-detail": rule(*EVERYBODY, pk="specialist"),
    "referrals:specialist-contact": rule(*EVERYBODY, pk="specialist"),
    "referrals:specialist-create": rule(*SPECIALIST_EDITORS, pk="north_physician"),
    "referrals:specialist-edit": rule(*SPECIALIST_EDITORS, pk="specialist"),
    "referrals:specialist-confirm": rule(*SPECIALIST_EDITORS, pk="specialist"),
    "referrals:specialist-history": rule(*EVERYBODY, pk="specialist"),
    "referrals:specialist-undo": rule(*SPECIALIST_EDITORS, pk="specialist"),
    "referrals:specialist-openings": rule(*SPECIALIST_EDITORS),
    "referrals:term-list": rule(*SPECIALIST_EDITORS),
    "referrals:term-edit": rule(*SPECIALIST_EDITORS, pk="term"),
    "referrals:term-merge": rule(*SPECIALIST_EDITORS, pk="term"),
    "referrals:practice-confirm": rule(
        LIAISON, COORDINATOR, MANAGER, pk="north_practice"
    ),
    "referrals:physician-confirm": rule(
        LIAISON, COORDINATOR, MANAGER, pk="north_physician"
    ),
    "referrals:practice-history": rule(*EVERYBODY, pk="north_practice"),
    "referrals:physician-history": rule(*EVERYBODY, pk="north_physician"),
    "referrals:organization-history": rule(*EVERYBODY, pk="north_organization"),
    "referrals:proposal-list": rule(*EVERYBODY),
    "referrals:proposal-export": rule(*EVERYBODY),
    "referrals:proposal-decide": rule(MANAGER, ADMINISTRATOR),
    "referrals:proposal-withdraw": rule(LIAISON, COORDINATOR, pk="north_proposal"),
    # Service lines
    "referrals:service-line-list": rule(ADMINISTRATOR),
    "referrals:service-line-create": rule(ADMINISTRATOR),
    "referrals:service-line-edit": rule(ADMINISTRATOR, pk="cardiology"),
    "referrals:service-line-delete": rule(ADMINISTRATOR, pk="cardiology"),
    "referrals:service-line-codes": rule(ADMINISTRATOR, pk="cardiology"),
    "referrals:service-line-uncode": rule(ADMINISTRATOR, pk="cardiology"),
    "reports:unmapped-code-list": rule(ADMINISTRATOR),
    "reports:unmapped-code-export": rule(ADMINISTRATOR),
    # Referrals
    "referrals:referral-list": rule(*REFERRAL_READERS),
    "referrals:referral-export": rule(*REFERRAL_READERS),
    "referrals:referral-worklist": rule(COORDINATOR, MANAGER),
    "referrals:referral-detail": rule(*REFERRAL_READERS, pk="north_referral"),
    "referrals:referral-status": rule(COORDINATOR, MANAGER, pk="north_referral"),
    # Imports
    "referrals:duplicate-list": rule(MANAGER, ADMINISTRATOR),
    "referrals:duplicate-search": rule(MANAGER, ADMINISTRATOR),
    "referrals:duplicate-create": rule(MANAGER, ADMINISTRATOR),
    "referrals:duplicate-detail": rule(MANAGER, ADMINISTRATOR, pk="north_pair"),
    "referrals:duplicate-dismiss": rule(MANAGER, ADMINISTRATOR, pk="north_pair"),
    "referrals:payment-suggestion-list": rule(MANAGER, ADMINISTRATOR),
    "referrals:payment-suggestion-decide": rule(
        MANAGER, ADMINISTRATOR, pk="north_suggestion"
    ),
    "referrals:merge-list": rule(MANAGER, ADMINISTRATOR),
    "referrals:merge-undo": rule(MANAGER, ADMINISTRATOR, pk="north_merge"),
    "referrals:import-list": rule(MANAGER, ADMINISTRATOR),
    "referrals:import-export": rule(MANAGER, ADMINISTRATOR),
    "referrals:import-create": rule(MANAGER, ADMINISTRATOR),
    "referrals:import-columns": rule(MANAGER, ADMINISTRATOR, uid="managers_draft.uid"),
    "referrals:import-table": rule(MANAGER, ADMINISTRATOR, uid="managers_draft.uid"),
    "referrals:import-values": rule(MANAGER, ADMINISTRATOR, uid="managers_draft.uid"),
    "referrals:import-preview": rule(MANAGER, ADMINISTRATOR, uid="managers_draft.uid"),
    "referrals:import-discard": rule(MANAGER, ADMINISTRATOR, uid="managers_draft.uid"),
    "referrals:mapping-list": rule(MANAGER, ADMINISTRATOR),
    "referrals:mapping-edit": rule(MANAGER, ADMINISTRATOR, pk="managers_mapping"),
    "referrals:mapping-delete": rule(MANAGER, ADMINISTRATOR, pk="managers_mapping"),
    "referrals:import-detail": rule(MANAGER, ADMINISTRATOR, uid="managers_import.uid"),
    "referrals:import-progress": rule(
        MANAGER, ADMINISTRATOR, uid="managers_import.uid"
    ),
    "referrals:import-cancel": rule(MANAGER, ADMINISTRATOR, uid="managers_import.uid"),
    "referrals:import-retry": rule(MANAGER, ADMINISTRATOR, uid="managers_import.uid"),
    "referrals:import-difference": rule(
        MANAGER, ADMINISTRATOR, uid="managers_import.uid"
    ),
    "referrals:import-take": rule(MANAGER, ADMINISTRATOR, uid="managers_import.uid"),
    "referrals:import-complete": rule(
        MANAGER, ADMINISTRATOR, uid="managers_import.uid"
    ),
    "referrals:import-undo": rule(MANAGER, ADMINISTRATOR, uid="managers_import.uid"),
    "referrals:import-rejected": rule(
        MANAGER, ADMINISTRATOR, uid="managers_import.uid"
    ),
}

OUTREACH = {
    # Today, tasks
    "outreach:day-route": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:today": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:call-cycle-list": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:call-cycle-settings-edit": rule(MANAGER, ADMINISTRATOR),
    "outreach:call-pause-list": rule(*EVERYBODY),
    "outreach:practice-pause": rule(LIAISON, COORDINATOR, MANAGER, pk="north_practice"),
    "outreach:physician-pause": rule(
        LIAISON, COORDINATOR, MANAGER, pk="north_physician"
    ),
    "outreach:call-pause-end": rule(LIAISON, COORDINATOR, MANAGER, pk="north_pause"),
    "outreach:task-list": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:task-export": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:task-create": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:task-edit": rule(LIAISON, COORDINATOR, MANAGER, pk="task"),
    "outreach:task-done": rule(LIAISON, COORDINATOR, MANAGER, pk="task"),
    "outreach:task-reopen": rule(LIAISON, COORDINATOR, MANAGER, pk="task"),
    "outreach:practice-stage": rule(LIAISON, COORDINATOR, MANAGER, pk="north_practice"),
    # Visits
    "outreach:visit-list": rule(*EVERYBODY),
    "outreach:visit-export": rule(*EVERYBODY),
    "outreach:visit-detail": rule(*EVERYBODY, pk="north_visit"),
    "outreach:visit-create": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:visit-plan": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:visit-edit": rule(LIAISON, COORDINATOR, MANAGER, pk="north_visit"),
    "outreach:visit-cancel": rule(LIAISON, COORDINATOR, MANAGER, pk="north_visit"),
    "outreach:visit-no-show": rule(LIAISON, COORDINATOR, MANAGER, pk="north_visit"),
    "outreach:physician-search": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:visit-places": rule(LIAISON, COORDINATOR, MANAGER),
    # Without a signal
    "outreach:shell": public(),
    "outreach:service-worker": public(),
    "outreach:manifest": public(),
    "outreach:outbox": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:delivery-token": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:visit-deliver": rule(LIAISON, COORDINATOR, MANAGER),
    "outreach:panel-data": rule(LIAISON, COORDINATOR, MANAGER),
}

REPORTS = {
    # Runs
    "reports:run-list": rule(LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:run-create": rule(MANAGER, ADMINISTRATOR),
    "reports:run-detail": rule(
        LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR, uid="leakage_run.uid"
    ),
    "reports:run-progress": rule(
        LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR, uid="leakage_run.uid"
    ),
    "reports:run-cancel": rule(MANAGER, ADMINISTRATOR, uid="leakage_run.uid"),
    "reports:run-repeat": rule(MANAGER, ADMINISTRATOR, uid="leakage_run.uid"),
    "reports:settings-edit": rule(MANAGER, ADMINISTRATOR),
    # What claims say of a practice or a physician
    "reports:practice-profile": rule(
        LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR, pk="north_practice"
    ),
    "reports:physician-profile": rule(
        LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR, pk="north_physician"
    ),
    # Leakage
    "reports:prospect-list": rule(LIAISON, MANAGER, ADMINISTRATOR),
    "reports:prospect-export": rule(LIAISON, MANAGER, ADMINISTRATOR),
    "reports:prospect-add": rule(LIAISON, MANAGER, ADMINISTRATOR),
    "reports:leakage": rule(LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:leakage-export": rule(LIAISON, MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:leakage-events": rule(MANAGER),
    "reports:leakage-events-export": rule(MANAGER),
    # Return on investment, dashboard, costs
    "reports:what-if-list": rule(MANAGER, ADMINISTRATOR),
    "reports:what-if-create": rule(MANAGER, ADMINISTRATOR),
    "reports:what-if-detail": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-move": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-map": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-zips": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-paint": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-apply": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-delete": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-practice-list": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-practice-export": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:what-if-export": rule(MANAGER, ADMINISTRATOR, pk="what_if"),
    "reports:dashboard": rule(MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:roi": rule(MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:roi-export": rule(MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:roi-physician-list": rule(MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:roi-physician-export": rule(MANAGER, EXECUTIVE, ADMINISTRATOR),
    "reports:roi-run-create": rule(MANAGER, ADMINISTRATOR),
    "reports:cost-list": rule(MANAGER, ADMINISTRATOR),
    "reports:cost-create": rule(MANAGER, ADMINISTRATOR),
    "reports:cost-export": rule(MANAGER, ADMINISTRATOR),
    "reports:cost-edit": rule(MANAGER, ADMINISTRATOR, pk="programme_cost"),
    "reports:cost-delete": rule(MANAGER, ADMINISTRATOR, pk="programme_cost"),
    "reports:margin-edit": rule(MANAGER, ADMINISTRATOR),
    "reports:margin-history": rule(MANAGER, ADMINISTRATOR, pk="cardiology"),
    "reports:margin-delete": rule(MANAGER, ADMINISTRATOR, pk="cardiology_margin"),
    "reports:payer-list": rule(MANAGER, ADMINISTRATOR),
    "reports:payer-export": rule(MANAGER, ADMINISTRATOR),
    "reports:payer-class-list": rule(MANAGER, ADMINISTRATOR),
    "reports:payer-class-edit": rule(MANAGER, ADMINISTRATOR, pk="payer_class"),
    "reports:payer-class-delete": rule(MANAGER, ADMINISTRATOR, pk="payer_class"),
}

TABLE = SIGN_IN | ACCOUNTS | REFERRALS | OUTREACH | REPORTS

# Own views that any signed-in person may open: no permission to ask for.
FOR_EVERYBODY = {
    "accounts:home",
    "accounts:profile",
    # One's own, whoever one is.
    "accounts:notification-list",
    "accounts:notifications-read",
    "accounts:notification-read",
    # They ask for the permission of the list.
    "accounts:saved-view-create",
    "accounts:saved-view-edit",
    "accounts:saved-view-delete",
}
OWN_APPS = ("accounts", "referrals", "outreach", "reports")

ACTORS = {
    LIAISON: "liaison",
    COORDINATOR: "coordinator",
    MANAGER: "manager",
    EXECUTIVE: "executive",
    COMPLIANCE: "compliance_officer",
    ADMINISTRATOR: "administrator",
}


def views_of_the_project():
    """URL name -> view, of all that the resolver can reach."""

    def walk(patterns, namespaces):
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                inner = [*namespaces, pattern.namespace or ""]
                yield from walk(pattern.url_patterns, inner)
            elif isinstance(pattern, URLPattern):
                name = ":".join(filter(None, [*namespaces, pattern.name or "?"]))
                yield name, pattern.callback

    return dict(walk(get_resolver().url_patterns, []))


VIEWS = views_of_the_project()
CELLS = [
    pytest.param(name, role, id=f"{name}-{role}") for name in TABLE for role in ACTORS
]


@pytest.fixture
def url_of(request):
    """`url_of("app:noun-verb")`: its address, made of the table's fixtures."""

    def value(argument):
        if isinstance(argument, list):
            return argument[0]
        if not isinstance(argument, str):
            return argument
        name, *attributes = argument.split(".")
        found = request.getfixturevalue(name)
        for attribute in attributes or ["pk"] * hasattr(found, "pk"):
            found = getattr(found, attribute)
        return found

    def build(name):
        arguments = TABLE[name].arguments
        return reverse(name, kwargs={key: value(it) for key, it in arguments.items()})

    return build


def asks_to_sign_in(response):
    return response.status_code == 302 and response.url.startswith(
        reverse("account_login")
    )


def test_the_table_knows_every_url_and_no_other():
    assert set(VIEWS) == set(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_only_public_views_are_open_to_the_signed_out(name):
    is_open = not getattr(VIEWS[name], "login_required", True)

    assert is_open == TABLE[name].is_public


@pytest.mark.parametrize(
    "name", [name for name in VIEWS if name.startswith(OWN_APPS) and ":" in name]
)
def test_every_own_view_asks_for_a_permission(name):
    permission = getattr(VIEWS[name], "required_permission", None)

    assert (
        isinstance(permission, Permission)
        or TABLE[name].is_public
        or name in FOR_EVERYBODY
    )


@pytest.mark.parametrize("name", TABLE)
def test_signed_out_people_are_asked_to_sign_in(name, client, url_of):
    response = client.get(url_of(name))

    if TABLE[name].is_public:
        assert response.status_code < 500
        assert response.status_code != 403
    else:
        assert asks_to_sign_in(response)


@pytest.mark.parametrize(("name", "role"), CELLS)
def test_a_role_opens_what_the_table_says(name, role, request, client, url_of):
    client.force_login(request.getfixturevalue(ACTORS[role]))

    response = client.get(url_of(name))

    if role in TABLE[name].roles:
        assert response.status_code < 500
        assert response.status_code != 403
        assert TABLE[name].is_public or not asks_to_sign_in(response)
    else:
        assert response.status_code == 403


@pytest.mark.parametrize(
    "name", [name for name, rule in TABLE.items() if not rule.is_public]
)
def test_deactivated_people_are_out_at_the_next_request(
    name, administrator, client, url_of
):
    client.force_login(administrator)
    User.objects.filter(pk=administrator.pk).update(is_active=False)

    response = client.get(url_of(name))

    assert asks_to_sign_in(response)

"""Who may do what: one table from role to permissions.

Whose rows a person sees is another question, answered by `visible_to`.
"""

import enum
import functools

from django.core.exceptions import PermissionDenied

from accounts.models import User


class Permission(enum.Enum):
    PEOPLE_MANAGE = "invite people, change their roles, deactivate them"
    TERRITORY_MANAGE = "add, change and delete territories"
    TERRITORY_WORK = "move ZIP codes and people of territories below one's own"
    COVERAGE_ARRANGE = "arrange who covers a panel"
    AUDIT_READ = "read the audit"
    DIRECTORY_READ = "read practices and physicians"
    NOTE_WRITE = "write notes about practices"
    DIRECTORY_EDIT = "change practices, physicians and organizations"
    PANEL_EDIT = "look for prospects and add physicians to a panel"
    PROPOSE = "propose changes of the directory"
    PROPOSAL_DECIDE = "accept or decline proposed changes"
    ROSTER_EDIT = "change the roster"
    SPECIALIST_EDIT = "change the profiles and openings of our own specialists"
    DUPLICATE_MERGE = "merge duplicates and take merges back"
    SERVICE_LINE_MANAGE = "change service lines"
    REFERRAL_READ = "read referrals"
    REFERRAL_WORK = "work referrals to their end"
    IMPORT = "bring files in"
    VISIT_READ = "read visits"
    VISIT_LOG = "log visits and work tasks"
    VISIT_EDIT_TEAM = "change visits of others"
    CALL_CYCLE_SET = "set how often whom to visit"
    REPORT_READ = "read leakage"
    EVENT_READ = "read single referral events behind a number"
    AMOUNT_READ = "read dollars per physician"
    SMALL_CELL_READ = "read rows of fewer than 11 patients"
    RETURN_READ = "read return on investment"
    REPORT_RUN = "start, cancel and retry report runs"
    COST_ENTER = "enter programme costs and margins"


P = Permission
ROLES: dict[str, frozenset[Permission]] = {
    User.Role.LIAISON: frozenset(
        {
            P.COVERAGE_ARRANGE,
            P.DIRECTORY_READ,
            P.NOTE_WRITE,
            P.PANEL_EDIT,
            P.PROPOSE,
            P.REFERRAL_READ,
            P.VISIT_READ,
            P.VISIT_LOG,
            P.REPORT_READ,
        }
    ),
    User.Role.COORDINATOR: frozenset(
        {
            P.COVERAGE_ARRANGE,
            P.DIRECTORY_READ,
            P.PROPOSE,
            P.SPECIALIST_EDIT,
            P.NOTE_WRITE,
            P.REFERRAL_READ,
            P.REFERRAL_WORK,
            P.VISIT_READ,
            P.VISIT_LOG,
        }
    ),
    User.Role.MANAGER: frozenset(
        {
            P.TERRITORY_WORK,
            P.COVERAGE_ARRANGE,
            P.DIRECTORY_READ,
            P.DIRECTORY_EDIT,
            P.DUPLICATE_MERGE,
            P.PANEL_EDIT,
            P.NOTE_WRITE,
            P.PROPOSAL_DECIDE,
            P.ROSTER_EDIT,
            P.SPECIALIST_EDIT,
            P.REFERRAL_READ,
            P.REFERRAL_WORK,
            P.IMPORT,
            P.VISIT_READ,
            P.VISIT_LOG,
            P.VISIT_EDIT_TEAM,
            P.CALL_CYCLE_SET,
            P.REPORT_READ,
            P.EVENT_READ,
            P.AMOUNT_READ,
            P.SMALL_CELL_READ,
            P.RETURN_READ,
            P.REPORT_RUN,
            P.COST_ENTER,
        }
    ),
    User.Role.EXECUTIVE: frozenset(
        {
            P.DIRECTORY_READ,
            P.REFERRAL_READ,
            P.VISIT_READ,
            P.REPORT_READ,
            P.AMOUNT_READ,
            P.RETURN_READ,
        }
    ),
    User.Role.COMPLIANCE: frozenset({P.DIRECTORY_READ, P.VISIT_READ, P.AUDIT_READ}),
    User.Role.ADMINISTRATOR: frozenset(
        {
            P.PEOPLE_MANAGE,
            P.TERRITORY_MANAGE,
            P.TERRITORY_WORK,
            P.COVERAGE_ARRANGE,
            P.AUDIT_READ,
            P.DIRECTORY_READ,
            P.DIRECTORY_EDIT,
            P.DUPLICATE_MERGE,
            P.PANEL_EDIT,
            P.NOTE_WRITE,
            P.PROPOSAL_DECIDE,
            P.ROSTER_EDIT,
            P.SPECIALIST_EDIT,
            P.SERVICE_LINE_MANAGE,
            P.REFERRAL_READ,
            P.IMPORT,
            P.VISIT_READ,
            P.CALL_CYCLE_SET,
            P.REPORT_READ,
            P.AMOUNT_READ,
            P.SMALL_CELL_READ,
            P.RETURN_READ,
            P.REPORT_RUN,
            P.COST_ENTER,
        }
    ),
}


def can(user, permission: Permission) -> bool:
    return permission in ROLES.get(getattr(user, "role", None), ())


def require(permission: Permission):
    """Let the view answer only people whose role holds `permission` (else 403)."""

    def decorate(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if not can(request.user, permission):
                raise PermissionDenied(f"Your role may not {permission.value}.")
            return view(request, *args, **kwargs)

        guarded.required_permission = permission
        return guarded

    return decorate

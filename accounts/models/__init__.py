"""Who: people, territories and their assignment, saved views, the audit."""

from accounts.models.audit import AppendOnly, AuditEvent
from accounts.models.people import User, UserManager, UserQuerySet
from accounts.models.saved_views import SavedView
from accounts.models.territories import (
    BEGINNING,
    PlannedChange,
    Territory,
    TerritoryAssignment,
    TerritoryZip,
)
from accounts.models.what_ifs import WhatIf, WhatIfMove

__all__ = [
    "BEGINNING",
    "AppendOnly",
    "AuditEvent",
    "PlannedChange",
    "SavedView",
    "Territory",
    "TerritoryAssignment",
    "TerritoryZip",
    "User",
    "UserManager",
    "UserQuerySet",
    "WhatIf",
    "WhatIfMove",
]

"""Who: people, territories, their shapes and who works them, saved views, the audit."""

from accounts.models.audit import AppendOnly, AuditEvent
from accounts.models.notifications import Notification
from accounts.models.people import User, UserManager, UserQuerySet
from accounts.models.saved_views import SavedView
from accounts.models.shapes import ZipShapes
from accounts.models.territories import (
    BEGINNING,
    Coverage,
    PlannedChange,
    Territory,
    TerritoryAssignment,
    TerritoryZip,
    managed_by,
    nodes_in_sight,
)
from accounts.models.what_ifs import WhatIf, WhatIfMove

__all__ = [
    "BEGINNING",
    "AppendOnly",
    "AuditEvent",
    "Coverage",
    "Notification",
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
    "ZipShapes",
    "managed_by",
    "nodes_in_sight",
]

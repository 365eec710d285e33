"""The facts: who refers to whom, and how that came to be known."""

from referrals.models.changes import Change, Proposal
from referrals.models.directory import (
    Affiliation,
    Channel,
    Lunches,
    Organization,
    Physician,
    Practice,
    StageChange,
    TerritoryException,
)
from referrals.models.flows import FlowFile, SharedPatients
from referrals.models.imports import ClaimsImport, Difference, ImportRun, RejectedRow
from referrals.models.mappings import ImportDraft, ImportMapping
from referrals.models.merges import Duplicate, FormerAddress, FormerNpi, Merge
from referrals.models.notes import Note
from referrals.models.other_names import OtherName
from referrals.models.payers import Payer, PayerClass
from referrals.models.payments import Payment, PaymentRecipient, PaymentSuggestion
from referrals.models.referrals import Referral, StatusChange
from referrals.models.roster import RosterEntry
from referrals.models.service_lines import (
    Margin,
    ProcedureRange,
    ServiceLine,
    Specialty,
)
from referrals.models.specialists import (
    Availability,
    SpecialistProfile,
    Synonym,
    Term,
)

__all__ = [
    "Affiliation",
    "Availability",
    "Change",
    "Channel",
    "ClaimsImport",
    "Difference",
    "Duplicate",
    "FormerAddress",
    "FormerNpi",
    "ImportDraft",
    "ImportMapping",
    "FlowFile",
    "ImportRun",
    "Lunches",
    "Margin",
    "Merge",
    "Note",
    "Organization",
    "OtherName",
    "Payer",
    "PayerClass",
    "Payment",
    "PaymentRecipient",
    "PaymentSuggestion",
    "Physician",
    "Practice",
    "ProcedureRange",
    "Proposal",
    "Referral",
    "RejectedRow",
    "RosterEntry",
    "ServiceLine",
    "SpecialistProfile",
    "SharedPatients",
    "Specialty",
    "StageChange",
    "StatusChange",
    "Synonym",
    "Term",
    "TerritoryException",
]

"""What follows from working referrals and from keeping the directory."""

from liaison_crm.lib.versions import ChangedMeanwhile
from referrals.services.referrals import InvalidChange, change_status

__all__ = ["ChangedMeanwhile", "InvalidChange", "change_status"]

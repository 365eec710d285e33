"""What happens to people and territories, and the audit of it."""

from accounts.services.audit import record, record_export

__all__ = ["record", "record_export"]

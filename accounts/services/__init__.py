"""What happens to people and territories, and the audit of it."""

from accounts.services.audit import record

__all__ = ["record"]

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_earlier_attempts(db):
    """Limits on attempts that one test used up do not reach the next."""
    cache.clear()

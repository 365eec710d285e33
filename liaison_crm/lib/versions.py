"""Two people, one row: the second is told."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the row since it was read."""

"""Waking a worker. The run row is the truth, so a dead broker costs only time."""

import logging
from functools import partial

from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

BROKER_ERRORS = (OperationalError, RedisError, OSError)


def wake(task, *, expires=None, **ids):
    """Send `task` once the transaction is committed, if the broker is there.

    `ids` are the task's keyword arguments. A broker that is down or hangs is
    logged: the periodic job wakes the run later. `expires` is in seconds.
    """
    transaction.on_commit(partial(_send, task, ids, expires))


def _send(task, ids, expires):
    try:
        task.apply_async(kwargs=ids, expires=expires, retry=False)
    except BROKER_ERRORS as problem:
        logger.warning("No broker for %s %s: %s", task.name, ids, problem)

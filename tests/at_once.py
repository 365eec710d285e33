"""Acts at the same moment, each in a thread and a database session of its own."""

import threading

from django.db import connections


def at_once(*acts):
    """Run these at the same time; what each gave, or the exception it raised."""
    start, given = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place, act):
        try:
            start.wait()
            given[place] = act()
        except Exception as problem:  # noqa: BLE001 - looked at by the test
            given[place] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return given


class Gap:
    """Where the first stops until the second is through, or waits for the first."""

    def __init__(self, soon=1.5):
        self.reached, self.over = threading.Event(), threading.Event()
        self.soon = soon  # seconds that the first waits for the other

    def here(self):
        if not self.reached.is_set():
            self.reached.set()
            self.over.wait(self.soon)

    def second(self, act):
        def run():
            assert self.reached.wait(10)
            try:
                return act()
            finally:
                self.over.set()

        return run

    def behind(self, function):
        """`function`, with the stop behind its first call."""

        def stopped(*args, **kwargs):
            given = function(*args, **kwargs)
            self.here()
            return given

        return stopped

"""Who is where, as the registry says: affiliations that come and go with its rows.

A person has one practice location and any number of secondary ones. They have no
start date, since they hold for the past too; one that takes another's place begins
on the day the other ends. What people or rosters know besides stays.
"""

import datetime as dt

from referrals.models import Affiliation, Physician, Practice

REGISTRY = Affiliation.Source.REGISTRY


class Sites:
    """The affiliations of a chunk's physicians: say who is where, then `store`."""

    def __init__(self, journal, physicians, today: dt.date):
        self.journal, self.today = journal, today
        self._open, self._ended_on = {}, {}
        pks = [one.pk for one in physicians]
        for one in Affiliation.objects.filter(physician__in=pks):
            if one.effective_to is None:
                self._open.setdefault(one.physician_id, []).append(one)
            else:
                key = (one.physician_id, one.practice_id)
                last = self._ended_on.get(key, one.effective_to)
                self._ended_on[key] = max(last, one.effective_to)
        self._made, self._changed, self._undone = [], {}, []

    def is_at(self, physician: Physician, practice: Practice, told_on) -> bool:
        """The practice location of a person; was that news?

        An old one ends on the day `told_on` that the registry was updated, if
        that can be, else today.
        """
        current = self._open.setdefault(physician.pk, [])
        old = [
            one
            for one in current
            if one.source == REGISTRY
            and not one.is_secondary
            and one.practice_id != practice.pk
        ]
        begun = [one.effective_from for one in old if one.effective_from]
        is_possible = told_on and told_on <= self.today
        if not is_possible or not all(began < told_on for began in begun):
            told_on = self.today
        for one in old:
            self._end(one, told_on)
        has_primary = any(one.is_primary for one in current if one not in old)
        here = next((one for one in current if one.practice_id == practice.pk), None)
        if here is None:
            start = told_on if old else None
            self._open_at(physician, practice, start, is_primary=not has_primary)
        elif here.is_secondary:
            here.is_secondary, here.is_primary = False, not has_primary
            if here.pk:
                self._changed[here.pk] = here
        else:
            return bool(old)
        return True

    def is_also_at(self, physician: Physician, practice: Practice) -> bool:
        """A secondary location of a person; was that news?"""
        current = self._open.setdefault(physician.pk, [])
        if any(one.practice_id == practice.pk for one in current):
            return False
        start = self._ended_on.get((physician.pk, practice.pk))
        self._open_at(physician, practice, start, is_primary=False, is_secondary=True)
        return True

    def is_nowhere_else(self, physician: Physician, practices) -> int:
        """End the secondary locations that are not among these; how many."""
        listed = {practice.pk for practice in practices}
        gone = [
            one
            for one in self._open.get(physician.pk, ())
            if one.is_secondary
            and one.source == REGISTRY
            and one.practice_id not in listed
        ]
        for one in gone:
            self._end(one, self.today)
        return len(gone)

    def _open_at(self, physician, practice, start, **fields):
        made = Affiliation(
            physician=physician,
            practice=practice,
            effective_from=start,
            source=REGISTRY,
            **fields,
        )
        self._open[physician.pk].append(made)
        self._made.append(made)

    def _end(self, affiliation, on):
        self._open[affiliation.physician_id].remove(affiliation)
        began = affiliation.effective_from
        if began is not None and began >= on:
            self._undone.append(affiliation)  # opened on the very day: it never held
        else:
            affiliation.effective_to = on
            self._changed[affiliation.pk] = affiliation

    def store(self):
        self.journal.delete(self._undone)
        self.journal.update(
            [*self._changed.values()], ["effective_to", "is_secondary", "is_primary"]
        )
        self.journal.create(self._made)

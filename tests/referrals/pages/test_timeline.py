"""The timeline merges its sources, newest first."""

import datetime as dt

import pytest

from referrals.pages import actions, timeline
from referrals.pages.timeline import Entry
from tests.factories.referrals import ReferralFactory


@pytest.fixture
def sources(monkeypatch):
    """Only the sources that the test registers."""
    found = {}
    monkeypatch.setattr(timeline, "_sources", found)
    return found


def entries(kind, *days):
    return [Entry(dt.date(2026, 3, day), kind, f"{kind} {day}") for day in days]


def test_entries_of_all_sources_come_newest_first(sources):
    timeline.register(lambda subject, user, limit: entries("Visit", 9, 3))
    timeline.register(lambda subject, user, limit: entries("Task", 5))

    shown = timeline.of(None, None)

    assert [entry.title for entry in shown.entries] == ["Visit 9", "Task 5", "Visit 3"]
    assert shown.more is None


def test_a_source_counts_once_however_often_it_registers(sources):
    def source(subject, user, limit):
        return entries("Visit", 1)

    timeline.register(source)
    timeline.register(source)

    assert len(timeline.of(None, None).entries) == 1


def test_more_than_a_step_offers_the_next(sources):
    timeline.register(lambda subject, user, limit: entries("Visit", *[1] * limit))

    shown = timeline.of(None, None)

    assert len(shown.entries) == timeline.STEP
    assert shown.more == 2 * timeline.STEP
    assert len(timeline.of(None, None, asked="40").entries) == 40


def test_one_kind_can_be_asked_for_alone(sources):
    timeline.register(lambda subject, user, limit: entries("Visit", 9), kind="Visit")
    timeline.register(lambda subject, user, limit: entries("Task", 5), kind="Task")
    timeline.register(lambda subject, user, limit: entries("Visit", 1))

    shown = timeline.of(None, None, kind="Visit")

    assert [entry.title for entry in shown.entries] == ["Visit 9", "Visit 1"]
    assert (shown.kinds, shown.kind) == (("Task", "Visit"), "Visit")
    assert timeline.of(None, None, kind="Gossip").kind == ""


@pytest.mark.parametrize("asked", ["-1", "x", "1e9", "", "99999999999999999999", "٣"])
def test_nonsense_asks_for_at_most_the_most(sources, asked):
    timeline.register(lambda subject, user, limit: entries("Visit", *[1] * limit))

    shown = timeline.of(None, None, asked=asked)

    assert timeline.STEP <= len(shown.entries) <= timeline.MOST


def test_referrals_appear_for_who_may_read_them(
    north_physician, north_practice, liaison, compliance_officer
):
    ReferralFactory(external_id="R-7", referring_physician=north_physician)

    for subject in (north_physician, north_practice):
        assert "R-7" in timeline.of(subject, liaison).entries[0].title
        assert timeline.referrals_of(subject, compliance_officer, 5) == []


def test_actions_are_those_of_every_source(monkeypatch):
    monkeypatch.setattr(actions, "_sources", [])
    actions.register(lambda subject, user: [actions.Action("Log visit", "/visits/")])

    assert [action.label for action in actions.of(None, None)] == ["Log visit"]

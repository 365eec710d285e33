import uuid

import pytest
from django.urls import reverse

from accounts.models import AuditEvent
from referrals.models import Change, Note

KEY = "11111111-1111-4111-8111-111111111111"


def url(name, row):
    return reverse(f"referrals:note-{name}", args=[row.pk])


def note(**values):
    return {"key": KEY, "text": "Ask for Nora", "is_pinned": "", **values}


def test_a_note_is_kept_with_its_author_and_audited(signed_in, liaison, north_practice):
    answer = signed_in(liaison).post(url("create", north_practice), note())

    kept = Note.objects.get()
    assert answer.url.endswith("#notes")
    assert (kept.text, kept.author, kept.practice) == (
        "Ask for Nora",
        liaison,
        north_practice,
    )
    assert AuditEvent.objects.filter(action="note_changed").count() == 1


def test_a_form_sent_twice_makes_one_note(signed_in, liaison, north_practice):
    client = signed_in(liaison)

    for _ in range(2):
        answer = client.post(url("create", north_practice), note())

    assert answer.status_code == 302
    assert Note.objects.count() == 1


def test_the_key_of_another_persons_note_gives_nothing_away(
    signed_in, liaison, south_note, north_practice
):
    Note.objects.filter(pk=south_note.pk).update(key=KEY)

    answer = signed_in(liaison).post(url("create", north_practice), note())

    assert "This form was used before" in answer.text
    assert "secret" not in answer.text
    assert Note.objects.count() == 1


@pytest.mark.parametrize("text", ["", "   ", "x" * 4001, "a\x00b"])
def test_a_note_without_words_or_with_too_many_is_refused(
    signed_in, liaison, north_practice, text
):
    answer = signed_in(liaison).post(url("create", north_practice), note(text=text))

    assert answer.status_code == 200
    assert not Note.objects.exists()


def test_the_second_editor_is_told_and_loses_no_text(signed_in, liaison, north_note):
    client = signed_in(liaison)
    seen = north_note.version
    client.post(url("edit", north_note), note(text="First words", version=seen))

    answer = client.post(
        url("edit", north_note), note(text="Second words", version=seen)
    )

    assert "was changed while you were at it" in answer.text
    assert "First words" in answer.text
    assert "Second words</textarea>" in answer.text
    north_note.refresh_from_db()
    assert north_note.text == "First words"


def test_saving_again_replaces_knowingly(signed_in, liaison, north_note):
    Note.objects.update(text="Newer", version=4)
    client = signed_in(liaison)
    told = client.post(url("edit", north_note), note(text="Mine", version=1))

    client.post(
        url("edit", north_note),
        note(text="Mine", version=told.context["now"]["version"]),
    )

    north_note.refresh_from_db()
    assert (north_note.text, north_note.version) == ("Mine", 5)
    assert north_note.edited_at


def test_nobody_changes_the_note_of_another(signed_in, manager, north_note):
    answer = signed_in(manager).post(url("edit", north_note), note(version=1))

    assert answer.status_code == 404


def test_managers_delete_notes_of_others_and_the_journal_keeps_them(
    signed_in, manager, north_note
):
    signed_in(manager).post(url("delete", north_note))

    assert not Note.objects.exists()
    assert Change.objects.get(model="referrals.note").before["text"] == north_note.text


def test_a_colleague_deletes_no_note_of_another(signed_in, coordinator, north_note):
    answer = signed_in(coordinator).post(url("delete", north_note))

    assert answer.status_code == 404
    assert Note.objects.exists()


def test_ones_own_note_out_of_sight_is_gone(signed_in, liaison, north_note):
    liaison.assignments.all().delete()
    client = signed_in(liaison)

    for name in ("edit", "delete"):
        answer = client.post(url(name, north_note), note(version=1))
        assert answer.status_code == 404


def test_each_form_brings_a_key_of_its_own(signed_in, liaison, north_practice):
    client = signed_in(liaison)

    keys = {
        str(client.get(url("create", north_practice)).context["form"]["key"].value())
        for _ in range(2)
    }

    assert len(keys) == 2
    assert all(uuid.UUID(key) for key in keys)

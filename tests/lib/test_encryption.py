import pytest

from liaison_crm.lib.encryption import Tampered, decrypt, encrypt

OLD, NEW = "1" * 64, "2" * 64
CONTEXT = "patient.name.7"


@pytest.fixture(autouse=True)
def field_keys(settings):
    settings.FIELD_KEYS = OLD
    return settings


def test_what_was_encrypted_reads_the_same_again():
    value = encrypt("Zoë Ó Briain", context=CONTEXT)

    assert decrypt(value, context=CONTEXT) == "Zoë Ó Briain"


def test_the_text_is_not_in_the_value():
    assert "Briain" not in encrypt("Briain", context=CONTEXT)


def test_the_same_text_is_never_encrypted_alike():
    assert encrypt("x", context=CONTEXT) != encrypt("x", context=CONTEXT)


def test_blank_stays_blank():
    assert encrypt("", context=CONTEXT) == ""
    assert decrypt("", context=CONTEXT) == ""


def test_a_value_moved_to_another_row_is_refused():
    value = encrypt("secret", context=CONTEXT)

    with pytest.raises(Tampered):
        decrypt(value, context="patient.name.8")


@pytest.mark.parametrize("place", range(4))
def test_a_change_in_any_part_is_refused(place):
    parts = encrypt("secret", context=CONTEXT).split(".")
    first = parts[place][0]
    parts[place] = ("A" if first != "A" else "B") + parts[place][1:]

    with pytest.raises(Tampered):
        decrypt(".".join(parts), context=CONTEXT)


@pytest.mark.parametrize(
    "value", ["secret", "v1.a.b", "v1.!.?.*", "v1.x.eA==.eA==", "a.b.c.d.e", "é.é.é.é"]
)
def test_what_was_never_encrypted_is_refused(value):
    with pytest.raises(Tampered):
        decrypt(value, context=CONTEXT)


def test_after_rotation_old_values_read_and_new_ones_use_the_new_key(field_keys):
    before = encrypt("secret", context=CONTEXT)
    field_keys.FIELD_KEYS = f"{NEW},{OLD}"

    after = encrypt("secret", context=CONTEXT)

    assert decrypt(before, context=CONTEXT) == "secret"
    assert after.split(".")[1] != before.split(".")[1]
    field_keys.FIELD_KEYS = NEW
    assert decrypt(after, context=CONTEXT) == "secret"


def test_a_key_taken_away_makes_its_values_unreadable(field_keys):
    value = encrypt("secret", context=CONTEXT)
    field_keys.FIELD_KEYS = NEW

    with pytest.raises(Tampered):
        decrypt(value, context=CONTEXT)


@pytest.mark.parametrize("keys", ["", "abc", "1" * 62])
def test_keys_of_the_wrong_size_are_refused(keys, field_keys):
    field_keys.FIELD_KEYS = keys

    with pytest.raises(ValueError, match="hex"):
        encrypt("secret", context=CONTEXT)

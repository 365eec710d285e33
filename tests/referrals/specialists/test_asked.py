"""Free words into a question: phrasings, rubbish, and back into words."""

import datetime as dt

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from referrals.specialists import asked
from referrals.specialists.criteria import Criteria, from_query, last_day
from referrals.specialists.vocabulary import Vocabulary, stem

SUNDAY = dt.date(2026, 11, 22)
TERMS = [
    ("condition", "Knee pain", ["knee", "joint"]),
    ("condition", "Atrial fibrillation", ["afib"]),
    ("procedure", "Knee replacement", ["knee arthroplasty"]),
    ("insurer", "Aetna", []),
    ("insurer", "BlueCross BlueShield of Tennessee", ["BCBS", "Blue Cross"]),
    ("insurer", "Medicare", []),
    ("language", "Spanish", []),
    ("language", "Haitian Creole", []),
]


def vocabulary():
    words = Vocabulary()
    for number, (kind, name, synonyms) in enumerate(TERMS):
        for each in (name, *synonyms):
            words.add_term(number, kind, name, each)
    words.add_names("line", ["Cardiology", "Orthopedics"])
    words.add_names("city", ["Franklin", "Mount Juliet"])
    return words


WORDS = vocabulary()
TYPED = """
knee Aetna this week near 37064 within 10 miles of Franklin speaks Spanish , age 7 year
old by Dec 3 next takes telehealth new patients Blue Cross Dr
"""
NAMES = "what insurer language when near within age telehealth line"


def read(text):
    return asked.read(text, WORDS, on=SUNDAY)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (
            "knee, Aetna, this week, near 37064",
            Criteria(what=("knee",), insurer="Aetna", when="week", near="37064"),
        ),
        (
            "knees aetna this week near 37064",
            Criteria(what=("knees",), insurer="Aetna", when="week", near="37064"),
        ),
        (
            "Who can see a 7-year-old with knee pain who has Aetna near Franklin "
            "this week?",
            Criteria(
                what=("knee pain",),
                insurer="Aetna",
                age=7,
                near="Franklin",
                when="week",
            ),
        ),
        (
            "blue cross knee pain near mount juliet tomorrow",
            Criteria(
                what=("knee pain",),
                insurer="BlueCross BlueShield of Tennessee",
                near="Mount Juliet",
                when="tomorrow",
            ),
        ),
        (
            "knee replacement within 10 miles of 37064-1234",
            Criteria(what=("knee replacement",), near="37064", within=10),
        ),
        ("37064 knee", Criteria(what=("knee",), near="37064")),
        (
            "knee near 37064, within 10 mi",
            Criteria(what=("knee",), near="37064", within=10),
        ),
        ("near Narnia, knee", Criteria(what=("knee",), near="Narnia")),
        ("Dr. Smith", Criteria(what=("Smith",))),
        ("jane smith, cardiology", Criteria(what=("jane smith", "cardiology"))),
        ("joint and afib", Criteria(what=("joint", "afib"))),
        (
            "Spanish-speaking cardiologist",
            Criteria(what=("cardiologist",), language="Spanish"),
        ),
        (
            "cardiology, speaks haitian creole",
            Criteria(what=("cardiology",), language="Haitian Creole"),
        ),
        ("speaks Klingon", Criteria(language="Klingon")),
        (
            "takes Humana, knee",
            Criteria(what=("knee",), insurer="Humana"),
        ),
        ("knee insured by Aetna", Criteria(what=("knee",), insurer="Aetna")),
        ("knee telehealth", Criteria(what=("knee",), telehealth=True)),
        ("video visit for knee", Criteria(what=("knee",), telehealth=True)),
        (
            "accepting new patients, knee",
            Criteria(what=("knee",), accepting=True),
        ),
        ("knee asap", Criteria(what=("knee",))),
        ("", Criteria()),
        (" ,,, ;;; \n\t", Criteria()),
    ],
)
def test_a_phrasing_is_understood(text, question):
    assert read(text) == question


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("for a 7-year-old", 7),
        ("7 years old", 7),
        ("7 yo", 7),
        ("7yo", 7),
        ("7 y/o", 7),
        ("seven year old", 7),
        ("age 65", 65),
        ("aged 65", 65),
        ("18 months old", 1),
        ("6 weeks old", 0),
        ("newborn", 0),
        ("age 0", 0),
        ("age 999", None),
        ("900 years old", None),
    ],
)
def test_an_age_is_told_in_years(text, age):
    assert read(text).age == age


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("today", "today"),
        ("by tomorrow", "tomorrow"),
        ("this week", "week"),
        ("next week", "next-week"),
        ("this month", "month"),
        ("by next month", "next-month"),
        ("in 2 weeks", "14d"),
        ("within ten days", "10d"),
        ("in a week", "7d"),
        ("in the next 3 days", "3d"),
        ("by Dec 3", "2026-12-03"),
        ("by December 3rd, 2027", "2027-12-03"),
        ("before 3 December", "2026-12-03"),
        ("12/3", "2026-12-03"),
        ("12/3/2027", "2027-12-03"),
        ("2026-12-03", "2026-12-03"),
        ("by January 5", "2027-01-05"),
        ("by friday", "2026-11-27"),
        ("by Sunday", "2026-11-22"),
        ("by Feb 31", ""),
        ("by 13/45", ""),
        ("in 400 days", ""),
    ],
)
def test_how_soon_is_a_span_or_a_day(text, when):
    assert read(text).when == when


def test_a_leap_day_without_a_year_is_no_error():
    assert asked.read("by Feb 29", WORDS, on=dt.date(2028, 3, 1)).when == ""


@pytest.mark.parametrize(
    ("when", "on", "last"),
    [
        ("week", SUNDAY, "2026-11-28"),
        ("week", dt.date(2026, 11, 28), "2026-11-28"),
        ("next-week", SUNDAY, "2026-12-05"),
        ("month", SUNDAY, "2026-11-30"),
        ("next-month", SUNDAY, "2026-12-31"),
        ("month", dt.date(2026, 12, 31), "2026-12-31"),
        ("next-month", dt.date(2027, 1, 31), "2027-02-28"),
        ("10d", SUNDAY, "2026-12-02"),
        ("2026-12-24", SUNDAY, "2026-12-24"),
    ],
)
def test_a_span_has_a_last_day(when, on, last):
    assert last_day(when, on=on) == dt.date.fromisoformat(last)


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "a\x00b, c",
        "x" * 10_000,
        "near " * 2000,
        "1" * 500,
        "٣٧٠٦٤",
        "'; DROP TABLE referrals_term; --",
        "%_\\",
        "(((((((((((",
        "9 " * 200,
        "takes takes takes",
        "within 0 miles of 37064",
        "within 999 miles",
        "near",
        "<script>alert(1)</script>",
        "\u202egpj.exe",
    ],
)
def test_rubbish_is_read_to_its_end(text):
    found = read(text)

    assert len(found.what) <= 6
    assert all(len(phrase) <= 80 for phrase in found.what)


@given(st.text(max_size=120) | st.lists(st.sampled_from(TYPED.split())).map(" ".join))
def test_what_was_understood_stays_so_when_it_is_typed_again(text):
    """The box shows the question in words: asking again changes nothing."""
    once = read(read(text).words)

    assert read(once.words) == once


@given(st.dictionaries(st.sampled_from(NAMES.split()), st.text(max_size=20)))
def test_any_address_is_a_question(parameters):
    query = QueryDict(mutable=True)
    query.update(parameters)

    question = from_query(query)

    again = QueryDict(mutable=True)
    for name, value in question.query.items():
        again.setlist(name, value if isinstance(value, list) else [str(value)])
    assert from_query(again) == question


def test_a_part_can_be_left_out():
    question = read("knee, joint, Aetna, this week, within 10 miles of 37064, age 7")

    assert question.without("what:0").what == ("joint",)
    assert question.without("insurer").insurer == ""
    assert question.without("near").within is None
    assert question.without("age").age is None
    assert set(question.parts) == {
        "what:0", "what:1", "insurer", "when", "near", "age"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Knees", "knee"),
        ("cardiologist", "cardiology"),
        ("allergies", "allergy"),
        ("Crohn's", "crohn"),
        ("T.K.A", "tka"),
    ],
)
def test_forms_of_a_word_are_one(one, other):
    assert stem(one) == stem(other)


@pytest.mark.parametrize("word", ["diabetes", "arthritis", "pus", "gas", "abscess"])
def test_a_stem_is_stable(word):
    assert stem(stem(word)) == stem(word)

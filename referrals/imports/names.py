"""Names in capitals, as registries write them, the way people write them."""

import re

CAPITALS_TEXT = """
II III IV VI VII LLC LLP PLLC PLC PC PA MD DO DDS DMD DPM OD NP MRI CT PET ENT
LP LC PSC SC APC APMC USA US UT VA NE NW SE SW PO DBA ER ICU
"""
CAPITALS = frozenset(CAPITALS_TEXT.split())
SMALL = frozenset(["of", "and", "the", "at", "for", "in", "on", "by", "to"])
# No vowel, and yet no initials.
ABBREVIATIONS_TEXT = """
ST DR MR MRS MS JR SR MT FT LTD CTR BLVD PKWY HWY RD LN DRS NG
"""
ABBREVIATIONS = frozenset(ABBREVIATIONS_TEXT.split())
SPELLED = {"INC": "Inc", "CO": "Co", "CORP": "Corp", "PHD": "PhD", "ASSOC": "Assoc"}
DIRECTIONS = frozenset(["N", "S", "E", "W", "NE", "NW", "SE", "SW", "PO", "US"])
CREDENTIALS = {
    "PHD": "PhD",
    "PHARMD": "PharmD",
    "PSYD": "PsyD",
    "AUD": "AuD",
    "EDD": "EdD",
    "DRPH": "DrPH",
    "RPH": "RPh",
    "LAC": "LAc",
}
CREDENTIAL_LIMIT = 60
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def person_name(text: str) -> str:
    """`MCDONALD-O'BRIEN III` -> `McDonald-O'Brien III`; mixed case stays."""
    return _cased(text, _person_word)


def organization_name(text: str) -> str:
    """`MERCY HOSPITAL OF TULSA, LLC` -> `Mercy Hospital of Tulsa, LLC`."""
    named = _cased(text, _organization_word)
    return named[:1].upper() + named[1:]


def street(text: str) -> str:
    """`2500 N 7TH AVE STE 3B` -> `2500 N 7th Ave Ste 3B`."""
    return _cased(text, _street_word)


def credential(text: str) -> str:
    """`D.O., PH.D` -> `DO, PhD`; what does not fit is left out from the end."""
    found = []
    for part in re.split(r"[,;]", text):
        plain = " ".join(part.replace(".", " ").split()).upper()
        plain = plain.replace(" -", "-").replace("- ", "-")
        if re.fullmatch(r"(\w{1,5} )*\w(-\w+)?", plain):
            plain = plain.replace(" ", "")
        if plain:
            found.append(CREDENTIALS.get(plain.replace(" ", ""), plain))
    while len(", ".join(found)) > CREDENTIAL_LIMIT:
        found.pop()
    return ", ".join(found)


def _cased(text, cased_word):
    cleaned = " ".join(text.split())
    if cleaned != cleaned.upper():
        return cleaned
    return WORD.sub(lambda match: cased_word(match[0]), cleaned)


def _person_word(word):
    if word in {"II", "III", "IV", "VI", "VII"}:
        return word
    if "'" in word or "’" in word:
        head, mark, tail = re.split("(['’])", word, maxsplit=1)
        tail = tail.lower() if len(tail) == 1 else _person_word(tail)
        return f"{head.capitalize()}{mark}{tail}"
    if word.startswith("MC") and len(word) > 3:
        return f"Mc{word[2:].capitalize()}"
    return word.capitalize()


def _organization_word(word):
    if word in SPELLED:
        return SPELLED[word]
    if word in CAPITALS:
        return word
    if word.lower() in SMALL:
        return word.lower()
    if word not in ABBREVIATIONS and not re.search("[AEIOUY0-9]", word):
        return word
    return _street_word(word) if re.search("[0-9]", word) else _person_word(word)


def _street_word(word):
    if word in DIRECTIONS:
        return word
    if re.fullmatch("[0-9]+(ST|ND|RD|TH)", word):
        return word.lower()
    return word if re.search("[0-9]", word) else _person_word(word)

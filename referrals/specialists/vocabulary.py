"""The words the network uses: terms with synonyms, service lines, cities."""

import functools
import re
from collections import defaultdict
from dataclasses import dataclass, field

from referrals.models import Term

MOST_WORDS = 8  # of a name
SHORTEST_PREFIX = 3
WORD = re.compile(r"[^\W_]+(?:[-+&.'’][^\W_]+)*[+]?")

Words = tuple[str, ...]


def stem(word: str) -> str:
    """One form for `Knees` and `knee's`, one for `cardiologist` and `cardiology`."""
    plain = word.casefold().replace("’", "'").removesuffix("'s").replace(".", "")
    plain = re.sub("ologists?$", "ology", plain)
    if len(plain) > 4 and plain.endswith("ies"):
        return plain[:-3] + "y"
    if len(plain) > 3 and plain.endswith("s") and plain[-2] not in "siu":
        return plain[:-1]
    return plain


@functools.lru_cache(maxsize=20_000)
def stems(text: str) -> Words:
    """The words of a name; remembered, as every search goes through all names."""
    return tuple(stem(word) for word in WORD.findall(text))


@dataclass
class Vocabulary:
    """Names by kind, ready to be found in what somebody types."""

    # kind -> words -> the agreed name
    names: dict[str, dict[Words, str]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    # key of a term -> (kind, the words of its name and of each synonym)
    terms: dict[int, tuple[str, set[Words]]] = field(default_factory=dict)

    @classmethod
    def load(cls) -> "Vocabulary":
        found = cls()
        for pk, agreed, kind, name in Term.objects.vocabulary():
            found.add_term(pk, kind, agreed, name)
        return found

    def add_term(self, pk: int, kind: str, agreed: str, name: str) -> None:
        words = stems(name)
        if name == agreed:
            self.names[kind][words] = agreed
        else:
            self.names[kind].setdefault(words, agreed)
        self.terms.setdefault(pk, (kind, set()))[1].add(words)

    def add_names(self, kind: str, names) -> None:
        for name in names:
            if name:
                self.names[kind].setdefault(stems(name), name)

    def named(self, kind: str, text: str) -> str:
        """The agreed name for `text`, or `text` itself."""
        return self.names[kind].get(stems(text), text)

    def terms_of(self, kind: str, text: str) -> set[int]:
        """The terms whose name or synonym is `text`."""
        words = stems(text)
        return {
            pk
            for pk, (its_kind, known) in self.terms.items()
            if its_kind == kind and words in known
        }

    def terms_like(self, text: str, kinds) -> dict[int, bool]:
        """Terms that the phrase means -> is it said exactly?"""
        words = stems(text)
        return {
            pk: words in known
            for pk, (kind, known) in self.terms.items()
            if kind in kinds and any(is_meant(words, each) for each in known)
        }

    def choices(self, kind: str) -> list[str]:
        return sorted(set(self.names[kind].values()), key=str.casefold)


def is_meant(words: Words, known: Words) -> bool:
    """Does each word begin one of the known words? Short words have to be one."""
    return bool(words) and all(
        any(
            word == each or (len(word) >= SHORTEST_PREFIX and each.startswith(word))
            for each in known
        )
        for word in words
    )

"""What people write for the labels 1 and 0: *ya*, *illegal*, ``TRUE``, or words of their own."""

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from thriftwatch.errors import InputError, did_you_mean, listed, shown

__all__ = ["ACCEPTED", "LABEL_SEPARATOR", "LabelWords", "is_usual"]

# A spreadsheet in Indonesian shows TRUE and FALSE as BENAR and SALAH.
_WORDS = {
    "1": (
        "1",
        "1.0",
        "ya",
        "y",
        "yes",
        "true",
        "benar",
        "illegal",
        "ilegal",
        "positif",
        "positive",
    ),
    "0": ("0", "0.0", "tidak", "n", "no", "false", "salah", "legal", "negatif", "negative"),
}
_USUAL = {word: label for label, words in _WORDS.items() for word in words}
_OTHER = {"0": "1", "1": "0"}
_DENIALS = ("not ", "non-", "bukan ", "tidak ")

ACCEPTED = "0 or 1, ya or tidak, true or false, illegal or legal, positif or negatif"
"""What is accepted as a label, for messages."""

LABEL_SEPARATOR = "#"
"""What stands between several labels of one listing, as doccano writes it."""


class LabelWords:
    """Reads labels, and remembers which word it read as which label.

    Parameters
    ----------
    positive
        The words that stand for 1, as the user named them; any other word then stands for 0. None
        of them: the usual words do.

    Examples
    --------
    >>> words = LabelWords()
    >>> words.label("Ya"), words.label("1.0"), words.label("bukan ilegal"), words.label("ragu")
    ('1', '1', '0', None)
    >>> LabelWords(["ragu"]).label("Ragu")
    '1'
    """

    def __init__(self, positive: str | Collection[object] | None = None) -> None:
        named = [positive] if isinstance(positive, str) else list(positive or ())
        self._positive = {_key(str(word)) for word in named}
        if "" in self._positive:
            raise InputError("positive must name what stands for 1 in the label column, not blank")
        self._named = [str(word) for word in named]
        self._read: dict[str, dict[str, None]] = {"1": {}, "0": {}}

    def label(self, text: str) -> str | None:
        """Return ``"0"`` or ``"1"``, ``""`` for a blank, or None for what is no label."""
        parts = [_key(part) for part in text.split(LABEL_SEPARATOR)]
        if not any(parts):
            return ""
        if self._positive:
            return "1" if self._positive & {_key(text), *parts} else "0"
        found = {_usual(part) for part in parts}
        return found.pop() if len(found) == 1 else None

    def read(self, texts: Iterable[str]) -> NDArray[np.object_]:
        """Return labels in place of words; what is no label stays as it is."""
        found = []
        for text in texts:
            label = self.label(text)
            if label:
                self._read[label][text.strip()] = None
            found.append(text.strip() if label is None else label)
        return np.array(found, object)

    def check(self) -> None:
        """Refuse words for 1 of which there is none in what was read."""
        if not self._positive or self._read["1"]:
            return
        there = list(self._read["0"])
        near = did_you_mean(self._named[0], there)
        raise InputError(
            f"no row is labelled {listed(self._named)}; labels there: {listed(there) or 'none'}"
            + (f". Did you mean {shown(near)}?" if near else "; name another (--positive)")
        )

    def notes(self) -> tuple[str, ...]:
        """Say which words were read as which labels, unless they were 0 and 1 themselves."""
        if not {word for words in self._read.values() for word in words} - {"0", "1"}:
            return ()
        parts = [f"{listed(words)} as {label}" for label, words in self._read.items() if words]
        return (f"labels were read so: {', '.join(parts)}",)


def is_usual(text: str) -> bool:
    """Tell whether a text is a usual word for a label, or blank.

    Examples
    --------
    >>> is_usual("Tidak"), is_usual("2026-03-31")
    (True, False)
    """
    return not text.strip() or _usual(_key(text)) is not None


def _usual(word: str) -> str | None:
    """Return the label that a word usually stands for, also where it is denied."""
    denied = next((word[len(no) :] for no in _DENIALS if word.startswith(no)), None)
    if denied is not None:
        label = _USUAL.get(denied.strip())
        return None if label is None else _OTHER[label]
    return _USUAL.get(word)


def _key(word: str) -> str:
    return " ".join(word.casefold().split())

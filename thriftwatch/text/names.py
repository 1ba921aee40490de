"""Named features and their numbers: what terms, pairs of terms and shapes are called.

A model keys its weights by these names, so that a word of a known family that is added to the
lexicon counts as that family does. The numbers are worked out as they are asked for and kept in
flat arrays, since every term of every listing asks. As `thriftwatch.text.tokenizer`, this module is
compiled where there is a compiler.
"""

from array import array
from collections.abc import Iterable

from thriftwatch.text.fields import OF_A_TERM, UNKNOWN
from thriftwatch.text.lexicon import CLASSES
from thriftwatch.text.shapes import SHAPES
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["Names"]

_CLASSES = len(CLASSES)


class Names:
    """The numbers of named features. One table serves all threads of a model.

    Parameters
    ----------
    vocabulary
        The lexicon of the model.
    numbers
        The features that count, each with its number.
    growing
        Whether other features are added to `numbers`, as in training, or do not count.

    Attributes
    ----------
    of_terms
        For each term, as it is and denied, the numbers of its `OF_A_TERM` features: `UNKNOWN` until
        `of_term` was asked, -1 for one that does not count.
    """

    def __init__(
        self, vocabulary: Vocabulary, numbers: dict[str, int], *, growing: bool = False
    ) -> None:
        self.numbers = numbers
        self._growing = growing
        self._vocabulary = vocabulary
        both = list(zip(vocabulary.class_names, vocabulary.families, strict=True))
        self._families = sorted(set(both))
        place = {family: number for number, family in enumerate(self._families)}
        self._family = array("i", [place[family] for family in both])
        self._word_class = array("i", vocabulary.classes)
        # Classes and families count twice: as they are, and denied.
        classes, families = 2 * _CLASSES, 2 * len(self._families)
        self._class_sides = _sides(CLASSES)
        self._family_sides = _sides(map(".".join, self._families))
        self._starts = array("i", [0, classes * classes, classes * (classes + families)])
        self.of_terms = array("i", [UNKNOWN]) * (2 * OF_A_TERM * len(both))
        self._of_pair = array("i", [UNKNOWN]) * (classes * (classes + 2 * families))
        self._of_shape = array("i", [UNKNOWN]) * (len(SHAPES) * (len(self._families) + 1))

    def most(self) -> int:
        """Return how many features there may be at most."""
        if not self._growing:
            return len(self.numbers)
        return len(self.of_terms) + len(self._of_pair) + len(self._of_shape)

    def of_term(self, term: int, negated: int, place: int) -> int:
        """Return the number of one of the `OF_A_TERM` features of a term; -1 for none."""
        key = OF_A_TERM * (2 * term + negated) + place
        if self.of_terms[key] == UNKNOWN:
            word_class, family = self._families[self._family[term]]
            names = (
                f"family:{family}",
                f"class:{word_class}",
                f"strength:{word_class}-{self._vocabulary.strengths[term]}",
                f"title:{word_class}",
            )
            self.of_terms[key] = self._number(("not " if negated else "") + names[place])
        return self.of_terms[key]

    def of_pair(self, one: int, negated: int, two: int, two_negated: int, kind: int) -> int:
        """Return the number of one of the `OF_A_PAIR` features of two terms; -1 for none."""
        classes, families = 2 * _CLASSES, 2 * len(self._families)
        first = 2 * (self._family[one] if kind == 1 else self._word_class[one]) + negated
        second = 2 * (self._family[two] if kind == 2 else self._word_class[two]) + two_negated
        key = self._starts[kind] + first * (families if kind == 2 else classes) + second
        if self._of_pair[key] == UNKNOWN:
            one_side = self._family_sides[first] if kind == 1 else self._class_sides[first]
            two_side = self._family_sides[second] if kind == 2 else self._class_sides[second]
            self._of_pair[key] = self._number("pair:" + one_side + "+" + two_side)
        return self._of_pair[key]

    def of_shape(self, shape: int, unit: int) -> int:
        """Return the number of a shape, by a unit or by none (-1); -1 for none."""
        family = self._family[unit] if unit >= 0 else -1
        key = len(SHAPES) * (family + 1) + shape
        if self._of_shape[key] == UNKNOWN:
            of_unit = f"-{self._families[family][1]}" if unit >= 0 else ""
            self._of_shape[key] = self._number(f"shape:{SHAPES[shape]}{of_unit}")
        return self._of_shape[key]

    def _number(self, name: str) -> int:
        number = self.numbers.get(name, -1)
        if number < 0 and self._growing:
            number = self.numbers[name] = len(self.numbers)
        return number


def _sides(names: Iterable[str]) -> list[str]:
    """Return what one side of a pair is called, for each name as it is and denied."""
    return [side for name in names for side in (name, f"not {name}")]

"""Why a score is what it is: exact contributions, as spans of the seller's own text.

Up to the heads everything is linear, so what a word adds to a head is known exactly: contributions
and bias add up to the head's log-odds. A word's weight as a reason is its contributions to the
heads, each times how much that head matters: how far it moves the score, with the sign that the law
gives it, and how likely it is the rule of the guideline under which the listing is labelled 1, for
who is asked why marks the words that decided the rule. The heads of the facts say which fact a word
bears on. Words are then merged into the phrases that a person would quote: terms of the lexicon
stay whole, and neighbours that pull the same way are quoted together.

As `thriftwatch.text.tokenizer`, this module is compiled where there is a compiler.
"""

from array import array
from collections.abc import Sequence
from math import exp
from typing import Any

from thriftwatch.domain import FACTS, FOREIGN, GOODS, LOGIT_LIMIT, WORN
from thriftwatch.model.heads import Heads
from thriftwatch.model.tables import FEATURE_STEP, ROW_STEP, Interaction
from thriftwatch.text.document import Document
from thriftwatch.text.fields import MOST_ROOM, ROOM
from thriftwatch.text.lexicon import CLASS_NUMBERS, NAMES

__all__ = ["Explainer", "Phrase", "Roles"]

FAINTEST = 0.1
"""Log-odds below which a word is no reason."""
_FAINTEST_UNKNOWN = 0.5
"""The same for words that no lexicon term stands by: a filler word convinces nobody."""
_SHORTEST_UNKNOWN = 3  # characters: a stray letter or two tell a person nothing
_JOINED = 0.1
"""Share of the stronger neighbour's weight from which two words are one phrase."""
_FARTHEST = 2
"""Characters between two words of one phrase, at most."""
_LONGEST = 5
"""Words of a phrase, not counting the rest of a lexicon term that goes beyond them."""
_DIVIDERS = b",:()|"
"""Signs across which words are one phrase only if they bear on the same fact, and terms never."""
_ENDS = b"\n\r;!?"
_OWN_SHARE = 0.25
"""How far the slope of the score is taken from undecided listings to the listing itself."""
_RULE_SHARE = 0.5
"""How much the rule that decides counts for the weight of a word where it is one that labels the
listing 1; the rest is the score."""
_FOR, _AGAINST = ("R1", "R2", "R4", "R5"), ("R0", "R3", "R6", "R7")
"""Rules of the guideline under which a listing is labelled 1, and 0."""


def _bits(names: "frozenset[str] | set[str]") -> int:
    return sum(1 << CLASS_NUMBERS[name] for name in names)


_LAWFUL = _bits({"new", "own", "domestic", "brand_local", "wanted", "service", "notthing"})
_NAMES_AND_SIZES = _bits(NAMES | {"size", "unit"})
"""Classes that are no reason by themselves."""
_ALONE = _NAMES_AND_SIZES | _bits({"garment", "adjacent", "goods"})
"""Classes that name goods, makers and places: never merged into a phrase with their neighbours."""
_CIRCUMSTANCES = _bits({"origin", "condition", "style", "trade", "evasion", "market"})
"""Classes that make no case alone: a foreign place, a flaw, a style, a way of selling, a wink."""
_STATED_BY = {
    GOODS: _bits({"garment", "adjacent", "goods", "wanted", "service", "notthing"}),
    WORN: _bits({"used", "condition", "new", "import", "wholesale"}),
    FOREIGN: _bits({"origin", "domestic", "market", "import", "wholesale"}),
}
"""The classes whose terms say by their meaning which fact they bear on."""
_STATED = array("i", [_STATED_BY.get(fact, 0) for fact in FACTS])
_FACTS = len(FACTS)
_GOODS = FACTS.index(GOODS)


class Roles:
    """What the heads of a model are to reasons, made once for all threads.

    Parameters
    ----------
    heads
        Their names.
    interaction
        What joins them.
    """

    def __init__(self, heads: Sequence[str], interaction: Interaction) -> None:
        self.against = array("i", [head in _AGAINST for head in heads])
        self.is_rule = array("i", [head in _FOR + _AGAINST for head in heads])
        # A classifier that learned a label alone has no heads for facts.
        self.facts = array("i", [heads.index(fact) if fact in heads else -1 for fact in FACTS])
        self.linear, self.pairs, self.undecided = (
            array("d", memoryview(numbers).cast("B").tobytes())
            for numbers in (interaction.linear, interaction.pairs, interaction.undecided)
        )


class Phrase:
    """Words that are quoted together.

    Attributes
    ----------
    in_title
        Whether they stand in the title.
    start, end
        Where they begin and end in the folded text of that field.
    disguised
        Whether one of them is read as another word than the one written.
    weight
        How far they move the score, in log-odds.
    fact
        Place in `thriftwatch.domain.FACTS` of the fact they bear on most; -1 for none.
    term
        The lexicon term that says most of them; -1 for none.
    strength
        How early they are to be named among the reasons.
    """

    def __init__(
        self, document: Document, first: int, last: int, weight: float, fact: int, term: int
    ) -> None:
        self.in_title = first < document.titled
        offset = 0 if self.in_title else document.border + 1
        self.start = document.starts[first] - offset
        self.end = document.ends[last] - offset
        self.disguised = False
        for at in range(first, last + 1):
            if document.is_disguised(at):
                self.disguised = True
        self.weight = weight
        self.fact = fact
        self.term = term
        self.strength = 0.0


class Explainer:
    """Explains the listing that the heads were worked out for last.

    Parameters
    ----------
    heads
        Heads of a document.
    roles
        What the heads are to reasons.
    term_strengths
        For each term of the lexicon its strength if it can be put into words, else 0.

    Attributes
    ----------
    parts
        For each token what it adds to each head.
    """

    def __init__(self, heads: Heads, roles: Roles, term_strengths: "array[int]") -> None:
        self.heads = heads
        self.roles = roles
        self._term_strengths = term_strengths
        empty = bytes(8 * heads.width)
        self._direction, self._between, self._odds = (array("d", empty) for _ in range(3))
        self._classes = array("i", heads.document.vocabulary.classes)
        self._make_room(ROOM)

    def _make_room(self, room: int) -> None:
        self.parts = array("d", bytes(8 * room * self.heads.width))
        self._room = room  # last, for whoever is interrupted

    def share_out(self) -> None:
        """Share the log-odds of the heads out over the tokens.

        A pair of terms rests on its two ends, any other feature on every token it covers.
        """
        heads, document, width = self.heads, self.heads.document, self.heads.width
        stride = heads.lookup.stride
        if document.count > self._room or self._room > MOST_ROOM:
            self._make_room(max(document.count, ROOM))
        parts, rows, weights = self.parts, heads.rows, heads.lookup.feature_weights
        for place in range(document.count * width):
            parts[place] = 0.0
        for place in range(document.words):
            row, start = stride * document.word[place], width * document.word_at[place]
            for head in range(width):
                parts[start + head] += ROW_STEP * rows[row + head] / heads.norm
        for place in range(document.features):
            row = stride * document.feature[place]
            first, last = document.feature_first[place], document.feature_last[place]
            step, share = 1, FEATURE_STEP / (last - first + 1)
            if document.feature_paired[place]:
                step, share = last - first, FEATURE_STEP / 2
            at = first
            while at <= last:
                start = width * at
                for head in range(width):
                    parts[start + head] += weights[row + head] * share
                at += step

    def phrases(self, output: int) -> "list[Phrase]":
        """Return what speaks for and against an output, the strongest first.

        Parameters
        ----------
        output
            Place in `thriftwatch.domain.OUTPUTS`.
        """
        self.share_out()
        self._set_direction(output)
        found = self._phrases_of(self._pieces_of())
        return sorted(found, key=_by_strength)

    def _set_direction(self, output: int) -> None:
        """Work out how much a unit of each head matters.

        It is the slope of the output between the listing and the listings that it is undecided on:
        at the listing itself the products of far-off heads would dominate, and one slope for all
        would not know that wear beyond doubt needs no further word.
        """
        roles, width, direction = self.roles, self.heads.width, self._direction
        log_odds, odds = self.heads.log_odds, self._odds
        most = decided = 0.0
        start = width * output
        for head in range(width):
            limited = min(max(log_odds[head], -LOGIT_LIMIT), LOGIT_LIMIT)
            undecided = roles.undecided[start + head]
            self._between[head] = (1.0 - _OWN_SHARE) * undecided + _OWN_SHARE * limited
            odds[head] = exp(limited) if roles.is_rule[head] else 0.0
            most += odds[head]
        for head in range(width):
            slope = roles.linear[start + head]
            for other in range(width):
                slope += 2.0 * self._between[other] * roles.pairs[(start + other) * width + head]
            # Wear never speaks against, and own use never for, whatever was learned.
            direction[head] = slope if bool(roles.against[head]) == (slope < 0.0) else 0.0
            odds[head] = 0.0 if roles.against[head] else _RULE_SHARE * odds[head] / max(most, 1e-9)
            decided += odds[head]
        for head in range(width):
            direction[head] = direction[head] * (1.0 - decided) + odds[head]

    def _pieces_of(self) -> "list[_Piece]":
        """Cut the tokens into terms and single words, and keep those that are not too faint."""
        document, width = self.heads.document, self.heads.width
        parts, direction, facts = self.parts, self._direction, self.roles.facts
        pieces: list[_Piece] = []
        at = place = 0
        while at < document.count:
            last, term = at, -1
            if place < document.terms and document.term_first[place] == at:
                last, term = document.term_last[place], document.term[place]
                place += 1
            weight = 0.0
            for token in range(at, last + 1):
                for head in range(width):
                    weight += parts[width * token + head] * direction[head]
            if weight >= FAINTEST or weight <= -FAINTEST:
                sums = [0.0] * _FACTS
                for token in range(at, last + 1):
                    for fact in range(_FACTS):
                        if facts[fact] >= 0:
                            sums[fact] += parts[width * token + facts[fact]]
                bits = 1 << self._classes[term] if term >= 0 else 0
                pieces.append(_Piece(at, last, weight, sums, term, bits))
            at = last + 1
        return pieces

    def _phrases_of(self, pieces: "list[_Piece]") -> "list[Phrase]":
        """Merge pieces into phrases, and keep those that are fit to quote."""
        found: list[Phrase] = []
        start, count = 0, len(pieces)
        while start < count:
            opening = pieces[start]
            stop = start + 1
            while stop < count:
                one, two = pieces[stop - 1], pieces[stop]
                # What would be too long is cut, so that no phrase becomes a paragraph.
                if two.last - opening.first >= _LONGEST or not self._are_joined(one, two):
                    break
                stop += 1
            phrase = self._phrase(pieces, start, stop)
            if phrase is not None:
                found.append(phrase)
            start = stop
        return found

    def _phrase(self, pieces: "list[_Piece]", start: int, stop: int) -> "Phrase | None":
        """Return some pieces as one phrase, or None if it is not fit to quote.

        A size and the name of a brand or a place are evidence of nothing, and a word that says
        "new" or "my own" is no reason to suspect anybody, whatever weight the company it keeps has
        given it.
        """
        document, strengths = self.heads.document, self._term_strengths
        first, last = pieces[start], pieces[stop - 1]
        weight, bits, term, sums = 0.0, 0, -1, [0.0] * _FACTS
        for place in range(start, stop):
            piece = pieces[place]
            weight += piece.weight
            bits |= piece.bits
            for fact in range(_FACTS):
                sums[fact] += piece.facts[fact]
            if (
                piece.term >= 0
                and strengths[piece.term]
                and (term < 0 or strengths[piece.term] > strengths[term])
            ):
                term = piece.term
        if bits == 0:
            length = document.ends[last.last] - document.starts[first.first]
            if length < _SHORTEST_UNKNOWN or -_FAINTEST_UNKNOWN < weight < _FAINTEST_UNKNOWN:
                return None
        elif not bits & ~_NAMES_AND_SIZES or (weight > 0.0 and not bits & ~_LAWFUL):
            return None
        phrase = Phrase(
            document, first.first, last.last, weight, _fact_of(weight, sums, bits), term
        )
        # Among what speaks for, the names under which used imports are sold go before
        # circumstances, and what is said of the goods before what sort of goods they are.
        phrase.strength = weight if weight > 0.0 else -weight
        if weight > 0.0 and (first.bits & _ALONE or phrase.fact == _GOODS):
            phrase.strength *= 0.5
        elif weight > 0.0 and bits and not bits & ~_CIRCUMSTANCES:
            phrase.strength *= 0.75
        return phrase

    def _are_joined(self, one: "_Piece", two: "_Piece") -> bool:
        """Return whether a piece is one phrase with the next."""
        document = self.heads.document
        low, high = document.ends[one.last], document.starts[two.first]
        if (
            two.first != one.last + 1
            or (one.bits | two.bits) & _ALONE
            or high - low > _FARTHEST
            or document.breaks[one.last]
            or not _pull_together(one.weight, two.weight)
        ):
            return False
        if high <= low:
            return True
        # The first and the last sign between them: there are hardly more.
        start = document.start
        behind, before = document.text[start + low], document.text[start + high - 1]
        if behind in _ENDS or before in _ENDS:
            return False
        if behind in _DIVIDERS or before in _DIVIDERS:
            return (one.term < 0 or two.term < 0) and _fact_of(
                one.weight, one.facts, one.bits
            ) == _fact_of(two.weight, two.facts, two.bits)
        return True


def _pull_together(one: float, two: float) -> bool:
    """Return whether two weights pull the same way, and neither is faint beside the other."""
    if one < 0.0:
        one, two = -one, -two
    return two > 0.0 and one >= _JOINED * two and two >= _JOINED * one


class _Piece:
    """A single word or a lexicon term: what phrases are made of."""

    def __init__(
        self, first: int, last: int, weight: float, facts: list[float], term: int, bits: int
    ) -> None:
        self.first = first
        self.last = last
        self.weight = weight
        self.facts = facts
        self.term = term
        self.bits = bits


def _fact_of(weight: float, facts: Any, bits: int) -> int:
    """Return the fact that something bears on most, or -1.

    Only where no term says so by its meaning is it left to the weights alone: a garment speaks of
    goods, however often it was worn where the model learned of it.
    """
    best, most, stated = -1, 0.0, False
    for fact in range(_FACTS):
        if bits & _STATED[fact]:
            stated = True
    for fact in range(_FACTS):
        if stated and not bits & _STATED[fact]:
            continue
        share = facts[fact] if weight > 0.0 else -facts[fact]
        if share > most or (stated and best < 0):
            best, most = fact, share
    return best


def _by_strength(phrase: Phrase) -> float:
    return -phrase.strength

"""The one reading of a listing: tokens, terms with their scope, and named features.

Single calls, tables, reasons and training all read a `Document`. A listing has two kinds of
features, and each counts once however often it occurs:

* its distinct *words*; a word brings along the character n-grams it is made of;
* its *named features*: families and classes of terms (``family:balpres``, ``class:used``), denied
  or not (``not class:used``), pairs of neighbouring terms (``pair:used+origin``) and shapes of
  numbers (``shape:pxl``).

That a word was disguised is no feature: honest sellers write ``thr1ft`` and 𝓯𝓪𝓷𝓬𝔂, too, and a
disguise must not pay in either direction. Reviewers are told of it in the reasons.

Digits read as 0 (a price is any price), and place and brand names as one word each, so that no
city or brand is evidence of anything.
"""

from array import array

from thriftwatch.text.fields import (
    CLASS,
    COUNTS_AS_OTHER,
    FIELDS,
    FOLLOWS,
    IS_NUMBER,
    IS_SIZE,
    IS_TEN,
    IS_TERM,
    KIND,
    LEXICON,
    MOST_ROOM,
    OF_A_PAIR,
    OF_A_TERM,
    OF_LOGISTICS,
    OPENS,
    ROOM,
    SILENT,
    TERM,
    UNKNOWN,
    WORD,
)  # fmt: skip
from thriftwatch.text.lexicon import CLASS_NUMBERS, CLASSES
from thriftwatch.text.names import Names
from thriftwatch.text.shapes import (
    CONDITION,
    COUNT,
    DIGIT,
    MANY,
    MEASURED,
    PAIR,
    PER_CENT,
    PRICE,
    PRICE_BY,
    PXL,
    SIZE_RUN,
    THREE,
    TIMES,
    TWO,
)  # fmt: skip
from thriftwatch.text.tokenizer import Tokens
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["Document"]

PAIR_WINDOW = 4
"""Words from the end of one term to the start of the next, at most, for the two to be a pair."""
NEGATION_REACH = 2
"""Words back from a term to what may negate it."""

_LAST_SERIAL = 2_000_000_000
_SLASH, _PERCENT = b"/%"


def _flags(*names: str) -> bytes:
    """Return for each class whether it is among the named ones."""
    return bytes(name in names for name in CLASSES)


_NEGATOR, _GARMENT, _BRAND, _SIZE, _UNIT, _MEASURE = (
    CLASS_NUMBERS[name]
    for name in ("negator", "garment", "brand_foreign", "size", "unit", "measure")
)
_NEGATABLE = _flags("used", "import", "wholesale")
"""Classes whose terms a negator takes back: *bukan bekas*. (*Bukan KW* denies something else, and
*bukan bal sampah* is a phrase of its own.)"""
_NEGATIONS = _flags("new", "own", "domestic")
"""Classes whose phrases deny when they open with a negator: *bukan import*."""
_HOLDS_GARMENTS = _flags("used", "import", "wholesale", "condition", "own", "trade")
"""Classes whose phrases leave a garment in them visible: *baju bekas import* is clothing, too."""
_SILENT = _flags("negator", "place", "brand_foreign", "logistics")
"""Classes that are no feature: names of places and brands are evidence of nothing."""
_ALONE = _flags("negator", "place", "brand_foreign", "logistics", "unit", "size", "brand_local")
"""Classes that are in no pair."""
_OF_NO_GOODS = _flags(
    "negator", "place", "brand_foreign", "logistics", "brand_local", "measure", "size", "unit"
)
"""Classes that do not make a clause one about the goods. A clause of the description that has a
word of logistics and no other class than these is shop talk: its words do not count."""
_OF_BARE_GOODS = _flags(
    "garment", "brand_foreign", "counterfeit", "size", "unit", "measure", "place", "logistics",
    "style", "condition", "trade",
)  # fmt: skip
"""Classes that say nothing of whether goods are new, one's own, or from here."""
_MOST_SIZES = 2


class Document(Tokens):
    """What is read in one listing; the next one is read into the same arrays.

    Parameters
    ----------
    vocabulary
        The lexicon of the model.
    names
        The numbers of the named features that count.

    Attributes
    ----------
    terms
        How many terms of the lexicon were found, in order; the longest phrase wins.
    term, term_first, term_last, term_negated
        Which each is, its first and last token, and whether a negator stands before it.
    words
        How many distinct words count.
    word, word_at
        The number of each among the cached ones, and the token where it stands first.
    features
        How many named features there are.
    feature, feature_first, feature_last, feature_paired
        The number of each, the tokens (inclusive) it rests on, and whether it rests on these two
        alone and not on the tokens between them.

    Examples
    --------
    >>> from thriftwatch.text.vocabulary import packaged_vocabulary
    >>> vocabulary, known = packaged_vocabulary(), {}
    >>> document = Document(vocabulary, Names(vocabulary, known, growing=True))
    >>> document.read("Kaos b3kas".encode(), "bukan b.a.l, 9/10".encode())
    >>> [document.reads(document.token[at]) for at in range(document.count)]
    [b'kaos', b'bekas', b'bukan', b'bal', b'9', b'10']
    >>> sorted(known)[:3]
    ['class:garment', 'class:used', 'family:bekas']
    >>> "not class:wholesale" in known, "shape:condition" in known
    (True, True)
    """

    def __init__(self, vocabulary: Vocabulary, names: Names) -> None:
        super().__init__(vocabulary)
        self.names = names
        self._classes = array("i", vocabulary.classes)
        self._next_word = array("i", vocabulary.next_word)
        self._next_node = array("i", vocabulary.next_node)
        self._term_at = array("i", vocabulary.term_at)
        self._of_term = names.of_terms
        # A feature counts once: no listing has more of them than there are.
        empty = bytes(4 * (names.most() + 1))
        (
            self.feature, self.feature_first, self.feature_last, self.feature_paired,
            self._seen_feature,
        ) = (array("i", empty) for _ in range(5))  # fmt: skip
        self._seen_word = array("i", bytes(4))
        self._serial = 0
        self._make_term_room(ROOM)
        self.terms = self.words = self.features = 0

    def _make_term_room(self, room: int) -> None:
        empty = bytes(4 * room)
        self.term, self.term_first, self.term_last, self.term_negated, self.word, self.word_at = (
            array("i", empty) for _ in range(6)
        )
        self._term_room = room  # last, for whoever is interrupted

    def read(self, title: bytes, description: bytes) -> None:
        """Read one listing.

        Parameters
        ----------
        title, description
            UTF-8.
        """
        text = title + b"\n" + description
        self.read_part(text, 0, len(title), len(text))

    def read_part(self, text: bytes, start: int, border: int, end: int) -> None:
        """Read one of many listings that are in one text.

        Parameters
        ----------
        text, start, border, end
            As for `Tokens.tokenize`.
        """
        self.tokenize(text, start, border, end)
        if self.count > self._term_room or self._term_room > MOST_ROOM:
            self._make_term_room(max(self.count, ROOM))
        self._begin_counting()
        self._find_terms()
        self._find_negations()
        self._silence()
        self._count_words()
        self._add_features_of_terms()
        if self.flags_seen & (IS_NUMBER | IS_SIZE):
            self._add_shapes()

    def _begin_counting(self) -> None:
        """Take a new mark for what was seen in this listing."""
        if self.words_known > len(self._seen_word) or self._serial == _LAST_SERIAL:
            self._seen_word = array("i", bytes(8 * self.words_known))
            self._seen_feature = array("i", bytes(4 * len(self._seen_feature)))
            self._serial = 0
        self._serial += 1

    def is_bare(self) -> bool:
        """Return whether a foreign brand's garment is named, and nothing said of where it is from.

        Then the name of the shop is often the only sign of the trade.
        """
        branded = is_garment = False
        sizes = 0
        for place in range(self.terms):
            word_class = self._classes[self.term[place]]
            if not _OF_BARE_GOODS[word_class]:
                return False
            branded = branded or word_class == _BRAND
            is_garment = is_garment or word_class == _GARMENT
            sizes += word_class == _SIZE
        return branded and is_garment and sizes <= _MOST_SIZES

    def _known(self, at: int, field: int) -> int:
        """Return what is known of a token."""
        return self.known[FIELDS * self.token[at] + field]

    # --- terms --------------------------------------------------------------------------------

    def _find_terms(self) -> None:
        """Find the terms, from left to right, the longest at each place."""
        found = at = 0
        while at < self.count:
            flags, last = self.flags[at], at
            if flags & (IS_TERM | OPENS):
                term = self._known(at, TERM)
                if flags & OPENS:
                    node, place = self._known(at, LEXICON), at
                    while (
                        place + 1 < self.count
                        and not self.breaks[place]
                        and self.flags[place + 1] & FOLLOWS
                    ):
                        node = self._step(node, self._known(place + 1, LEXICON))
                        if node < 0:
                            break
                        place += 1
                        if self._term_at[node] >= 0:
                            term, last = self._term_at[node], place
                if term >= 0:
                    self.term[found], self.term_first[found], self.term_last[found] = term, at, last
                    found += 1
            at = last + 1
        self.terms = found

    def _step(self, node: int, word: int) -> int:
        """Return the node that a word leads to, or -1: the steps from a node are in order."""
        low, end = self._first_step[node], self._first_step[node + 1]
        high = end
        while low < high:
            middle = (low + high) >> 1
            if self._next_word[middle] < word:
                low = middle + 1
            else:
                high = middle
        if low < end and self._next_word[low] == word:
            return self._next_node[low]
        return -1

    def _find_negations(self) -> None:
        """Find the terms with a negator right before them, or one word further."""
        negator = -1
        for place in range(self.terms):
            first, negated = self.term_first[place], False
            if negator >= 0:
                at = self.term_last[negator]
                if at >= first - NEGATION_REACH:
                    while at < first and not self.breaks[at]:
                        at += 1
                    negated = at == first
            self.term_negated[place] = negated
            if self._classes[self.term[place]] == _NEGATOR:
                negator = place

    # --- words --------------------------------------------------------------------------------

    def _silence(self) -> None:
        """Mark the words that do not count: denials and what they deny, and shop talk."""
        for place in range(self.terms):
            word_class = self._classes[self.term[place]]
            first, last = self.term_first[place], self.term_last[place]
            if (self.term_negated[place] and _NEGATABLE[word_class]) or (
                last > first and _NEGATIONS[word_class] and self._known(first, CLASS) == _NEGATOR
            ):
                for at in range(first, last + 1):
                    self.flags[at] |= SILENT
        if self.flags_seen & OF_LOGISTICS:
            self._silence_shop_talk()

    def _silence_shop_talk(self) -> None:
        start, place = self.titled, 0
        while start < self.count:
            talks = of_goods = False
            end = start
            while end + 1 < self.count and not self.breaks[end]:
                end += 1
            for at in range(start, end + 1):
                if self.flags[at] & OF_LOGISTICS:
                    talks = True
            while place < self.terms and self.term_first[place] <= end:
                if (
                    self.term_first[place] >= start
                    and not _OF_NO_GOODS[self._classes[self.term[place]]]
                ):
                    of_goods = True
                place += 1
            if talks and not of_goods:
                for at in range(start, end + 1):
                    self.flags[at] |= SILENT
            start = end + 1

    def _count_words(self) -> None:
        """Count each distinct word once."""
        count, serial = 0, self._serial
        for at in range(self.count):
            if self.flags[at] & SILENT:
                continue
            word = self._known(at, WORD) if self.flags[at] & COUNTS_AS_OTHER else self.token[at]
            if self._seen_word[word] != serial:
                self._seen_word[word] = serial
                self.word[count], self.word_at[count] = word, at
                count += 1
        self.words = count

    # --- named features -----------------------------------------------------------------------

    def _add(self, number: int, first: int, last: int, paired: bool) -> None:
        """Add a feature unless it was added before, or does not count."""
        if number < 0 or self._seen_feature[number] == self._serial:
            return
        self._seen_feature[number] = self._serial
        place = self.features
        self.feature[place] = number
        self.feature_first[place] = first
        self.feature_last[place] = last
        self.feature_paired[place] = paired
        self.features = place + 1

    def _add_features_of_terms(self) -> None:
        """Add what terms tell, alone and with the next one."""
        self.features = 0
        before = -1
        for place in range(self.terms):
            term, negated = self.term[place], self.term_negated[place]
            first, last = self.term_first[place], self.term_last[place]
            word_class, in_title = self._classes[term], first < self.titled
            if _SILENT[word_class]:
                continue
            self._add_term(term, negated, in_title, first, last)
            if last > first and _HOLDS_GARMENTS[word_class]:
                for at in range(first, last + 1):
                    if self._known(at, CLASS) == _GARMENT:
                        self._add_term(self._known(at, TERM), 0, in_title, at, at)
            if _ALONE[word_class]:
                continue
            if (
                before >= 0
                and first - self.term_last[before] <= PAIR_WINDOW
                and (self.term_first[before] < self.titled) == in_title
            ):
                self._add_pair(before, place)
            before = place

    def _add_term(self, term: int, negated: int, in_title: bool, first: int, last: int) -> None:
        key = OF_A_TERM * (2 * term + negated)
        for place in range(key, key + OF_A_TERM - 1 + in_title):
            number = self._of_term[place]
            if number == UNKNOWN:
                number = self.names.of_term(term, negated, place - key)
            self._add(number, first, last, False)

    def _add_pair(self, before: int, place: int) -> None:
        """Add what two neighbouring terms tell: as classes, and each as its family, too."""
        one, two = self.term[before], self.term[place]
        negated, two_negated = self.term_negated[before], self.term_negated[place]
        first, last = self.term_first[before], self.term_last[place]
        for kind in range(OF_A_PAIR):
            number = self.names.of_pair(one, negated, two, two_negated, kind)
            self._add(number, first, last, True)

    def _add_shapes(self) -> None:
        """Add the shapes that numbers are part of."""
        for at in range(self.count):
            if self.flags[at] & IS_NUMBER:
                self._add_shapes_of_number(at, self._known(at, KIND))
            elif (
                self.flags[at] & IS_SIZE
                and self._near(at, 1, CLASS) == _SIZE
                and self._near(at, 2, CLASS) == _SIZE
            ):
                self._add_shape(SIZE_RUN, -1, at, at + 2)

    def _add_shapes_of_number(self, at: int, kind: int) -> None:
        end = self.ends[at]
        behind = self.text[self.start + end] if end < self.size else 0
        follows = self._near(at, 1, WORD) >= 0
        if kind == DIGIT and behind == _SLASH and follows and self.flags[at + 1] & IS_TEN:
            self._add_shape(CONDITION, -1, at, at + 1)
        if kind == TWO and behind == _PERCENT:
            self._add_shape(PER_CENT, -1, at, at)
        if kind == PAIR:
            self._add_shape(PXL, -1, at, at)
        elif kind == TWO and self._near(at, 1, KIND) == TIMES and self._near(at, 2, KIND) == TWO:
            self._add_shape(PXL, -1, at, at + 2)
        if kind in (TWO, THREE) and self._near(at, -1, CLASS) == _MEASURE:
            self._add_shape(MEASURED, -1, at, at)
        unit = self._near(at, 1, TERM) if self._near(at, 1, CLASS) == _UNIT else -1
        if kind <= THREE and unit >= 0:
            self._add_shape(COUNT + kind, unit, at, at + 1)
        if kind in (PRICE, MANY):
            last = at + 1
            if unit < 0 and self._near(at, 2, CLASS) == _UNIT:
                unit, last = self._near(at, 2, TERM), at + 2
            if unit >= 0:
                self._add_shape(PRICE_BY, unit, at, last)

    def _near(self, at: int, steps: int, field: int) -> int:
        """Return what is known of a token near another one in the same text; -1 for none."""
        near, titled = at + steps, self.titled
        if near < 0 or near >= self.count or (at < titled) != (near < titled):
            return -1
        return self._known(near, field)

    def _add_shape(self, shape: int, unit: int, first: int, last: int) -> None:
        self._add(self.names.of_shape(shape, unit), first, last, False)

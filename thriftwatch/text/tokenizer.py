"""Words to tokens: what each word of a listing is read as, and where it was written.

A word is a run of ASCII letters and digits of the folded text. A *chain* is a run of words held
together by single symbols (``t.h.r.i.f.t``, ``thr/ift``, ``th**ft``) or single letters held apart
by single spaces (``b a l``); `thriftwatch.text.disguises` decides whether it is one word.

What depends on a word alone (what it hides, its term) is worked out once and cached by its letters.
The loops over tokens are what a catalogue's time goes into: they work on flat arrays, and are
compiled with the types of ``tokenizer.pxd`` where there is a compiler. Without one the same lines
run as they stand.
"""

import re
from array import array

from thriftwatch.text.disguises import undo_separated, undo_text, undo_word
from thriftwatch.text.fields import (
    BEFORE,
    BEHIND,
    CLASS,
    COMPOUND,
    COUNTS_AS_OTHER,
    DISGUISED,
    ENDS_CLAUSE,
    FIELDS,
    FLAGS,
    FOLLOWS,
    IN_WORD,
    IS_NUMBER,
    IS_SIZE,
    IS_TEN,
    IS_TERM,
    JOINED,
    KIND,
    LEXICON,
    LINK,
    MOST_CACHED,
    NOT_ASCII,
    OF_LOGISTICS,
    OPENS,
    ROLES,
    TERM,
    WORD,
)  # fmt: skip
from thriftwatch.text.lexicon import CLASS_NUMBERS, NAMES
from thriftwatch.text.scan import Scanner
from thriftwatch.text.shapes import LONGEST_NUMBER, NUMBER_KINDS, TEN
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["Tokens"]

_MOST_SEPARATED = 1 << 14
_LONGEST_SEPARATED = 64

_SPACE, _DOT, _STAR, _HASHTAG, _LAST_DIGIT = b" .*#9"
_SYMBOL, _SPELLED, _OPENED, _CLOSED = 1, 2, 4, 8
"""What makes a word a piece of a chain: a symbol links it to the next one, or both are letters that
stand alone; the symbol before it may be its first letter, or those behind it its last."""
_DIGIT_NOT_0 = re.compile(rb"[1-9]")
_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
_NAME_FORMS = {CLASS_NUMBERS[name]: b"<%b>" % name.encode() for name in NAMES}
_SIZE, _LOGISTICS = CLASS_NUMBERS["size"], CLASS_NUMBERS["logistics"]


class Tokens(Scanner):
    """The tokens of one listing at a time, read into the same arrays again and again.

    Parameters
    ----------
    vocabulary
        The lexicon of the model.

    Attributes
    ----------
    border
        Where the title ends: at a line break, behind which the description begins.
    titled
        How many tokens stand in the title.
    breaks
        Whether a clause or a text ends behind each token.
    generation
        Another number each time that the cache is emptied.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._words = vocabulary.words
        self._single = array("i", vocabulary.single)
        self._class_of = array("i", vocabulary.classes)
        self._first_step = array("i", vocabulary.first_step)
        self._following = frozenset(vocabulary.next_word)
        self._hidden = vocabulary.hidden
        self.border = self.titled = 0
        super().__init__()
        self.generation = 1
        self._forget_words()

    def evict(self) -> None:
        """Empty the cache."""
        self.clear()
        self.generation += 1
        self._forget_words()

    def _forget_words(self) -> None:
        self._names: dict[bytes, int] = {}
        self._separated: dict[bytes, tuple[bytes, int, int] | None] = {}
        self._reads: dict[int, bytes] = {}
        self._pieces: dict[int, tuple[bytes, ...]] = {}

    def tokenize(self, text: bytes, start: int, border: int, end: int) -> None:
        """Read the tokens of one listing.

        Parameters
        ----------
        text
            UTF-8: of one listing, or of many.
        start, border, end
            Where the title begins, where the line break is that ends it, and where the description
            ends that follows.
        """
        if self.words_known > MOST_CACHED:
            self.evict()
        roles = self._scan(text, start, border, end)
        if roles & NOT_ASCII:
            title = self._fold(text[start:border])
            folded = title + b"\n" + self._fold(text[border + 1 : end])
            roles = self._scan(folded, 0, len(title), len(folded))
        self.look_up()
        if self._read_gaps(roles):
            self._join_separated()
        if self.unknown:
            self._learn_words()
        if self.flags_seen & COMPOUND:
            self._split_compounds()

    def _scan(self, text: bytes, start: int, border: int, end: int) -> int:
        self.begin(text, start, end)
        self.border = border - start
        roles = self.scan(0, self.border)
        self.titled = self.count
        return roles if roles & NOT_ASCII else roles | self.scan(self.border, self.size)

    def _fold(self, raw: bytes) -> bytes:
        return raw if raw.isascii() else undo_text(raw, self._words, self._hidden)

    def reads(self, word: int) -> bytes:
        """Return the word that a cached one is read as: the one it hides, or itself."""
        return self._reads[word] if word in self._reads else self.written(word)

    def is_normal_form(self, word: int) -> bool:
        """Return whether words may count as a cached one.

        It need not count as itself: *m1nza* counts as ``m0nza``, which hides *monza*.
        """
        if not self.known[FIELDS * word + FLAGS] & COUNTS_AS_OTHER:
            return True
        return not _DIGIT_NOT_0.search(self.written(word))

    def is_disguised(self, at: int) -> bool:
        """Return whether a token is read as another word than the one written."""
        return self.flags[at] & (DISGUISED | JOINED) != 0

    # --- chains -------------------------------------------------------------------------------

    def _read_gaps(self, roles: int) -> bool:
        """See what stands behind each word; tell whether any may be a piece of a chain.

        ``roles`` are those of all characters between words.
        """
        size, border, count, chained = self.size, self.border, self.count, 0
        for at in range(count):
            first, end, links, breaks = self.starts[at], self.ends[at], 0, False
            following = self.starts[at + 1] if at + 1 < count else size
            if roles & BEFORE and first and self._role(first - 1) & BEFORE:
                links = _OPENED
            width = following - end
            character = self.text[self.start + end] if width else 0
            if width != 1 or character != _SPACE or at + 1 == count:
                role = ROLES[character]
                if role & BEHIND:
                    links |= _CLOSED
                if at + 1 == count or end <= border < following:
                    breaks = True
                else:
                    breaks = role & ENDS_CLAUSE != 0 or (character == _DOT and width > 1)
                    if (width == 1 and role & LINK) or (width == 2 and character == _STAR):
                        links |= _SYMBOL
            elif end - first == 1 and self.ends[at + 1] - following == 1:
                links |= _SPELLED
            self.breaks[at], self.links[at] = breaks, links
            chained |= links
        return chained != 0

    def _role(self, place: int) -> int:
        return ROLES[self.text[self.start + place]]

    def _join_separated(self) -> None:
        """Put one word in the place of each chain that hides one."""
        first, count = 0, self.count
        found: list[tuple[int, int, int, int, bytes]] = []
        while first < count:
            if self.links[first]:
                last = first
                while last + 1 < count and self._is_linked(last):
                    last += 1
                self._read_separated(first, last, found)
                first = last
            first += 1
        if found:
            self._replace_separated(found)

    def _read_separated(
        self, first: int, last: int, found: "list[tuple[int, int, int, int, bytes]]"
    ) -> None:
        """Add to the found ones what a chain hides: its words, where it was written, the word."""
        low, high = self.starts[first], self.ends[last]
        if self.links[first] & _OPENED:
            low -= 1
        while high < self.size and self._role(high) & BEHIND and high - low <= _LONGEST_SEPARATED:
            high += 1
        if high - low == self.ends[first] - self.starts[first] or high - low > _LONGEST_SEPARATED:
            return
        hidden = self._hidden_in(self.text[self.start + low : self.start + high].lower())
        if hidden is not None:
            word, before, behind = hidden
            if before:
                low = self.starts[first + before]
            if behind:
                high = self.ends[last - behind]
            found.append((first + before, last - behind, low, high, word))

    def _replace_separated(self, found: "list[tuple[int, int, int, int, bytes]]") -> None:
        """Let one word stand where a chain was, and move up what stands behind it."""
        placed = at = 0
        titled = self.titled
        for first, last, low, high, word in (*found, (self.count, self.count, 0, 0, b"")):
            while at < first:
                self._move(at, placed)
                placed += 1
                at += 1
                if at == titled:
                    self.titled = placed
            if first < self.count:
                self._move(last, placed)  # what stands behind the last word stands behind all
                self.place(placed, self.number(word))
                self.flags[placed] |= JOINED
                self.starts[placed], self.ends[placed] = low, high
                placed += 1
                at = last + 1
                if at == titled:
                    self.titled = placed
        self.count = placed

    def _move(self, at: int, place: int) -> None:
        self.token[place], self.flags[place] = self.token[at], self.flags[at]
        self.starts[place], self.ends[place] = self.starts[at], self.ends[at]
        self.breaks[place] = self.breaks[at]

    def _is_linked(self, before: int) -> bool:
        """Return whether a word and the next one are pieces of one chain."""
        if not self.links[before] & _SPELLED:
            return self.links[before] & _SYMBOL != 0
        # Spelled letters end where a chain of another kind begins: "t.h.r.i.f.t b a l".
        return not (
            (before and self.links[before - 1] & _SYMBOL)
            or (before + 2 < self.count and self.links[before + 1] & _SYMBOL)
        )

    def _hidden_in(self, chain: bytes) -> "tuple[bytes, int, int] | None":
        """Return what a chain hides; without a letter (9/10) it hides nothing."""
        if not chain.islower():
            return None
        chains = self._separated
        if chain in chains:
            return chains[chain]
        if len(chains) >= _MOST_SEPARATED:
            chains.clear()
        found = chains[chain] = undo_separated(chain, self._hidden)
        return found

    # --- words to what is known of them -------------------------------------------------------

    def _learn_words(self) -> None:
        """Learn the words that are not in the cache."""
        for at in range(self.count):
            if self.token[at] < 0:
                self.place(at, self.number(self.written_at(at)))

    def number(self, word: bytes) -> int:
        """Return the number of a word in the cache; a new one is learned.

        Parameters
        ----------
        word
            Lower-case ASCII letters and digits, at most `LONGEST_WORD`.
        """
        found = self.find(word)
        return self._learn(word) if found < 0 else found

    def _learn(self, word: bytes) -> int:
        """Work out what is known of a word met for the first time; return its number."""
        reads, pieces = word, None
        lexicon = self._words.get(word, 0)
        term = self._single[lexicon]
        found = undo_word(word, self._hidden, term >= 0)
        if found is not None and len(found) == 1:
            reads = found[0]
            lexicon = self._words.get(reads, 0)
            term = self._single[lexicon]
        elif found is not None:
            pieces = found
        word_class = self._class_of[term] if term >= 0 else -1
        form, kind = reads, 0
        if word_class >= 0 and word_class in _NAME_FORMS:
            form = _NAME_FORMS[word_class]
        else:
            if _has_digits(form):
                form = form.translate(_DIGITS_AS_0)
            if len(form) <= LONGEST_NUMBER:
                kind = NUMBER_KINDS.get(form, 0)
        counts_as = -1 if form == word else self.number_of_normal_form(form)
        flags = IS_TEN * (reads == TEN) | DISGUISED * (reads is not word)
        flags |= COMPOUND * (pieces is not None) | COUNTS_AS_OTHER * (counts_as >= 0)
        flags |= FOLLOWS * (lexicon in self._following) | IS_TERM * (term >= 0)
        flags |= OPENS * (self._first_step[lexicon] < self._first_step[lexicon + 1])
        flags |= IS_SIZE * (word_class == _SIZE) | OF_LOGISTICS * (word_class == _LOGISTICS)
        flags |= IS_NUMBER * (kind > 0)
        number = self.keep(word)
        if reads is not word:
            self._reads[number] = reads
        if pieces is not None:
            self._pieces[number] = pieces
        at = FIELDS * number
        self.known[at + FLAGS] = flags
        self.known[at + WORD] = number if counts_as < 0 else counts_as
        self.known[at + LEXICON], self.known[at + TERM] = lexicon, term
        self.known[at + CLASS], self.known[at + KIND] = word_class, kind
        return number

    def number_of_normal_form(self, form: bytes) -> int:
        """Return the number of what words count as, which need not be a word: ``<place>``."""
        if form.isalnum():
            return self.number(form)
        number = self._names.get(form, -1)
        if number < 0:
            number = self._names[form] = self.keep(form)
            at = FIELDS * number
            self.known[at + WORD] = number
            self.known[at + TERM] = self.known[at + CLASS] = -1
        return number

    def _split_compounds(self) -> None:
        """Put the words that a glued word is made of in its place, but in hashtags."""
        glued = {
            at: self._pieces[self.token[at]]
            for at in range(self.count)
            if self.flags[at] & COMPOUND and not self._is_hashtag(at)
        }
        place = self.count + sum(map(len, glued.values())) - len(glued)
        titled, at, self.count = self.titled, self.count, place
        # From the last one on, so that nothing is overwritten that is still to be moved.
        while at > 0:
            if at == titled:
                self.titled = place
            at -= 1
            if at in glued:
                place = self._split_compound(at, glued[at], place)
            else:
                place -= 1
                self._move(at, place)

    def _split_compound(self, at: int, pieces: tuple[bytes, ...], place: int) -> int:
        """Put the pieces of a token before a place; return the place of the first."""
        start, end, joined = self.starts[at], self.ends[at], self.flags[at] & JOINED
        breaks = self.breaks[at]
        if not joined:  # else it has other letters than were written, and its pieces are all of it
            end = start + sum(map(len, pieces))
        for piece in reversed(pieces):
            place -= 1
            self.place(place, self.number(piece))
            self.flags[place] |= joined
            self.breaks[place], breaks = breaks, False
            self.starts[place], self.ends[place] = start, end
            if not joined:
                end -= len(piece)
                self.starts[place] = end
        return place

    def _is_hashtag(self, at: int) -> bool:
        start = self.starts[at]
        is_hash = start > 0 and self.text[self.start + start - 1] == _HASHTAG
        return is_hash and self._role(start) & IN_WORD != 0  # "#@" is no hashtag


def _has_digits(word: bytes) -> bool:
    """Return whether there is a digit among letters and digits: `bytes.isalpha`, but faster."""
    at = 0
    while at < len(word) and word[at] > _LAST_DIGIT:
        at += 1
    return at < len(word)

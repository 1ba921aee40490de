"""Characters to tokens: the tokens of one listing, with where each was written.

A word is a run of ASCII letters and digits of the folded text. A *chain* is a run of words held
together by single symbols (``t.h.r.i.f.t``, ``thr/ift``, ``th**ft``) or single letters held apart
by single spaces (``b a l``); `thriftwatch.text.disguises` decides whether it is one word.

What depends on a word alone (what it hides, its term) is worked out once, in plain Python, and
cached by its letters. The loops over characters and tokens are what a catalogue's time goes into:
they work on flat arrays, and are compiled with the types of ``tokenizer.pxd`` where there is a
compiler. Without one the same lines run as they stand.
"""

import re
from array import array
from os import urandom
from typing import Any

from thriftwatch.text.disguises import undo_separated, undo_text, undo_word
from thriftwatch.text.fields import (
    CLASS,
    COMPOUND,
    DISGUISED,
    FIELDS,
    FLAGS,
    IS_TEN,
    KIND,
    LENGTH,
    LEXICON,
    LONGEST_WORD,
    MOST_CACHED,
    MOST_ROOM,
    OPENS,
    ROOM,
    TERM,
    WORD,
    WORD_ROOM,
)  # fmt: skip
from thriftwatch.text.lexicon import CLASS_NUMBERS, NAMES
from thriftwatch.text.shapes import LONGEST_NUMBER, NUMBER_KINDS, TEN
from thriftwatch.text.vocabulary import Vocabulary

__all__ = ["Tokens", "grown"]

_MOST_SEPARATED = 1 << 14
_LONGEST_SEPARATED = 64

_IN_WORD, _LINK, _ENDS_CLAUSE, _BEFORE, _BEHIND = 1, 2, 4, 8, 16
_SPACE, _DOT, _STAR, _HASHTAG = b" .*#"
_SYMBOL, _SPELLED, _OPENED, _CLOSED = 1, 2, 4, 8
"""What makes a word a piece of a chain: a symbol links it to the next one, or both are letters that
stand alone; the symbol before it may be its first letter, or those behind it its last."""
_DIGIT_NOT_0 = re.compile(rb"[1-9]")
_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
_NAME_FORMS = {CLASS_NUMBERS[name]: b"<%b>" % name.encode() for name in NAMES}


def _roles() -> bytes:
    """Return what each character may do, as bits."""
    roles = bytearray(256)
    for bit, characters in (
        (_IN_WORD, b"abcdefghijklmnopqrstuvwxyz0123456789"),
        (_LINK, b"./-_*|~'`!@$+^=\\,&#:"),
        (_ENDS_CLAUSE, b"\n\r;!?"),
        (_BEFORE, b"@$!"),  # may be the first letter of a word
        (_BEHIND, b"@$"),  # or the last
    ):
        for character in characters:
            roles[character] |= bit
    return bytes(roles)


_ROLES = _roles()

# Words of up to eight letters are found by their letters, read as one number; longer ones by a hash
# of their letters, and told apart by the letters. Whoever could work out words of one hash could
# make the cache slow: the factor is another in every process.
_LETTERS_IN_KEY = 8
_ALL_BITS = (1 << 64) - 1
_FACTOR = int.from_bytes(urandom(8), "little") | 1


def grown(old: Any, room: int) -> Any:
    """Return an array with more room, which begins like an old one."""
    view = memoryview(old)
    new = array(view.format, [0]) * room
    memoryview(new)[: len(view)] = view
    return new


class Tokens:
    """The tokens of one listing at a time, read into the same arrays again and again.

    Parameters
    ----------
    vocabulary
        The lexicon of the model.

    Attributes
    ----------
    text
        Folded title, a line break, folded description; all lower case.
    border
        Where that line break is.
    count, titled
        How many tokens there are, and how many of them stand in the title.
    token
        What each is: the number of its word among the cached ones. Arrays have room for more.
    starts, ends
        Where each was written in `text`.
    breaks
        Whether a clause or a text ends behind each.
    joined
        The places of tokens that were pieces of a chain.
    known
        What is known of each cached word: `FIELDS` numbers.
    words_known
        How many words the cache holds.
    generation
        How often the cache was emptied.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._words = vocabulary.words
        self._single = array("i", vocabulary.single)
        self._class_of = array("i", vocabulary.classes)
        self._first_step = array("i", vocabulary.first_step)
        self._hidden = vocabulary.hidden
        self.generation = self._hashed = 0
        self.evict()
        self._make_room(ROOM)
        self.text = b""
        self.border = self.count = self.titled = 0
        self.joined: set[int] = set()
        self._hidden_words: dict[int, bytes] = {}

    def evict(self) -> None:
        """Empty the cache."""
        self.generation += 1
        self.words_known = 0
        self.known = array("i", [0]) * (FIELDS * WORD_ROOM)
        self._key_of = array("Q", [0]) * WORD_ROOM
        self._written: list[bytes] = []
        self._make_slots(2 * WORD_ROOM)
        self._separated: dict[bytes, tuple[bytes, int, int] | None] = {}
        self._reads: dict[int, bytes] = {}
        self._pieces: dict[int, tuple[bytes, ...]] = {}

    def _make_room(self, room: int) -> None:
        """Make arrays for so many tokens."""
        self._room = room
        empty = bytes(4 * room)
        self.starts, self.ends, self.breaks, self.token, self._links = (
            array("i", empty) for _ in range(5)
        )
        self._keys = array("Q", bytes(8 * room))

    def tokenize(self, title: bytes, description: bytes) -> None:
        """Read the tokens of one listing.

        Parameters
        ----------
        title, description
            UTF-8.
        """
        if self.words_known > MOST_CACHED:
            self.evict()
        if not title.isascii():
            title = self._fold(title)
        if not description.isascii():
            description = self._fold(description)
        text = (title + b"\n" + description).lower()
        self.text = text
        self.border = len(title)
        # No more words than that: single letters have something between them.
        needed = len(text) // 2 + 2
        if needed > self._room or self._room > MOST_ROOM:
            self._make_room(max(needed, ROOM))
        if self._hidden_words:
            self._hidden_words = {}
            self.joined = set()
        if self._split(text):
            self._join_separated(text)
        self._look_up(text)

    def reads(self, word: int) -> bytes:
        """Return the word that a cached one is read as: the one it hides, or itself."""
        return self._reads[word] if word in self._reads else self.written(word)

    def written(self, word: int) -> bytes:
        """Return the letters of a cached word."""
        return self._written[word]

    def is_normal_form(self, word: int) -> bool:
        """Return whether words may count as a cached one.

        It need not count as itself: *m1nza* counts as ``m0nza``, which hides *monza*.
        """
        written = self.written(word)
        return written.isalpha() or not _DIGIT_NOT_0.search(written)

    def is_disguised(self, at: int) -> bool:
        """Return whether a token is read as another word than the one written."""
        known = self.known[FIELDS * self.token[at] + FLAGS]
        return bool(known & DISGUISED) or at in self.joined

    def _fold(self, raw: bytes) -> bytes:
        return undo_text(raw, self._words, self._hidden)

    # --- characters to words ------------------------------------------------------------------

    def _split(self, text: bytes) -> bool:
        """Find the words, and tell whether any may be a piece of a chain."""
        size, border = len(text), self.border
        starts, ends, keys = self.starts, self.ends, self._keys
        at = count = 0
        chained = False
        self.titled = -1
        while True:
            gap = at
            while at < size and not _ROLES[text[at]] & _IN_WORD:
                at += 1
            if at > border and self.titled < 0:
                self.titled = count
            if at == size:
                break
            if count and at - gap == 1 and text[gap] == _SPACE and gap - starts[count - 1] > 1:
                self.breaks[count - 1] = False  # as most gaps are
            elif count and self._read_gap(text, count - 1, gap, at):
                chained = True
            self._links[count] = 0
            if at and _ROLES[text[at - 1]] & _BEFORE:
                self._links[count] = _OPENED
                chained = True
            starts[count] = at
            key, shift = 0, 0
            while at < size:
                letter = text[at]
                if not _ROLES[letter] & _IN_WORD:
                    break
                if shift == 64:
                    at = self._hash_rest(text, at, key)
                    key = self._hashed
                    break
                key |= letter << shift
                shift += 8
                at += 1
            keys[count] = key
            ends[count] = at
            count += 1
        if count and self._read_gap(text, count - 1, gap, size):
            chained = True
        self.count = count
        return chained

    def _read_gap(self, text: bytes, before: int, gap: int, end: int) -> bool:
        """See what stands behind a word; tell whether it may hold the pieces of a chain."""
        size, links = len(text), self._links[before]
        first, width = text[gap] if gap < size else 0, end - gap
        role = _ROLES[first]
        if role & _BEHIND:
            links |= _CLOSED
        self._links[before] = links
        if end == size or (gap <= self.border < end):
            self.breaks[before] = True
            return links != 0
        self.breaks[before] = bool(role & _ENDS_CLAUSE) or (first == _DOT and width > 1)
        if (width == 1 and role & _LINK) or (width == 2 and first == _STAR):
            links |= _SYMBOL
        elif (
            width == 1
            and first == _SPACE
            and gap - self.starts[before] == 1
            and (end + 1 == size or not _ROLES[text[end + 1]] & _IN_WORD)
        ):
            links |= _SPELLED
        self._links[before] = links
        return links != 0

    def _hash_rest(self, text: bytes, at: int, key: int) -> int:
        """Hash the letters of a long word from the ninth on; return where it ends."""
        most = min(at + LONGEST_WORD - _LETTERS_IN_KEY, len(text))
        hashed = key * _FACTOR & _ALL_BITS
        while at < most and _ROLES[text[at]] & _IN_WORD:
            hashed = (hashed ^ text[at]) * _FACTOR & _ALL_BITS
            at += 1
        while at < len(text) and _ROLES[text[at]] & _IN_WORD:
            at += 1
        self._hashed = hashed
        return at

    def _join_separated(self, text: bytes) -> None:
        """Put one word in the place of each chain that hides one."""
        first, count = 0, self.count
        found: list[tuple[int, int, int, int, bytes]] = []
        while first < count:
            if self._links[first]:
                last = first
                while last + 1 < count and self._is_linked(last):
                    last += 1
                self._read_separated(text, first, last, found)
                first = last
            first += 1
        if found:
            self._replace_separated(found)

    def _read_separated(
        self, text: bytes, first: int, last: int, found: "list[tuple[int, int, int, int, bytes]]"
    ) -> None:
        """Add to the found ones what a chain hides: its words, where it was written, the word."""
        low, high = self.starts[first], self.ends[last]
        if self._links[first] & _OPENED:
            low -= 1
        while (
            high < len(text) and _ROLES[text[high]] & _BEHIND and high - low <= _LONGEST_SEPARATED
        ):
            high += 1
        if high - low == self.ends[first] - self.starts[first] or high - low > _LONGEST_SEPARATED:
            return
        hidden = self._hidden_in(text[low:high])
        if hidden is not None:
            word, before, behind = hidden
            if before:
                low = self.starts[first + before]
            if behind:
                high = self.ends[last - behind]
            found.append((first + before, last - behind, low, high, word))

    def _replace_separated(self, found: "list[tuple[int, int, int, int, bytes]]") -> None:
        """Let one word stand where a chain was, and move up what stands behind it."""
        placed, at, titled = 0, 0, self.titled
        chains = {first: (last, low, high, word) for first, last, low, high, word in found}
        while at < self.count:
            last, low, high = at, self.starts[at], self.ends[at]
            if at in chains:
                last, low, high, self._hidden_words[placed] = chains[at]
            self.starts[placed], self.ends[placed] = low, high
            self.breaks[placed], self._keys[placed] = self.breaks[last], self._keys[at]
            placed += 1
            at = last + 1
            if at == titled:
                self.titled = placed
        self.count = placed

    def _is_linked(self, before: int) -> bool:
        """Return whether a word and the next one are pieces of one chain."""
        if not self._links[before] & _SPELLED:
            return self._links[before] & _SYMBOL != 0
        # Spelled letters end where a chain of another kind begins: "t.h.r.i.f.t b a l".
        return not (
            (before and self._links[before - 1] & _SYMBOL)
            or (before + 2 < self.count and self._links[before + 1] & _SYMBOL)
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

    def _look_up(self, text: bytes) -> None:
        """Find every word in the cache; learn those that are not there."""
        starts, ends, keys, token = self.starts, self.ends, self._keys, self.token
        hidden = self._hidden_words
        any_hidden, glued = bool(hidden), 0
        for at in range(self.count):
            start = starts[at]
            length = min(ends[at] - start, LONGEST_WORD)
            if any_hidden and at in hidden:
                word = self.number(hidden[at])
            else:
                word = self._find(text, start, length, keys[at])
                if word < 0:
                    word = self._cache_word(text[start : start + length], keys[at])
            token[at] = word
            glued |= self.known[FIELDS * word + FLAGS] & COMPOUND
        if hidden:
            self.joined = set(hidden)
        if glued:
            self._split_compound(text)

    def number(self, word: bytes) -> int:
        """Return the number of a word in the cache; a new one is learned.

        Parameters
        ----------
        word
            Lower-case ASCII letters and digits, at most `LONGEST_WORD`.
        """
        key = _key(word)
        found = self._find(word, 0, len(word), key)
        return self._cache_word(word, key) if found < 0 else found

    def _find(self, text: bytes, start: int, length: int, key: int) -> int:
        """Return the number of a word in the cache, or -1."""
        slot = (key * _FACTOR & _ALL_BITS) >> self._shift
        while self._slots[slot]:
            word = self._slots[slot] - 1
            if self._slot_keys[slot] == key and self.known[FIELDS * word + LENGTH] == length:
                same = length
                if length > _LETTERS_IN_KEY:
                    written, same = self._written[word], 0
                    while same < length and written[same] == text[start + same]:
                        same += 1
                if same == length:
                    return word
            slot += 1
            if slot == self._slot_count:
                slot = 0
        return -1

    def _cache_word(self, word: bytes, key: int) -> int:
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
            if not form.isalpha():
                form = form.translate(_DIGITS_AS_0)
            if len(form) <= LONGEST_NUMBER:
                kind = NUMBER_KINDS.get(form, 0)
        counts_as = -1 if form == word else self.number_of_normal_form(form)
        opens = self._first_step[lexicon] < self._first_step[lexicon + 1]
        flags = OPENS * opens + IS_TEN * (reads == TEN)
        flags += DISGUISED * (reads is not word) + COMPOUND * (pieces is not None)
        number = self._keep(word, key)
        if reads is not word:
            self._reads[number] = reads
        if pieces is not None:
            self._pieces[number] = pieces
        at = FIELDS * number
        known = self.known
        known[at + WORD] = number if counts_as < 0 else counts_as
        known[at + LEXICON], known[at + TERM], known[at + CLASS] = lexicon, term, word_class
        known[at + KIND], known[at + FLAGS] = kind, flags
        return number

    def number_of_normal_form(self, form: bytes) -> int:
        """Return the number of what words count as, which need not be a word: ``<place>``."""
        if form.isalnum():
            return self.number(form)
        key = _key(form)
        number = self._find(form, 0, len(form), key)
        if number < 0:
            number = self._keep(form, key)
            at = FIELDS * number
            self.known[at + WORD] = number
            self.known[at + TERM] = self.known[at + CLASS] = -1
        return number

    def _keep(self, word: bytes, key: int) -> int:
        """Keep the letters of a new word; return its number."""
        number = self.words_known
        if number == len(self._key_of):
            self._key_of = grown(self._key_of, 2 * number)
            self.known = grown(self.known, 2 * FIELDS * number)
            self._make_slots(4 * number)
        self._written.append(word)
        self._key_of[number] = key
        self.known[FIELDS * number + LENGTH] = len(word)
        self.words_known = number + 1
        self._take_slot(number)
        return number

    def _make_slots(self, count: int) -> None:
        """Make the table that finds words by their keys: open addressing, half empty."""
        self._slots = array("i", [0]) * count
        self._slot_keys = array("Q", [0]) * count
        self._slot_count = count
        self._shift = 65 - count.bit_length()
        for number in range(self.words_known):
            self._take_slot(number)

    def _take_slot(self, number: int) -> None:
        key = self._key_of[number]
        slot = (key * _FACTOR & _ALL_BITS) >> self._shift
        while self._slots[slot]:
            slot += 1
            if slot == self._slot_count:
                slot = 0
        self._slots[slot] = number + 1
        self._slot_keys[slot] = key

    def _split_compound(self, text: bytes) -> None:
        """Put the words that a glued word is made of in its place, but in hashtags."""
        count, placed = self.count, 0
        token, starts = list(self.token[:count]), list(self.starts[:count])
        ends, every_break = list(self.ends[:count]), list(self.breaks[:count])
        joined: set[int] = set()
        titled = self.titled
        for at, word in enumerate(token):
            start, end = starts[at], ends[at]
            is_hashtag = (
                start > 0
                and text[start - 1] == _HASHTAG
                and bool(_ROLES[text[start]] & _IN_WORD)  # "#@" is no hashtag
            )
            pieces = None if is_hashtag else self._pieces.get(word)
            words = [word] if pieces is None else [self.number(piece) for piece in pieces]
            for number in words:
                self.token[placed], self.breaks[placed] = number, False
                self.starts[placed], self.ends[placed] = start, end
                # What a chain hid has other letters than were written: its pieces are all of it.
                if at in self._hidden_words:
                    joined.add(placed)
                elif pieces is not None:
                    start += len(self.written(number))
                    self.ends[placed] = start
                placed += 1
            self.breaks[placed - 1] = every_break[at]
            if at + 1 == self.titled:
                titled = placed
        self.count, self.titled, self.joined = placed, titled, joined


def _key(word: bytes) -> int:
    """Return what a word is found by."""
    key = int.from_bytes(word[:_LETTERS_IN_KEY], "little")
    if len(word) > _LETTERS_IN_KEY:
        key = key * _FACTOR & _ALL_BITS
        for place in range(_LETTERS_IN_KEY, len(word)):
            key = (key ^ word[place]) * _FACTOR & _ALL_BITS
    return key

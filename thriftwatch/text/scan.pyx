"""The compiled twin of scan.py: the same words, numbers and flags.

A word of up to sixteen letters is two numbers, its first eight letters and the rest, which tell it
from every other; of a longer one the second number is a hash, and its letters are compared. Words
are found by open addressing in a hash table, half empty, of their numbers alone. What is known of
them is kept in the order in which they were met: most tokens are among the first few thousand, so
that the processor's caches hold what is asked most.

Whoever could work out words of one slot could make it slow: the factors are others in every process.
"""

from array import array
from cpython.bytes cimport PyBytes_FromStringAndSize
from libc.string cimport memcpy
from os import urandom
from sys import byteorder

from thriftwatch.text.fields import FIELDS as _FIELDS, FLAGS as _FLAGS
from thriftwatch.text.fields import LETTERS, LONGEST_WORD, MOST_ROOM, NOT_ASCII, ROLES, ROOM
from thriftwatch.text.fields import WORD_ROOM

ctypedef unsigned long long u64

cdef enum:
    KEY, REST  # the letters of a word, two times eight bytes in what is known of it
    HALF = 8  # letters in one number
    MOST_CHARACTERS = 1 << 30  # of a listing: places are C ints

cdef u64 HASHED = <u64>1 << 63  # no ASCII letter has this bit
cdef u64 LOWER = 0x2020202020202020
cdef bint FIRST_IS_LOWEST = byteorder == "little"  # of the letters that are read as one number
cdef u64 FACTOR = int.from_bytes(urandom(8), "little") | 1
cdef u64 REST_FACTOR = int.from_bytes(urandom(8), "little") | 1
cdef Py_ssize_t LONGEST = LONGEST_WORD, FIELDS = _FIELDS, FLAGS = _FLAGS
cdef int OTHER = NOT_ASCII
cdef bytes _letter_table, _role_table
_letter_table, _role_table = LETTERS, ROLES
cdef const unsigned char* letter_of = _letter_table
cdef const unsigned char* roles_of = _role_table


cdef inline Py_ssize_t end_of_word(
    const unsigned char* text, Py_ssize_t at, Py_ssize_t end
) noexcept nogil:
    cdef const unsigned char* letters = letter_of
    while at < end and letters[text[at]]:
        at += 1
    return at


cdef inline u64 half_of_word(
    const unsigned char* text, Py_ssize_t length, Py_ssize_t readable
) noexcept nogil:
    """Return up to eight letters as one number."""
    cdef u64 number = 0
    cdef Py_ssize_t at
    if readable >= HALF and FIRST_IS_LOWEST:
        memcpy(&number, text, HALF)
        number |= LOWER  # letters become lower case, and digits stay
        return number if length >= HALF else number & ((<u64>1 << 8 * length) - 1)
    for at in range(min(length, HALF)):
        number |= <u64>letter_of[text[at]] << 8 * at
    return number


cdef inline u64 rest_of_word(
    const unsigned char* text, Py_ssize_t length, Py_ssize_t readable
) noexcept nogil:
    """Return what follows the first eight letters: itself, or a hash of it."""
    if length <= HALF:
        return 0
    cdef u64 number = half_of_word(text + HALF, length - HALF, readable - HALF)
    cdef Py_ssize_t at
    if length <= 2 * HALF:
        return number
    for at in range(2 * HALF, min(length, LONGEST)):
        number = (number ^ letter_of[text[at]]) * FACTOR
    return number | HASHED


cdef class Scanner:
    def __init__(self):
        self.text = b""
        self.start = self.size = self.count = self.unknown = self.flags_seen = 0
        self.clear()
        self._make_room(ROOM)

    cpdef clear(self):
        self.words_known = 0
        self._written = []
        self._make_slots(2 * WORD_ROOM)

    def _make_room(self, Py_ssize_t room):
        self._room = 0  # for whoever is interrupted
        empty = bytes(4 * room)
        self.token, self.starts, self.ends, self.flags, self.breaks, self.links = (
            array("i", empty) for _ in range(6)
        )
        self._room = room

    cpdef begin(self, bytes text, Py_ssize_t start, Py_ssize_t end):
        if not 0 <= start < end <= len(text):
            raise IndexError(f"a listing from {start} to {end} in a text of {len(text)} bytes")
        if end - start > MOST_CHARACTERS:
            raise ValueError(f"a listing of {end - start} bytes")
        self.text = text
        self.start, self.size = start, end - start
        self.count = self.unknown = self.flags_seen = 0
        # No more words than that: single letters have something between them.
        cdef Py_ssize_t needed = self.size // 2 + 2
        if needed > self._room or self._room > MOST_ROOM:
            self._make_room(max(needed, ROOM))

    cpdef int scan(self, Py_ssize_t start, Py_ssize_t end) except -1:
        if not 0 <= start <= end <= self.size:
            raise IndexError(f"a part from {start} to {end} of a listing of {self.size} bytes")
        if self.count + (end - start) // 2 + 1 > self._room:
            raise IndexError(f"no room for {(end - start) // 2 + 1} more words")
        # Raw pointers from here on: every place is below `end`, and `begin` made room for the words.
        cdef const unsigned char* text = <const unsigned char*>self.text + self.start
        cdef const unsigned char* letters = letter_of
        cdef const unsigned char* roles = roles_of
        cdef int* starts = &self.starts[0]
        cdef int* ends = &self.ends[0]
        cdef Py_ssize_t at = start, count = self.count
        cdef int seen = 0
        while True:
            while at < end and not letters[text[at]]:
                seen |= roles[text[at]]
                at += 1
            if at == end or seen & OTHER:
                break
            starts[count] = <int>at
            at = end_of_word(text, at, end)
            ends[count] = <int>at
            count += 1
        self.count = count
        return seen

    cpdef look_up(self):
        cdef const unsigned char* text = <const unsigned char*>self.text + self.start
        cdef Py_ssize_t readable = len(self.text) - self.start, at, first, end
        cdef int* token = &self.token[0]
        cdef int* flags = &self.flags[0]
        cdef int number, flags_seen = 0, unknown = 0
        for at in range(self.count):
            first, end = self.starts[at], self.ends[at]
            if not 0 <= first < end <= self.size:
                raise IndexError(f"a word from {first} to {end} of a listing of {self.size} bytes")
            number = self._number_of(text + first, end - first, readable - first)
            token[at], flags[at] = number, 0
            if number >= 0:
                flags[at] = self.known[FIELDS * number + FLAGS]
                flags_seen |= flags[at]
            else:
                unknown += 1
        self.flags_seen, self.unknown = flags_seen, unknown

    cpdef place(self, Py_ssize_t at, int number):
        self.token[at] = number
        self.flags[at] = self.known[FIELDS * number + FLAGS]
        self.flags_seen |= self.flags[at]

    cpdef bytes written_at(self, Py_ssize_t at):
        cdef const unsigned char* text = <const unsigned char*>self.text + self.start
        cdef Py_ssize_t first = self.starts[at], place, length = min(self.ends[at] - first, LONGEST)
        if first < 0 or length < 0 or first + length > self.size:
            raise IndexError(f"a word from {first} on in a listing of {self.size} bytes")
        cdef bytes word = PyBytes_FromStringAndSize(NULL, length)
        cdef unsigned char* letters = <unsigned char*>word
        for place in range(length):
            letters[place] = letter_of[text[first + place]]
        return word

    cpdef int find(self, bytes word) except -2:
        return self._number_of(word, len(word), len(word))

    cpdef int keep(self, bytes word) except -1:
        cdef Py_ssize_t number = self.words_known, length = len(word)
        if 2 * number >= self._mask:
            self._make_slots(2 * (self._mask + 1))
        cdef const unsigned char* text = word
        cdef u64* letters = <u64*>&self.known[FIELDS * number]
        # What words count as need not be a word, and is not looked up by its letters: <place>.
        if end_of_word(text, 0, length) == length:
            letters[KEY] = half_of_word(text, length, length)
            letters[REST] = rest_of_word(text, length, length)
            self._take_slot(number)
        self._written.append(word)
        self.words_known = number + 1
        return number

    cpdef bytes written(self, Py_ssize_t word):
        return self._written[word]

    cdef inline Py_ssize_t _first_slot(self, u64 key, u64 rest) noexcept:
        return (key * FACTOR + rest * REST_FACTOR) >> self._shift

    cdef inline int _number_of(
        self, const unsigned char* word, Py_ssize_t length, Py_ssize_t readable
    ) except -2:
        """Return the number of a word, or -1."""
        cdef u64 key = half_of_word(word, length, readable)
        cdef u64 rest = rest_of_word(word, length, readable)
        cdef Py_ssize_t slot = self._first_slot(key, rest), number
        cdef const int* slots = &self._slots[0]  # the mask keeps what follows within it
        cdef const int* known = &self.known[0]
        cdef const u64* letters
        while slots[slot]:
            number = slots[slot] - 1
            letters = <const u64*>(known + FIELDS * number)
            if letters[KEY] == key and letters[REST] == rest:
                if not rest & HASHED or self._is_written(number, word, length):
                    return <int>number
            slot = (slot + 1) & self._mask
        return -1

    cdef _take_slot(self, Py_ssize_t number):
        cdef const u64* letters = <const u64*>&self.known[FIELDS * number]
        cdef Py_ssize_t slot = self._first_slot(letters[KEY], letters[REST])
        while self._slots[slot]:
            slot = (slot + 1) & self._mask
        self._slots[slot] = <int>number + 1

    cdef bint _is_written(
        self, Py_ssize_t number, const unsigned char* word, Py_ssize_t length
    ) except -1:
        """Return whether a long word has the letters of a cached one."""
        cdef bytes written = self._written[number]
        cdef Py_ssize_t at
        if len(written) != min(length, LONGEST):
            return False
        for at in range(len(written)):
            if letter_of[word[at]] != <unsigned char>written[at]:
                return False
        return True

    cdef _make_slots(self, Py_ssize_t count):
        """Make the hash table anew, with so many slots, and room for half as many words."""
        cdef Py_ssize_t number
        known = array("i", bytes(4 * FIELDS * (count // 2 + 1)))
        if self.words_known:
            memoryview(known)[: len(self.known)] = self.known
        self.known, self._slots = known, array("i", bytes(4 * count))
        self._mask, self._shift = count - 1, 65 - (<object>count).bit_length()
        for number in range(self.words_known):
            if (<const u64*>&self.known[FIELDS * number])[KEY]:  # else it is not looked up
                self._take_slot(number)


def runs_of(bytes text):
    cdef const unsigned char* byte = text
    cdef Py_ssize_t at = 0, start = 0, size = len(text)
    cdef list runs = []
    cdef unsigned char other = 0
    for at in range(size):
        if byte[at] & 0x80 != other:
            runs.append(byte[start:at])
            start, other = at, byte[at] & 0x80
    runs.append(byte[start:size])
    if other:
        runs.append(b"")
    return runs

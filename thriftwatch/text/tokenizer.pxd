# C types of tokenizer.py, for where it is compiled.
cimport cython
from thriftwatch.text.disguises cimport Hidden

cdef int LONGEST_WORD, MOST_CACHED, FIELDS, WORD, LEXICON, TERM, CLASS, KIND, FLAGS, LENGTH
cdef int OPENS, IS_TEN, DISGUISED, COMPOUND, _IN_WORD, _LINK, _ENDS_CLAUSE, _BEFORE, _BEHIND
cdef int _SYMBOL, _SPELLED, _OPENED, _CLOSED, _SPACE, _DOT, _STAR, _HASHTAG, ROOM, WORD_ROOM, MOST_ROOM, _LONGEST_SEPARATED, _LETTERS_IN_KEY
cdef unsigned long long _ALL_BITS, _FACTOR
cdef const unsigned char[::1] _ROLES

cdef class Tokens:
    cdef public object vocabulary
    cdef public bytes text
    cdef public Py_ssize_t border, count, titled, generation, words_known
    cdef public int[::1] token, starts, ends, breaks, known
    cdef public set joined
    cdef list _written
    cdef unsigned long long[::1] _keys, _key_of, _slot_keys
    cdef unsigned long long _hashed
    cdef Py_ssize_t _slot_count
    cdef int[::1] _links, _slots
    cdef int[::1] _single, _class_of, _first_step
    cdef Hidden _hidden
    cdef Py_ssize_t _room
    cdef int _shift
    cdef dict _words, _separated, _hidden_words, _reads, _pieces

    cpdef bytes reads(self, Py_ssize_t word)
    cpdef bytes written(self, Py_ssize_t word)
    cpdef bint is_normal_form(self, Py_ssize_t word) except? -1
    @cython.locals(flags=int)
    cpdef bint is_disguised(self, Py_ssize_t at) except? -1
    cpdef tokenize(self, bytes title, bytes description)
    @cython.locals(at=Py_ssize_t, gap=Py_ssize_t, size=Py_ssize_t, border=Py_ssize_t,
                   count=Py_ssize_t, chained=bint, shift=int, letter=cython.ulonglong,
                   key=cython.ulonglong, starts=cython.int[::1], ends=cython.int[::1],
                   keys=cython.ulonglong[::1])
    cdef bint _split(self, const unsigned char[::1] text) except -1
    @cython.locals(size=Py_ssize_t, first=int, width=Py_ssize_t, role=int, links=int)
    cdef bint _read_gap(self, const unsigned char[::1] text, Py_ssize_t before, Py_ssize_t gap, Py_ssize_t end) except -1
    @cython.locals(most=Py_ssize_t, hashed=cython.ulonglong)
    cdef Py_ssize_t _hash_rest(self, const unsigned char[::1] text, Py_ssize_t at, unsigned long long key) except -1
    @cython.locals(first=Py_ssize_t, last=Py_ssize_t, count=Py_ssize_t)
    cdef _join_separated(self, bytes text)
    @cython.locals(low=Py_ssize_t, high=Py_ssize_t)
    cdef _read_separated(self, bytes text, Py_ssize_t first, Py_ssize_t last, list found)
    cdef _replace_separated(self, list found)
    cdef bint _is_linked(self, Py_ssize_t before) except -1
    cdef _hidden_in(self, bytes chain)
    @cython.locals(at=Py_ssize_t, start=Py_ssize_t, length=Py_ssize_t, word=int, glued=int,
                   any_hidden=bint, hidden=dict, starts=cython.int[::1], ends=cython.int[::1],
                   token=cython.int[::1], keys=cython.ulonglong[::1])
    cdef _look_up(self, bytes text)
    @cython.locals(key=cython.ulonglong, found=int)
    cpdef int number(self, bytes word) except -1
    @cython.locals(slot=Py_ssize_t, same=Py_ssize_t, word=int, written=bytes)
    cdef int _find(self, bytes text, Py_ssize_t start, Py_ssize_t length,
                   unsigned long long key) except -2
    @cython.locals(lexicon=int, term=int, word_class=int, kind=int, counts_as=int, flags=int,
                   opens=bint, number=int, at=Py_ssize_t, reads=bytes, form=bytes, known=cython.int[::1])
    cdef int _cache_word(self, bytes word, unsigned long long key) except -1
    @cython.locals(key=cython.ulonglong, number=int, at=Py_ssize_t)
    cpdef int number_of_normal_form(self, bytes form) except -1
    @cython.locals(number=Py_ssize_t)
    cdef int _keep(self, bytes word, unsigned long long key) except -1
    @cython.locals(number=Py_ssize_t)
    cdef _make_slots(self, Py_ssize_t count)
    @cython.locals(slot=Py_ssize_t, key=cython.ulonglong)
    cdef _take_slot(self, Py_ssize_t number)
    cdef _split_compound(self, bytes text)

@cython.locals(key=cython.ulonglong, place=Py_ssize_t)
cdef unsigned long long _key(bytes word)

# C types of tokenizer.py, for where it is compiled.
cimport cython
from thriftwatch.text.disguises cimport Hidden
from thriftwatch.text.scan cimport Scanner

cdef int BEFORE, BEHIND, IN_WORD, LINK, ENDS_CLAUSE, NOT_ASCII
cdef int FIELDS, WORD, LEXICON, TERM, CLASS, KIND, FLAGS, MOST_CACHED, LONGEST_NUMBER
cdef int OPENS, IS_TEN, DISGUISED, COMPOUND, FOLLOWS, IS_TERM, IS_NUMBER, IS_SIZE, OF_LOGISTICS
cdef int COUNTS_AS_OTHER, JOINED, _SIZE, _LOGISTICS
cdef int _SYMBOL, _SPELLED, _OPENED, _CLOSED, _SPACE, _DOT, _STAR, _HASHTAG, _LAST_DIGIT, _LONGEST_SEPARATED
cdef const unsigned char[::1] ROLES
cdef dict NUMBER_KINDS, _NAME_FORMS

cdef class Tokens(Scanner):
    cdef public object vocabulary
    cdef public Py_ssize_t border, titled, generation
    cdef int[::1] _single, _class_of, _first_step
    cdef Hidden _hidden
    cdef frozenset _following
    cdef dict _words, _separated, _names, _reads, _pieces

    cpdef evict(self)
    cpdef tokenize(self, bytes text, Py_ssize_t start, Py_ssize_t border, Py_ssize_t end)
    cdef int _scan(self, bytes text, Py_ssize_t start, Py_ssize_t border, Py_ssize_t end) except -1
    cdef bytes _fold(self, bytes raw)
    cpdef bytes reads(self, Py_ssize_t word)
    cpdef bint is_normal_form(self, Py_ssize_t word) except? -1
    cpdef bint is_disguised(self, Py_ssize_t at) except? -1
    @cython.locals(size=Py_ssize_t, border=Py_ssize_t, count=Py_ssize_t, at=Py_ssize_t,
                   first=Py_ssize_t, end=Py_ssize_t, following=Py_ssize_t, width=Py_ssize_t,
                   chained=int, links=int, breaks=bint, character=int, role=int)
    cdef bint _read_gaps(self, int roles) except -1
    cdef int _role(self, Py_ssize_t place) except -1
    @cython.locals(first=Py_ssize_t, last=Py_ssize_t, count=Py_ssize_t)
    cdef _join_separated(self)
    @cython.locals(low=Py_ssize_t, high=Py_ssize_t)
    cdef _read_separated(self, Py_ssize_t first, Py_ssize_t last, list found)
    @cython.locals(placed=Py_ssize_t, at=Py_ssize_t, titled=Py_ssize_t, first=Py_ssize_t,
                   last=Py_ssize_t, low=int, high=int)
    cdef _replace_separated(self, list found)
    cdef _move(self, Py_ssize_t at, Py_ssize_t place)
    cdef bint _is_linked(self, Py_ssize_t before) except -1
    cdef _hidden_in(self, bytes chain)
    @cython.locals(at=Py_ssize_t)
    cdef _learn_words(self)
    @cython.locals(found=int)
    cpdef int number(self, bytes word) except -1
    @cython.locals(lexicon=int, term=int, word_class=int, kind=int, counts_as=int, flags=int,
                   number=int, at=Py_ssize_t, reads=bytes, form=bytes)
    cdef int _learn(self, bytes word) except -1
    @cython.locals(number=int, at=Py_ssize_t)
    cpdef int number_of_normal_form(self, bytes form) except -1
    @cython.locals(place=Py_ssize_t, at=Py_ssize_t, titled=Py_ssize_t)
    cdef _split_compounds(self)
    @cython.locals(start=int, end=int, joined=int, breaks=int)
    cdef Py_ssize_t _split_compound(self, Py_ssize_t at, tuple pieces, Py_ssize_t place) except -1
    @cython.locals(start=Py_ssize_t, is_hash=bint)
    cdef bint _is_hashtag(self, Py_ssize_t at) except -1

@cython.locals(at=Py_ssize_t)
cdef bint _has_digits(bytes word) except -1

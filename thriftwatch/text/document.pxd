# C types of document.py, for where it is compiled.
cimport cython
from thriftwatch.text.names cimport Names
from thriftwatch.text.tokenizer cimport Tokens

cdef int PAIR_WINDOW, NEGATION_REACH, ROOM, MOST_ROOM, _LAST_SERIAL
cdef int _SLASH, _PERCENT, _NEGATOR, _GARMENT, _BRAND, _SIZE, _UNIT, _MEASURE
cdef int SIZE_RUN, CONDITION, PER_CENT, PXL, MEASURED, PRICE_BY, COUNT, OF_A_TERM, OF_A_PAIR
cdef int UNKNOWN, FIELDS, WORD, LEXICON, TERM, CLASS, KIND
cdef int OPENS, IS_TEN, FOLLOWS, IS_TERM, IS_NUMBER, IS_SIZE, OF_LOGISTICS, COUNTS_AS_OTHER, SILENT
cdef int DIGIT, TWO, THREE, MANY, PRICE, PAIR, TIMES
cdef const unsigned char[::1] _NEGATABLE, _NEGATIONS, _HOLDS_GARMENTS, _SILENT, _ALONE, _OF_NO_GOODS
cdef const unsigned char[::1] _OF_BARE_GOODS
cdef int _MOST_SIZES

@cython.final
cdef class Document(Tokens):
    cdef public Py_ssize_t terms, words, features
    cdef public int[::1] term, term_first, term_last, term_negated, word, word_at
    cdef public int[::1] feature, feature_first, feature_last, feature_paired
    cdef int[::1] _classes, _next_word, _next_node, _term_at, _seen_word, _seen_feature, _of_term
    cdef public Names names
    cdef Py_ssize_t _term_room
    cdef int _serial

    cpdef read(self, bytes title, bytes description)
    cpdef read_part(self, bytes text, Py_ssize_t start, Py_ssize_t border, Py_ssize_t end)
    cdef _begin_counting(self)
    @cython.locals(branded=bint, is_garment=bint, sizes=int, place=Py_ssize_t, word_class=int)
    cpdef bint is_bare(self) except -1
    cdef int _known(self, Py_ssize_t at, int field) except? -1
    @cython.locals(found=Py_ssize_t, at=Py_ssize_t, last=Py_ssize_t, place=Py_ssize_t, flags=int,
                   node=int, term=int)
    cdef _find_terms(self)
    @cython.locals(low=int, high=int, middle=int, end=int)
    cdef int _step(self, int node, int word) except -2
    @cython.locals(place=Py_ssize_t, first=Py_ssize_t, at=Py_ssize_t, negator=Py_ssize_t,
                   negated=bint)
    cdef _find_negations(self)
    @cython.locals(at=Py_ssize_t, place=Py_ssize_t, first=Py_ssize_t, last=Py_ssize_t,
                   word_class=int)
    cdef _silence(self)
    @cython.locals(start=Py_ssize_t, end=Py_ssize_t, at=Py_ssize_t, place=Py_ssize_t, talks=bint,
                   of_goods=bint)
    cdef _silence_shop_talk(self)
    @cython.locals(at=Py_ssize_t, count=Py_ssize_t, word=int, serial=int)
    cdef _count_words(self)
    @cython.locals(place=Py_ssize_t)
    cdef _add(self, int number, Py_ssize_t first, Py_ssize_t last, bint paired)
    @cython.locals(place=Py_ssize_t, first=Py_ssize_t, last=Py_ssize_t, before=Py_ssize_t,
                   at=Py_ssize_t, term=int, negated=int, word_class=int, in_title=bint)
    cdef _add_features_of_terms(self)
    @cython.locals(key=Py_ssize_t, place=Py_ssize_t, number=int)
    cdef _add_term(self, int term, int negated, bint in_title, Py_ssize_t first, Py_ssize_t last)
    @cython.locals(one=int, two=int, negated=int, two_negated=int, first=Py_ssize_t,
                   last=Py_ssize_t, kind=int, number=int)
    cdef _add_pair(self, Py_ssize_t before, Py_ssize_t place)
    @cython.locals(at=Py_ssize_t)
    cdef _add_shapes(self)
    @cython.locals(end=Py_ssize_t, behind=int, unit=int, last=Py_ssize_t, follows=bint)
    cdef _add_shapes_of_number(self, Py_ssize_t at, int kind)
    @cython.locals(near=Py_ssize_t)
    cdef int _near(self, Py_ssize_t at, int steps, int field) except? -1
    cdef _add_shape(self, int shape, int unit, Py_ssize_t first, Py_ssize_t last)

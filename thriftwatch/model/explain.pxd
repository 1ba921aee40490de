# C types of explain.py, for where it is compiled.
cimport cython
from thriftwatch.model.heads cimport Heads
from thriftwatch.text.document cimport Document

cdef double ROW_STEP, FAINTEST, _FAINTEST_UNKNOWN, _JOINED, _OWN_SHARE, _RULE_SHARE
cdef double LOGIT_LIMIT, FEATURE_STEP
cdef int _SHORTEST_UNKNOWN, _FARTHEST, _LONGEST, ROOM, MOST_ROOM
cdef int _LAWFUL, _NAMES_AND_SIZES, _ALONE, _CIRCUMSTANCES, _FACTS, _GOODS
cdef int[::1] _STATED
cdef bytes _DIVIDERS, _ENDS

cdef class Roles:
    cdef public int[::1] against, facts, is_rule
    cdef public double[::1] linear, pairs, undecided

cdef class Phrase:
    cdef public bint in_title, disguised
    cdef public Py_ssize_t start, end
    cdef public int fact, term
    cdef public double weight, strength

cdef class _Piece:
    cdef Py_ssize_t first, last
    cdef double weight
    cdef list facts
    cdef int term, bits

cdef class Explainer:
    cdef public Heads heads
    cdef public Roles roles
    cdef public double[::1] parts
    cdef double[::1] _direction, _between, _odds
    cdef int[::1] _classes
    cdef int[::1] _term_strengths
    cdef Py_ssize_t _room

    cdef _make_room(self, Py_ssize_t room)
    @cython.locals(heads=Heads, document=Document, width=Py_ssize_t, place=Py_ssize_t,
                   row=Py_ssize_t, start=Py_ssize_t, head=Py_ssize_t, first=Py_ssize_t,
                   last=Py_ssize_t, step=Py_ssize_t, at=Py_ssize_t, share=double,
                   stride=Py_ssize_t, parts=cython.double[::1], rows=cython.int[::1])
    cpdef share_out(self)
    cpdef list phrases(self, int output)
    @cython.locals(roles=Roles, width=Py_ssize_t, head=Py_ssize_t, other=Py_ssize_t,
                   start=Py_ssize_t, slope=double, limited=double, undecided=double, most=double,
                   decided=double, odds=cython.double[::1], direction=cython.double[::1],
                   log_odds=cython.double[::1])
    cdef _set_direction(self, int output)
    @cython.locals(document=Document, width=Py_ssize_t, at=Py_ssize_t, place=Py_ssize_t,
                   last=Py_ssize_t, head=Py_ssize_t, token=Py_ssize_t, fact=Py_ssize_t, term=int,
                   bits=int, weight=double, sums=list, pieces=list, parts=cython.double[::1],
                   direction=cython.double[::1], facts=cython.int[::1])
    cdef list _pieces_of(self)
    @cython.locals(found=list, start=Py_ssize_t, stop=Py_ssize_t, count=Py_ssize_t,
                   opening=_Piece, phrase=Phrase, one=_Piece, two=_Piece)
    cdef list _phrases_of(self, list pieces)
    @cython.locals(document=Document, first=_Piece, last=_Piece, piece=_Piece, weight=double,
                   strength=double, bits=int, term=int, phrase=Phrase, place=Py_ssize_t,
                   length=Py_ssize_t, sums=list, strengths=cython.int[::1])
    cdef Phrase _phrase(self, list pieces, Py_ssize_t start, Py_ssize_t stop)
    @cython.locals(document=Document, low=Py_ssize_t, high=Py_ssize_t, start=Py_ssize_t,
                   behind=int, before=int)
    cdef bint _are_joined(self, _Piece one, _Piece two) except? -1

@cython.locals(best=int, fact=int, most=double, share=double, stated=bint)
cdef int _fact_of(double weight, list facts, int bits) except? -2

cdef bint _pull_together(double one, double two)

# C types of disguises.py, for where it is compiled.
cimport cython

cdef int _FIRST_LETTER, SHORTEST_SURE, _SHORTEST_COMPOUND, _PREFILTER_SIZE

cdef class Hidden:
    cdef public frozenset worth, leet, sure, beginnings, pieces
    cdef public dict starred, misspelt
    cdef public tuple without
    cdef bytes _prefilter
    cdef frozenset _letters, _leet_letters

@cython.locals(at=Py_ssize_t, letters=int, place=int)
cdef int _letters_of(bytes text, bytes table) except -1
@cython.locals(at=Py_ssize_t)
cpdef bint _is_stretched(bytes word, Hidden hidden)
cpdef bint _may_be_leet(bytes word, Hidden hidden)
cpdef bint _is_misspelt(bytes word, Hidden hidden)
@cython.locals(length=Py_ssize_t, at=Py_ssize_t, window=cython.longlong,
               letter=cython.longlong)
cpdef bint _may_be_compound(bytes word, Hidden hidden)
cdef long long _prefilter_slot(long long letters)
cpdef bint _may_be_joined(bytes chain, Hidden hidden)
cpdef undo_word(bytes word, Hidden hidden, bint is_term=*)
cpdef undo_separated(bytes chain, Hidden hidden)
cdef _first_answer(list rules, bytes written, Hidden hidden)

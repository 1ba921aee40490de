# C types of names.py, for where it is compiled.
cimport cython

cdef int UNKNOWN, OF_A_TERM, _CLASSES

@cython.final
cdef class Names:
    cdef public dict numbers
    cdef object _vocabulary
    cdef list _families, _class_sides, _family_sides
    cdef bint _growing
    cdef int[::1] _family, _word_class, _starts, _of_pair, _of_shape
    cdef public int[::1] of_terms

    cpdef Py_ssize_t most(self) except -1
    @cython.locals(key=Py_ssize_t)
    cpdef int of_term(self, int term, int negated, int place) except? -1
    @cython.locals(classes=Py_ssize_t, families=Py_ssize_t, first=Py_ssize_t, second=Py_ssize_t,
                   key=Py_ssize_t)
    cpdef int of_pair(self, int one, int negated, int two, int two_negated, int kind) except? -1
    @cython.locals(family=int, key=Py_ssize_t)
    cpdef int of_shape(self, int shape, int unit) except? -1
    cdef int _number(self, str name) except? -1

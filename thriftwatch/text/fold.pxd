# C types of fold.py, for where it is compiled.
cimport cython

cdef Py_UCS4 _LAST_ASCII

@cython.locals(pieces=list, start=Py_ssize_t, size=Py_ssize_t, at=Py_ssize_t, character=Py_UCS4)
cpdef str fold_text(str text, upright=*)

# What scan.pyx shows to other compiled modules.

cdef class Scanner:
    cdef readonly bytes text
    cdef readonly Py_ssize_t start, size, count, unknown, words_known
    cdef readonly int flags_seen
    cdef public int[::1] token, starts, ends, flags, breaks, links, known
    cdef int[::1] _slots
    cdef Py_ssize_t _room, _mask
    cdef int _shift
    cdef list _written

    cpdef clear(self)
    cpdef begin(self, bytes text, Py_ssize_t start, Py_ssize_t end)
    cpdef int scan(self, Py_ssize_t start, Py_ssize_t end) except -1
    cpdef look_up(self)
    cpdef place(self, Py_ssize_t at, int number)
    cpdef bytes written_at(self, Py_ssize_t at)
    cpdef int find(self, bytes word) except -2
    cpdef int keep(self, bytes word) except -1
    cpdef bytes written(self, Py_ssize_t word)
    cdef Py_ssize_t _first_slot(self, unsigned long long key, unsigned long long rest) noexcept
    cdef int _number_of(self, const unsigned char* word, Py_ssize_t length,
                      Py_ssize_t readable) except -2
    cdef _take_slot(self, Py_ssize_t number)
    cdef bint _is_written(self, Py_ssize_t number, const unsigned char* word,
                          Py_ssize_t length) except -1
    cdef _make_slots(self, Py_ssize_t count)

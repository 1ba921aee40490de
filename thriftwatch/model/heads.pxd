# C types of heads.py, for where it is compiled.
cimport cython
from thriftwatch.text.document cimport Document

cdef unsigned long long _GRAM, _ALL_BITS
cdef double LOGIT_LIMIT, FEATURE_STEP, GRAM_STEP, WORD_STEP, _LEAST_SQUARE, _FURTHEST
cdef int _OPEN, _CLOSE, WORD_ROOM

cdef class Lookup:
    cdef public int width, outputs, gram_shift
    cdef public dict word_rows
    cdef public double unseen_idf
    cdef public const float[::1] word_idf, gram_idf
    cdef public const short[::1] word_weights, gram_weights, feature_weights
    cdef public const int[::1] gram_places
    cdef public const double[::1] bias, products

@cython.locals(row=Py_ssize_t, places=cython.int[::1], found=object)
cdef _places(const int[::1] buckets, Py_ssize_t count)

cdef class Heads:
    cdef public Lookup lookup
    cdef public Document document
    cdef public int width
    cdef public double norm
    cdef public double[::1] log_odds, probabilities
    cdef public float[::1] rows
    cdef double[::1] _monomials
    cdef long long[::1] _sums
    cdef Py_ssize_t _generation, _rows_cached

    cdef _evict(self)
    cpdef score(self, bytes title, bytes description)
    @cython.locals(row=Py_ssize_t, output=Py_ssize_t, outputs=Py_ssize_t)
    cpdef score_rows(self, bytes titles, const long long[::1] title_offsets, bytes descriptions,
                     const long long[::1] description_offsets, double[::1] found)
    @cython.locals(width=Py_ssize_t, stride=Py_ssize_t, head=Py_ssize_t, place=Py_ssize_t,
                   row=Py_ssize_t, squares=double, log_odds=cython.double[::1],
                   sums=cython.longlong[::1], rows=cython.float[::1], word=cython.int[::1],
                   feature=cython.int[::1], document=Document)
    cpdef add_up(self)
    @cython.locals(width=Py_ssize_t, head=Py_ssize_t, count=Py_ssize_t, first=Py_ssize_t,
                   second=Py_ssize_t, output=Py_ssize_t, start=Py_ssize_t, place=Py_ssize_t,
                   total=double, monomials=cython.double[::1])
    cpdef join(self)
    @cython.locals(known=Py_ssize_t, room=Py_ssize_t, document=Document)
    cdef _cache_rows(self)
    @cython.locals(width=Py_ssize_t, head=Py_ssize_t, start=Py_ssize_t, own=Py_ssize_t,
                   squares=double, idf=double, scale=double, weight=double, form=bytes,
                   rows=cython.float[::1], sums=cython.longlong[::1], lookup=Lookup)
    cdef _cache_row(self, Py_ssize_t word)
    @cython.locals(shift=int, window=cython.ulonglong, squares=double, length=Py_ssize_t,
                   at=Py_ssize_t, letter=cython.ulonglong)
    cdef double _add_grams(self, bytes form) except? -1.0
    @cython.locals(row=Py_ssize_t, start=Py_ssize_t, head=Py_ssize_t, idf=double,
                   lookup=Lookup)
    cdef double _add_gram(self, unsigned long long hashed, int shift) except? -1.0

# C types of heads.py, for where it is compiled.
cimport cython
from thriftwatch.model.sums cimport Sums
from thriftwatch.text.document cimport Document

cdef unsigned long long _GRAM, _ALL_BITS
cdef double FEATURE_STEP, GRAM_STEP, ROW_STEP, _MOST_OF_A_ROW, _LEAST_SQUARE
cdef int _OPEN, _CLOSE, WORD_ROOM, _STEPS

@cython.final
cdef class Lookup:
    cdef public int width, stride, outputs, gram_shift
    cdef public dict word_rows
    cdef public double unseen_idf
    cdef public const float[::1] word_idf, gram_idf
    cdef public const short[::1] word_weights, gram_weights, feature_weights
    cdef public const int[::1] gram_places
    cdef public const double[::1] bias, products

@cython.locals(row=Py_ssize_t, places=cython.int[::1])
cdef _places(const int[::1] buckets, Py_ssize_t count)

@cython.final
cdef class Heads(Sums):
    cdef public Lookup lookup
    cdef public Document document
    cdef public int width
    cdef public double norm
    cdef public double[::1] log_odds
    cdef public int[::1] rows
    cdef public double[::1] squares
    cdef double[::1] _words_sum, _features_sum
    cdef long long[::1] _sums
    cdef Py_ssize_t _generation, _rows_cached

    cdef _evict(self)
    cpdef score(self, bytes title, bytes description)
    @cython.locals(row=Py_ssize_t, output=Py_ssize_t, outputs=Py_ssize_t)
    cpdef score_rows(self, bytes texts, const long long[::1] offsets,
                     const long long[::1] borders, double[::1] found)
    @cython.locals(head=Py_ssize_t, place=Py_ssize_t, squares=double,
                   of_words=double, of_features=double, document=Document, lookup=Lookup)
    cpdef add_up(self)
    @cython.locals(room=Py_ssize_t, document=Document)
    cdef _cache_rows(self)
    @cython.locals(width=Py_ssize_t, head=Py_ssize_t, start=Py_ssize_t, own=Py_ssize_t,
                   squares=double, idf=double, scale=double, weight=double, form=bytes,
                   lookup=Lookup)
    cdef _cache_row(self, Py_ssize_t word)
    @cython.locals(shift=int, window=cython.ulonglong, squares=double, length=Py_ssize_t,
                   at=Py_ssize_t, letter=cython.ulonglong)
    cdef double _add_grams(self, bytes form) except? -1.0
    @cython.locals(row=Py_ssize_t, start=Py_ssize_t, head=Py_ssize_t, idf=double,
                   lookup=Lookup)
    cdef double _add_gram(self, unsigned long long hashed, int shift) except? -1.0

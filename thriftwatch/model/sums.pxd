# What sums.pyx shows to other compiled modules.

cdef class Sums:
    cdef public Py_ssize_t stride
    cdef public double[::1] probabilities
    cdef double[::1] _products, _monomials

    cpdef add_rows(self, const int[::1] rows, const int[::1] numbers, Py_ssize_t count,
                   double[::1] sums)
    cpdef add_short_rows(self, const short[::1] rows, const int[::1] numbers, Py_ssize_t count,
                         double[::1] sums)
    cpdef join(self, const double[::1] log_odds, Py_ssize_t width)

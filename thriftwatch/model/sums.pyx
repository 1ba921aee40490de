"""The compiled twin of sums.py: the same sums in the same order."""

from array import array
from libc.math cimport exp

from thriftwatch.domain import FURTHEST as _FURTHEST, LOGIT_LIMIT

cdef double LIMIT = LOGIT_LIMIT, FURTHEST = _FURTHEST

ctypedef fused whole:
    int
    short


cdef int add_up(
    const whole* rows, Py_ssize_t known, const int[::1] numbers, Py_ssize_t count,
    double[::1] sums, Py_ssize_t stride,
) except -1:
    cdef Py_ssize_t head, place, start, end
    cdef const whole* row
    cdef int one, two, three, four
    if not (0 <= count <= len(numbers) and len(sums) >= stride):
        raise IndexError(f"{count} of {len(numbers)} rows, {len(sums)} of {stride} sums")
    for place in range(count):  # then raw pointers are safe
        if not 0 <= numbers[place] < known:
            raise IndexError(f"row {numbers[place]} of {known}")
    for head in range(stride):
        sums[head] = 0.0
    for start in range(0, count, 1024):  # so many that their sum is a C int
        end = min(start + 1024, count)
        for head in range(0, stride, 4):
            one = two = three = four = 0
            for place in range(start, end):
                row = rows + stride * numbers[place] + head
                one += row[0]
                two += row[1]
                three += row[2]
                four += row[3]
            sums[head] += one
            sums[head + 1] += two
            sums[head + 2] += three
            sums[head + 3] += four
    return 0


cdef class Sums:
    def __init__(self, stride, products, outputs):
        if stride < 4 or outputs < 1 or stride % 4 or len(products) % (4 * outputs):
            raise ValueError(f"{stride} and {len(products)} / {outputs} are to be multiples of four")
        self.stride = stride
        self._products = array("d", products)
        self._monomials = array("d", bytes(8 * (len(products) // outputs)))
        self.probabilities = array("d", bytes(8 * outputs))

    cpdef add_rows(
        self, const int[::1] rows, const int[::1] numbers, Py_ssize_t count, double[::1] sums
    ):
        add_up[int](&rows[0], len(rows) // self.stride, numbers, count, sums, self.stride)

    cpdef add_short_rows(
        self, const short[::1] rows, const int[::1] numbers, Py_ssize_t count, double[::1] sums
    ):
        if not count:  # there need be none at all
            sums[:] = 0.0
            return
        add_up[short](&rows[0], len(rows) // self.stride, numbers, count, sums, self.stride)

    cpdef join(self, const double[::1] log_odds, Py_ssize_t width):
        cdef Py_ssize_t count = len(self._monomials), filled = width + 1, first, second, place
        cdef Py_ssize_t output
        cdef double* monomials = &self._monomials[0]
        cdef const double* weights = &self._products[0]
        cdef double one, two, three, four, total
        if len(log_odds) < width or (width + 1) * (width + 2) // 2 > count:
            raise IndexError(f"{width} heads, {len(log_odds)} log-odds, {count} monomials")
        monomials[0] = 1.0
        for first in range(width):
            monomials[first + 1] = min(max(log_odds[first], -LIMIT), LIMIT)
        for first in range(1, width + 1):
            for second in range(first, width + 1):
                monomials[filled] = monomials[first] * monomials[second]
                filled += 1
        for output in range(len(self.probabilities)):
            one = two = three = four = 0.0
            for place in range(0, count, 4):
                one += weights[place] * monomials[place]
                two += weights[place + 1] * monomials[place + 1]
                three += weights[place + 2] * monomials[place + 2]
                four += weights[place + 3] * monomials[place + 3]
            weights += count
            total = min(max(one + two + three + four, -FURTHEST), FURTHEST)
            self.probabilities[output] = 1.0 / (1.0 + exp(-total))

"""Givens rotations from the right, which keep a triangle one through a step of SGD, at the square of its size.

[L, 0] + a x^T, where a sample moves the students by a and has x = (h, k) outside the teacher's span, is a triangle
again after two sweeps over neighbouring columns. From the last to the first, rotations turn x into its length along
the first column, and L into a triangle with one diagonal more; the sample then moves the first column alone. From the
first to the last, they take that diagonal away. Householder reflections of the whole matrix (``chain``) take the cube
of its size, but are faster where it is small.
"""

import numpy as np

from shallownets.numerics.jit import kernel

FROM = 8  # students from which on rotations are faster


@kernel("void(f8[:, :, ::1], f8[:, :, ::1], f8[:, ::1], f8[:, :, ::1], i8, i8, f8[:, ::1])", nogil=True)
def rotate(L, A, a, numbers, first, sample, work):
    """L <- a triangle with L L^T as [L, 0] + a x^T has it; replicates are the last axis throughout.

    Args:
        L: (p, p, R).
        A: (p, p + 1, R) scratch.
        a: (p, R).
        numbers: (.., .., R) random numbers, those of x are [first + j, sample] and are destroyed.
        first, sample: their places.
        work: (.., R) scratch, two rows at least.
    """
    p, side = a.shape
    c, sine = work[0], work[1]
    for i in range(p):
        for j in range(i + 1):
            entry, part = A[i, j], L[i, j]
            for s in range(side):
                entry[s] = part[s]
        entry = A[i, i + 1]
        for s in range(side):
            entry[s] = 0.0
    for back in range(p):
        j = p - 1 - back
        one, other = numbers[first + j, sample], numbers[first + j + 1, sample]
        for s in range(side):
            r = np.sqrt(one[s] * one[s] + other[s] * other[s])
            inverse = 1.0 / r if r > 0.0 else 0.0
            c[s] = one[s] * inverse if r > 0.0 else 1.0
            sine[s] = other[s] * inverse
            one[s] = r
        for i in range(j, p):
            left, right = A[i, j], A[i, j + 1]
            for s in range(side):
                value = left[s]
                left[s] = c[s] * value + sine[s] * right[s]
                right[s] = c[s] * right[s] - sine[s] * value
    length = numbers[first, sample]
    for i in range(p):
        entry, by = A[i, 0], a[i]
        for s in range(side):
            entry[s] += by[s] * length[s]
    for j in range(p):
        one, other = A[j, j], A[j, j + 1]
        for s in range(side):
            r = np.sqrt(one[s] * one[s] + other[s] * other[s])
            inverse = 1.0 / r if r > 0.0 else 0.0
            c[s] = one[s] * inverse if r > 0.0 else 1.0
            sine[s] = other[s] * inverse
        for i in range(j, p):
            left, right, part = A[i, j], A[i, j + 1], L[i, j]
            for s in range(side):
                part[s] = c[s] * left[s] + sine[s] * right[s]
                right[s] = c[s] * right[s] - sine[s] * left[s]

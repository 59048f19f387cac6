"""Which solution the gradient flow reaches from students that are not orthogonal (beyond the paper).

The flow multiplies W from the right. While M is small this part does not see the teacher, and it brings all singular
values of W to the same value: the plateau is entered with W in proportion to Q_0^(-1/2) W_0, and M to Q_0^(-1/2) M_0.
From there Q is the identity times a number, and the polar factor of M is conserved. What is left of Q's inequality when
the plateau ends decays at the rate 8/(p (p + 2)) for a time (p p*/8) log N: a relative N^(-p*/(p + 2)).
"""

from shallownets.studies.escape.model import Array, matrix_power, polar_factor


def reached_frame(M: Array, Q: Array) -> Array:
    """R(∞) = polar factor of Q_0^(-1/2) M_0, (p, p*), in the limit of small M_0; [19] for Q_0 = I."""
    return polar_factor(matrix_power(Q, -0.5) @ M)


def remainder_exponent(p: int, p_star: int) -> float:
    """Exponent of N in |R(∞) - ``reached_frame``| for M_0 of order N^(-1/2) at a fixed Q_0: -p*/(p + 2)."""
    return -p_star / (p + 2)

"""What Phase II costs: the risk above the best radial part that n' samples leave, to first order in 1/n'.

The best radial part leaves e = y - f with two parts: one in x outside the student's span, of variance 2 |T_⊥⊥|^2, and
one bilinear in q and x_⊥, of variance 4 |T_⊥ q|^2 given q, T_⊥ = (I - W W^T) T W. Least squares on features φ with
covariance C has the excess E[e^2 φ^T C^-1 φ]/n'. Here φ^T C^-1 φ = |q q^T - I|^2/2 and moments of Gaussians give, in
units of E y^2 = 2,

    excess = (a (N+1)(N+4) + b N(N+1)/2) / n',   a = |T_⊥|^2,   b = |T_⊥⊥|^2,   R = 2 a + b.

Were e independent of φ, this would be R N(N+1)/2 / n'. The next order is smaller by N(N+1)/(2 n').
"""

from shallownets.studies.riccati.model import Array, risk


def excess(Z: Array, lam: Array, samples: int) -> float:
    """Mean risk above the best radial part.

    Args:
        Z: (M*, N) overlaps of orthonormal columns.
        lam: (M*,) the teacher's eigenvalues.
        samples: n'.
    """
    N = Z.shape[1]
    scaled = lam[:, None] * Z
    inner = Z.T @ scaled
    a = (scaled**2).sum() - (inner**2).sum()
    b = risk(Z, lam) - 2 * a
    return float((a * (N + 1) * (N + 4) + b * N * (N + 1) / 2) / samples)


def next_order(N: int, samples: int) -> float:
    """By how much the next order raises that, relative, at a student's width N."""
    return N * (N + 1) / 2 / samples

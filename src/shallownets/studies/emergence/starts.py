"""Starts: neurons of one norm in uniformly random directions, at any dimension."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from shallownets.errors import Impossible
from shallownets.studies.emergence.model import Array


@dataclass(frozen=True)
class Start:
    """Where a run begins, by what matters of it.

    Attributes:
        M: (N, P) overlaps u_i.θ_m.
        rest: (N, C) coordinates of u_i outside the teacher's span, in some basis; the rows of (M, rest) have length 1.
        r: (N,) squared norms |w_i|^2, above 0.
        d: the dimension, at least P + C.

    Raises:
        Impossible: shapes or values that do not fit.
    """

    M: Array
    rest: Array
    r: Array
    d: int

    def __post_init__(self) -> None:
        N, P = self.M.shape
        if self.rest.shape[0] != N or self.r.shape != (N,):
            raise Impossible(
                f"M is {self.M.shape}, rest {self.rest.shape}, r {self.r.shape}: expected as many rows in each"
            )
        if self.d < P + self.rest.shape[1]:
            raise Impossible(f"d = {self.d}: expected at least P + columns of rest = {P + self.rest.shape[1]}")
        if not np.all(self.r > 0):
            raise Impossible("r: expected squared norms above 0")
        if not np.all(np.abs((self.M**2).sum(1) + (self.rest**2).sum(1) - 1) <= 1e-12):
            raise Impossible("the rows of (M, rest) do not have length 1")

    @property
    def G(self) -> Array:
        """(N, N) overlaps u_i.u_j."""
        return self.M @ self.M.T + self.rest @ self.rest.T

    def require(self, a: Array) -> None:
        """Refuse strengths of other directions than those of M.

        Raises:
            Impossible: not (P,) of them.
        """
        if a.shape != self.M.shape[1:]:
            raise Impossible(f"a has the shape {a.shape}: expected {self.M.shape[1:]}, a strength for each column of M")

    def weights(self) -> Array:
        """(N, d) rows w_i with these overlaps: the teacher on the first P axes, the rest on those that follow."""
        N, P = self.M.shape
        w = np.zeros((N, self.d))
        w[:, :P] = self.M
        w[:, P : P + self.rest.shape[1]] = self.rest
        return w * np.sqrt(self.r)[:, None]


def uniform(N: int, P: int, d: int, r0: float, rng: Generator) -> Start:
    """N neurons of squared norm r0 in independent, uniform directions of R^d, at a cost without d.

    Their coordinates outside the teacher's span are Gaussian, N x (d - P), before rows are scaled. Only their products
    matter, so Bartlett's triangle stands for them: independent normals below the diagonal, and on it, in row i (from
    0), the root of a χ^2 of d - P - i degrees. Rows from d - P on fill all of the d - P columns.

    Raises:
        Impossible: d < P, no neuron, or a norm that is not above 0.
    """
    if N < 1 or P < 1 or d < P or not 0 < r0 < np.inf:
        raise Impossible(
            f"N = {N}, P = {P}, d = {d}, r0 = {r0}: expected N and P of at least 1, d of at least P, r0 above 0"
        )
    columns = min(N, d - P)
    M = rng.standard_normal((N, P))
    rest = np.tril(rng.standard_normal((N, columns)), -1)
    rest[np.diag_indices(columns)] = np.sqrt(rng.chisquare(float(d - P) - np.arange(columns)))
    length = np.sqrt((M**2).sum(1) + (rest**2).sum(1))[:, None]
    return Start(M / length, rest / length, np.full(N, float(r0)), d)

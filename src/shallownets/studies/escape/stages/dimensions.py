"""Degrees of freedom of the student and of the manifold of solutions, by formula and by numerical rank.

From: input dimensions and widths.
Makes: the table of measurements, and the data of Figures 5 and 6.
"""

from typing import NamedTuple

import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate
from shallownets.stage import Table, stage
from shallownets.studies.escape.measure import manifolds
from shallownets.studies.escape.parameters.landscape import Dimensions
from shallownets.studies.escape.theory.landscape import expressivity, manifold_dimension

DIMENSION = "1, dimension"
UNITS = {"formula": DIMENSION, "measured": DIMENSION}


class Made(NamedTuple):
    """The measurements, and what the two figures show."""

    measurements: Table
    fig5: Table
    fig6: Table


def students(given: Dimensions) -> pd.DataFrame:
    """What students can express: the rank at random weights beside the formula, at each p and N."""
    rows = []
    for N in given.N:
        for p in range(1, given.p_max + 1):
            rng = default_rng(seeds.sequence(given.seed, "expressivity", {"p": p, "N": N}, 0))
            rank = manifolds.expressivity_rank(rng.standard_normal((p, N)))
            rows.append({"N": N, "p": p, "formula": expressivity(p, N), "measured": rank})
    return pd.DataFrame(rows)


def solutions(given: Dimensions) -> pd.DataFrame:
    """Dimension of the solutions: both ranks beside the formula, at each p and p*."""
    # Rotations move the students within the teacher's span, so that the dimension holds at any N >= p.
    N = given.manifold_p_max + 1
    rows = []
    for p_star in given.p_star:
        for p in range(p_star, given.manifold_p_max + 1):
            rng = default_rng(seeds.sequence(given.seed, "manifold", {"p": p, "p_star": p_star, "N": N}, 0))
            found = manifolds.solution_ranks(p, p_star, N, rng)
            formula = manifold_dimension(p, p_star)
            rows.append({"p_star": p_star, "p": p, "formula": formula, "tangent": found.tangent, "orbit": found.orbit})
    return pd.DataFrame(rows)


@stage
def dimensions(given: Dimensions) -> Made:
    fig5, fig6 = students(given), solutions(given)
    measured = []
    for row in fig5.itertuples():
        quantity = "expressivity, p <= N" if row.p <= row.N else "expressivity, p > N"
        keys = {"quantity": quantity, "p": row.p, "p_star": 0, "N": row.N}
        measured.append(keys | Estimate(row.measured, 0, 1).row())
    for row in fig6.itertuples():
        for road in ("tangent", "orbit"):
            keys = {"quantity": f"manifold, {road}", "p": row.p, "p_star": row.p_star, "N": given.manifold_p_max + 1}
            measured.append(keys | Estimate(getattr(row, road), 0, 1).row())
    return Made(
        Table(pd.DataFrame(measured), {"estimate": DIMENSION}),
        Table(fig5, UNITS),
        Table(fig6, {"formula": DIMENSION, "tangent": DIMENSION, "orbit": DIMENSION}),
    )

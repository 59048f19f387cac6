"""The Hessian's spectrum at every stationary point, by formula and by brute force; the plateau's ratio against p.

From: widths and input dimensions.
Makes: the table of measurements, and the data of the figures of spectra and of the ratio.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.random import default_rng
from numpy.typing import ArrayLike

from shallownets.numerics import seeds
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, stage
from shallownets.studies.escape.measure.hessian import (
    Measured,
    curvature_error,
    derivative_errors,
    eigenvector_error,
    measure,
    plateau_signs,
)
from shallownets.studies.escape.parameters.landscape import Hessian, Ratio, Spectrum, Weak
from shallownets.studies.escape.theory.landscape import StationaryPoint, all_points, named_points, plateau_ratio

EIGENVALUE = "1, of the Hessian with respect to W/sqrt(N)"
SPECTRA_UNITS = {
    f"{name}{quantity}": unit
    for quantity, unit in (("eigenvalue", EIGENVALUE), ("multiplicity", "1"))
    for name in ("", "measured_")
}
_STEP = 1e-4  # of differences
_STATIONARY = 1e-10  # a gradient of this norm is zero up to rounding


class Made(NamedTuple):
    """The measurements, and what the two figures show."""

    measurements: Table
    hessian: Table
    hessian_ratio: Table


def row(quantity: str, level: str, samples: ArrayLike) -> dict:
    """A measurement: the mean of samples, and the least and the greatest of them."""
    found = np.atleast_1d(np.asarray(samples, float))
    interval = {"estimate": found.mean(), "low": found.min(), "high": found.max(), "n": found.size}
    return {"quantity": quantity, "level": level} | interval


def rows(found: Measured) -> list[dict]:
    """The measurements at a stationary point."""
    whole = {"gradient": found.gradient, "risk": found.risk, **vars(found.signs)}
    measured = [row(quantity, "all", value) for quantity, value in whole.items()]
    for one in found.levels:
        measured.append(row("eigenvalue", one.level.name, one.eigenvalues))
        measured.append(row("multiplicity", one.level.name, len(one.eigenvalues)))
    return measured


def levels(found: Measured) -> list[dict]:
    """The levels of a stationary point as its figure shows them."""
    return [
        {
            "level": one.level.name,
            "eigenvalue": one.level.value,
            "multiplicity": one.level.count,
            "measured_eigenvalue": one.eigenvalues.mean(),
            "measured_multiplicity": float(len(one.eigenvalues)),
        }
        for one in found.levels
    ]


def spectra(size: Spectrum, seed: int) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the stationary points that have a name, at one size."""
    measured, drawn = [], []
    keys = {"p": size.p, "p_star": size.p_star, "N": size.N}
    for name, point in named_points(size.p, size.p_star).items():
        rng = default_rng(seeds.sequence(seed, "spectrum", keys | {"point": name}, 0))
        found = measure(point, size.N, rng)
        measured += [{"point": name} | keys | one for one in rows(found)]
        drawn += [{"point": name} | keys | one for one in levels(found)]
    return measured, drawn


def summaries(size: Spectrum, seed: int) -> list[dict]:
    """Measurements over every stationary point, named or not, at one size: its gradient, whether it has a way down."""
    keys = {"p": size.p, "p_star": size.p_star, "N": size.N}
    gradients: dict[str, list[float]] = {}
    ways_down = []
    for point in all_points(size.p, size.p_star):
        rng = default_rng(seeds.sequence(seed, "stationary", keys | {"k_t": point.k_t, "k_o": point.k_o}, 0))
        found = measure(point, size.N, rng)
        gradients.setdefault(point.family, []).append(found.gradient)
        if point.k_t < min(size.p, size.p_star):
            ways_down.append(found.signs.negative)
    said = [("largest gradient", name, exact(max(norms), len(norms))) for name, norms in gradients.items()]
    if mixed := gradients.get("mixed"):
        stationary = sum(norm < _STATIONARY for norm in mixed)
        said.append(("stationary points", "mixed", exact(stationary, len(mixed))))
    said.append(("fewest negative", "not a global minimum", exact(min(ways_down), len(ways_down))))
    return [
        {"point": name} | keys | {"quantity": quantity, "level": "all"} | estimate.row()
        for quantity, name, estimate in said
    ]


def checks(size: Spectrum, seed: int) -> list[dict]:
    """Measurements at one size that need no formula of an eigenvalue: eigenvectors, another scaling, derivatives."""
    keys = {"p": size.p, "p_star": size.p_star, "N": size.N}
    points = named_points(size.p, size.p_star)
    if size.p_star == 1:
        points["aligned to a teacher"] = StationaryPoint(size.p, 1, 1, 0)
    said = []
    for name, point in points.items():
        rng = default_rng(seeds.sequence(seed, "eigenvectors", keys | {"point": name}, 0))
        said.append((name, "eigenvector error", eigenvector_error(point, size.N, rng)))
        said.append((name, "curvature error in W", curvature_error(point, size.N, rng, _STEP)))
    rng = default_rng(seeds.sequence(seed, "derivatives", keys, 0))
    slopes, turns = derivative_errors(**keys, rng=rng, step=_STEP)
    said += [("random", "gradient error", slopes), ("random", "Hessian error", turns)]
    return [{"point": name} | keys | row(quantity, "all", value) for name, quantity, value in said]


def weak_ratio(sizes: list[Weak], seed: int) -> tuple[dict, list[dict]]:
    """(measurement, figure data) of how the plateau's ratio depends on p at large N: exponent of N in what p adds."""
    gains, drawn = [], []
    for size in sizes:
        found = []
        for p in (1, size.p):
            keys = {"p": p, "p_star": size.p_star, "N": size.N}
            count = plateau_signs(**keys, rng=default_rng(seeds.sequence(seed, "plateau", keys, 0)))
            found.append(count.negative / count.zero)
            drawn.append(keys | {"formula": plateau_ratio(**keys), "measured": found[-1]})
        gains.append(found[1] / found[0] - 1)
    first, last = sizes[0], sizes[-1]
    exponent = np.log(gains[-1] / gains[0]) / np.log(last.N / first.N)
    keys = {"point": "plateau", "p": first.p, "p_star": first.p_star, "N": first.N}
    return keys | row("exponent of the ratio's gain", "all", exponent), drawn


def ratios(size: Ratio, seed: int) -> tuple[list[dict], list[dict]]:
    """(measurements, figure data) of the plateau's negative over null eigenvalues, for p = 1 to N - p*."""
    drawn, shares = [], []
    for p in range(1, size.N - size.p_star + 1):
        keys = {"p": p, "p_star": size.p_star, "N": size.N}
        count = plateau_signs(**keys, rng=default_rng(seeds.sequence(seed, "plateau", keys, 0)))
        shares.append(count.zero / (p * size.N))
        drawn.append(keys | {"formula": plateau_ratio(**keys), "measured": count.negative / count.zero})
    said = [("ratio", one["p"], exact(one["measured"])) for one in drawn]
    growth = np.diff([one["measured"] for one in drawn])
    loss = -np.diff(shares)
    said.append(("least loss of the null share", drawn[-1]["p"], exact(loss.min(), len(loss))))
    said.append(("least growth of the ratio", drawn[-1]["p"], exact(growth.min(), len(growth))))
    keys = {"point": "plateau", "p_star": size.p_star, "N": size.N, "level": "all"}
    return [keys | {"quantity": quantity, "p": p} | estimate.row() for quantity, p, estimate in said], drawn


@stage
def hessian(given: Hessian) -> Made:
    measured, drawn, by_width = [], [], []
    for size in given.spectra:
        found, shown = spectra(size, given.seed)
        measured += found + summaries(size, given.seed) + checks(size, given.seed)
        drawn += shown
    for size in given.ratio:
        found, shown = ratios(size, given.seed)
        measured += found
        by_width += shown
    found, shown = weak_ratio(given.weak, given.seed)
    measured.append(found)
    by_width += shown
    columns = ["quantity", "point", "level", "p", "p_star", "N", "estimate", "low", "high", "n"]
    return Made(
        Table(pd.DataFrame(measured)[columns], {"estimate": "1"}),
        Table(pd.DataFrame(drawn), SPECTRA_UNITS),
        Table(pd.DataFrame(by_width), {"formula": "1", "measured": "1"}),
    )

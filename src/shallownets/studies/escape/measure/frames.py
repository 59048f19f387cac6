"""Ends of the ODE from starts that are not orthogonal, and where the closest solution is no longer reached."""

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

from shallownets.numerics.statistics import Estimate, bootstrap
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.measure.plateau import first_below
from shallownets.studies.escape.measure.solutions import end_of
from shallownets.studies.escape.model import Array, plateau_risk, population_risk
from shallownets.studies.escape.starts import Start

_TIMES = 401  # of a run whose escape is looked for
_LOST = 0.01  # of the start's selectivity, at which "the closest solution" is no longer true


def ends(begun: Sequence[Start], eta_hat: float, t_max: float, tolerance: float) -> dict[str, Array]:
    """What ``solutions.end_of`` measures, each (S,), from S starts of the same widths.

    Args:
        begun: the starts.
        eta_hat: learning rate per student unit, η/p; 0: gradient flow.
        t_max: when the ODE ends, in t = η̂ α; for gradient flow in the same t of vanishing η̂.
        tolerance: relative error of a step.
    """
    p = len(begun[0].Q)
    eta, alpha = (eta_hat or 1.0) * p, t_max / (eta_hat or 1.0)
    found = [end_of(start, eta, alpha, tolerance, eta_hat == 0) for start in begun]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def plateaus(begun: Sequence[Start], tolerance: float) -> tuple[Array, Array]:
    """Plateau and escape of gradient flow from starts (S,), each over that from orthonormal students with the same M.

    Returns:
        (S,) of the time at which the risk falls below half of the plateau's, and (S,) of the risk where before that it
        falls most slowly.
    """
    ratios = []
    for start in begun:
        p, p_star = start.M.shape
        # by eq. 13, and the time in which the loss reduction grows a thousandfold
        last = p_star / 8 * np.log(1000 * p * p_star / (start.M**2).sum())
        t = np.linspace(0, last, _TIMES)
        pair = []
        for one in (start, Start(start.M, np.eye(p))):
            run = ode.simulate(one, p, t, tolerance, gradient_flow=True)
            risk = population_risk(run.M[0], run.Q[0])
            (escape,) = first_below(t, risk[None], plateau_risk(p, p_star) / 2)
            before = risk[t < escape]
            pair.append((escape, before[1 + np.abs(np.diff(before)).argmin()]))
        ratios.append([a / b for a, b in zip(*pair, strict=True)])
    escape, risk = np.array(ratios).T
    return escape, risk


def overlap_of_loss(overlaps: Array, lost: Array) -> float:
    """Overlap at which the mean lost selectivity first exceeds 1 %, linear between the overlaps.

    The first overlap where it does so there already, and the last one where it never does.

    Args:
        overlaps: (O,) of the students with each other, rising.
        lost: (S, O) lost selectivity from S starts at each overlap.
    """
    means = lost.mean(0)
    above = np.flatnonzero(means > _LOST)
    if not above.size or above[0] == 0:
        return float(overlaps[above[0] if above.size else -1])
    k = above[0]
    return float(np.interp(_LOST, means[k - 1 : k + 1], overlaps[k - 1 : k + 1]))


def loss_over_predicted(overlaps: Array, lost: Array, predicted: Array, rng: Generator) -> Estimate:
    """``overlap_of_loss`` of what is lost, over that of what is predicted, with a bootstrap over the starts.

    Args:
        overlaps: (O,) of the students with each other, rising.
        lost, predicted: (S, O) lost selectivity from S starts at each overlap.
        rng: of the bootstrap.
    """

    def over(some: Array) -> float:
        return overlap_of_loss(overlaps, some[:, 0]) / overlap_of_loss(overlaps, some[:, 1])

    return bootstrap(np.stack([lost, predicted], 1), over, rng)

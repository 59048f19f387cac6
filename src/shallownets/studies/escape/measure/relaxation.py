"""Rates at which norms relax and overlaps grow on the plateau, from trajectories of the nonlinear ODE.

Each rate is that of a small disturbance of the plateau, M = 0 and Q = Q_hat I, under gradient flow: per unit of η α. An
estimate has no statistical error; its n counts the elements that it is the mean of.
"""

from dataclasses import dataclass

import numpy as np

from shallownets.numerics.statistics import Estimate, exact
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.measure.plateau import initial_slope, log_slope
from shallownets.studies.escape.model import Array, drift_M, drift_Q, plateau_norm, population_risk
from shallownets.studies.escape.theory import plateau

_SMALL = 1e-6  # size of a disturbance: its square is below the solver's accuracy
_SIZES = 1e4, 1e8  # N between which an exponent is taken
_OVERLAP = 1e-3  # size of M where its square is the signal


@dataclass(frozen=True)
class Rates:
    """The coefficients of the linearised plateau; None where the student has no second vector, p = 1.

    Attributes:
        overlap_rate: at which every M_ir grows [11].
        norm_mean_rate: at which the mean of the norms relaxes [9].
        student_decay: at which an off-diagonal Q_ij decays [12].
        norm_difference_rate: at which differences of the norms relax [9].
        student_source: the coefficient of (M M^T)_ij in the drive of Q_ij [12].
    """

    overlap_rate: Estimate
    norm_mean_rate: Estimate
    student_decay: Estimate | None = None
    norm_difference_rate: Estimate | None = None
    student_source: Estimate | None = None


@dataclass(frozen=True)
class FixedPoint:
    """Where norms end under gradient flow with M = 0 [10]: the norm furthest from p/(p+2), and the risk [36]."""

    norm: Estimate
    plateau_risk: Estimate


@dataclass(frozen=True)
class Before:
    """What holds at the start and before the students align, M of order N^(-1/2) or 0.

    Attributes:
        start_risk: the risk of orthonormal students without overlap with the teacher.
        risk_after_norms: less that risk, the risk where gradient flow without any overlap ends.
        overlap_from_none: largest |M_ir| along the ODE from M = 0, at a finite learning rate.
        norms_over_overlaps: exponent of N in the largest derivative of a norm over that of an overlap; None
            for p = p*, where at the start the overlaps do not move at all.
        others: largest relative change of a student's overlaps with the teacher on the plateau when those of all others
            are set to 0; None where there are no others.
    """

    start_risk: Estimate
    risk_after_norms: Estimate
    overlap_from_none: Estimate
    norms_over_overlaps: Estimate | None = None
    others: Estimate | None = None


def _flow(M: Array, Q: Array, times: Array, tolerance: float) -> tuple[Array, Array]:
    """(M, Q) of gradient flow, (T, p, p*) and (T, p, p), at times (T,) in units of η α."""
    run = ode.simulate(starts.Start(M, Q), 1.0, times, tolerance, gradient_flow=True)
    return run.M[0], run.Q[0]


def _pattern(rows: int, columns: int) -> Array:
    """A matrix of elements between 1/2 and 1 of either sign, all different: no symmetry hides a coupling."""
    index = np.arange(1, rows * columns + 1).reshape(rows, columns)
    return np.where(index % 2, 1, -1) * (1 + np.modf(index * np.sqrt(2))[0]) / 2


def _overlap_rate(p: int, p_star: int, tolerance: float) -> Estimate:
    times = np.linspace(0, p * p_star / 4, 21)
    M, _ = _flow(_SMALL * _pattern(p, p_star), plateau_norm(p) * np.eye(p), times, tolerance)
    return exact(log_slope(times, M).mean(), p * p_star)


def _norm_mean_rate(p: int, p_star: int, tolerance: float) -> Estimate:
    times = np.linspace(0, p / 4, 21)
    still = plateau_norm(p) * np.eye(p)
    _, Q = _flow(np.zeros((p, p_star)), still * (1 + _SMALL), times, tolerance)
    mean = np.trace(Q, axis1=1, axis2=2) / p - plateau_norm(p)
    return exact(-log_slope(times, mean))


def _student_decay(p: int, p_star: int, tolerance: float) -> Estimate:
    times = np.linspace(0, p * (p + 2) / 8, 21)
    upper = np.triu_indices(p, 1)
    shape = np.triu(_pattern(p, p), 1)
    disturbed = plateau_norm(p) * np.eye(p) + _SMALL * (shape + shape.T)
    _, Q = _flow(np.zeros((p, p_star)), disturbed, times, tolerance)
    return exact(-log_slope(times, Q[:, *upper]).mean(), len(upper[0]))


def _norm_difference_rate(p: int, p_star: int, tolerance: float) -> Estimate:
    times = np.linspace(0, p * (p + 2) / 8, 21)
    shape = np.diag(_pattern(p, p))
    disturbed = plateau_norm(p) * np.eye(p) + _SMALL * np.diag(shape - shape.mean())
    _, Q = _flow(np.zeros((p, p_star)), disturbed, times, tolerance)
    norms = Q[:, range(p), range(p)]
    spread = np.linalg.norm(norms - norms.mean(1, keepdims=True), axis=1)
    return exact(-log_slope(times, spread), p - 1)


def _student_source(p: int, p_star: int, tolerance: float) -> Estimate:
    times = np.linspace(0, p * p_star / 4, 21) / 4
    M = _OVERLAP * _pattern(p, p_star)
    _, Q = _flow(M, plateau_norm(p) * np.eye(p), times, tolerance)
    upper = np.triu_indices(p, 1)
    drive = (M @ M.T)[upper]
    return exact(initial_slope(times, Q[:, *upper]) @ drive / (drive**2).sum(), len(upper[0]))


def rates(p: int, p_star: int, tolerance: float) -> Rates:
    """The rates at one pair of widths, by the ODE integrated to a tolerance."""
    alone = _overlap_rate, _norm_mean_rate
    together = (_student_decay, _norm_difference_rate, _student_source) if p > 1 else ()
    return Rates(*(rate(p, p_star, tolerance) for rate in alone + together))


def fixed_point(p: int, p_star: int, norms: list[float], tolerance: float) -> FixedPoint:
    """Where gradient flow with M = 0 ends, after 20 relaxation times.

    Args:
        p, p_star: widths.
        norms: initial squared norms over N, given to the student vectors in turn.
        tolerance: of the ODE.
    """
    last = 20 / plateau.norm_difference_rate(p) * p
    start = np.diag(np.resize(norms, p))
    M, Q = _flow(np.zeros((p, p_star)), start, np.array([0.0, last]), tolerance)
    final = np.diag(Q[-1])
    furthest = final[np.abs(final - plateau_norm(p)).argmax()]
    return FixedPoint(exact(furthest, p), exact(population_risk(M[-1], Q[-1])))


def _norms_over_overlaps(p: int, p_star: int) -> Estimate:
    ratios = []
    for N in _SIZES:
        M, Q = _pattern(p, p_star) / np.sqrt(N), np.eye(p)
        ratios.append(np.abs(np.diag(drift_Q(M, Q, 1.0))).max() / np.abs(drift_M(M, Q, 1.0)).max())
    return exact(np.log(ratios[1] / ratios[0]) / np.log(_SIZES[1] / _SIZES[0]))


def _others(p: int, p_star: int, tolerance: float) -> Estimate:
    times = np.linspace(0, p * p_star / 4, 21)
    M, Q = _SMALL * _pattern(p, p_star), plateau_norm(p) * np.eye(p)
    alone = np.where(np.arange(p)[:, None] == 0, M, 0.0)
    among, by_itself = (_flow(start, Q, times, tolerance)[0][:, 0] for start in (M, alone))
    return exact(np.abs(among / by_itself - 1).max(), p_star)


def from_the_start(p: int, p_star: int, eta_hat: float, tolerance: float) -> Before:
    """What holds from orthonormal students at one pair of widths; a learning rate per student unit eta_hat."""
    M, Q = np.zeros((p, p_star)), np.eye(p)
    before = population_risk(M, Q)
    M_end, Q_end = _flow(M, Q, np.array([0.0, 10.0 * p]), tolerance)
    run = ode.simulate(starts.Start(M, Q), p * eta_hat, np.linspace(0, 10 / eta_hat, 101), tolerance)
    return Before(
        exact(before),
        exact(population_risk(M_end[-1], Q_end[-1]) - before),
        exact(np.abs(run.M).max(), p * p_star),
        _norms_over_overlaps(p, p_star) if p != p_star else None,
        _others(p, p_star, tolerance) if p > 1 else None,
    )


def finite_norm(p: int, p_star: int, eta_hat: float, tolerance: float) -> Estimate:
    """Norm on the plateau at a learning rate per student unit eta_hat, from norms 1, M = 0."""
    start = starts.Start(np.zeros((p, p_star)), np.eye(p))
    run = ode.simulate(start, p * eta_hat, np.array([0.0, 10 / eta_hat]), tolerance)
    return exact(np.trace(run.Q[0, -1]) / p, p)

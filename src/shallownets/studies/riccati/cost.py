"""How the work of this study's commands grows with their arguments, for `shallownets.workflow.cost`.

Seconds of one core are those of docs/performance.md and of the paper tier; only their ratios matter, because the
estimate is scaled by what a command took where it ran. Commands that are not named here do the same work at any size.
"""

import numpy as np

from shallownets.studies.riccati.model import spectrum
from shallownets.studies.riccati.theory.emergence import deflated_times
from shallownets.studies.riccati.theory.finite_step import LONG
from shallownets.workflow.cost import Arguments, Work, number, numbers


def _sgd(d: float, N: float, samples: float) -> float:
    """Seconds of SGD on the Stiefel manifold: a sample draws d numbers and turns N columns of d."""
    return samples * (1.5e-7 + d * (1.1e-9 + 2.4e-10 * N))


def _flow(M_star: float, N: float, times: float) -> float:
    """Seconds of the exact flow: each time solves a system of the overlaps' size."""
    return times * (2e-5 + 4e-10 * M_star * N * min(M_star, N))


def _time_to_risk(M_star: int, N: int, d: float, beta: float, eta_d: float, risk: float) -> float:
    """About when SGD reaches a risk, or is given up: as direction after direction is learned, the last in a fifth more.

    At a finite step direction j grows at λ_j - ηd (1 + 2/N) in place of λ_j.
    """
    lam = spectrum(M_star, beta)
    times, _ = deflated_times(lam, N, d)
    last = min(np.searchsorted(np.cumsum(lam**2), 1 - risk), times.size - 1)
    slower = 1 - eta_d * (1 + 2 / N) / lam[last]
    return float(1.2 * times[last] / max(slower, 1 / LONG))


def _sgd_curves(args: Arguments) -> Work:
    d, runs = number(args, "d"), number(args, "replicates")
    samples = number(args, "t-max") * d / (2 * number(args, "eta-d"))
    return Work(_sgd(d, number(args, "N"), runs * samples), 3 * runs * number(args, "points"))


def _samples_to_risk(args: Arguments) -> Work:
    beta, kappa, gamma, risk = (number(args, key) for key in ("beta", "kappa", "gamma", "risk"))
    seconds = 0.0
    for M_star, N, d, starts in (tuple(map(int, word.split(","))) for word in args["sizes"]):
        eta_d = kappa / M_star**gamma
        samples = _time_to_risk(M_star, N, d, beta, eta_d, risk) * d / (2 * eta_d)
        seconds += _flow(M_star, N, 20 * starts)
        seconds += 0 if "without-sgd" in args else _sgd(d, N, starts * samples)
    return Work(seconds)


def _sgd_checks(args: Arguments) -> Work:
    runs = number(args, "replicates") + 1
    return Work(_sgd(number(args, "d"), number(args, "N"), runs * number(args, "samples")))


def _radial_fit(args: Arguments) -> Work:
    d, N, points, per_square = (number(args, key) for key in ("d", "N", "points", "samples"))
    samples = number(args, "replicates") * (points * per_square + sum(numbers(args, "scan"))) * N**2
    fit = 1e-8 * d + 2e-10 * (N * (N + 1) / 2) ** 2  # a sample is drawn, and enters normal equations of this size
    return Work(samples * fit + _sgd(d, N, number(args, "t-max") * d / (2 * number(args, "eta-d"))))


def _exactness(args: Arguments) -> Work:
    M_star, N, d = (number(args, key) for key in ("M-star", "N", "d"))
    # a few steps a unit of time, as far as they are stable, after those that the tolerance asks for; at two tolerances
    slopes = 2 * number(args, "starts") * (1000 + 3 * max(numbers(args, "times")))
    return Work(slopes * (4e-5 + 3e-9 * d * N + 1e-9 * M_star**3))


def _exponents(args: Arguments) -> Work:
    M_star, curves = number(args, "M-star"), len(args["betas"]) * len(args["d"]) * number(args, "starts")
    return Work(_flow(M_star, M_star, curves * number(args, "points")))


def _time_units(args: Arguments) -> Work:
    searched = 12 * number(args, "starts")  # times looked at until that of an event is found
    light = sum(_flow(M_star, M_star, searched) for M_star in numbers(args, "M-star")) * len(args["light"])
    return Work(light + _flow(number(args, "heavy-M-star"), number(args, "N"), searched * len(args["d"])))


def _risk_scaling(args: Arguments) -> Work:
    times = number(args, "points") * number(args, "starts")
    tails = ((number(args, f"{tail}-M-star"), numbers(args, f"{tail}-N")) for tail in ("heavy", "light"))
    return Work(sum(_flow(M_star, N, times) for M_star, widths in tails for N in widths))


def _emergence(args: Arguments) -> Work:
    times = number(args, "points") * number(args, "starts")
    return Work(_flow(number(args, "M-star"), number(args, "N"), times))


WORK = {
    "sgd_curves": _sgd_curves,
    "samples_to_risk": _samples_to_risk,
    "sgd_checks": _sgd_checks,
    "radial_fit": _radial_fit,
    "exactness": _exactness,
    "exponents": _exponents,
    "time_units": _time_units,
    "risk_scaling": _risk_scaling,
    "emergence": _emergence,
}

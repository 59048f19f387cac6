"""How the core seconds of the engines grow, as docs/performance.md has them; only their ratios matter."""

from collections.abc import Iterable
from math import log

LONG = 10  # flow times to a risk after which SGD is not waited for any longer


def sgd(M_star: float, N: float, samples: float) -> float:
    """SGD on the Stiefel manifold by the chain: a sample draws and turns N columns in M* + 1.5 N coordinates, about."""
    return samples * (2.5e-7 + (M_star + 1.5 * N) * (5e-9 + 2.5e-10 * N))


def sgd_in_all_dimensions(d: float, N: float, samples: float) -> float:
    """SGD on weights in R^d: a sample draws d numbers and turns N columns of d."""
    return samples * (1.5e-7 + d * (1.1e-9 + 2.4e-10 * N))


def flow(M_star: float, N: float, times: float) -> float:
    """The exact flow: each time solves a system of the overlaps' size."""
    return times * (2e-5 + 4e-10 * M_star * N * min(M_star, N))


def time_to_risk(M_star: int, N: int, d: float, beta: float, eta_d: float, risk: float) -> float:
    """About when SGD reaches a risk, or is given up: as direction after direction is learned, the last in a fifth more.

    Direction j is learned at about log(d/(N - j + 1))/(2 λ_j) (theory.emergence). At a finite step it grows at
    λ_j - ηd (1 + 2/N) in place of λ_j.
    """
    norm = sum(m ** (-2 * beta) for m in range(1, M_star + 1)) ** 0.5
    lam = [m**-beta / norm for m in range(1, min(M_star, N) + 1)]
    learned = next((j for j, part in enumerate(_sums(one**2 for one in lam)) if part >= 1 - risk), len(lam) - 1)
    slower = 1 - eta_d * (1 + 2 / N) / lam[learned]
    return 1.2 * log(d / (N - learned)) / (2 * lam[learned]) / max(slower, 1 / LONG)


def _sums(values: Iterable[float]) -> list[float]:
    found, total = [], 0.0
    for value in values:
        total += value
        found.append(total)
    return found

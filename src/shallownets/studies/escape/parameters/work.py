"""How the core seconds of the engines grow, as docs/performance.md has them; only their ratios matter."""

from math import ceil

SPECTRAL = 1.2e-4  # of an ODE trajectory by singular values, or of gradient flow, at any width
START = 2e-4  # of drawing a start and seeding its stream


def direct(N: float, p: float, p_star: float, samples: float) -> float:
    """SGD on weights: a step draws N numbers and updates p vectors of N."""
    return samples * (1e-7 + 1.9e-10 * N * (2 * p + p_star))


def chain(p: float, p_star: float, replicates: float, samples: float) -> float:
    """The overlap chain: a step works on p (p + p*) overlaps of all replicates, whatever N is.

    Long runs at small widths are compiled for these and take half the time, eight replicates at once (`engines.lanes`);
    from eight students on rotations take half, too (`engines.rotations`).
    """
    known = max(p, p_star) <= 4 and replicates >= 3 and replicates * samples >= 3e6
    moved = 8 * ceil(replicates / 8) if known else (1 if p >= 8 else 2) * (replicates + 1.3)
    return moved * samples * (1.5e-8 + 2.2e-9 * p * (p + p_star))


def ode(p: float, time: float) -> float:
    """An ODE trajectory that follows every overlap, to ``time`` in units of eta_hat samples/N."""
    return 2e-4 + 3e-6 * (p * p + 4) * min(time, 60.0)

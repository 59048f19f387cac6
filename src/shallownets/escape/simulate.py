"""One function for all engines. docs/engines.md says what each assumes, what it costs and when to use it."""

import os
from collections.abc import Sequence

import numpy as np
from numpy.random import SeedSequence

from shallownets.escape.engines import chain, direct, gradient_flow, ode, spectral
from shallownets.escape.model import Array
from shallownets.escape.starts import Start
from shallownets.escape.trajectory import Trajectory

SGD = ("direct", "chain")
LIMITS = ("ode", "spectral", "gradient-flow")
ENGINES = (*SGD, *LIMITS)


def simulate(
    start: Start,
    engine: str,
    eta: float,
    alpha: Array,
    *,
    N: int | None = None,
    streams: Sequence[SeedSequence] = (),
    tolerance: float = 1e-10,
) -> Trajectory:
    """Trajectory from a start, by any engine.

    Args:
        start: where to begin.
        engine: one of ``ENGINES``: "direct" and "chain" are SGD at finite N; "ode" and "spectral" its limit N -> ∞ at
            finite η; "gradient-flow" the limit of small η too, at the same α.
        eta: learning rate.
        alpha: (T,) recording times, increasing from 0; for SGD in whole samples over N (see ``recording_times``).
        N: input dimension, for SGD.
        streams: one seed sequence a replicate, for SGD.
        tolerance: relative error of a step, for the limits.

    Returns:
        Trajectory with one replicate for each stream, or one for a limit.

    Raises:
        ValueError: an unknown engine, SGD without N or streams, or a start for which the engine does not hold.
        ArithmeticError: the tolerance cannot be reached.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine {engine!r} is unknown; one of {', '.join(ENGINES)} is right")
    if engine in SGD:
        if N is None or not streams:
            raise ValueError(f"engine {engine!r} needs N and at least one stream")
        if engine == "direct":
            return direct.simulate(start, N, eta, alpha, streams)
        return chain.simulate(start, N, eta, alpha, streams, threads=os.cpu_count() or 1)
    limit = {"ode": ode, "spectral": spectral, "gradient-flow": gradient_flow}[engine]
    return limit.simulate(start, eta, np.asarray(alpha, float), tolerance)

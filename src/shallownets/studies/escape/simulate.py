"""One function for all engines. docs/engines.md says what each assumes, what it costs and when to use it."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import SeedSequence

from shallownets.numerics import cores
from shallownets.studies.escape.engines import chain, direct, gradient_flow, ode, spectral
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.trajectory import Trajectory, concatenate

SGD = ("direct", "chain")
LIMITS = ("ode", "spectral", "gradient-flow")
ENGINES = (*SGD, *LIMITS)


def simulate(
    start: Start | Sequence[Start],
    engine: str,
    eta: float,
    alpha: Array,
    *,
    N: int | None = None,
    streams: Sequence[SeedSequence] = (),
    tolerance: float = 1e-10,
    progress: Callable[[float], None] = lambda amount: None,
) -> Trajectory:
    """Trajectory from a start, or from one start for each replicate, by any engine.

    Args:
        start: where all replicates begin, or one start for each of them, all of the same widths.
        engine: one of ``ENGINES``: "direct" and "chain" are SGD at finite N; "ode" and "spectral" its limit N -> ∞ at
            finite η; "gradient-flow" the limit of small η too, at the same α.
        eta: learning rate.
        alpha: (T,) recording times, increasing; every engine begins at 0. SGD takes each to the nearest whole sample
            over N, and the trajectory has the times that were taken.
        N: input dimension, for SGD.
        streams: one seed sequence a replicate, for SGD.
        tolerance: relative error of a step, for the limits.
        progress: called with the time (in units of α) by which the work has advanced.

    Returns:
        Trajectory with one replicate for each stream; for a limit one for each start.

    Raises:
        ValueError: an unknown engine, SGD without N or streams, starts that do not fit the streams, a start for which
            the engine does not hold, or a learning rate or times that are no such thing.
        ArithmeticError: the tolerance cannot be reached.
    """
    if engine not in ENGINES:
        raise ValueError(f"engine = {engine!r}: expected one of {', '.join(ENGINES)}")
    if engine in SGD:
        if N is None or not streams:
            raise ValueError(f"engine {engine!r} needs N and at least one stream")
        if engine == "chain":
            return chain.simulate(start, N, eta, alpha, streams, progress, threads=cores.usable())
        if isinstance(start, Start):
            return direct.simulate(start, N, eta, alpha, streams, progress)
        pairs = zip(start, streams, strict=True)
        return concatenate([direct.simulate(one, N, eta, alpha, [stream], progress) for one, stream in pairs])
    limit = {"ode": ode, "spectral": spectral, "gradient-flow": gradient_flow}[engine]
    runs = []
    for one in [start] if isinstance(start, Start) else start:
        runs.append(limit.simulate(one, eta, np.asarray(alpha, float), tolerance))
        progress(alpha[-1])
    return concatenate(runs)

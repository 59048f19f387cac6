"""SGD exactly in law, at a cost that does not grow with the dimension.

Of a sample the weights see g, its components along the teacher; h, those along the columns of B, any square root of
what they leave outside the teacher's span; and s^2, the squared length of the rest, χ^2 of d - P - columns degrees.
With w_i = (M_i, B_i), not normalised, a step (``walk``) is

    p = M g + B h,   |x|^2 = |g|^2 + |h|^2 + s^2,   M <- D M + c g^T,   B <- [D B + c h^T, c s]

so that it adds a column. Once they are twice as many as neurons, Householder reflections from the right bring B back to
a triangle, which the law does not see. O(N (P + 1.5 N)) a step.

What a column will hold is drawn before it exists, as part of the rest: a sample always takes P + 2 N normals, one for
the label's noise, and a χ^2 of as many degrees.
"""

from collections.abc import Callable

import numpy as np
from numpy.random import SeedSequence, default_rng
from numpy.typing import ArrayLike

from shallownets.numerics import normals
from shallownets.studies.emergence.engines.sgd import SgdRun, follow
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.engines.walk import Walk
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start


def walk(start: Start, a: Array, link: Link, noise: float, stream: SeedSequence) -> Walk:
    """The weights in the coordinates of the chain."""
    N, P = start.M.shape
    rest = start.rest if start.rest.shape[1] <= N else np.linalg.qr(start.rest.T)[1].T
    filled, can = P + rest.shape[1], P + min(2 * N, start.d - P)
    W = np.zeros((N, can))
    W[:, :P], W[:, P:filled] = start.M, rest
    W *= np.sqrt(start.r)[:, None]
    # children of the stream, which itself stays as it is
    normal, radial = (SeedSequence(stream.entropy, spawn_key=(*stream.spawn_key, n)) for n in range(2))
    back = P + N if can == P + 2 * N else 0  # else all d coordinates can be here, and there is no rest
    return Walk(start, W, (filled, can), back, normals.GRAIN, normal, default_rng(radial), a, link, noise)


def simulate(
    start: Start,
    a: Array,
    link: Link,
    steps: Steps,
    samples: ArrayLike,
    stream: SeedSequence,
    noise: float = 0.0,
    enough: int | None = None,
    progress: Callable[[float], None] = lambda amount: None,
) -> SgdRun:
    """One run of SGD, equal in law to that of ``direct.simulate``.

    Args:
        start: where it begins.
        a: (P,) strengths.
        link: σ.
        steps: the step size.
        samples: (S,) rising numbers of samples at which the run is recorded; it goes up to the last.
        stream: of the samples.
        noise: standard deviation of the labels' noise.
        enough: the run ends once as many directions are learned; None: it does not.
        progress: called with the samples by which the work has advanced.

    Raises:
        Impossible: numbers of samples that are not rising whole numbers of at least 0.
    """
    return follow(walk(start, a, link, noise, stream), steps, samples, enough, progress)

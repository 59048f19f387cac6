"""SGD on the Stiefel manifold exactly in law, at a cost that does not grow with the dimension.

Of a sample the weights see g, its M* components along the teacher; h, those along the columns of B, any square root of
I - Z^T Z = B B^T, which is what W leaves outside the teacher's span; and s, the length of the rest, whose square is
chi-squared of d - M* - columns degrees of freedom. With W^T = (Z^T, B) the step of ``stiefel`` is the same in these
coordinates, where x = (g, h, s): it adds a column to B. Once there are twice as many as neurons, Householder
reflections from the right bring B back to a triangle, which the law does not see. O(N (M* + 1.5 N)) a sample.

What a column will hold is drawn before it exists, as part of the rest: a sample always takes M* + 2 N normals and a
chi-squared of as many degrees of freedom.
"""

from collections.abc import Callable

from numpy.random import SeedSequence, default_rng
from numpy.typing import ArrayLike

from shallownets.numerics import normals
from shallownets.studies.riccati.engines.stiefel import Run, Schedule, Walk, follow
from shallownets.studies.riccati.model import Array, require_spectrum
from shallownets.studies.riccati.starts import Start, require_dimension


def simulate(
    start: Start,
    lam: Array,
    d: int,
    schedule: Schedule,
    samples: ArrayLike,
    stream: SeedSequence,
    progress: Callable[[float], None] = lambda amount: None,
    until: Callable[[Array], bool] = lambda Z: False,
) -> Run:
    """One run of SGD, equal in law to that of ``stiefel.simulate``, whose arguments it takes.

    Returns:
        Run: its W (M* + 2 N, N), or (d, N) where d is less.

    Raises:
        ValueError: as for ``stiefel.simulate``.
    """
    M_star, N = start.Z.shape
    require_dimension(d, M_star, N)
    can = min(M_star + 2 * N, d)
    # where all d coordinates are here nothing is left beside them, and they stay
    filled, back = (M_star + N, M_star + N) if can < d else (d, 0)
    # children of the stream, which itself stays as it is
    normal, radial = (SeedSequence(stream.entropy, spawn_key=(*stream.spawn_key, n)) for n in range(2))
    freedom = d - can
    walk = Walk(
        start.weights(can),
        filled,
        back,
        normals.GRAIN,
        require_spectrum(lam, M_star),
        normal,
        freedom,
        default_rng(radial) if freedom else None,
    )
    return follow(walk, schedule, samples, progress, until)

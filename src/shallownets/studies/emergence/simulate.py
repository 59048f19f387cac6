"""The decoupled dynamics as a run: ``engines.decoupled`` says which neuron learns what, ``theory.times`` when."""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from shallownets.studies.emergence.engines import decoupled as choice
from shallownets.studies.emergence.model import Array, Link
from shallownets.studies.emergence.starts import Start
from shallownets.studies.emergence.theory import times
from shallownets.studies.emergence.trajectory import Run


def decoupled(start: Start, a: Array, link: Link, t: ArrayLike = 0.0, follow: int = 0) -> Run:
    """What greedy choice makes of a start: each direction is learned by its owner alone.

    Its share is c = 1/(1 + exp(-4 a (t - T))), the logistic curve of section 3 of docs/emergence.md, and the loss
    sum_m a_m^2 (1 - c_m)^2. At k = 2, where nothing decouples, owners are by the shortest time of all.

    Args:
        start: where it begins; all neurons have the norm of the first.
        a: (P,) strengths.
        link: σ.
        t: (S,) rising times at which loss and shares are wanted.
        follow: directions whose shares are kept, the first ones.

    Raises:
        Impossible: strengths that do not fit the start.

    Returns:
        Run: nothing was integrated, so that it took no step.
    """
    start.require(a)
    r0 = float(start.r[0])
    if link.exponent == 2:
        owners = choice.owners(1 / times.learning_time(a, start.M, r0, link), start.M)
    else:
        owners = choice.greedy(start.M, a, link.exponent)
    T = times.learning_time(a, owners.M0, r0, link)
    t = np.atleast_1d(np.asarray(t, float))
    shares = scipy.special.expit(4 * a * (t[:, None] - T))
    return Run(t, ((1 - shares) ** 2) @ a**2, shares[:, :follow], T, owners.neuron, 0)

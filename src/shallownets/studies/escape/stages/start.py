"""Draw one start.

From: the widths, the dimension and a seed.
Makes: the overlaps M and Q and, for orthonormal sets, the weights W and W_star.
"""

from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.parameters.runs import Start

DRAW = {"orthonormal": starts.orthonormal, "gaussian": starts.gaussian}


@stage
def start(given: Start) -> Data:
    fixed = {"kind": given.kind, "p": given.p, "p_star": given.p_star, "N": given.N}
    rng = default_rng(seeds.sequence(given.seed, "start", fixed, given.index))
    drawn = DRAW[given.kind](given.p, given.p_star, given.N, rng)
    arrays = {name: value for name in ("M", "Q", "W", "W_star") if (value := getattr(drawn, name)) is not None}
    return Data(Arrays(arrays, dict.fromkeys(arrays, "1")))

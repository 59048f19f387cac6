"""Which solution is reached [16, 19-22], App. 7.4: by the ODE from starts with Q(0) = 1, and by SGD."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.random import Generator

from shallownets.numerics import statistics
from shallownets.numerics.statistics import Estimate
from shallownets.studies.escape import model
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.measure import solutions as measure
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import late
from shallownets.studies.escape.theory import solutions as theory

NEIGHBOURS = 8  # ends that the distance of each one to is measured, where there are so many


@dataclass(frozen=True)
class Ends:
    """Where the ODE ends from S starts with Q(0) = 1, and what it should have conserved on the way.

    Attributes:
        eta: learning rate.
        time: from half of the way to the end, samples/N.
        R: (S, p, p*) polar factors of the starts' M.
        M: (S, p, p*) at the end.
        Q: (S, p, p) at the end.
        halfway: (S, p, p) Q at half of the time.
        drift, turned, commutator: largest change of an element of R, largest off-diagonal element of M between the
            start's singular vectors, largest norm of [Q, M M^T], over all times and starts.
    """

    eta: float
    time: float
    R: Array
    M: Array
    Q: Array
    halfway: Array
    drift: float
    turned: float
    commutator: float

    @classmethod
    def of(cls, starts: list[Start], eta: float, alpha: Array, tolerance: float) -> Self:
        """Integrate the ODE from each start over times alpha, (T,)."""
        ends, drifts, turned, commuting = [], [], [], []
        for start in starts:
            run = ode.simulate(start, eta, alpha, tolerance)
            R = model.polar_factor(start.M)
            drifts.append(measure.frame_drift(run.M[0], R).max())
            turned.append(measure.singular_vector_drift(run.M[0], start.M).max())
            commuting.append(measure.commutator(run.M[0], run.Q[0]).max())
            ends.append((R, run.M[0, -1], run.Q[0, -1], run.Q[0, len(alpha) // 2]))
        time = alpha[-1] - alpha[len(alpha) // 2]
        stacks = map(np.stack, zip(*ends, strict=True))
        return cls(eta, time, *stacks, max(drifts), max(turned), max(commuting))

    @property
    def risk(self) -> Array:
        """(S,) risks at the end."""
        return model.population_risk(self.M, self.Q)

    @property
    def errors(self) -> tuple[Array, Array]:
        """(S,) Frobenius norms of the deviations of M and Q from those of the predicted solutions [16, 20, 21]."""
        M, Q = theory.overlaps(self.R)
        return np.linalg.norm(self.M - M, axis=(-2, -1)), np.linalg.norm(self.Q - Q, axis=(-2, -1))

    @property
    def tails(self) -> dict[str, float]:
        """For p > p*, what is left at the end over the tail of the late law, means over the starts.

        The smallest eigenvalue of Q is the excess norm q_0: it belongs to the p - p* directions that no teacher needs.
        """
        p, p_star = self.M.shape[-2:]
        end, earlier = (np.linalg.eigvalsh(Q)[:, 0] for Q in (self.Q, self.halfway))
        left = np.array([late.late_deviation(p, p_star, q) for q in end])
        M_error, Q_error = self.errors
        return {
            "excess norm": end.max(),
            "decay of the excess norm": np.mean((1 / end - 1 / earlier) / (self.eta * self.time)),
            "deviation of M over its tail": np.mean(M_error / left[:, 0]),
            "deviation of Q over its tail": np.mean(Q_error / left[:, 1]),
            "risk over its tail": np.mean(self.risk / [late.late_risk(p, p_star, self.eta, q) for q in end]),
        }

    @property
    def estimates(self) -> dict[str, Estimate]:
        """Each quantity by its name: the largest over starts and times where not said otherwise."""
        p, p_star = self.M.shape[-2:]
        exact = {
            "drift of R": self.drift,
            "drift of singular vectors": self.turned,
            "commutator": self.commutator,
            "final risk": self.risk.max(),
        }
        if p > p_star:
            exact |= self.tails
        else:
            M_error, Q_error = self.errors
            exact |= {"deviation of M": M_error.max(), "deviation of Q": Q_error.max()}
        # each end with those after it: distances that share an end do not correlate, as a random R has mean 0
        apart = [((self.M - np.roll(self.M, -n, 0)) ** 2).sum((1, 2)) for n in range(1, NEIGHBOURS + 1)]
        share = self.M**2 / (self.M**2).sum(2, keepdims=True)
        found = {name: statistics.exact(value, len(self.M)) for name, value in exact.items()}
        found["share of one teacher"] = statistics.mean(share.max(2).mean(1))
        return found | {"mutual distance of ends": statistics.mean(np.concatenate(apart))}


def reached_by_sgd(M_0: Array, M: Array, Q: Array, rng: Generator) -> dict[str, Estimate]:
    """How near SGD ends to the solution closest to its start, and its risk there.

    Args:
        M_0: (R, p, p*) at the start of each run.
        M, Q: (R, p, p*) and (R, p, p) at its end.
        rng: of the bootstrap.

    Returns:
        "selectivity": tr(R^T M_0)/tr(R_0^T M_0), a ratio of means; "overlap with the closest": tr(R_0^T R)/p*; "final
        risk".
    """
    R_0, R = model.polar_factor(M_0), model.polar_factor(M)
    towards, closest, overlap = ((A * B).sum((1, 2)) for A, B in ((R, M_0), (R_0, M_0), (R_0, R)))
    pairs = np.stack([towards, closest], axis=1)
    return {
        "selectivity": statistics.bootstrap(pairs, lambda some: float(some[:, 0].sum() / some[:, 1].sum()), rng),
        "overlap with the closest": statistics.mean(overlap / M.shape[-1]),
        "final risk": statistics.mean(model.population_risk(M, Q)),
    }

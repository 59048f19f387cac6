"""What the stages of the plateau share: starts, escape times, and the rows of a table."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import Estimate, exact
from shallownets.stage import Arrays
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import spectral
from shallownets.studies.escape.model import Array, Mask
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau

LONG = 1e6  # samples/N after which the ODE is given up; it never comes near


@dataclass(frozen=True)
class Setting:
    """Widths, fraction of L_pl below which a run has escaped, and learning rate per student unit, eta/p."""

    p: int
    p_star: int
    fraction: float
    eta_hat: float

    @property
    def level(self) -> float:
        """Risk below which a run has escaped."""
        return plateau.plateau_level(self.p, self.p_star, self.fraction)

    def keys(self, engine: str, N: float) -> dict:
        """The columns of a table that say what was simulated."""
        return {"engine": engine, "p": self.p, "p_star": self.p_star, "N": N, "eta_hat": self.eta_hat}


@dataclass(frozen=True)
class EscapeTimes:
    """Escape times of SGD at one N, and those of the ODE from the same starts: (R,) samples/N each, inf for never."""

    N: int
    sgd: Array
    ode: Array

    @property
    def both(self) -> Mask:
        """(R,) whether SGD and the ODE escaped from a start."""
        return np.isfinite(self.sgd) & np.isfinite(self.ode)

    @property
    def censored(self) -> Estimate:
        """How many of the runs of SGD did not escape."""
        return exact((~np.isfinite(self.sgd)).sum(), len(self.sgd))


def escape_times_of(kept: Arrays) -> tuple[Setting, EscapeTimes]:
    """Escape times, and what they were simulated with.

    Raises:
        UserError: these arrays are none.
    """
    said = kept.parameters
    setting = Setting(said["p"], said["p_star"], said["fraction"], said["eta_hat"])
    return setting, EscapeTimes(said["N"], kept.arrays["sgd"], kept.arrays["ode"])


def gaussian_starts(seed: int, p: int, p_star: int, N: int, count: int) -> list[Start]:
    """Independent starts Q = I, M_ir ~ N(0, 1/N): the same for everyone who asks for the same widths and N."""
    parameters = {"kind": "gaussian", "p": p, "p_star": p_star, "N": N}
    return [
        starts.gaussian(p, p_star, N, default_rng(seeds.sequence(seed, "plateau start", parameters, index)))
        for index in range(count)
    ]


def rescaled(begun: list[Start], drawn_at: float, N: float) -> list[Start]:
    """Gaussian starts drawn at one N as they are at another: overlaps fall as N^(-1/2)."""
    return [Start(start.M * np.sqrt(drawn_at / N), start.Q) for start in begun]


def ode_escape_times(begun: list[Start], setting: Setting, last: float, tolerance: float) -> Array:
    """(S,) escape times of the ODE, samples/N; inf where it diverges, or does not escape by the last time."""
    eta = setting.p * setting.eta_hat
    (times,) = spectral.escape_times(begun, [eta], [setting.level], last, tolerance)
    return times[:, 0]


def row(quantity: str, estimate: Estimate, **keys: float | str) -> dict:
    """One line of a table of measurements."""
    return {"quantity": quantity, **keys, **estimate.row()}


def theory_last(rows: list[dict]) -> pd.DataFrame:
    """A table of measurements with what theory says of each in its last column, 0 where it says nothing."""
    table = pd.DataFrame(rows)
    said = table.pop("theory").fillna(0.0) if "theory" in table else 0.0
    return table.assign(theory=said)

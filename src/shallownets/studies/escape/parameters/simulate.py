"""What the command `escape` and `escape.run` take."""

from collections.abc import Iterator
from typing import Annotated, Literal

from shallownets.config.section import USUAL_SEED, Limit, Many, Section, Seed, Tolerance, means
from shallownets.studies.escape.parameters.kinds import AlphaMax, Dimension, Eta, EtaHat, P, Points, PStar, room


class Common(Section):
    """What every experiment has."""

    p: P = 4
    p_star: PStar = 2
    N: Dimension = 10000
    engine: Annotated[
        Literal["direct", "chain", "ode", "spectral", "gradient-flow"], means("engine that simulates the runs")
    ] = "chain"
    replicates: Annotated[Many, means("how many runs")] = 4
    seed: Seed = USUAL_SEED
    tolerance: Tolerance = 1e-10

    def limits(self) -> Iterator[Limit]:
        yield room("N", self.N, [(self.p, self.p_star)])


class Asked(Common):
    """What people say of it; None: it follows from the rest."""

    eta_hat: Annotated[EtaHat | None, means("learning rate per student unit, eta/p; 0.1 unless eta is given")] = None
    eta: Eta | None = None
    alpha_max: Annotated[AlphaMax | None, means("last time; unless given, four times the escape time")] = None
    points: Annotated[Points | None, means("recorded times; unless given, 401 or all samples")] = None

    def limits(self) -> Iterator[Limit]:
        yield from super().limits()
        yield not (self.eta and self.eta_hat), "eta", "one of eta and eta_hat"


class Experiment(Common, kw_only=True):
    """What is simulated, with a value for everything."""

    eta_hat: EtaHat
    eta: Eta
    alpha_max: AlphaMax
    points: Points

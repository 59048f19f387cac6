"""The section `escape` of config.yaml, all parts together, and what must hold between them."""

from collections.abc import Iterator
from typing import Annotated

from shallownets.config.section import Figures, Limit, Many, Section, Tolerance, means
from shallownets.studies.escape.parameters.beyond import Beyond
from shallownets.studies.escape.parameters.finite import Finite
from shallownets.studies.escape.parameters.kinds import escapes, gaussian
from shallownets.studies.escape.parameters.landscape import Landscape
from shallownets.studies.escape.parameters.plateau import Plateau
from shallownets.studies.escape.parameters.runs import EquationsValues, Runs
from shallownets.studies.escape.parameters.solutions import Solutions


class Escape(Section):
    """Escape dynamics and implicit bias of one-pass SGD (arXiv:2604.03068)."""

    tolerance: Tolerance
    batch: Annotated[Many, means("runs of SGD on weights that one job simulates; does not change the results")]
    runs: Runs
    equations: EquationsValues
    solutions: Solutions
    landscape: Landscape
    plateau: Plateau
    finite: Finite
    beyond: Beyond
    figures: Figures | None = None

    def limits(self) -> Iterator[Limit]:
        # the times of the ODE are compared with those of SGD at its widths
        widths = [(self.finite.escape.p, self.finite.escape.p_star)]
        for n, N in enumerate(self.plateau.times.N):
            yield gaussian(f"plateau.times.N.{n}", N, widths)
        for n, eta_hat in enumerate(self.plateau.times.eta_hat):
            yield escapes(f"plateau.times.eta_hat.{n}", eta_hat, widths)

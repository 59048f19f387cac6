"""Norm learning and the linearised plateau [9-12], each rate from trajectories of the nonlinear ODE.

From: the widths and the learning rates. Rates are those of gradient flow per unit of eta alpha.
Makes: the table of measurements.
"""

from shallownets.stage import Measurements, Table, stage
from shallownets.studies.escape.measure.relaxation import finite_norm, fixed_point, from_the_start, rates
from shallownets.studies.escape.parameters.plateau import PlateauRates
from shallownets.studies.escape.stages.plateau_shared import row, theory_last
from shallownets.studies.escape.theory import plateau

UNITS = {"estimate": "of rates, decays and sources 1/(eta alpha), else 1"}


@stage
def plateau_rates(given: PlateauRates) -> Measurements:
    measured = []
    for p, p_star in given.widths:
        widths = {"p": p, "p_star": p_star}
        flow = vars(rates(p, p_star, given.tolerance)) | vars(fixed_point(p, p_star, given.norms, given.tolerance))
        flow |= vars(from_the_start(p, p_star, given.eta_hat[0], given.tolerance))
        measured += [row(name, found, **widths, eta_hat=0.0) for name, found in flow.items() if found]
        for eta_hat in given.eta_hat:
            # close to where the plateau ends the norms take ever longer to get there
            if eta_hat < 0.8 * plateau.last_plateau(p, p_star):
                norm, theory = finite_norm(p, p_star, eta_hat, given.tolerance), plateau.finite_norm(p, p_star, eta_hat)
                measured.append(row("finite_norm", norm, **widths, eta_hat=eta_hat, theory=theory))
    return Measurements(Table(theory_last(measured), UNITS))

"""Norm learning and the linearised plateau [9-12], each rate from trajectories of the nonlinear ODE.

From: the widths and the learning rates. Rates are those of gradient flow per unit of eta alpha.
Makes: the table of measurements.
"""

import numpy as np
import pandas as pd

from shallownets import cli
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape.engines import ode
from shallownets.studies.escape.measure.plateau import initial_slope, log_slope
from shallownets.studies.escape.model import Array, plateau_norm, population_risk
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.stages.plateau_shared import exact, row
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import plateau

MODULE = "shallownets.studies.escape.stages.plateau_rates"
UNITS = {"rate": "1/(eta alpha)", "norm": "1", "risk": "1"}
SMALL = 1e-6  # size of a perturbation of the plateau: its square is below the solver's accuracy
OVERLAP = 1e-3  # size of M where its square is the signal


def flow(M: Array, Q: Array, times: Array, tolerance: float) -> tuple[Array, Array]:
    """(M, Q) of gradient flow at the times, in units of η α."""
    run = ode.simulate(Start(M, Q), 1.0, times, tolerance, gradient_flow=True)
    return run.M[0], run.Q[0]


def pattern(rows: int, columns: int) -> Array:
    """A matrix of elements between 1/2 and 1 of either sign, all different: no symmetry hides a coupling."""
    index = np.arange(1, rows * columns + 1).reshape(rows, columns)
    return np.where(index % 2, 1, -1) * (1 + np.modf(index * np.sqrt(2))[0]) / 2


def rates(p: int, p_star: int, tolerance: float) -> list[dict]:
    """The four coefficients of [11, 12] and the two rates of the norms, one row each."""
    still = plateau_norm(p) * np.eye(p)
    nothing = np.zeros((p, p_star))
    keys = {"p": p, "p_star": p_star, "eta_hat": 0.0}
    growth_times = np.linspace(0, p * p_star / 4, 21)
    M, _ = flow(SMALL * pattern(p, p_star), still, growth_times, tolerance)
    rows = [row("overlap_rate", exact(log_slope(growth_times, M).mean(), p * p_star), **keys)]

    times = np.linspace(0, p / 4, 21)
    _, Q = flow(nothing, still * (1 + SMALL), times, tolerance)
    mean = np.trace(Q, axis1=1, axis2=2) / p - plateau_norm(p)
    rows.append(row("norm_mean_rate", exact(-log_slope(times, mean)), **keys))
    if p == 1:
        return rows

    times = np.linspace(0, p * (p + 2) / 8, 21)
    upper = np.triu_indices(p, 1)
    shape = pattern(p, p)
    off = np.triu(shape, 1) + np.triu(shape, 1).T
    _, Q = flow(nothing, still + SMALL * off, times, tolerance)
    rows.append(row("student_decay", exact(-log_slope(times, Q[:, *upper]).mean(), len(upper[0])), **keys))
    differences = np.diag(shape) - np.diag(shape).mean()
    _, Q = flow(nothing, still + SMALL * np.diag(differences), times, tolerance)
    diagonal = Q[:, range(p), range(p)]
    spread = np.linalg.norm(diagonal - diagonal.mean(1, keepdims=True), axis=1)
    rows.append(row("norm_difference_rate", exact(-log_slope(times, spread), p - 1), **keys))

    times = growth_times / 4
    M0 = OVERLAP * pattern(p, p_star)
    _, Q = flow(M0, still, times, tolerance)
    source = initial_slope(times, Q[:, *upper]) @ (M0 @ M0.T)[upper] / ((M0 @ M0.T)[upper] ** 2).sum()
    rows.append(row("student_source", exact(source, len(upper[0])), **keys))
    return rows


def fixed_point(p: int, p_star: int, norms: list[float], tolerance: float) -> list[dict]:
    """Where norms of different initial values end under gradient flow with M = 0, and the risk there."""
    initial = np.resize(norms, p)
    last = 20 / plateau.norm_difference_rate(p) * p
    M, Q = flow(np.zeros((p, p_star)), np.diag(initial), np.array([0.0, last]), tolerance)
    final = np.diag(Q[-1])
    keys = {"p": p, "p_star": p_star, "eta_hat": 0.0}
    return [
        row("norm", exact(final[np.abs(final - plateau_norm(p)).argmax()], p), **keys),
        row("plateau_risk", exact(population_risk(M[-1], Q[-1])), **keys),
    ]


def finite_norm(p: int, p_star: int, eta_hat: float, tolerance: float) -> dict:
    """Norm on the plateau at finite learning rate, from norms 1."""
    run = ode.simulate(Start(np.zeros((p, p_star)), np.eye(p)), p * eta_hat, np.array([0.0, 10 / eta_hat]), tolerance)
    theory = plateau_norm(p) * float(plateau.relative_norm(p, p_star, eta_hat))
    norm = exact(np.trace(run.Q[0, -1]) / p, p)
    return row("finite_norm", norm, p=p, p_star=p_star, eta_hat=eta_hat, theory=theory)


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--widths", type=pair, nargs="+", required=True, help="pairs p,p*")
    parser.add_argument("--norms", type=cli.positive, nargs="+", required=True, help="initial squared norms, in turn")
    parser.add_argument("--eta-hat", type=cli.positive, nargs="+", required=True, help="finite learning rates over p")
    cli.shared(parser, "tolerance", "measurements")
    args = parser.parse_args()

    measured = []
    for p, p_star in args.widths:
        measured += rates(p, p_star, args.tolerance)
        measured += fixed_point(p, p_star, args.norms, args.tolerance)
        # close to where the plateau ends the norms take ever longer to get there
        slow = 0.8 * plateau.last_plateau(p, p_star)
        measured += [finite_norm(p, p_star, value, args.tolerance) for value in args.eta_hat if value < slow]
    table = pd.DataFrame(measured).assign(theory=lambda frame: frame.get("theory", 0.0)).fillna({"theory": 0.0})
    save_table(args.measurements, table, record_of(MODULE, {"tolerance": args.tolerance, "norms": args.norms}, UNITS))


if __name__ == "__main__":
    cli.run(main)

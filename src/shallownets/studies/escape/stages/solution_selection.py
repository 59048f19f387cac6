"""Which solution the ODE reaches: equations 16 and 19 to 22 and Appendix 7.4, from many random starts.

From: widths, a learning rate and a seed. Starts with Q(0) = 1 where the claim holds, and starts of independent
Gaussian vectors, where Q(0) is not the identity and R is no longer conserved.
Makes: a table of measurements.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import statistics
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure.selection import Ends
from shallownets.studies.escape.measure.solutions import end_of, log_exponent
from shallownets.studies.escape.parameters.solutions import SolutionSelection
from shallownets.studies.escape.stages.streams import streams
from shallownets.studies.escape.theory.solutions import largest_share


def from_orthonormal_students(given: SolutionSelection) -> list[dict]:
    """Measurements at each pair of widths."""
    rows = []
    alpha = np.linspace(0, given.t_max / given.eta_hat, given.points)
    for p, p_star in given.widths:
        key = {"p": p, "p_star": p_star, "N": given.N, "eta_hat": given.eta_hat, "tolerance": given.tolerance}
        drawn = streams(given.seed, "selection", key, given.starts)
        begun = [starts.gaussian(p, p_star, given.N, default_rng(stream)) for stream in drawn]
        found = Ends.of(begun, given.eta_hat * p, alpha, given.tolerance).estimates
        q_0 = found["excess norm"].value if p > p_star else 0.0
        seen = key | {"t_max": given.t_max, "q_0": q_0, "largest_share": largest_share(p_star)}
        rows += [{"quantity": name} | seen | estimate.row() for name, estimate in found.items()]
    return rows


def from_gaussian_students(given: SolutionSelection) -> list[dict]:
    """Measurements at each N under gradient flow, and their exponents in N."""
    p, p_star = given.unequal_widths
    rows = []
    samples: dict[str, list] = {"drift": [], "excess distance": []}
    for N in given.unequal_dimensions:
        key = {"p": p, "p_star": p_star, "N": N}
        drawn = streams(given.seed, "Gaussian vectors", key, given.starts)
        begun = [starts.gaussian_vectors(p, p_star, N, default_rng(stream)) for stream in drawn]
        ends = [end_of(start, 1.0, given.t_max * p, given.tolerance, gradient_flow=True) for start in begun]
        for quantity, name in (("drift", "drift of R"), ("excess distance", "excess distance")):
            values = [end[quantity] for end in ends]
            samples[quantity].append(np.array(values))
            rows.append({"quantity": f"{name}, Gaussian vectors"} | key | statistics.mean(values).row())
    key = {"p": p, "p_star": p_star}
    for quantity, series in samples.items():
        slope = log_exponent(np.array(given.unequal_dimensions), series)
        rows.append({"quantity": f"exponent of the {quantity}"} | key | slope.row())
    return rows


@stage
def solution_selection(given: SolutionSelection) -> Measurements:
    rows = from_orthonormal_students(given) + from_gaussian_students(given)
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "1"}))

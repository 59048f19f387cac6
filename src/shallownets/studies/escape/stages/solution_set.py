"""Facts of the solutions that need no dynamics: equations 14 to 19, and the least risk of a narrow student.

From: widths, a dimension and a seed.
Makes: a table of measurements.
"""

import pandas as pd
from numpy.random import default_rng

from shallownets.numerics import seeds
from shallownets.numerics.statistics import exact
from shallownets.stage import Measurements, Table, stage
from shallownets.studies.escape import starts
from shallownets.studies.escape.measure.solution_set import facts, final_risk, risk_along_narrow
from shallownets.studies.escape.parameters.solutions import SolutionSet
from shallownets.studies.escape.stages.streams import streams


@stage
def solution_set(given: SolutionSet) -> Measurements:
    rows = []
    for p, p_star in given.widths:
        key = {"p": p, "p_star": p_star}
        stream = seeds.sequence(given.seed, "solutions", key | {"N": given.N, "frames": given.frames}, 0)
        found = facts(p, p_star, given.N, given.frames, default_rng(stream), stream.spawn(1)[0])
        rows += [{"quantity": name} | key | estimate.row() for name, estimate in found.items()]
    for p, p_star in given.narrow:
        key = {"p": p, "p_star": p_star}
        drawn = streams(given.seed, "narrow start", key | {"N": given.N}, given.starts)
        begun = [starts.gaussian(p, p_star, given.N, default_rng(stream)) for stream in drawn]
        risks = [final_risk(start, given.tolerance) for start in begun]
        rng = default_rng(seeds.sequence(given.seed, "narrow manifold", key, 0))
        along = risk_along_narrow(p, p_star, given.frames, rng)
        found = {"least final risk": min(risks), "largest final risk": max(risks), "risk along the manifold": along}
        for name, value in found.items():
            rows.append({"quantity": name} | key | exact(value, given.starts).row())
    return Measurements(Table(pd.DataFrame(rows), {"estimate": "1"}))

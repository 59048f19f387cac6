"""The interpolation peak against weight decay in both networks, fitted noise before it, and where it saturates.

From: the dimension and decays.
Makes: a table of measurements, and the data of the figure `peak`. What has no peak is noted.
"""

import numpy as np
import pandas as pd

from shallownets.numerics.lost import Lost
from shallownets.numerics.progress import progress
from shallownets.numerics.statistics import exact
from shallownets.stage import Table, Tables, stage
from shallownets.studies.spectra.measure import curves
from shallownets.studies.spectra.parameters.theory import Peak
from shallownets.studies.spectra.theory import corrections
from shallownets.studies.spectra.theory import peak as law
from shallownets.studies.spectra.theory.diagonal import Diagonal
from shallownets.studies.spectra.theory.quadratic import Quadratic

UNITS = {"N": "n_eff", "lam": "1", "risk": "R", "share": "N/d over that of the peak", "estimate": "see quantity"}
COLUMNS = ["model", "lam", "N", "mean", "series", "risk", "alone", "scaled", "share"]  # of what is shown
VANISHING = 1e-9  # decay in place of none
LAST = 1e-6  # decay at which the peak has saturated
NEAR = 0.8  # of the peak's position: the end of what is called before it
CLEAR = 1 / 3  # corrections up to which fitted noise is judged
SHORT = 3.0  # exponent of a teacher that leaves almost nothing unlearned


def _none(lost: Lost, model: str, where: str, rows: dict) -> None:
    """Say that there is no peak."""
    lost.note(f"{model} network, {where}: the risk has no peak at this noise", [{"model": model} | rows])


@stage
def peak(given: Peak) -> Tables:
    rows, shown, lost = [], [], Lost()
    total = 2 * len(given.decays) + len(given.saturating) + 2
    with progress("interpolation peak", total) as advance:
        for model, of_model in (("diagonal", Diagonal), ("quadratic", Quadratic)):
            quadratic = model == "quadratic"
            network = of_model(SHORT, given.d, given.noise)
            mean = network.levels.mean
            tops: dict[float, float] = {}
            for lam in given.decays:
                advance(1)
                if lam > law.WEAK[1] * np.sqrt(given.noise):  # at once as strong as noise
                    _none(lost, model, f"lam = {lam:g}", {"lam": lam})
                    continue
                alone = law.peak(quadratic, lam, given.noise)
                top = curves.peak(network, alone.position * given.d, lam)
                if top is None:
                    _none(lost, model, f"lam = {lam:g}", {"lam": lam})
                    continue
                tops[lam] = top.risk
                of = {"model": model, "lam": lam, "N": top.N, "mean": mean}
                orders = corrections.peak(network, lam, top, alone)
                height = exact(top.risk / alone.risk).row()
                rows.append(of | {"quantity": "peak over noise alone", "order": orders.risk} | height)
                place = {"theory": 1.0, "order": orders.position}
                position = top.N / given.d / law.POSITION[quadratic]
                rows.append(of | {"quantity": "position"} | place | exact(position).row())
                constant = law.POSITIVE[quadratic]
                values = {"risk": top.risk, "alone": alone.risk, "scaled": top.risk * constant ** (2 / 3)}
                shown.append(of | {"series": "peak"} | values)
            if len(tops) > 1:
                first, second = list(tops)[:2]
                slope = float(np.log(tops[second] / tops[first]) / np.log(second / first))
                of = {"model": model, "lam": first, "order": corrections.of_peaks_exponent(network, first, second)}
                rows.append(of | {"quantity": "exponent", "theory": -2 / 3} | exact(slope).row())
            else:
                touched = [{"model": model, "quantity": "exponent"}]
                lost.note(f"{model} network: {len(tops)} of {len(given.decays)} decays have a peak, too few", touched)
            network = of_model(given.gamma, given.d, given.noise)
            grid = np.geomspace(given.d / 100, NEAR * law.POSITION[quadratic] * given.d, given.points)
            for state in curves.along_samples(network, grid, VANISHING):
                harm = law.harm(quadratic, state.N / given.d, given.noise)
                of = {"model": model, "N": state.N, "lam": VANISHING, "share": NEAR * state.N / grid[-1]}
                shown.append(of | {"series": "harm", "risk": state.risk, "alone": harm})
                order = corrections.before_peak(network, state, harm)
                if order < CLEAR:
                    over = exact(state.risk / harm).row()
                    rows.append(of | {"quantity": "harm", "theory": 1.0, "order": order} | over)
            advance(1)
        for gamma in given.saturating:
            network = Quadratic(gamma, given.d, given.noise)
            top = curves.peak(network, given.d / 4, LAST)
            advance(1)
            if top is None:
                _none(lost, "quadratic", f"gamma = {gamma:g}", {"gamma": gamma, "quantity": "saturated"})
                continue
            least = law.saturated(network.levels.mean, given.noise)
            of = {"model": "quadratic", "gamma": gamma, "lam": LAST, "N": top.N}
            rows.append(of | {"quantity": "saturated", "theory": least} | exact(top.risk / least).row())
    lost.require(rows, "smaller decays of spectra.peak, or more noise")
    frames = pd.DataFrame(rows), pd.DataFrame(shown, columns=COLUMNS)
    return Tables(*(Table(frame, UNITS, notes=lost.notes) for frame in frames))

"""SGD without label noise, with it, and with it at a step size that falls, from the same starts as the flow.

From: sizes, a step size and a seed.
Makes: when each direction is learned by each of them.
"""

from functools import partial

import numpy as np

from shallownets.numerics import seeds
from shallownets.numerics.progress import progress
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.emergence import model
from shallownets.studies.emergence.engines import chain
from shallownets.studies.emergence.engines.step_sizes import Steps
from shallownets.studies.emergence.measure import against_flow
from shallownets.studies.emergence.parameters.sgd import FallingRuns
from shallownets.studies.emergence.stages import drawn

UNITS = {
    "quiet": "times of the flow without label noise; inf where a direction was not learned",
    "noisy": "with label noise",
    "falling": "with label noise and a step size that falls; nan where it was not run",
    "T_flow": "time of the flow",
    "start": "its number, counted from 0; those between, from which the flow does not learn all, are left out",
    "lost": "samples; inf where a run was not lost",
}
SERIES = ("quiet", "noisy", "falling")


@stage
def falling_runs(given: FallingRuns) -> Data:
    a, link = model.strengths(given.P, given.beta), model.hermite(given.k)
    eta = given.kappa / (given.d ** (given.k / 2) * float(a @ a))
    noise = float(np.sqrt(given.label_noise * (a @ a)))
    settings = {"quiet": (Steps(eta), 0.0), "noisy": (Steps(eta), noise), "falling": (Steps(eta, given.scale), noise)}
    times = {name: np.full((given.starts, given.P), np.nan) for name in SERIES}
    lost, flows, numbers = np.full((given.starts, len(SERIES)), np.nan), [], []
    of = {"k": given.k, "d": given.d, "N": given.N, "P": given.P, "beta": given.beta, "kappa": given.kappa}
    with progress("noise that falls", 2 * given.starts + 5 * given.falling) as advance:
        begin = partial(drawn.start, given.seed, "falling noise", given.N, given.P, given.d, given.r0)
        starts = against_flow.learned_by_flow(begin, a, link, given.starts, given.within)
        for row, (replicate, start, smooth) in enumerate(starts):
            numbers.append(replicate)
            flows.append(smooth.times)
            for number, (name, (steps, spread)) in enumerate(settings.items()):
                if name == "falling" and row >= given.falling:
                    continue
                stream = seeds.sequence(given.seed, f"emergence, falling noise, {name}", of, replicate)
                longest = int(steps.samples(given.patience * flows[-1].max()))
                run = chain.simulate(start, a, link, steps, [longest], stream, spread, enough=given.P)
                times[name][row], lost[row, number] = run.times, run.lost_at
                advance(5 if name == "falling" else 1)
    found = {"T_flow": np.array(flows), "start": np.array(numbers), "lost": lost}
    return Data(Arrays(times | found, UNITS))

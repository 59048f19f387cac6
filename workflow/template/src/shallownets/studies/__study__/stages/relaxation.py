"""The error of SGD against time, beside its prediction.

From: the start, and the batches of runs in the order of their replicates.
Makes: a table of measurements and the data of the figure `relaxation`.
"""

import numpy as np
import pandas as pd

from shallownets.stage import Arrays, Table, Tables, stage
from shallownets.studies.__study__.measure.moments import moments
from shallownets.studies.__study__.parameters.runs import Relaxation
from shallownets.studies.__study__.theory import moments as theory

UNITS = {"time": "samples"}


@stage
def relaxation(given: Relaxation, start: Arrays, batches: list[Arrays]) -> Tables:
    e, times = float(start.arrays["error"]), batches[0].arrays["time"]
    eta, noise = batches[0].parameters["eta"], batches[0].parameters["noise"]
    measured = moments(np.concatenate([batch.arrays["error"] for batch in batches]))
    predicted = {"mean": theory.mean(e, eta, times), "mean square": theory.mean_square(e, eta, noise, times)}
    rows = [
        {"quantity": quantity, "start": e, "eta": eta, "noise": noise, "time": int(time), "theory": float(value)}
        | estimate.row()
        for (quantity, values), estimates in zip(predicted.items(), (measured.mean, measured.mean_square), strict=True)
        for time, value, estimate in zip(times, values, estimates, strict=True)
    ]
    frame, found = pd.DataFrame(rows), {"eta": eta, "noise": noise, "replicates": rows[0]["n"]}
    # at time 0 all runs are the start, without a statistical error
    return Tables(Table(frame[frame.time > 0], UNITS, found), Table(frame, UNITS, found))

"""Order parameters and risk against time as one tidy table."""

import numpy as np
import pandas as pd

from shallownets.studies.escape.model import population_risk
from shallownets.studies.escape.trajectory import Trajectory


def summarise(trajectory: Trajectory, engine: str) -> pd.DataFrame:
    """Mean and standard deviation over replicates of every M_ir, Q_ij (i <= j) and of the risk.

    Returns:
        Columns engine; quantity ("M", "Q", "risk"); i, j (indices from 1, 0 where there are none); alpha; mean;
        sd (0 for one replicate); replicates (those that had not diverged; times without any are left out).
    """
    _, _, p, p_star = trajectory.M.shape
    risk = population_risk(trajectory.M, trajectory.Q)
    series = [("M", i + 1, r + 1, trajectory.M[:, :, i, r]) for i in range(p) for r in range(p_star)]
    series += [("Q", i + 1, j + 1, trajectory.Q[:, :, i, j]) for i in range(p) for j in range(i, p)]
    series += [("risk", 0, 0, risk)]
    alive = trajectory.valid.sum(0)
    seen = alive > 0
    frames = []
    for quantity, i, j, values in series:
        values = values[:, seen]
        mean = np.nanmean(values, axis=0)
        square = np.nansum((values - mean) ** 2, axis=0)
        frames.append(
            pd.DataFrame(
                {
                    "engine": engine,
                    "quantity": quantity,
                    "i": i,
                    "j": j,
                    "alpha": trajectory.alpha[seen],
                    "mean": mean,
                    "sd": np.sqrt(square / np.maximum(alive[seen] - 1, 1)),
                    "replicates": alive[seen],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)

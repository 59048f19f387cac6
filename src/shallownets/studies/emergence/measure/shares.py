"""How sharply a direction is learned, and how fast what is left of it vanishes."""

import numpy as np

from shallownets.studies.emergence.model import Array


def rate(t: Array, share: Array, low: float, high: float, of_rest: bool = False) -> float:
    """Slope in time while a share passes from low to high: of its log odds, or of -log(1 - share).

    NaN where fewer than three steps lie between.
    """
    inside = (share > low) & (share < high)
    if inside.sum() < 3:
        return np.nan
    y = -np.log(1 - share[inside])
    if not of_rest:
        y += np.log(share[inside])
    return float(np.polyfit(t[inside], y, 1)[0])

"""Curves of state evolution along one variable, each point from the one before, and where they are largest."""

from collections.abc import Iterable

import numpy as np
import scipy

from shallownets.errors import Impossible
from shallownets.studies.spectra.model import Array
from shallownets.studies.spectra.theory import evolution
from shallownets.studies.spectra.theory.evolution import State
from shallownets.studies.spectra.theory.network import Network


def power(x: Array, y: Array) -> float:
    """Exponent of y in x, by least squares on logarithms."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def along_samples(network: Network, N: Iterable[float], lam: float) -> list[State]:
    """States at several N and one weight decay."""
    found: list[State] = []
    for one in N:
        found.append(evolution.solve(network, float(one) * network.samples, lam, found[-1] if found else None))
    return found


def along_decay(network: Network, N: float, decays: Iterable[float]) -> list[State]:
    """States at one N and several weight decays; the largest one first takes the fewest steps."""
    found: list[State] = []
    for lam in decays:
        found.append(evolution.solve(network, N * network.samples, float(lam), found[-1] if found else None))
    return found


def crossover(network: Network, lam: float, between: str) -> State:
    """The state at which one phase passes into another as samples grow at one weight decay above the noise.

    Args:
        between: `Ib and II`, where the risk has fallen to half of that at zero weights; `II and III`, where it is
            half of that of all features with the bias of the threshold.

    Raises:
        Impossible: in so few dimensions the phases do not meet there.
    """
    level = network.levels.value[0 if between == "Ib and II" else -1]
    position = lam * network.d / level  # where the threshold is of the size of the first or of the last feature

    def gap(log_n: float) -> float:
        state = evolution.solve(network, float(np.exp(log_n)) * network.samples, lam)
        error = state.risk / network.zero
        return error - 0.5 if between == "Ib and II" else error / state.x**2 - 0.5

    ends = np.log(position / 30), np.log(30 * position)
    if gap(ends[0]) * gap(ends[1]) > 0:
        raise Impossible(f"d = {network.d}: {between} do not meet at lam = {lam:g}")
    log_n = float(scipy.optimize.brentq(gap, *ends, xtol=1e-10))
    return evolution.solve(network, float(np.exp(log_n)) * network.samples, lam)


def by_noise(network: Network, lam: float, half: float) -> State:
    """The state at which, as samples grow at one weight decay, noise takes over from the threshold.

    Args:
        half: d log R/d log lam there. Looked for downwards from 30 times the N at which x^2 = d/N, where noise rules.

    Raises:
        Impossible: in so few dimensions noise rules in fewer samples, too.
    """
    grid = np.log(lam**2 * network.d) + np.linspace(np.log(30), -np.log(100), 60)
    states = along_samples(network, np.exp(grid), lam)
    first = next((i for i, state in enumerate(states) if state.by_lam >= half), 0)
    if not first:
        raise Impossible(f"d = {network.d}: noise does not take over at lam = {lam:g}")

    def gap(log_N: float) -> float:
        return evolution.solve(network, float(np.exp(log_N)) * network.samples, lam, states[first]).by_lam - half

    log_N = float(scipy.optimize.brentq(gap, grid[first], grid[first - 1], xtol=1e-10))
    return evolution.solve(network, float(np.exp(log_N)) * network.samples, lam, states[first])


def peak(network: Network, position: float, lam: float) -> State | None:
    """The state of largest risk over N at one weight decay, where d log R/d log n vanishes.

    None where the risk only falls, or only rises, near that place: there the noise of the labels is too little for a
    peak that exceeds what is not learned.

    Args:
        position: N near it; it is looked for from 0.7 to 1.6 times that.
    """

    def slope(log_n: float) -> float:
        return evolution.solve(network, float(np.exp(log_n)) * network.samples, lam).by_n

    grid = np.log(position * np.linspace(0.7, 1.6, 46))
    risks = [state.risk for state in along_samples(network, np.exp(grid), lam)]
    top = int(np.clip(np.argmax(risks), 1, grid.size - 2))
    if not slope(grid[top - 1]) > 0 > slope(grid[top + 1]):
        return None
    log_n = float(scipy.optimize.brentq(slope, grid[top - 1], grid[top + 1], xtol=1e-10))
    return evolution.solve(network, float(np.exp(log_n)) * network.samples, lam)

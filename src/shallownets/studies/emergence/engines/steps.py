"""What the integrations of the flow share: how long a step may be, when a direction is learned, what is kept of a run.

Ralston's method of order 3, y + h (2 k1 + 3 k2 + 4 k3)/9, with slopes at 0, h/2 and 3h/4. The first two make the
midpoint rule, of order 2; an eighth of the difference, h (2 k1 - 6 k2 + 4 k3)/72, is the estimate of a step's error.
That is what Bogacki and Shampine's estimate is for a linear equation, without their fourth slope, which would serve no
other end here: neurons that begin or cease to act change the next step's first slope.
"""

from dataclasses import dataclass, field

import numpy as np

from shallownets.errors import Impossible
from shallownets.numerics.jit import kernel
from shallownets.studies.emergence.model import Array, Places
from shallownets.studies.emergence.trajectory import Run

TOLERANCE = 1e-3  # relative error of a step
FREEZE = 1e-2  # distance from its end, relative, at which a learned direction is taken out
ACTIVE = 0.02  # squared norm over a_P above which a neuron acts on others
RELATIVE = 0.01  # weight of a norm's relative error
FIRST = 1e-3  # of the first step, over 1/a_1
BUFFER = 512  # steps between two looks at what was recorded

DONE, FULL, SHRUNK = 0, 1, 2  # why a kernel returns


@kernel("f8(f8, f8)", inline="always")
def factor(error, tolerance):
    """By what the length of a step may change, of a method of order 3: 0.9 (tolerance/error)^{1/3}, within bounds."""
    if not error > 0.0:
        return 5.0 if error == 0.0 else 0.2
    return min(5.0, max(0.2, 0.9 * (tolerance / error) ** (1 / 3)))


@kernel("f8(f8, f8)", inline="always")
def larger(worst, error):
    """The larger of two errors; one that is no number is larger than all."""
    return error if error > worst else worst if error <= worst else np.inf


@kernel("f8(f8, i8)", inline="always")
def power(x, n):
    """x^n for n > 1, by products: loops over x vectorise for each of the first n."""
    square = x * x
    if n == 2:
        return square
    if n == 3:
        return square * x
    value = square * square
    for _ in range(n - 4):
        value *= x
    return value


@kernel("f8(f8[::1], i8)")
def largest(errors, n):
    """The largest of the first n > 0 errors, none of them below 0; no number, if one of them is none.

    Compared are their bits, whose order is the same: so it vectorises. ``errors`` is written to.
    """
    bits = errors.view(np.int64)
    worst = bits[0]
    for m in range(n):
        worst = bits[m] if bits[m] > worst else worst
    bits[0] = worst
    return errors[0]


@kernel(
    "f8(f8[::1], f8[::1], f8[::1], f8[::1], f8, f8, f8, f8[::1], f8[::1], i8)",
    fastmath={"reassoc", "contract", "nsz"},
)
def finish(row, k1, k2, k3, h, floor, worst, out, off, p):
    """A row after the step; returns the larger of ``worst`` and its error, over the size of an overlap and the floor.

    Only where an error is larger than ``worst``, that of the rows before, are the errors divided by the sizes.
    """
    one, two, three, part = h * (2.0 / 9.0), h * (3.0 / 9.0), h * (4.0 / 9.0), h / 36.0
    beyond = 0
    for m in range(p):
        out[m] = row[m] + (one * k1[m] + two * k2[m] + three * k3[m])
        error = abs(part * (k1[m] - 3.0 * k2[m] + 2.0 * k3[m]))
        beyond += not error <= worst * (abs(row[m]) + floor)
    if beyond == 0:
        return worst
    for m in range(p):
        off[m] = abs(part * (k1[m] - 3.0 * k2[m] + 2.0 * k3[m])) / (abs(row[m]) + floor)
    return larger(worst, largest(off, p))


@kernel("f8(f8, f8, f8, f8, f8, f8)", inline="always")
def norm_error(r, k1, k2, k3, h, smallest):
    """Error of a squared norm r after a step, from slopes of log r: absolute over a_P, and a hundredth of the relative.

    Norms are integrated as logarithms: in a long search they decay as 1/(1 + 4 r t), and a step that is exact enough
    beside a_P may end below zero, from where they run away.
    """
    return abs(h * (k1 - 3.0 * k2 + 2.0 * k3)) / 36.0 * max(r / smallest, RELATIVE)


@kernel("f8(f8, f8, f8, f8)")
def crossing(before, after, t, h):
    """When a share is 1/2, between t - h and t: its log odds are straight there, as those of a logistic curve."""
    if before <= 0.0 or after >= 1.0:
        return t - h * (after - 0.5) / (after - before)
    low, high = np.log(before / (1.0 - before)), np.log(after / (1.0 - after))
    return t - h * high / (high - low)


def require(t_end: float, tolerance: float, freeze: float) -> None:
    """Refuse what cannot be integrated, or what would never end.

    Raises:
        Impossible: times or tolerances without a meaning; a freeze threshold below ten tolerances, which a method at
            its limit of stability never reaches.
    """
    if not 0 < t_end < np.inf:
        raise Impossible(f"t_end = {t_end}: expected a finite number above 0")
    if not 0 < tolerance <= 0.01:
        raise Impossible(f"tolerance = {tolerance}: expected a number above 0, at most 0.01")
    if not 10 * tolerance <= freeze < 0.5:
        raise Impossible(f"freeze = {freeze}: expected a number from 10 tolerance = {10 * tolerance:g} to below 0.5")


@dataclass
class Record:
    """What is kept of a run, step by step."""

    a: Array
    follow: int
    times: Array = field(init=False)
    owner: Places = field(init=False)
    left: Array = field(init=False)
    since: Array = field(init=False)
    t: list[Array] = field(default_factory=list)
    loss: list[Array] = field(default_factory=list)
    shares: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not 0 <= self.follow <= self.a.size:
            raise Impossible(f"follow = {self.follow}: expected a number of directions from 0 to {self.a.size}")
        self.times = np.full(self.a.size, np.inf)
        self.owner = np.full(self.a.size, -1)
        self.left = np.zeros(self.a.size)  # 1 - share of a frozen direction when it was frozen,
        self.since = np.full(self.a.size, np.inf)  # and that time

    def add(self, t: Array, loss: Array, shares: Array) -> None:
        """Keep some steps, or none: their times, losses, and shares of the followed directions."""
        if not t.size:
            return
        self.t.append(t.copy())
        self.loss.append(loss.copy())
        self.shares.append(shares.copy())

    def run(self, steps: int) -> Run:
        """The run, with what frozen directions do by themselves: 1 - share falls as exp(-4 a t)."""
        t, loss, shares = (np.concatenate(one) for one in (self.t, self.loss, self.shares))
        for m in np.flatnonzero(np.isfinite(self.since)):
            late = t > self.since[m]
            decay = self.left[m] * np.exp(-4 * self.a[m] * (t[late] - self.since[m]))
            loss[late] += (self.a[m] * decay) ** 2
            if m < self.follow:
                shares[late, m] = 1 - decay
        return Run(t, loss, shares, self.times, self.owner, steps)

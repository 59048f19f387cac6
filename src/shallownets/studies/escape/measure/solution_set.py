"""Facts of the zero-error solutions that need no dynamics [14-19], and the least risk of a narrow student."""

import numpy as np
from numpy.random import Generator, SeedSequence, default_rng

from shallownets.numerics import statistics
from shallownets.numerics.statistics import Estimate
from shallownets.studies.escape import model, starts
from shallownets.studies.escape.engines import direct, ode
from shallownets.studies.escape.measure.solutions import random_frames
from shallownets.studies.escape.model import Array
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import landscape
from shallownets.studies.escape.theory import solutions as theory

INPUTS = 100  # random inputs on which outputs are compared
FAR = 1e3  # η α of the gradient flow's end


def output(W: Array, X: Array) -> Array:
    """(inputs,) outputs [2] of weights W, (p, N), for inputs X, (inputs, N)."""
    return ((X @ W.T) ** 2).sum(1) / (W.shape[0] * W.shape[1])


def slope_along(start: Start, R: Array, turn: Array, h: float = 1e-4) -> float:
    """Derivative of the squared distance from the start to the solution of R [17], by a central difference.

    Args:
        start: from where distances are measured.
        R: (p, p*) a solution.
        turn: (p, p) antisymmetric: a rotation of R's rows, which reaches every direction along the solutions. Its
            effect on R is brought to length one, where it is longer.
        h: length of the step along it.
    """
    along = turn @ R
    along /= max(np.linalg.norm(along), 1.0)  # p = 1 has no direction: its solutions are isolated
    plus, minus = (model.polar_factor(R + sign * h * along) for sign in (1, -1))
    return (theory.squared_distance(start.M, start.Q, plus) - theory.squared_distance(start.M, start.Q, minus)) / (
        2 * h
    )


def facts(p: int, p_star: int, N: int, frames: int, rng: Generator, samples: SeedSequence) -> dict[str, Estimate]:
    """Each quantity by its name: the largest error over what is drawn, where not said otherwise.

    Args:
        p, p_star: widths, p >= p*.
        N: dimension of the random weights.
        frames: how many random solutions are compared with the closest one; an even number.
        rng: of weights, inputs, rotations and solutions.
        samples: of the step of SGD.
    """
    start = starts.orthonormal(p, p_star, N, rng)
    student, teacher = start.weights(N)
    X = rng.standard_normal((INPUTS, N))
    rotation = random_frames(1, p, p, rng)[0]
    R = random_frames(frames, p, p_star, rng)
    turn = rng.standard_normal((p, p))
    other = random_frames(1, p_star, p_star, default_rng(samples.spawn(1)[0]))[0]
    M, Q = theory.overlaps(R)
    W = np.sqrt(p / p_star) * R[0] @ teacher
    step = direct.simulate(Start(M[0], Q[0], W, teacher), N, 0.1 * p, np.array([0.0, 1 / N]), [samples])
    # a point with S/p != T/p*: one vector stretched by a hundredth
    off = W * np.where(np.arange(p) == 0, 1.01, 1.0)[:, None]
    closest = model.polar_factor(start.M)
    distances = theory.squared_distance(start.M, start.Q, R)
    explicit = ((student - W) ** 2).sum() / N
    pull = landscape.gradient(student, teacher)
    turned = student @ pull.T / np.sqrt(N)
    exact = {
        "charge of the gradient": np.abs(turned - turned.T).max(),
        "rotated teacher output": np.abs(output(other @ teacher, X) - output(teacher, X)).max(),
        "rotated output": np.abs(output(rotation @ student, X) - output(student, X)).max(),
        "solution output": np.abs(output(W, X) - output(teacher, X)).max(),
        "solution risk": np.abs(model.population_risk(M, Q)).max(),
        "off-solution risk": model.population_risk(off @ teacher.T / N, off @ off.T / N),
        "step from a solution": max(np.abs(step.M[0, -1] - M[0]).max(), np.abs(step.Q[0, -1] - Q[0]).max()),
        "distance formula": abs(theory.squared_distance(start.M, start.Q, R[0]) - explicit),
        "closer solutions": int((distances < theory.squared_distance(start.M, start.Q, closest)).sum()),
        "slope at the closest": abs(slope_along(start, closest, turn - turn.T)),
    }
    mean, _ = theory.mutual_distance(p, p_star)
    half = frames // 2
    mutual = theory.squared_distance(M[:half], Q[:half], R[half : 2 * half])
    return {name: statistics.exact(value) for name, value in exact.items()} | {
        "mutual distance": statistics.mean(mutual),
        "mutual variance": statistics.mean((mutual - mean) ** 2),
    }


def risk_along_narrow(p: int, p_star: int, frames: int, rng: Generator) -> float:
    """Largest deviation from the least risk, p < p*, over rotated students along turned directions of the teacher."""
    point = landscape.StationaryPoint(p, p_star, p, 0)
    left, right = (random_frames(frames, n, n, rng) for n in (p, p_star))
    # the teacher's vectors are the axes of its span
    W = np.stack([point.weights(a, b, np.empty((0, p_star))) for a, b in zip(left, right, strict=True)])
    M = W / np.sqrt(p_star)
    risks = model.population_risk(M, M @ M.swapaxes(1, 2))
    return float(np.abs(risks - point.risk).max())


def final_risk(start: Start, tolerance: float) -> float:
    """The risk at which gradient flow from a start ends."""
    end = ode.simulate(start, 1.0, np.array([0.0, FAR * len(start.Q)]), tolerance, gradient_flow=True)
    return float(model.population_risk(end.M[0, -1], end.Q[0, -1]))

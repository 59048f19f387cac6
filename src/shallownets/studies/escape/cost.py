"""How the work of this study's commands grows with their arguments, for `shallownets.workflow.cost`.

Seconds of one core are those of docs/performance.md; only their ratios matter, because the estimate is scaled by what
a command took where it ran. Commands that are not named here do the same work at any size.
"""

from collections.abc import Iterator
from math import log

from shallownets.workflow.cost import Arguments, Work, number, numbers


def _tuples(args: Arguments, key: str) -> Iterator[tuple[float, ...]]:
    """Items such as ``4,2,100``."""
    return (tuple(map(float, word.split(","))) for word in args[key])


def _direct(N: float, p: float, p_star: float, samples: float) -> float:
    """Seconds of SGD on weights: a step draws N numbers and updates p vectors of N."""
    return samples * (1e-7 + 1.9e-10 * N * (2 * p + p_star))


def _chain(p: float, p_star: float, replicates: float, samples: float) -> float:
    """Seconds of the overlap chain: a step works on p (p + p*) overlaps of all replicates, whatever N is."""
    return (replicates + 1.3) * samples * (1.5e-8 + 2.2e-9 * p * (p + p_star))


def _ode(p: float, time: float) -> float:
    """Seconds of an ODE trajectory that follows every overlap, to ``time`` in units of eta alpha / p."""
    return 2e-4 + 3e-6 * (p * p + 4) * min(time, 60.0)


_SPECTRAL = 1.2e-4  # seconds of an ODE trajectory by singular values, or of gradient flow, at any width
_START = 2e-4  # seconds of drawing a start and seeding its stream


def _overlaps(p: float, p_star: float) -> float:
    return p * (p + p_star)


def simulation(
    engine: str, p: int, p_star: int, N: int, eta: float, alpha_max: float, points: int, replicates: int
) -> Work:
    """What one experiment of ``simulate`` takes, from a start for each replicate; numbers are those it records."""
    samples = alpha_max * N
    seconds = {
        "direct": replicates * _direct(N, p, p_star, samples),
        "chain": _chain(p, p_star, replicates, samples),
        "ode": replicates * _ode(p, eta * alpha_max / p),
    }.get(engine, replicates * _SPECTRAL)
    return Work(seconds + replicates * _START, replicates * points * _overlaps(p, p_star))


def _sgd(args: Arguments) -> Work:
    # The start's widths are in its file: they scale all jobs of a run alike.
    p, p_star, N, replicates = 4, 2, number(args, "N"), number(args, "replicates")
    samples = replicates * number(args, "alpha-max") * N
    return Work(_direct(N, p, p_star, samples), replicates * number(args, "points") * _overlaps(p, p_star))


def _chain_batch(args: Arguments) -> Work:
    p, p_star, replicates = 4, 2, number(args, "replicates")
    samples = number(args, "alpha-max") * number(args, "N")
    return Work(_chain(p, p_star, replicates, samples), replicates * number(args, "points") * _overlaps(p, p_star))


def _escape_times(args: Arguments) -> Work:
    p, p_star, N, replicates = (number(args, key) for key in ("p", "p-star", "N", "replicates"))
    # A run stops soon after its escape, at a time that grows as log N; it never goes on beyond alpha-max.
    alpha = min(number(args, "alpha-max"), p_star * (log(N) + 4) / (8 * number(args, "eta-hat")))
    if args["engine"] == ["direct"]:
        return Work(_direct(N, p, p_star, replicates * number(args, "alpha-max") * N), 2 * replicates)
    return Work(_chain(p, p_star, replicates, alpha * N) + replicates * (_START + _SPECTRAL), 2 * replicates)


def _fluctuations(args: Arguments) -> Work:
    p, p_star, alpha, points = (number(args, key) for key in ("p", "p-star", "alpha-max", "points"))
    chain, direct = list(_tuples(args, "chain")), list(_tuples(args, "direct"))
    seconds = sum(_chain(p, p_star, replicates, alpha * N) for N, replicates in chain)
    seconds += sum(_direct(N, p, p_star, replicates * alpha * N) for N, replicates in direct)
    return Work(seconds, max(replicates for _, replicates in [*chain, *direct]) * points * _overlaps(p, p_star))


def _sgd_selection(args: Arguments) -> Work:
    p, p_star, time, cases = (
        number(args, "p"),
        number(args, "p-star"),
        number(args, "t-max"),
        [*_tuples(args, "cases")],
    )
    seconds = sum(_chain(p, p_star, replicates, time / eta_hat * N) for N, eta_hat, replicates in cases)
    return Work(seconds, max(replicates for _, _, replicates in cases) * 2 * _overlaps(p, p_star))


def _fig3(args: Arguments) -> Work:
    p, p_star, N, alpha = (number(args, key) for key in ("p", "p-star", "N", "alpha-max"))
    runs, others = number(args, "replicates"), number(args, "others")
    seconds = _chain(p, p_star, runs, alpha * N) + others * _ode(p, number(args, "eta") / p * alpha)
    return Work(seconds, (runs + others) * number(args, "points") * _overlaps(p, p_star))


def _late_times(args: Arguments) -> Work:
    eta_hat, N, runs = number(args, "eta-hat"), number(args, "N"), number(args, "replicates")
    pairs = [*_tuples(args, "wide"), *((p, p) for p in numbers(args, "equal"))]
    seconds = sum(2 * number(args, "starts") * 10 * _SPECTRAL for _ in pairs)
    p, p_star = next(_tuples(args, "chain-wide"))
    seconds += _chain(p, p_star, runs, number(args, "chain-t-max") / eta_hat * N)
    equal = number(args, "chain-equal")
    # for equal widths the chain runs until the risk has left the window, about 4 p^2 in units of eta alpha / p
    seconds += _chain(equal, equal, runs, 4 * equal / eta_hat * N)
    return Work(seconds, runs * number(args, "points") * _overlaps(p, p_star))


def _not_orthogonal(args: Arguments) -> Work:
    p, _ = next(_tuples(args, "widths"))
    points = 2 * len(args["dimensions"]) + 2 * len(args["overlaps"]) + len(args["large"])
    vectors = sum(2 * N * p for N in numbers(args, "dimensions")) * 1e-8
    return Work(number(args, "starts") * (points * _ode(p, number(args, "t-max")) + vectors))


def _plateau_optimum(args: Arguments) -> Work:
    scanned = number(args, "largest") / number(args, "step")
    return Work(len(args["widths"]) * number(args, "starts") * 2 * scanned * _SPECTRAL)


def _plateau_law(args: Arguments) -> Work:
    pairs, starts, points = len(args["widths"]), number(args, "starts"), number(args, "points")
    bootstrap = 1e-8 * number(args, "resamples") * points  # of every start's whole curve
    return Work(pairs * starts * (_SPECTRAL + bootstrap), pairs * points)


def _plateau_times(args: Arguments) -> Work:
    runs = len(args["N"]) * len(args["eta-hat"]) + len(args["widths"]) + 1
    return Work(runs * number(args, "starts") * _SPECTRAL)


def _plateau_norms(args: Arguments) -> Work:
    p, p_star, N = len(args["norms"]), number(args, "p-star"), number(args, "N")
    alpha = number(args, "t-max") / number(args, "eta-hat")
    return Work(_direct(N, p, p_star, number(args, "replicates") * alpha * N), number(args, "points") * 4 * p)


def _plateau_growth(args: Arguments) -> Work:
    p, p_star, N = (number(args, key) for key in ("p", "p-star", "N"))
    alpha = number(args, "t-max") / number(args, "eta-hat")
    return Work(_direct(N, p, p_star, number(args, "replicates") * alpha * N), number(args, "points") * 4)


def _finite_escape(args: Arguments) -> Work:
    N, t_max = number(args, "N"), number(args, "t-max")
    runs = number(args, "starts") * number(args, "runs")
    # p = 2, p* = 1; a run stops at its escape, about a third of t-max; once more from one start
    samples = N * t_max / 3 * sum(1 / eta_hat for eta_hat in numbers(args, "eta-hat"))
    limits = number(args, "ode-starts") * len(args["sgd"]) + len(args["eta-hat"]) * number(args, "starts")
    return Work(_chain(2, 1, runs, samples) + limits * _SPECTRAL, 4 * runs)


def _finite_divergence(args: Arguments) -> Work:
    first, step, last, t_max = (number(args, key) for key in ("first", "step", "last", "t-max"))
    inverse = sum(1 / (first + n * step) for n in range(round((last - first) / step) + 1))
    seconds = sum(
        _chain(p, p_star, replicates, N * t_max * inverse)
        for p, p_star in _tuples(args, "widths")
        for N, replicates in _tuples(args, "sizes")
    )
    return Work(seconds)


def _overparameterisation(args: Arguments) -> Work:
    N, alpha, starts = number(args, "N"), number(args, "t-max") / number(args, "eta-hat"), number(args, "starts")
    seconds = 0.0
    for p, p_star, replicates in _tuples(args, "cases"):
        seconds += _chain(p, p_star, replicates, N * alpha / 3) + max(starts, replicates) * (_SPECTRAL + _START)
    return Work(seconds)


def _solution_selection(args: Arguments) -> Work:
    starts, time = number(args, "starts"), number(args, "t-max")
    return Work(sum(starts * _ode(p, time) for p, _ in _tuples(args, "widths")) + len(args["unequal"]) * starts * 1e-3)


def _ode_stage(args: Arguments) -> Work:
    return Work(numbers=number(args, "points") * 24)


WORK = {
    "sgd": _sgd,
    "chain": _chain_batch,
    "ode": _ode_stage,
    "escape_times": _escape_times,
    "fluctuations": _fluctuations,
    "sgd_selection": _sgd_selection,
    "fig3_data": _fig3,
    "late_times": _late_times,
    "not_orthogonal": _not_orthogonal,
    "plateau_optimum": _plateau_optimum,
    "plateau_law": _plateau_law,
    "plateau_times": _plateau_times,
    "plateau_norms": _plateau_norms,
    "plateau_growth": _plateau_growth,
    "finite_escape": _finite_escape,
    "finite_divergence": _finite_divergence,
    "overparameterisation": _overparameterisation,
    "solution_selection": _solution_selection,
}

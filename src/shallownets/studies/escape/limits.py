"""What the values of the config's section must be to each other, beyond the schema's limits on each one alone.

Checked before anything starts: what a stage could only find out after other stages have worked is refused here.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import ceil, sqrt

from shallownets.errors import UserError
from shallownets.studies.escape.theory.late import decay_rate
from shallownets.studies.escape.theory.plateau import last_escape

MOST = 10**6  # of anything that is counted one by one: replicates, starts, times, learning rates of a grid
WIDEST = 1000  # student or teacher: a step of any engine costs p^2 at least
# |G| of a p x p* Gaussian matrix exceeds √p + √p* + t with a probability below e^(-t²/2) (Davidson & Szarek 2001).
_RARE = 6.0
_COUNTED = {
    "batch",
    "chain_replicates",
    "directions",
    "frames",
    "ode_starts",
    "others",
    "points",
    "replicates",
    "resamples",
    "runs",
    "starts",
}
_WIDTHS = {"p", "p_star", "p_max", "equal", "chain_equal"}


def _require(holds: bool, key: str, value: object, right: str) -> None:
    if not holds:
        raise UserError(f"config: escape.{key} = {value}: {right} is right")


def _numbers(node: object) -> Iterable[float]:
    for value in node if isinstance(node, list) else [node]:
        if isinstance(value, list):
            yield from _numbers(value)
        elif not isinstance(value, Mapping):
            yield value


def _modest(section: Mapping, path: str = "") -> None:
    """Refuse numbers of runs, times or vectors that no memory holds."""
    for name, value in section.items():
        key = f"{path}{name}"
        if isinstance(value, Mapping):
            _modest(value, f"{key}.")
        elif name in _COUNTED | _WIDTHS:
            most = WIDEST if name in _WIDTHS else MOST
            _require(max(_numbers(value)) <= most, key, value, f"at most {most}")


def _pairs(key: str, widths: Iterable[Sequence[int]], narrow: bool = False) -> None:
    """Widths p, p*, of which the student is the wider, or at least as wide."""
    for p, p_star in widths:
        _require(max(p, p_star) <= WIDEST, key, [p, p_star], f"at most {WIDEST}")
        _require(p < p_star if narrow else p >= p_star, key, [p, p_star], f"p {'<' if narrow else '>='} p*")


def _room(key: str, N: int, widths: Iterable[Sequence[int]]) -> None:
    """Weights need N >= p + p*."""
    least = max(p + p_star for p, p_star, *_ in widths)
    _require(least <= N, key, N, f"at least p + p* = {least}")


def _gaussian(key: str, N: int, widths: Iterable[Sequence[int]]) -> None:
    """Gaussian overlaps of variance 1/N need N so large that Q - M M^T stays positive."""
    least = max(ceil((sqrt(p) + sqrt(p_star) + _RARE) ** 2) for p, p_star in widths)
    _require(least <= N, key, N, f"at least (√p + √p* + {_RARE:g})² = {least}, for Gaussian overlaps of variance 1/N,")


def _times(key: str, points: int, alpha_max: float, N: int) -> None:
    """Recorded times differ by a sample at least."""
    _require(points - 1 <= alpha_max * N, key, points, f"at most one time a sample, {alpha_max * N:g} at N = {N},")


def _sizes(key: str, sizes: Sequence[Sequence[int]], p: int, p_star: int, points: int, alpha_max: float) -> None:
    """Pairs of different N and their replicates."""
    _require(all(a < b for (a, _), (b, _) in pairwise(sizes)), key, sizes, "N increasing")
    for N, replicates in sizes:
        _room(key, N, [(p, p_star)])
        _require(replicates <= MOST, key, [N, replicates], f"at most {MOST} replicates")
        _times(key.rpartition(".")[0] + ".points", points, alpha_max, N)


def _solutions(section: Mapping) -> None:
    _pairs("solutions.widths", section["widths"])
    _pairs("solutions.narrow", section["narrow"], narrow=True)
    _gaussian("solutions.N", section["N"], section["widths"] + section["narrow"])
    _require(section["frames"] % 2 == 0, "solutions.frames", section["frames"], "an even number")
    unequal = section["unequal"]
    _pairs("solutions.unequal.widths", [unequal["widths"]])
    _gaussian("solutions.unequal.dimensions", min(unequal["dimensions"]), [unequal["widths"]])

    orthonormal = section["orthonormal"]
    widths = orthonormal["p"], orthonormal["p_star"]
    _pairs("solutions.orthonormal.p, p_star", [widths])
    for N, eta_hat, replicates in orthonormal["cases"]:
        _room("solutions.orthonormal.cases", N, [widths])
        _require(replicates <= MOST, "solutions.orthonormal.cases", replicates, f"at most {MOST} replicates")
        t_max = orthonormal["t_max"]
        _require(t_max / eta_hat * N >= 1, "solutions.orthonormal.t_max", t_max, "a longer one")

    fig3 = section["fig3"]
    _require(fig3["p"] > fig3["p_star"], "solutions.fig3.p", fig3["p"], f"p above p_star = {fig3['p_star']}")

    runs = section["fluctuations"]
    widths = runs["p"], runs["p_star"]
    _pairs("solutions.fluctuations.p, p_star", [widths])
    _gaussian("solutions.fluctuations.start_dimension", runs["start_dimension"], [widths])
    for engine in ("chain", "direct"):
        _sizes(f"solutions.fluctuations.{engine}", runs[engine], *widths, runs["points"], runs["alpha_max"])
    sizes = [N for N, _ in runs["chain"]]
    _require({*runs["shown"]} <= {*sizes}, "solutions.fluctuations.shown", runs["shown"], f"N among {sizes}")
    direct = [N for N, _ in runs["direct"]]
    _require({*direct} <= {*sizes}, "solutions.fluctuations.direct", runs["direct"], f"N among {sizes}")


def _landscape(section: Mapping) -> None:
    for size in section["ratio"]:
        _room("landscape.ratio", size["N"], [(size["p_star"], 2)])
    null = section["null_directions"]
    p_star, last = null["p_star"], null["N"] - null["p_star"]
    for name, p in (*(("widths", p) for p in null["widths"]), ("p", null["p"])):
        least = p_star + (name == "p")
        _require(least <= p <= last, f"landscape.null_directions.{name}", p, f"a number from {least} to {last}")
    _require(
        null["shortest_step"] < null["longest_step"],
        "landscape.null_directions.shortest_step",
        null["shortest_step"],
        f"a step below longest_step = {null['longest_step']}",
    )


def _plateau(section: Mapping) -> None:
    optimum = section["optimum"]
    _pairs("plateau.optimum.widths", optimum["widths"])
    _gaussian("plateau.optimum.N", optimum["N"], optimum["widths"])
    _require(
        optimum["converged"] < optimum["fraction"],
        "plateau.optimum.converged",
        optimum["converged"],
        f"a number below fraction = {optimum['fraction']}",
    )
    _require(
        1 <= round(optimum["largest"] / optimum["step"]) <= MOST,
        "plateau.optimum.step",
        optimum["step"],
        f"1 to {MOST} steps up to largest = {optimum['largest']}",
    )
    for p, p_star in section["rates"]["widths"]:
        _require(max(p, p_star) <= WIDEST, "plateau.rates.widths", [p, p_star], f"at most {WIDEST}")

    norms, growth = section["norms"], section["growth"]
    _room("plateau.norms.N", norms["N"], [(len(norms["initial"]), norms["p_star"])])
    for name, part in (("norms", norms), ("growth", growth)):
        _times(f"plateau.{name}.points", part["points"], part["t_max"] / part["eta_hat"], part["N"])
    compared, t_fit, last = norms["compared"], growth["t_fit"], growth["t_max"]
    _require(max(compared) <= norms["t_max"], "plateau.norms.compared", compared, f"up to t_max = {norms['t_max']}")
    _require(t_fit <= last, "plateau.growth.t_fit", t_fit, f"at most t_max = {last}")
    _gaussian("plateau.growth.N", growth["N"], [(growth["p"], growth["p_star"])])

    _pairs("plateau.law.widths", section["law"]["widths"])
    _require(1e-12 <= section["law"]["sigma"] <= 0.01, "plateau.law.sigma", section["law"]["sigma"], "1e-12 to 0.01")
    times = section["times"]
    _pairs("plateau.times.widths", times["widths"])
    _pairs("plateau.times.aligned", [times["aligned"]])
    _gaussian("plateau.times.at", times["at"], [*times["widths"], times["aligned"]])


def _escapes(key: str, eta_hat: float, widths: Iterable[Sequence[int]]) -> None:
    """The plateau lets go of the student, so that there is an escape to predict."""
    last = min(last_escape(p, p_star) for p, p_star, *_ in widths)
    _require(eta_hat < last, key, eta_hat, f"below {last:.4g}, from where on nothing escapes,")


def _finite(section: Mapping) -> None:
    escape, spread, divergence, wide = (section[name] for name in ("escape", "spread", "divergence", "widths"))
    widths = escape["p"], escape["p_star"]
    _sizes("finite.escape.sizes", escape["sizes"], *widths, escape["points"], escape["alpha_max"])
    sizes = [N for N, _ in escape["sizes"]]
    _require(escape["direct"][0] in sizes, "finite.escape.direct", escape["direct"], f"N among {sizes}")
    _require(escape["direct"][1] <= MOST, "finite.escape.direct", escape["direct"], f"at most {MOST} replicates")
    _room("finite.spread.N", spread["N"], [widths])
    _times("finite.spread.points", spread["points"], spread["t_max"] / max(spread["eta_hat"]), spread["N"])
    shown = escape["eta_hat"]
    _escapes("finite.spread.eta_hat", max(spread["eta_hat"]), [widths])
    _require(shown in spread["eta_hat"], "finite.spread.eta_hat", spread["eta_hat"], f"{shown} of finite.escape in it")

    first, step, last = divergence["first"], divergence["step"], divergence["last"]
    _require(1e-10 < first <= last, "finite.divergence.first", first, f"above 1e-10 and at most last = {last}")
    _require((last - first) / step < MOST, "finite.divergence.step", step, f"fewer than {MOST} steps")
    for N, replicates in divergence["sizes"]:
        _room("finite.divergence.sizes", N, divergence["widths"])
        _require(replicates <= MOST, "finite.divergence.sizes", [N, replicates], f"at most {MOST} replicates")

    _room("finite.widths.N", wide["N"], wide["cases"])
    _escapes("finite.widths.eta_hat", wide["eta_hat"], wide["cases"])
    _times("finite.widths.points", wide["points"], wide["t_max"] / wide["eta_hat"], wide["N"])
    for case in wide["cases"]:
        _require(2 <= case[2] <= MOST, "finite.widths.cases", case, f"2 to {MOST} replicates")


def _beyond(section: Mapping) -> None:
    late, maps, frames = section["late"], section["map"], section["frames"]
    for name, widths in (("wide", late["wide"]), ("chain_wide", [late["chain_wide"]])):
        for p, p_star in widths:
            _require(WIDEST >= p > p_star, f"beyond.late.{name}", [p, p_star], f"{WIDEST} >= p > p*")
    equal = [*late["equal"], late["chain_equal"]]
    _gaussian("beyond.late.N", late["N"], [*((p, p) for p in equal), *late["wide"], late["chain_wide"]])
    for p in equal:
        stable = p / (2 * (p + 2))
        right = f"below p/(2 (p + 2)) = {stable:.4g}, where the solution at p = p* = {p} is stable,"
        _require(decay_rate(p, late["eta_hat"] * p) > 0, "beyond.late.eta_hat", late["eta_hat"], right)
    _require(late["window"][0] < late["window"][1], "beyond.late.window", late["window"], "the least risk first")

    for p, p_star, N in maps["sizes"]:
        _pairs("beyond.map.sizes", [(p, p_star)])
        _room("beyond.map.sizes", N, [(p, p_star)])
    values, p_star = maps["values"], maps["sizes"][0][1]
    falling = len(values) == p_star and all(a > b for a, b in pairwise(values))
    _require(falling, "beyond.map.values", values, f"{p_star} falling numbers, one for each teacher vector,")

    p, p_star = frames["widths"]
    _pairs("beyond.frames.widths", [(p, p_star)])
    _require(p > 1, "beyond.frames.widths", frames["widths"], "p above 1")
    _gaussian("beyond.frames.dimensions", min(frames["dimensions"]), [(p, p_star)])
    overlaps = frames["overlaps"]
    _require(all(a < b for a, b in pairwise(overlaps)), "beyond.frames.overlaps", overlaps, "rising numbers")


def check(section: Mapping) -> None:
    """Refuse a section of the config, valid by its schema, whose values do not fit each other.

    Raises:
        UserError: one line for the first that does not.
    """
    _modest(section)
    run = section["runs"]["fig1"]
    _times("runs.fig1.points", run["points"], run["alpha_max"], run["chain_N"])
    _solutions(section["solutions"])
    _landscape(section["landscape"])
    _plateau(section["plateau"])
    _finite(section["finite"])
    _beyond(section["beyond"])
    escape = section["finite"]["escape"]
    _gaussian("plateau.times.N", min(section["plateau"]["times"]["N"]), [(escape["p"], escape["p_star"])])
    _escapes("plateau.times.eta_hat", max(section["plateau"]["times"]["eta_hat"]), [(escape["p"], escape["p_star"])])

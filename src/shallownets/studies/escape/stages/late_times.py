"""Late times: exponential decay of the risk for p = p*, and alpha^-2 for p > p*.

From: widths, learning rates and a seed. Gradient flow and the spectral ODE from several starts; the overlap chain at
finite N from one start.
Makes: a table of measurements and the tidy CSV of the figure `late_times`.
"""

import argparse

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli
from shallownets.errors import UserError
from shallownets.numerics import seeds
from shallownets.numerics.lost import Lost
from shallownets.numerics.statistics import mean
from shallownets.results.artefacts import record_of, save_table
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain, gradient_flow, spectral
from shallownets.studies.escape.measure import late as measure
from shallownets.studies.escape.model import Array, population_risk
from shallownets.studies.escape.stages.pairs import pair
from shallownets.studies.escape.starts import Start
from shallownets.studies.escape.theory import late as theory

MODULE = "shallownets.studies.escape.stages.late_times"
SLACK = 1.5  # runs go on this much longer than the prediction needs to leave the window


def times(last: float, points: int) -> Array:
    """0 and `points` times equally spaced in logarithm over five decades."""
    return np.concatenate([[0.0], np.geomspace(1e-5 * last, last, points)])


def in_samples(alpha: Array, N: int) -> Array:
    """The same times in whole samples over N, each once."""
    return np.unique(np.rint(alpha * N)) / N


def until_decayed(start: Start, eta: float, args: argparse.Namespace) -> Array:
    """Equally spaced times t = eta alpha, for p = p*, until the risk has left the window."""
    last = SLACK * np.log(theory.decay_prefactor(start.M) / args.window[0]) / theory.decay_rate(len(start.M), eta)
    return np.linspace(0.0, last, 10 * args.points)


def drawn(p: int, p_star: int, replicate: int, args: argparse.Namespace) -> Start:
    """One of the starts at these widths, the same for every engine and learning rate."""
    stream = seeds.sequence(args.seed, "late times", {"p": p, "p_star": p_star, "N": args.N}, replicate)
    return starts.gaussian(p, p_star, args.N, default_rng(stream))


def ode_risk(start: Start, eta_hat: float, t: Array, tolerance: float) -> Array:
    """(T,) risk of the spectral ODE at times t = eta alpha; of gradient flow, at eta = 1, where eta_hat is 0."""
    eta = eta_hat * len(start.M)
    if eta == 0:
        run = gradient_flow.simulate(start, 1.0, t, tolerance)
    else:
        run = spectral.simulate(start, eta, t / eta, tolerance)
    return population_risk(run.M, run.Q)[0]


def columns_of(p: int, p_star: int, eta_hat: float, N: int) -> dict:
    """The columns that say what was simulated."""
    return {"p": p, "p_star": p_star, "eta_hat": eta_hat, "N": N}


def curve(key: dict, engine: str, t: Array, risk: Array, law: Array) -> pd.DataFrame:
    """The figure's data: a risk and what it is held against, (T,) each; t = 0 has no place on a logarithmic axis."""
    return pd.DataFrame(key | {"engine": engine, "t": t, "risk": risk, "law": law})[t > 0]


def exponential(p: int, eta_hat: float, engine: str, args: argparse.Namespace) -> tuple[list[dict], pd.DataFrame]:
    """(measurements over all starts, curve of the first) of the ODE at p = p*: rate, in gradient flow prefactor too."""
    key, eta = columns_of(p, p, eta_hat, args.N), eta_hat * p
    rates, prefactors, curves = [], [], []
    for replicate in range(args.starts):
        start = drawn(p, p, replicate, args)
        t = until_decayed(start, eta, args)
        risk = ode_risk(start, eta_hat, t, args.tolerance)
        law = theory.decay_prefactor(start.M) * np.exp(-8 / p**2 * t)
        inside = (risk > args.window[0]) & (risk < args.window[1])
        rates.append(measure.decay_rate(t, risk, args.window))
        prefactors.append((risk[inside] / law[inside]).mean())
        # at a finite η only the rate is predicted: the line goes through the first point of the window
        first = np.flatnonzero(inside)[0]
        line = risk[first] * np.exp(-theory.decay_rate(p, eta) * (t - t[first]))
        curves.append(curve(key, engine, t, risk, line if eta_hat else law))
    rows = [{"quantity": "decay rate", "engine": engine} | key | measure.span(rates)]
    if eta_hat == 0:
        rows.append({"quantity": "decay prefactor", "engine": engine} | key | measure.span(prefactors))
    return rows, curves[0]


def algebraic(
    p: int, p_star: int, eta_hat: float, engine: str, args: argparse.Namespace
) -> tuple[list[dict], pd.DataFrame]:
    """(measurements over all starts, curve of the first) of the ODE at p > p*: exponent, and risk over its law."""
    key = columns_of(p, p_star, eta_hat, args.N)
    t = times(args.t_max * p, args.points)
    excess = np.array([theory.excess_norm(p, p_star, 1.0, time) for time in t[1:]])
    law = np.concatenate([[np.nan], theory.late_risk(p, p_star, eta_hat * p, excess)])
    begun = [drawn(p, p_star, replicate, args) for replicate in range(args.starts)]
    risks = [ode_risk(start, eta_hat, t, args.tolerance) for start in begun]
    exponents = [measure.late_exponent(t[1:], risk[1:]) for risk in risks]
    c, delay = np.transpose([measure.late_line(t[1:], risk[1:]) for risk in risks])
    fit = key | {"engine": engine, "fit_from": t[-1] / 10, "delay": delay.max()}
    rows = [
        {"quantity": "late exponent"} | fit | measure.span(exponents),
        {"quantity": "late risk over its law"} | fit | measure.span(c / (law[-1] * t[-1] ** 2)),
    ]
    return rows, curve(key, engine, t, risks[0], law)


def chain_risks(start: Start, t: Array, args: argparse.Namespace, lost: Lost) -> tuple[Array, Array] | None:
    """((T,) the times t = eta alpha in whole samples, (R, T) risks) of the chain's runs that did not diverge.

    None where fewer than two are left.
    """
    p, p_star = start.M.shape
    eta, key = args.eta_hat * p, columns_of(p, p_star, args.eta_hat, args.N)
    streams = [seeds.sequence(args.seed, "late times, samples", key, r) for r in range(args.replicates)]
    run = chain.simulate(start, args.N, eta, in_samples(t / eta, args.N), streams)
    kept = run.valid.all(1)
    if not lost.enough(kept, f"chain, p = {p}, p* = {p_star}", "diverged"):
        return None
    return eta * run.alpha, population_risk(run.M[kept], run.Q[kept])


def by_chain(p: int, p_star: int, args: argparse.Namespace, lost: Lost) -> tuple[list[dict], list[pd.DataFrame]]:
    """(measurements over the runs, mean risk beside the ODE's) of the chain from one start; empty where it is lost."""
    eta = args.eta_hat * p
    start = drawn(p, p_star, 0, args)
    t = until_decayed(start, eta, args) if p == p_star else times(args.chain_t_max * p, args.points)
    if (simulated := chain_risks(start, t, args, lost)) is None:
        return [], []
    t, risks = simulated
    ode = ode_risk(start, args.eta_hat, t, args.tolerance)
    key, fit = columns_of(p, p_star, args.eta_hat, args.N) | {"engine": "chain"}, {}
    if p == p_star:
        found = {"decay rate": [measure.decay_rate(t, risk, args.window) for risk in risks]}
    else:
        c, delay = np.transpose([measure.late_line(t[1:], risk[1:]) for risk in risks])
        fit = {"fit_from": t[-1] / 10, "delay": delay.max()}
        found = {
            "late exponent": [measure.late_exponent(t[1:], risk[1:]) for risk in risks],
            "late risk over its law": c / theory.late_risk(p, p_star, eta, theory.excess_norm(p, p_star, 1.0, 1.0)),
            "late risk over that of the ODE": c / measure.late_line(t[1:], ode[1:])[0],
        }
    rows = [{"quantity": name} | key | fit | mean(samples).row() for name, samples in found.items()]
    return rows, [curve(key, "chain", t, risks.mean(0), ode)]


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--equal", type=cli.count, nargs="+", required=True, help="widths p = p*")
    parser.add_argument("--wide", type=pair, nargs="+", required=True, help="p,p* with p > p*")
    parser.add_argument("--N", type=cli.count, required=True, help="of the chain and of the starts, M_ir ~ N(0, 1/N)")
    parser.add_argument("--starts", type=cli.count, required=True, help="starts for each pair of widths")
    parser.add_argument("--eta-hat", type=cli.positive, required=True, help="eta/p of the ODE and of the chain")
    parser.add_argument("--t-max", type=cli.positive, required=True, help="last time for p > p*, eta_hat samples/N")
    parser.add_argument("--points", type=cli.count, required=True, help="times recorded")
    parser.add_argument("--window", type=cli.positive, nargs=2, required=True, help="risks between which rates are fit")
    parser.add_argument("--chain-equal", type=cli.count, required=True, help="width p = p* of the chain")
    parser.add_argument("--chain-wide", type=pair, required=True, help="p,p* of the chain")
    parser.add_argument("--chain-t-max", type=cli.positive, required=True, help="that of the chain")
    parser.add_argument("--replicates", type=cli.at_least(2), required=True, help="of the chain, at least 2")
    cli.shared(parser, "tolerance", "seed", "measurements", "figure-data")
    args = parser.parse_args()
    for p, p_star in (*args.wide, args.chain_wide):
        if p <= p_star:
            raise UserError(f"p,p* = {p},{p_star}: p above p* is right")
    unstable = [p for p in (*args.equal, args.chain_equal) if theory.decay_rate(p, args.eta_hat * p) <= 0]
    if unstable:
        raise UserError(f"--eta-hat {args.eta_hat}: the solution is unstable at p = p* = {unstable[0]}")

    args.window = tuple(sorted(args.window))

    rows, curves, lost = [], [], Lost()
    for eta_hat, engine in ((0.0, "gradient flow"), (args.eta_hat, "spectral ODE")):
        runs = [exponential(p, eta_hat, engine, args) for p in args.equal]
        runs += [algebraic(p, p_star, eta_hat, engine, args) for p, p_star in args.wide]
        for measured, shown in runs:
            rows += measured
            curves.append(shown)
    for p, p_star in ((args.chain_equal, args.chain_equal), args.chain_wide):
        measured, shown = by_chain(p, p_star, args, lost)
        rows += measured
        curves += shown

    parameters = {name: getattr(args, name) for name in ("N", "eta_hat", "replicates", "starts", "window", "seed")}
    record = record_of(MODULE, parameters | lost.parameters, {"t": "eta samples/N", "risk": "1"})
    columns = ["quantity", "engine", "p", "p_star", "eta_hat", "N", "fit_from", "delay", "estimate", "low", "high", "n"]
    save_table(args.measurements, pd.DataFrame(rows)[columns].fillna({"fit_from": 0.0, "delay": 0.0}), record)
    save_table(args.figure_data, pd.concat(curves, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)

"""Late times: exponential decay of the risk for p = p*, and alpha^-2 for p > p*.

From: widths, learning rates and a seed. Gradient flow and the spectral ODE from several starts; the overlap chain at
finite N from one start.
Makes: a table of measurements and the tidy CSV of the figure `late_times`.
"""

import numpy as np
import pandas as pd
from numpy.random import default_rng

from shallownets import cli, seeds, statistics
from shallownets.artefacts import record_of, save_table
from shallownets.errors import UserError
from shallownets.escape import starts
from shallownets.escape.engines import chain, gradient_flow, spectral
from shallownets.escape.measure import late as measure
from shallownets.escape.model import population_risk
from shallownets.escape.stages.pairs import pair
from shallownets.escape.theory import late as theory
from shallownets.lost import Lost

MODULE = "shallownets.escape.stages.late_times"
SLACK = 1.5  # runs go on this much longer than the prediction needs to leave the window


def times(last: float, points: int) -> np.ndarray:
    """0 and `points` times equally spaced in logarithm over five decades."""
    return np.concatenate([[0.0], np.geomspace(1e-5 * last, last, points)])


def in_samples(alpha: np.ndarray, N: int) -> np.ndarray:
    """The same times in whole samples over N, each once."""
    return np.unique(np.rint(alpha * N)) / N


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

    rows, drawn, lost = [], [], Lost()
    window = tuple(sorted(args.window))

    def draw(key: dict, engine: str, t, risk, law) -> None:
        frame = {"engine": engine, "t": t, "risk": risk, "law": law}
        drawn.append(pd.DataFrame(key | frame)[np.asarray(t) > 0])

    def start_of(p: int, p_star: int, replicate: int) -> starts.Start:
        stream = seeds.sequence(args.seed, "late times", {"p": p, "p_star": p_star, "N": args.N}, replicate)
        return starts.gaussian(p, p_star, args.N, default_rng(stream))

    def limit(start, eta_hat: float, t):
        """Gradient flow at η = 1, or the spectral ODE at a finite η: the risk at times t = η α."""
        p = len(start.M)
        if eta_hat == 0:
            run = gradient_flow.simulate(start, 1.0, t, args.tolerance)
        else:
            run = spectral.simulate(start, eta_hat * p, t / (eta_hat * p), args.tolerance)
        return population_risk(run.M, run.Q)[0]

    def horizon(start, eta: float) -> np.ndarray:
        last = SLACK * np.log(theory.decay_prefactor(start.M) / window[0]) / theory.decay_rate(len(start.M), eta)
        return np.linspace(0.0, last, 10 * args.points)

    def key_of(p: int, p_star: int, eta_hat: float) -> dict:
        return {"p": p, "p_star": p_star, "eta_hat": eta_hat, "N": args.N}

    for eta_hat in (0.0, args.eta_hat):
        engine = "spectral ODE" if eta_hat else "gradient flow"
        for p in args.equal:
            key = key_of(p, p, eta_hat)
            rates, prefactors = [], []
            for replicate in range(args.starts):
                start = start_of(p, p, replicate)
                t = horizon(start, eta_hat * p)
                risk = limit(start, eta_hat, t)
                law = theory.decay_prefactor(start.M) * np.exp(-8 / p**2 * t)
                inside = (risk > window[0]) & (risk < window[1])
                rates.append(measure.decay_rate(t, risk, window))
                prefactors.append((risk[inside] / law[inside]).mean())
                if replicate == 0:
                    # at a finite η only the rate is predicted: the line goes through the first point of the window
                    first = np.flatnonzero(inside)[0]
                    line = risk[first] * np.exp(-theory.decay_rate(p, eta_hat * p) * (t - t[first]))
                    draw(key, engine, t, risk, line if eta_hat else law)
            rows.append({"quantity": "decay rate", "engine": engine} | key | measure.span(rates))
            if eta_hat == 0:
                rows.append({"quantity": "decay prefactor", "engine": engine} | key | measure.span(prefactors))
        for p, p_star in args.wide:
            key = key_of(p, p_star, eta_hat)
            exponents, lines = [], []
            t = times(args.t_max * p, args.points)
            law = np.full(t.size, np.nan)
            q_0 = np.array([theory.excess_norm(p, p_star, 1.0, time) for time in t[1:]])
            law[1:] = theory.late_risk(p, p_star, eta_hat * p, q_0)
            for replicate in range(args.starts):
                risk = limit(start_of(p, p_star, replicate), eta_hat, t)
                exponents.append(measure.late_exponent(t[1:], risk[1:]))
                lines.append(measure.late_line(t[1:], risk[1:]))
                if replicate == 0:
                    draw(key, engine, t, risk, law)
            c, delay = np.transpose(lines)
            key |= {"engine": engine, "fit_from": t[-1] / 10, "delay": delay.max()}
            rows.append({"quantity": "late exponent"} | key | measure.span(exponents))
            rows.append({"quantity": "late risk over its law"} | key | measure.span(c / (law[-1] * t[-1] ** 2)))

    for p, p_star in ((args.chain_equal, args.chain_equal), args.chain_wide):
        key = key_of(p, p_star, args.eta_hat)
        eta = args.eta_hat * p
        start = start_of(p, p_star, 0)
        t = horizon(start, eta) if p == p_star else times(args.chain_t_max * p, args.points)
        alpha = in_samples(t / eta, args.N)
        streams = [seeds.sequence(args.seed, "late times, samples", key, r) for r in range(args.replicates)]
        run = chain.simulate(start, args.N, eta, alpha, streams)
        kept = run.valid.all(1)
        if not lost.enough(kept, f"chain, p = {p}, p* = {p_star}", "diverged"):
            continue
        t = eta * run.alpha
        risks = population_risk(run.M[kept], run.Q[kept])
        key |= {"engine": "chain"}
        if p == p_star:
            rates = [measure.decay_rate(t, risk, window) for risk in risks]
            rows.append({"quantity": "decay rate"} | key | statistics.mean(rates).row())
        else:
            exponents = [measure.late_exponent(t[1:], risk[1:]) for risk in risks]
            c, delay = np.transpose([measure.late_line(t[1:], risk[1:]) for risk in risks])
            law = theory.late_risk(p, p_star, eta, theory.excess_norm(p, p_star, 1.0, 1.0))
            over_ode = c / measure.late_line(t[1:], limit(start, args.eta_hat, t)[1:])[0]
            window_of = {"fit_from": t[-1] / 10, "delay": delay.max()}
            rows.append({"quantity": "late exponent"} | key | window_of | statistics.mean(exponents).row())
            rows.append({"quantity": "late risk over its law"} | key | window_of | statistics.mean(c / law).row())
            rows.append(
                {"quantity": "late risk over that of the ODE"} | key | window_of | statistics.mean(over_ode).row()
            )
        draw(key, "chain", t, risks.mean(0), limit(start, args.eta_hat, t))

    parameters = {"N": args.N, "eta_hat": args.eta_hat, "replicates": args.replicates}
    parameters |= {"starts": args.starts, "window": list(window), "seed": args.seed} | lost.parameters
    record = record_of(MODULE, parameters, {"t": "eta samples/N", "risk": "1"})
    columns = ["quantity", "engine", "p", "p_star", "eta_hat", "N", "fit_from", "delay", "estimate", "low", "high", "n"]
    save_table(args.measurements, pd.DataFrame(rows)[columns].fillna({"fit_from": 0.0, "delay": 0.0}), record)
    save_table(args.figure_data, pd.concat(drawn, ignore_index=True), record)


if __name__ == "__main__":
    cli.run(main)

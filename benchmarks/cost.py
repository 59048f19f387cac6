"""How the cost of a step or a trajectory grows with N, p and p*: a figure, and the fitted exponents.

Makes: docs/figures/cost.png, and a section for docs/performance.md on standard output.
"""

import io
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.random import SeedSequence, default_rng

from shallownets.drawing import style
from shallownets.report.pictures import read, small
from shallownets.studies.escape import starts
from shallownets.studies.escape.engines import chain, direct, gradient_flow, ode, spectral
from shallownets.studies.escape.trajectory import recording_times

REPLICATES = 32
SIZES = {
    "N": [10**2, 10**3, 10**4, 10**5, 10**6, 10**9],
    "p": [2, 4, 8, 16, 32],
    "p_star": [1, 2, 4, 8, 16],
}
BASE = {"N": 1000, "p": 4, "p_star": 2}
LIMITS = {"ode": ode, "spectral": spectral, "gradient-flow": gradient_flow}


def best(function, *arguments) -> float:
    """Seconds of a call, fastest of a few."""
    times = []
    for _ in range(5):
        started = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - started)
    return min(times)


def seconds(engine: str, N: int, p: int, p_star: int) -> float | None:
    """Seconds a step of SGD (and a replicate), or a trajectory of a limit; None where a size is too large for it."""
    start = starts.gaussian(p, p_star, 10_000, default_rng(1))
    if engine in LIMITS:
        return best(LIMITS[engine].simulate, start, 0.01 * p, np.array([0.0, 200.0]), 1e-10)
    if engine == "direct":
        if N > 10**5:
            return None
        samples = max(2_000_000 // (N * (2 * p + p_star)), 2)
        alpha = recording_times(samples / N, 2, N)
        return best(direct.simulate, start, N, 0.01 * p, alpha, [SeedSequence(1)]) / samples
    samples = max(400_000 // (p * p * (p + p_star)), 128)
    alpha = recording_times(samples / N, 2, N)
    streams = SeedSequence(1).spawn(REPLICATES)
    return best(chain.simulate, start, N, 0.01 * p, alpha, streams) / samples / REPLICATES


def main() -> None:
    style.apply()
    figure = Figure(figsize=(style.PAGE, 2.7))
    panels = dict(zip(SIZES, figure.subplots(1, 3, sharey=True), strict=True))
    engines = {"N": ("direct", "chain"), "p": ("direct", "chain", *LIMITS), "p_star": ("direct", "chain", *LIMITS)}
    print("## Growth with N, p and p*\n\n![cost](figures/cost.png)\n")
    print("Fitted exponents of the last three sizes; base p = 4, p* = 2, N = 1,000; the chain side by side.\n")
    print("| engine | " + " | ".join(SIZES) + " |\n| --- | ---: | ---: | ---: |")
    slopes: dict[str, dict[str, str]] = {}
    for variable, axes in panels.items():
        for number, engine in enumerate(("direct", "chain", *LIMITS)):
            if engine not in engines[variable]:
                continue
            measured = [(x, seconds(engine, **BASE | {variable: x})) for x in SIZES[variable]]
            x, y = np.array([(x, y) for x, y in measured if y is not None]).T
            axes.loglog(x, y * 1e6, marker="osD^v"[number], color=style.COLOURS[number], label=engine)
            slopes.setdefault(engine, {})[variable] = f"{np.polyfit(np.log(x[-3:]), np.log(y[-3:]), 1)[0]:.2f}"
        axes.set(
            xlabel={"N": "input dimension $N$", "p": "student width $p$", "p_star": "teacher width $p^*$"}[variable]
        )
        if variable != "N":
            axes.set_xticks(SIZES[variable], [str(x) for x in SIZES[variable]])
            axes.minorticks_off()
    panels["N"].set(ylabel="µs a step, or a trajectory")
    handles, labels = panels["p"].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5)
    for engine, row in slopes.items():
        print(f"| {engine} | " + " | ".join(row.get(variable, "") for variable in SIZES) + " |")
    print()
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    page = Path("docs/figures/cost.png")
    page.write_bytes(small(read(picture.getvalue(), str(page))))


if __name__ == "__main__":
    main()

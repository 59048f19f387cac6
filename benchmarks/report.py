"""Turn a run of the benchmarks into docs/performance.md: one table a group, with ratios to its first baseline.

From: the JSON that pytest-benchmark writes.
Makes: a Markdown page.
"""

import json
import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path

BASELINES = (
    "plain numba",
    "SciPy DOP853",
    "NumPy, QR",
    "SciPy's root on NumPy",
    "NumPy, two products",
    "L-BFGS on W",
    "L-BFGS on a, w",
    "80 damped steps with draws",
    "NumPy, outer product",
    "NumPy, Heun",
)
HEAD = """# Performance

Written by `make bench`; one core, float64. Times are the fastest of many rounds, of few where one takes seconds. These
machines are noisy: compare the ratios of one run, not times between runs.

"""


def machine() -> str:
    """What the numbers were measured on."""
    names = [
        line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    versions = ", ".join(f"{name} {version(name)}" for name in ("numba", "numpy", "scipy"))
    processor = names[0] if names else platform.processor()
    return f"{processor}, {os.cpu_count()} cores; Python {platform.python_version()}, {versions}.\n"


def table(rows: list[tuple[str, float]]) -> str:
    """Markdown table of (name, seconds a unit), slowest first, with the speed-up over the group's baseline."""
    base = next((seconds for name, seconds in rows if name in BASELINES), None)
    lines = ["| engine | time | times as fast as the baseline |", "| --- | ---: | ---: |"]
    for name, seconds in sorted(rows, key=lambda row: -row[1]):
        ratio = "" if base is None else "baseline" if name in BASELINES else f"{base / seconds:.3g}"
        lines.append(f"| {name} | {seconds * 1e6:.3g} µs | {ratio} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    groups: dict[str, list[tuple[str, float]]] = {}
    for one in json.loads(source.read_text())["benchmarks"]:
        info = one["extra_info"]
        groups.setdefault(one["group"], []).append((info["name"], one["stats"]["min"] / info["units"]))
    pages = [f"## {group}\n\n{table(rows)}" for group, rows in sorted(groups.items())]
    target.write_text(HEAD + machine() + "\n" + "\n".join(pages))
    print(target.read_text())


if __name__ == "__main__":
    main()

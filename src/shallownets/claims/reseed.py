"""Would another root seed give the same ledger? Verdicts and standardised deviations at several seeds, compared.

From: folders of results of one tier at different seeds, the first of them that which the others are held against.
Makes: reseed.csv, each comparison at each seed, and reseed.json, what is found: how many verdicts flip and how many
should, and whether measured values differ between seeds as much as their errors say. Every claim with a measurement is
judged, also where its sizes are too small for theory: that shifts a deviation at every seed alike.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import scipy

from shallownets.claims import entries, promise
from shallownets.claims.judge import DEVIATES, Comparison, comparisons_of
from shallownets.claims.significance import LEVEL, standard
from shallownets.config import yamlfile
from shallownets.config.commandline import Parser
from shallownets.errors import UserError
from shallownets.numerics.statistics import WIDTH
from shallownets.results.artefacts import save_bytes

Ledger = Mapping[str, Comparison]


def ledger_of(results: Path, files: Sequence[Path]) -> Ledger:
    """All comparisons of a folder of results that have a measurement, by their ids."""
    found = {}
    for file in files:
        tables = results / "measurements" / file.parent.name
        for entry in entries.load(file):
            # in no tier a claim needs rows; where it has them, it is judged as in its own
            if any(one.measured is not None for one in comparisons_of(entry, tables, "")):
                found |= {one.id: one for one in comparisons_of(entry, tables, entry.tiers[0])}
    return found


@dataclass(frozen=True)
class Found:
    """How ledgers at other seeds compare with the first.

    Attributes:
        seeds: the first, then the others.
        comparisons: how many, each at every seed.
        flips: comparisons that deviate at the first seed or at another one, but not at both; summed over the others.
        expected_flips: how many chance makes, ``flips_by_chance``.
        flipped: ids of those that flip at some seed.
        between: differences of the statistical comparisons from the first seed in their standard errors, which should
            be standard normal: how many are beyond 1, 2, 3, and how many should be.
    """

    seeds: list[int]
    comparisons: int
    flips: int
    expected_flips: float
    flipped: list[str]
    between: list[promise.Tail]

    @property
    def says(self) -> str:
        """The finding in words."""
        tails = "; ".join(f"{one.found} beyond {one.beyond} (expected {one.expected:.1f})" for one in self.between)
        return (
            f"{self.comparisons} comparisons at {len(self.seeds) - 1} other seeds: {self.flips} verdicts flip, "
            f"{self.expected_flips:.1f} should. Differences from the first seed, in standard errors: {tails}."
        )


def difference(one: Comparison, first: Comparison) -> float:
    """How far two independent measurements of the same are apart, in standard errors, as of a Gaussian number."""
    (a, b), errors, degrees = np.array([[each.measured, each.error, each.degrees] for each in (one, first)], float).T
    variances = errors**2
    freedom = float(variances.sum() ** 2 / max((variances**2 / degrees).sum(), 1e-300))  # Welch and Satterthwaite
    return standard(float(a - b), float(np.sqrt(variances.sum())), freedom)


def flips_by_chance(deviations: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(n,) how many of the other seeds should flip.

    A true deviation is taken to be none where all seeds together do not say otherwise, and else their mean.

    Args:
        deviations: (n, seeds) of n comparisons.
        rows: (n,) of the claim of each: the first of so many deviates beyond ``LEVEL / rows``.
    """
    seeds, mean = deviations.shape[1], deviations.mean(1)
    true = np.where(np.abs(mean) * np.sqrt(seeds) > WIDTH, mean, 0.0)
    reach = -scipy.special.ndtri(LEVEL / rows / 2)
    share = scipy.special.ndtr(-reach - true) + scipy.special.ndtr(true - reach)
    return 2 * share * (1 - share) * (seeds - 1)


def compare(seeds: Sequence[int], ledgers: Sequence[Ledger]) -> Found:
    """Hold the ledgers at other seeds against the first one, in what all of them have."""
    first, *others = ledgers
    shared = [name for name in first if all(name in one for one in others)]
    statistical = {one.id for one in promise.statistical(first[name] for name in shared)}
    flipped = [
        name
        for name in shared
        for other in others
        if (other[name].verdict == DEVIATES) != (first[name].verdict == DEVIATES)
    ]
    names = [name for name in shared if name in statistical]
    claims = Counter(first[name].entry for name in names)
    deviations = np.array([[one[name].deviation for one in ledgers] for name in names], float).reshape(-1, len(ledgers))
    rows = np.array([claims[first[name].entry] for name in names], float)
    expected = float(flips_by_chance(deviations, rows).sum())
    gaps = [difference(other[name], first[name]) for other in others for name in names]
    return Found(
        list(seeds), len(shared), len(flipped), expected, list(dict.fromkeys(flipped)), list(promise.of(gaps).tails)
    )


def lines(seeds: Sequence[int], ledgers: Sequence[Ledger]) -> pd.DataFrame:
    """Each comparison at each seed."""
    columns = ("id", "evidence", "predicted", "measured", "low", "high", "deviation", "verdict")
    return pd.DataFrame(
        {"seed": seed} | {name: getattr(one, name) for name in columns}
        for seed, ledger in zip(seeds, ledgers, strict=True)
        for one in ledger.values()
    )


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets reseed", __doc__ or "")
    parser.add_argument(
        "--results", type=Path, nargs="+", required=True, help="folders of results, the first to hold against"
    )
    parser.add_argument("--entries", type=Path, nargs="+", required=True, help="claims files, <study>/<part>.yaml")
    parser.add_argument("--out", type=Path, required=True, help="folder for reseed.csv and reseed.json")
    args = parser.parse_args(words)

    seeds = [int(yamlfile.load(folder / "config.yaml")["seed"]) for folder in args.results]
    if len(set(seeds)) < max(len(seeds), 2):
        raise UserError(f"--results: seeds {', '.join(map(str, seeds))}: expected at least two, each another one")
    ledgers = [ledger_of(folder, args.entries) for folder in args.results]
    found = compare(seeds, ledgers)
    said = json.dumps(asdict(found) | {"says": found.says}, indent=1)
    save_bytes(args.out / "reseed.csv", lines(seeds, ledgers).to_csv(index=False, lineterminator="\n").encode(), "")
    save_bytes(args.out / "reseed.json", said.encode(), "")
    print(found.says)
    for name in found.flipped:
        verdicts = [f"{one[name].verdict} at seed {seed}" for seed, one in zip(seeds, ledgers, strict=True)]
        print(f"  {name}: {', '.join(verdicts)}")

"""Change the physics for the worse in small ways, one at a time, and see whether the tests notice: `make mutants`.

Takes: words, of which a module's name must hold one; how many changes of each module; the seed of the sample.
Makes: a line for each change that no test noticed; the rows of the tried modules in docs/mutants.md. Ends with 1 where
a change was missed that explained.yaml does not explain, or where a test fails on the code as it is.
"""

import argparse
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shallownets.numerics import cores
from tests.mutants.reach import tests_of
from tests.mutants.sample import ROOT, Mutant, explained, modules, sample
from tests.mutants.trial import Bench

PAGE = ROOT / "docs/mutants.md"


@dataclass(frozen=True)
class Tried:
    """What came of a module's sample."""

    module: str
    possible: int
    tried: int
    survived: list[Mutant]

    def row(self) -> list[str | int]:
        """The module's row of the page, but for the rate."""
        none = sum(mutant.key in explained() for mutant in self.survived)
        numbers = [self.possible, self.tried, self.tried - len(self.survived), none, len(self.survived) - none]
        return [f"`{self.module.removeprefix('shallownets.')}`", *numbers, date.today().isoformat()]


def line(cells: list[str | int]) -> str:
    """A row of the table: its cells with the rate, in percent of the changes that change something, before the date."""
    caught, missed = int(cells[3]), int(cells[5])
    rate = f"{100 * missed / max(caught + missed, 1):.0f} %"
    return f"| {' | '.join(map(str, [*cells[:6], rate, cells[6]]))} |"


def publish(page: str, results: list[Tried]) -> str:
    """The page with the rows of modules that were tried; those of others stay while there is such a module."""
    lines = page.splitlines()
    rows = [[cell.strip() for cell in text.strip("|").split("|")] for text in lines if text.startswith("| `")]
    known = {f"`{name.removeprefix('shallownets.')}`" for name in modules()}
    cells = {row[0]: [*row[:6], row[7]] for row in rows if row[0] in known} | {
        one.row()[0]: one.row() for one in results
    }
    total = ["all", *(sum(int(row[n]) for row in cells.values()) for n in range(1, 6)), ""]
    table = [line(cells[name]) for name in sorted(cells)] + [line(total)]
    return "\n".join([text for text in lines if not text.startswith(("| `", "| all"))] + table) + "\n"


def tried(module: str, size: int, seed: int, kernels: Path) -> Tried:
    """Try a sample of the changes of a module."""
    chosen, possible = sample(module, size, seed)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), kernels, tests_of(module))
        return Tried(module, possible, len(chosen), [one for one in chosen if not bench.catches(one)])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("only", nargs="*", help="words; the modules with one of them in their name are tried")
    parser.add_argument("--sample", type=int, default=20, help="changes of each module (20)")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (1)")
    given = parser.parse_args()
    chosen = [name for name in modules() if not given.only or any(word in name for word in given.only)]
    if not chosen:
        raise SystemExit(f"error: {' '.join(given.only)}: no such module; expected a part of {', '.join(modules())}")
    results, missed = [], 0
    with tempfile.TemporaryDirectory() as kernels, ThreadPoolExecutor(cores.usable()) as pool:
        for one in pool.map(lambda name: tried(name, given.sample, given.seed, Path(kernels)), chosen):
            results.append(one)
            print(f"{one.module}: {one.tried - len(one.survived)} of {one.tried} caught", flush=True)
            for mutant in one.survived:
                why = explained().get(mutant.key)
                missed += why is None
                print(f"    {f'no change ({why})' if why else 'MISSED'}: {mutant}", flush=True)
            PAGE.write_text(publish(PAGE.read_text(), results))
    raise SystemExit(f"{missed} changes missed" if missed else 0)


if __name__ == "__main__":
    main()

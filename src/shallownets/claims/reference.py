"""Do the results still say what they said? The ledger's verdicts and the figures' data against a kept reference.

From: results of a tier, and its reference in tests/reference/<tier>.
Makes: a list of what moved. `check` fails where there is any; `update` keeps the new results as the reference.

The reference is made without optional packages. A claim that is not judged without them may be judged where they are
installed, and data of a figure that say they need them, in their parameter `optional`, are neither kept nor compared.

A figure's data are kept thinned. A value with a statistical error (columns low and high, or sd and replicates) may
move by five standard errors of the difference; any other value must agree to a millionth.
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from shallownets.claims import ledger
from shallownets.claims.judge import NOT_JUDGED, REPRODUCED
from shallownets.config.commandline import Parser
from shallownets.errors import UserError
from shallownets.files import write_whole
from shallownets.numerics.statistics import errors_of
from shallownets.results.artefacts import load_table

_LEDGER = "claims.csv"
_ROWS = 300  # about how many rows of a table are kept
_Z = 5.0
_TIGHT = 1e-6
_ROUNDING = 1e-12  # a standard error below this share of its value is the rounding of replicates that are equal


def thin(frame: pd.DataFrame) -> pd.DataFrame:
    """Every n-th row, so that about 300 are left."""
    return frame.iloc[:: max(len(frame) // _ROWS, 1)].reset_index(drop=True)


def _errors(frame: pd.DataFrame) -> np.ndarray:
    """Standard error of each row's value, 0 where it has none."""
    if {"low", "high"} <= set(frame.columns):
        return errors_of(frame).to_numpy(float)
    if {"sd", "replicates"} <= set(frame.columns):
        return (frame.sd / np.sqrt(frame.replicates)).to_numpy(float)
    return np.zeros(len(frame))


def moved(new: pd.DataFrame, kept: pd.DataFrame) -> list[str]:
    """What moved in a table, a line a column; empty where nothing did."""
    if list(new.columns) != list(kept.columns) or len(new) != len(kept):
        return [f"other columns or rows: {len(new)} rows of {', '.join(new.columns)}"]
    errors = np.hypot(_errors(new), _errors(kept))
    lines = []
    for column in kept.columns:
        a, b = new[column], kept[column]
        if not pd.api.types.is_numeric_dtype(b) or pd.api.types.is_bool_dtype(b):
            # an empty cell is equal to none, also to itself
            differ = (a.astype(str).fillna("") != b.astype(str).fillna("")).sum()
            if differ:
                lines.append(f"{column}: {differ} entries differ")
            continue
        if column in ("low", "high", "sd"):
            continue  # they are the errors
        a, b = a.to_numpy(float), b.to_numpy(float)
        with np.errstate(invalid="ignore"):  # a row of the limit alpha to infinity has no difference, and is equal
            gap = np.abs(a - b)
        gap[(a == b) | (np.isnan(a) & np.isnan(b))] = 0.0
        exact = ~(errors > _ROUNDING * np.abs(b))
        scale = np.median(np.abs(b[np.isfinite(b)])) if np.isfinite(b).any() else 0.0
        tight = gap[exact] > _TIGHT * (np.abs(b[exact]) + scale)
        z = gap[~exact] / errors[~exact]
        if tight.any() or np.isnan(gap).any():
            lines.append(f"{column}: {int(tight.sum())} exact values moved, by up to {gap[exact].max():.2g}")
        if (z > _Z).any():
            lines.append(f"{column}: {int((z > _Z).sum())} values moved by more than {_Z:g} standard errors")
    return lines


def verdicts_changed(now: Mapping[str, str], then: Mapping[str, str]) -> list[str]:
    """Claims that were reproduced and no longer are, and claims that came or went; verdicts by the claim's id.

    Comparisons of a claim that was not judged as a whole are no news.
    """
    lines = [
        f"{name}: was reproduced, {f'now {now[name]}' if name in now else 'is gone'}"
        for name, verdict in then.items()
        if verdict == REPRODUCED and now.get(name) != REPRODUCED
    ]
    return lines + [
        f"{name}: is new, {verdict}"
        for name, verdict in now.items()
        if name not in then and then.get(name.partition("[")[0]) != NOT_JUDGED
    ]


def _verdicts(results: Path) -> dict[str, str]:
    """Verdicts of the comparisons, and under the entry's own id that of all comparisons of a claim together."""
    compared = ledger.read(results / _LEDGER)
    return {one.id: one.verdict for one in (*compared, *ledger.gather(compared))}


def _held(results: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Figures' data that are held against the reference: file relative to the results, table."""
    for path in sorted(results.glob("figure_data/*/*.csv")):
        table = load_table(path)
        if "optional" not in table.parameters:
            yield path.relative_to(results).as_posix(), table.frame


def _kept(path: Path) -> pd.DataFrame | None:
    """A table of the reference; None where it has none.

    Raises:
        UserError: it cannot be read.
    """
    try:
        return pd.read_csv(path, keep_default_na=False, na_values=[""])
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise UserError(f"{path}: not a table; `make reference` makes it anew") from error


def compare(results: Path, reference: Path) -> tuple[list[str], str]:
    """(everything that moved, a line each; what was compared, in words).

    Raises:
        UserError: a result is missing or damaged, or a table of the reference is.
    """
    now, then = _verdicts(results), _kept(reference / _LEDGER)
    if then is not None and not {"id", "verdict"} <= set(then.columns):
        raise UserError(f"{reference / _LEDGER}: it has no columns id and verdict; `make reference` makes it anew")
    lines = verdicts_changed(now, {} if then is None else dict(zip(then.id, then.verdict, strict=True)))
    names = {path.relative_to(reference).as_posix() for path in reference.glob("figure_data/*/*.csv")}
    names |= {name for name, _ in _held(results)}
    for name in sorted(names):
        kept = _kept(reference / name)
        new = load_table(results / name).frame
        lines += [f"{name}: is new"] if kept is None else [f"{name}: {line}" for line in moved(thin(new), kept)]
    return lines, f"{len(now)} verdicts and {len(names)} tables of figures"


def keep(results: Path, reference: Path) -> None:
    """Make these results the reference."""
    verdicts = pd.DataFrame(_verdicts(results).items(), columns=["id", "verdict"])
    write_whole(reference / _LEDGER, verdicts.to_csv(index=False).encode())
    for name, frame in _held(results):
        write_whole(reference / name, thin(frame).to_csv(index=False).encode())


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets reference", __doc__ or "")
    parser.add_argument(
        "action", choices=["check", "update"], help="fail where anything moved, or keep the new results"
    )
    parser.add_argument("--results", type=Path, default=Path("results"), help="results of a tier")
    parser.add_argument("--reference", type=Path, default=Path("tests/reference/paper"), help="its reference")
    args = parser.parse_args(words)

    lines, compared = compare(args.results, args.reference)
    print("\n".join(lines) if lines else f"Nothing moved in {compared}.")
    if args.action == "update":
        keep(args.results, args.reference)
    elif lines:
        sys.exit(1)

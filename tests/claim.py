"""A claim for tests: its entry, a table that it is judged by, and the verdicts on its rows."""

import tempfile
from pathlib import Path

import pandas as pd

from shallownets.claims import entries, judge
from shallownets.config.check import section_of
from shallownets.results.artefacts import save
from shallownets.stage import Table

ENTRY = {
    "id": "growth-rate",
    "origin": "derived",
    "section": "4.1 The plateau",
    "source": "eq. 11",
    "statement": "The overlaps grow at the rate 4 eta/(p p*).",
    "table": "rates",
    "rows": {"quantity": "rate"},
    "by": ["p"],
    "predicted": "4/p",
    "judge": {"interval": "0.1*predicted"},
    "tiers": ["paper"],
}


def entry(**change):
    bound = {"bound": "rounding"} if "within" in change.get("judge", {}) else {}
    return section_of(ENTRY | bound | change, entries.Entry, "an entry")


def save_table(path, frame, notes=None):
    save(path, Table(frame, notes=notes or {}), "escape.ode", {}, "0123456789abcdef")


def verdicts_of(rows, rule, predicted="1", n=10**6, **change):
    """Verdicts on rows (estimate, low, high) of a table, and the comparisons."""
    frame = pd.DataFrame(rows, columns=["estimate", "low", "high"]).assign(n=n, k=range(len(rows)))
    given = entry(rows={"k": list(range(len(rows)))}, by=["k"], predicted=predicted, judge=rule, **change)
    with tempfile.TemporaryDirectory() as folder:
        save_table(Path(folder) / "rates.csv", frame)
        return judge.comparisons_of(given, Path(folder), "paper")

"""The ledger: what each claim expects, what was measured, and the verdict.

From: the claims files of the studies and the tables of measurements that they name.
Makes: the ledger as CSV and Markdown.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import groupby
from pathlib import Path
from typing import Any

from shallownets.claims import entries, strength, written
from shallownets.claims.entries import EVIDENCE, ORIGINS, Entry
from shallownets.claims.judge import (
    CALIBRATED,
    DEVIATES,
    NOT_JUDGED,
    NUMBERS,
    REPRODUCED,
    UNDERPOWERED,
    VERDICTS,
    Comparison,
    allowed,
    comparisons_of,
)
from shallownets.claims.significance import Together, in_words, together
from shallownets.config.commandline import Parser
from shallownets.errors import UserError, in_short
from shallownets.results.artefacts import load_bytes, save_bytes

_GRAVITY = (DEVIATES, UNDERPOWERED, CALIBRATED, REPRODUCED, NOT_JUDGED)  # of a claim of several comparisons
# Verdicts on a ground that mark what rests on it, in words for one and for several.
_SHAKY = {
    DEVIATES: ("deviates", "deviate"),
    UNDERPOWERED: ("is underpowered", "are underpowered"),
    CALIBRATED: ("is calibrated", "are calibrated"),
    NOT_JUDGED: ("is not judged", "are not judged"),
}


def counts(judged: Iterable[Comparison | Claim]) -> dict[str, int]:
    """How many have each verdict."""
    tally = Counter(one.verdict for one in judged)
    return {verdict: tally[verdict] for verdict in VERDICTS}


def agreed(verdict: str, number: int) -> str:
    """A verdict behind the number of claims that have it: 1 deviates, 2 deviate."""
    return "deviate" if verdict == DEVIATES and number != 1 else verdict


def counted(numbers: Mapping[str, int]) -> str:
    """``counts`` in words: 3 reproduced, 2 deviate."""
    return ", ".join(f"{number} {agreed(verdict, number)}" for verdict, number in numbers.items())


def _against(comparison: Comparison) -> float:
    """How strongly a comparison speaks against its claim."""
    deviation = comparison.deviation or 0.0
    return {"at_most": deviation, "at_least": -deviation}.get(comparison.kind, abs(deviation))


def _outside(comparison: Comparison) -> bool:
    """Whether its interval misses what its claim allows."""
    if comparison.predicted is None or comparison.low is None or comparison.high is None:
        return False
    least, most = allowed(comparison.kind, comparison.predicted, comparison.tolerance or 0.0)
    return comparison.high < least or comparison.low > most


@dataclass(frozen=True)
class Claim:
    """The comparisons of one entry.

    Attributes:
        comparisons: one for each row.
        shaken: those of the claims that it rests on, and that these rest on, which do not hold, were not tested or
            hold by a bound that was read off results, with their verdicts: one of ``_SHAKY``.
    """

    comparisons: Sequence[Comparison]
    shaken: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def shown(self) -> Comparison:
        """The one that speaks against it most: of those with the gravest verdict, the farthest from its prediction.

        Of rows that fail together, and not one by one, it is the farthest whatever its verdict.
        """
        gravest = min(self.comparisons, key=lambda one: (_GRAVITY.index(one.verdict), -_against(one)))
        alone = gravest.verdict == DEVIATES or not self.fails_together
        return gravest if alone else max(self.comparisons, key=_against)

    @cached_property
    def together(self) -> list[Together]:
        """Its statistical rows judged together, a group of independent ones each; none of a single row."""
        groups: dict[str, list[float]] = {}
        for one in self.comparisons:
            if one.kind == "interval" and one.verdict != NOT_JUDGED and one.error and one.deviation is not None:
                groups.setdefault(one.group, []).append(one.deviation)
        several = [deviations for deviations in groups.values() if len(deviations) > 1]
        return [together(deviations, len(several)) for deviations in several]

    @property
    def fails_together(self) -> bool:
        """Whether a group of its rows does not hold together."""
        return any(group.fails for group in self.together)

    @property
    def verdict(self) -> str:
        """The gravest of its rows'; it deviates, too, where they fail together."""
        return DEVIATES if self.fails_together else self.shown.verdict

    @property
    def ground(self) -> str:
        """Which of the claims that it rests on are not reproduced, in sentences; empty where all are."""
        said = []
        for verdict, (one, several) in _SHAKY.items():
            names = [name for name, is_ in self.shaken.items() if is_ == verdict]
            if names:
                said.append(f"It rests on {', '.join(names)}, which {several if len(names) > 1 else one}.")
        return " ".join(said)

    @property
    def kept(self) -> str:
        """Which rows Holm's procedure keeps though they lie outside their own intervals; empty where none does."""
        family = [one for one in self.comparisons if one.error]
        outside = [one.id for one in family if one.verdict not in (DEVIATES, NOT_JUDGED) and _outside(one)]
        if not outside:
            return ""
        lie, keeps = ("lies", "keeps it") if len(outside) == 1 else ("lie", "keeps them")
        interval = "its own interval" if len(outside) == 1 else "their own intervals"
        return (
            f"{', '.join(outside)} {lie} outside {interval}; "
            f"Holm's procedure over {len(family)} row{'s' * (len(family) > 1)} {keeps}."
        )

    @property
    def remarks(self) -> list[str]:
        """What is to be said beside its verdict: that it fails together, rows kept, its ground, its calibration."""
        said = [
            f"{group.rows} rows together: chi-squared {group.chi2:.1f} (chance {in_words(group.chance_of_chi2)}), "
            f"mean deviation {group.mean:+.1f} standard errors (chance {in_words(group.chance_of_mean)})."
            for group in self.together
            if group.fails
        ]
        return (
            said
            + [self.kept] * bool(self.kept)
            + [self.ground] * bool(self.ground)
            + [f"Calibrated: {self.shown.calibrated}."] * bool(self.shown.calibrated)
        )

    @property
    def gravity(self) -> int:
        """Place of its verdict among the verdicts, the gravest first."""
        return _GRAVITY.index(self.verdict)

    @property
    def id(self) -> str:
        return self.comparisons[0].entry

    @property
    def origin(self) -> str:
        """Whose it is, one of ``entries.ORIGINS``."""
        return self.shown.origin

    @property
    def requires(self) -> list[str]:
        """The claims that it rests on."""
        return [name for name in self.shown.requires.split(", ") if name]


def gather(comparisons: Iterable[Comparison]) -> list[Claim]:
    """Comparisons of one entry, which follow each other, as one claim; with those of its grounds that do not hold."""
    claims = {name: Claim(list(group)) for name, group in groupby(comparisons, key=lambda one: one.entry)}

    def grounds(claim: Claim, known: set[str]) -> set[str]:
        for name in claim.requires:
            if name in claims and name not in known:
                known.add(name)
                grounds(claims[name], known)
        return known

    return [
        replace(
            claim,
            shaken={
                name: claims[name].verdict for name in sorted(grounds(claim, set())) if claims[name].verdict in _SHAKY
            },
        )
        for claim in claims.values()
    ]


def read(file: Path) -> list[Comparison]:
    """The comparisons of a ledger, claims.csv, in its order.

    Raises:
        UserError: the ledger is missing, is not one, or its bytes are not those of its seal.
    """
    import pandas as pd

    content = load_bytes(file)
    names = [field.name for field in fields(Comparison)]
    try:
        frame = pd.read_csv(io.BytesIO(content), keep_default_na=False)[names]
    except (ValueError, KeyError) as error:
        raise UserError(f"{file}: its columns are not {', '.join(names)}; delete it and run again") from error
    if strange := sorted(set(frame.verdict) - set(VERDICTS), key=str):
        raise UserError(f"{file}: verdict = {in_short(strange[0])}: expected one of {', '.join(VERDICTS)}")
    for name in NUMBERS:
        numbers = pd.to_numeric(frame[name], errors="coerce").astype(object)
        frame[name] = numbers.where(numbers.notna(), None)
    return [Comparison(**row) for row in frame.to_dict("records")]


def summary(claims: Sequence[Claim]) -> dict[str, Any]:
    """What the ledger as text and the report say of all claims, by the names that their templates have for it."""
    comparisons = [one for claim in claims for one in claim.comparisons]
    return {
        "counts": counts(claims),
        "comparisons": counts(comparisons),
        "by_origin": {name: counts(one for one in claims if one.origin == name) for name in ORIGINS},
        "by_evidence": {name: counts(one for one in comparisons if one.evidence == name) for name in EVIDENCE.values()},
        "room": strength.room(comparisons),
        "by_chance": strength.false_deviations(claims),
    }


def render(comparisons: Sequence[Comparison], template: Path, tier: str) -> str:
    """The ledger through a Jinja2 template for text: claims by section, in the order of the comparisons."""
    from jinja2 import Environment, FileSystemLoader

    loader = FileSystemLoader(template.parent)
    environment = Environment(loader=loader, trim_blocks=True, lstrip_blocks=True)  # noqa: S701, it is no HTML
    # A claim's words stay words: neither HTML nor the table's own marks.
    environment.filters["cell"] = lambda text: " ".join(text.split()).replace("|", r"\|").replace("<", "&lt;")
    environment.filters |= written.FILTERS | {"counted": counted}
    found = gather(comparisons)
    sections = [(section, list(group)) for section, group in groupby(found, key=lambda claim: claim.shown.section)]
    return environment.get_template(template.name).render(summary(found), sections=sections, tier=tier)


def check(given: Iterable[Entry], known: Collection[str]) -> None:
    """Refuse entries that do not fit together.

    Args:
        given: those that are judged.
        known: ids of all claims of their studies.

    Raises:
        UserError: an id stands on two entries, or a claim rests on one that is not there, or in the end on itself.
    """
    found: dict[str, Entry] = {}
    for entry in given:
        if entry.id in found:
            raise UserError(f"claims: the id {entry.id} stands on more than one entry; expected an id of its own")
        found[entry.id] = entry
    for entry in found.values():
        if unknown := [name for name in entry.requires if name not in known]:
            raise UserError(f"claim {entry.id}: requires = {unknown[0]}: expected the id of a claim")
    try:
        tuple(TopologicalSorter({entry.id: entry.requires for entry in found.values()}).static_order())
    except CycleError as error:
        raise UserError(
            f"claims: {', '.join(error.args[1])}: expected grounds that do not rest on each other"
        ) from None


def main(words: list[str]) -> None:
    import pandas as pd

    parser = Parser("python -m shallownets ledger", __doc__ or "")
    parser.add_argument("--entries", type=Path, nargs="+", required=True, help="claims files, <study>/<part>.yaml")
    parser.add_argument("--measurements", type=Path, required=True, help="folder with <study>/<table>.csv")
    parser.add_argument("--tier", required=True, help="the tier that was run")
    parser.add_argument("--template", type=Path, required=True, help="Jinja2 template of the ledger as text")
    parser.add_argument("--csv", type=Path, required=True, help="the ledger, .csv")
    parser.add_argument("--md", type=Path, required=True, help="the ledger through the template")
    parser.add_argument("--source", default="", help="digest of all that makes the ledger, for its seal")
    args = parser.parse_args(words)

    given = [(file.parent.name, entry) for file in args.entries for entry in entries.load(file)]
    comparisons = [
        comparison
        for study, entry in given
        for comparison in comparisons_of(entry, args.measurements / study, args.tier)
    ]
    siblings = [path for folder in {file.parent for file in args.entries} for path in sorted(folder.glob("*.yaml"))]
    check((entry for _, entry in given), {entry.id for path in siblings for entry in entries.load(path)})
    comparisons.sort(key=lambda comparison: (Path(comparison.artefact).parent.name, comparison.section))
    save_bytes(args.csv, pd.DataFrame(comparisons).to_csv(index=False, lineterminator="\n").encode(), args.source)
    save_bytes(args.md, render(comparisons, args.template, args.tier).encode(), args.source)
    print("claims:", counted(counts(gather(comparisons))))

"""The figures as the report shows them: picture, interactive plot, words, parameters, claims, files and rules."""

import importlib
import importlib.util
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from markupsafe import Markup

from shallownets.report import pictures
from shallownets.report.markup import caption
from shallownets.report.rules import Rule, by_rule
from shallownets.report.table import Row
from shallownets.results.artefacts import load_bytes, load_table
from shallownets.workflow import catalogue, lineage
from shallownets.workflow.catalogue import Figure
from shallownets.workflow.lineage import Job


@dataclass(frozen=True)
class Setting:
    """A parameter: its key in the config, its value, and what the config says that it means."""

    key: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Exhibit:
    """A figure with everything that the report says of it.

    Attributes:
        figure: its entry in the catalogue.
        found: its caption.
        size: pixels of the picture, across and down.
        thumb: the picture as it stands in a list of figures, PNG.
        chart: the interactive plot for plotly, or None.
        settings: the parameters behind it.
        rows: its claims.
        command, source: what makes the data, and the hash of the source that did.
        rules: those behind it, with what they cost.
    """

    figure: Figure
    found: Markup
    size: tuple[int, int]
    thumb: bytes
    chart: dict | None
    settings: list[Setting]
    rows: list[Row]
    command: str
    source: str
    rules: list[Rule]


def _chart(figure: Figure, frame: pd.DataFrame, parameters: Mapping) -> dict | None:
    """The interactive plot that the study's module ``charts`` has for a figure, as plotly's JSON."""
    name = f"shallownets.studies.{figure.study}.charts"
    if importlib.util.find_spec(name.rpartition(".")[0]) is None or importlib.util.find_spec(name) is None:
        return None
    draw = importlib.import_module(name).CHARTS.get(figure.name)
    if draw is None:
        return None
    from shallownets.drawing import interactive

    chart = draw(frame, parameters)
    interactive.label(chart)
    return json.loads(chart.to_json())


def _settings(figure: Figure, config: Mapping, meanings: Mapping[str, str]) -> list[Setting]:
    """The config below the keys that the catalogue names for a figure, one line a value."""
    return [
        Setting(
            key.removeprefix(f"{figure.study}."),
            ", ".join(map(str, value)) if isinstance(value, list) else str(value),
            meanings.get(key, ""),
        )
        for key, value in catalogue.settings_of(figure, config).items()
    ]


def picture(figure: Figure, results: Path) -> tuple[tuple[int, int], bytes]:
    """Size and thumb of a figure, as ``Exhibit`` has them.

    Raises:
        UserError: the picture is missing, or cannot be read.
    """
    file = results / f"figures/{figure.study}/{figure.name}.png"
    whole = pictures.read(load_bytes(file), str(file))
    return whole.size, pictures.small(whole, pictures.THUMB)


def exhibit(
    figure: Figure,
    size: tuple[int, int],
    thumb: bytes,
    results: Path,
    config: Mapping,
    meanings: Mapping[str, str],
    rows: Iterable[Row],
    jobs: Sequence[Job],
) -> Exhibit:
    """A figure with everything that the report says of it.

    Args:
        figure: its entry in the catalogue.
        size, thumb: of its ``picture``.
        results: folder of the results.
        config: the merged config of these results.
        meanings: what each key of the config means, by its dotted name.
        rows: the ledger.
        jobs: those of the workflow.

    Raises:
        UserError: its data or its caption is missing, or its entry names a setting that does not exist.
    """
    data = results / f"figure_data/{figure.table}.csv"
    file = results / f"figures/{figure.study}/{figure.name}.png"
    table = load_table(data)
    return Exhibit(
        figure=figure,
        found=caption(figure.caption, figure.address),
        size=size,
        thumb=thumb,
        chart=_chart(figure, table.frame, table.parameters),
        settings=_settings(figure, config, meanings),
        rows=[row for row in rows if figure in row.figures],
        command=f"python -m shallownets {lineage.behind(data, jobs)[-1].command}",
        source=table.digest,
        rules=by_rule(lineage.behind(file, jobs)),
    )

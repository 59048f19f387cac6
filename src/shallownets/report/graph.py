"""A graph as a drawing: boxes with names in columns from left to right, each right of those that it depends on."""

from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from statistics import fmean

from markupsafe import Markup

_GAP, _ROW, _LETTER, _PAD = 70, 24, 6.7, 8  # pixels: between columns, a row's height, a letter's width, beside a name


@dataclass(frozen=True)
class Box:
    """What is written in a box, the class by which the page colours it, a link, and what is said when it is pointed at.

    Attributes:
        text: what is written in it.
        kind: words by which the style of the page knows it.
        link: where it leads; empty where nowhere.
        says: more about it.
    """

    text: str
    kind: str = ""
    link: str = ""
    says: str = ""


def _columns(before: Mapping[str, set[str]]) -> list[list[str]]:
    """Names in columns: each one as far right as what it depends on allows, near the height of what it depends on."""
    columns: list[list[str]] = []
    height: dict[str, float] = {}
    sorter = TopologicalSorter(before)
    sorter.prepare()
    while sorter.is_active():
        ready = set(sorter.get_ready())
        sorter.done(*ready)
        column = [name for name in before if name in ready]
        column.sort(key=lambda name: fmean(height[other] for other in before[name]) if before[name] else 0.0)
        columns.append(column)
        height |= {name: (place + 0.5) / len(column) for place, name in enumerate(column)}
    return columns


def _box(box: Box, x: float, y: float, wide: float) -> Markup:
    drawn = Markup(
        '<g class="{}"><rect x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{}" rx="5"/>'
        '<text x="{:.0f}" y="{:.0f}">{}</text>{}</g>'
    ).format(
        box.kind,
        x,
        y + 2,
        wide,
        _ROW - 4,
        x + _PAD,
        y + _ROW / 2 + 4,
        box.text,
        Markup("<title>{}</title>").format(box.says) if box.says else "",
    )
    return Markup('<a href="{}">{}</a>').format(box.link, drawn) if box.link else drawn


def drawing(before: Mapping[str, set[str]], boxes: Mapping[str, Box], label: str) -> Markup:
    """The graph as SVG.

    Args:
        before: by name, those that it depends on; without a loop.
        boxes: by name, its box.
        label: what the graph shows, for those who do not see it.
    """
    columns = _columns(before)
    tall = max((len(column) for column in columns), default=0) * _ROW
    wide = {name: len(boxes[name].text) * _LETTER + 2 * _PAD for name in before}
    corner: dict[str, tuple[float, float]] = {}
    across = 0.0
    for column in columns:
        corner |= {name: (across, (y + 0.5) * tall / len(column) - _ROW / 2) for y, name in enumerate(column)}
        across += max(wide[name] for name in column) + _GAP
    lines = [
        Markup('<path d="M{:.0f} {:.0f}C{:.0f} {:.0f} {:.0f} {:.0f} {:.0f} {:.0f}"/>').format(
            *(start := (corner[other][0] + wide[other], corner[other][1] + _ROW / 2)),
            start[0] + _GAP / 2,
            start[1],
            (end := (corner[name][0], corner[name][1] + _ROW / 2))[0] - _GAP / 2,
            end[1],
            *end,
        )
        for name, others in before.items()
        for other in sorted(others)
    ]
    return Markup(
        '<svg class="boxes" role="group" aria-label="{0}" width="{1:.0f}" height="{2:.0f}" '
        'viewBox="-2 -2 {1:.0f} {2:.0f}"><g class="edges">{3}</g>{4}</svg>'
    ).format(
        label,
        max(across - _GAP, 0) + 4,
        tall + 4,
        Markup("").join(lines),
        Markup("").join(_box(boxes[name], *corner[name], wide[name]) for name in before),
    )

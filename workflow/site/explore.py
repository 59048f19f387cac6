"""A notebook as a page that stands still: python workflow/site/explore.py NOTEBOOK FOLDER.

The notebook is run. The page has its text, its settings with their values, its plot, which is a picture beside the
page, its code, and the first rows of its table. Nothing is loaded from elsewhere.
workflow/site/hooks.py calls this, in a process of its own for each notebook.
"""

import ast
import importlib.util
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl

ROWS = 10
STILL = (
    "This page stands still: it shows the notebook as it opens. `make explore` opens the live one, in which sliders "
    "move the plot ([how](../library.md#explore))."
)


def loaded(path: Path) -> ModuleType:
    """The module of a notebook."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not (spec and spec.loader):
        raise ImportError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(source: str) -> Iterator[ast.FunctionDef]:
    """The cells of a notebook, in their order."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef) and any(
            ast.unparse(one).startswith("app.cell") for one in node.decorator_list
        ):
            yield node


def code(source: str, cell: ast.FunctionDef) -> str:
    """The lines of a cell as its author wrote them, without what marimo adds."""
    lines = [one for one in cell.body if not isinstance(one, ast.Return)]
    if not lines:
        return ""
    return textwrap.dedent("\n".join(source.splitlines()[lines[0].lineno - 1 : lines[-1].end_lineno]))


def labels(cell: ast.FunctionDef) -> dict[str, str]:
    """The label of each setting of a cell by its name."""
    return {
        node.targets[0].id: str(given.value.value)
        for node in cell.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and isinstance(node.value, ast.Call)
        for given in node.value.keywords
        if given.arg == "label" and isinstance(given.value, ast.Constant)
    }


def said(value: Any) -> str:
    """A value in a cell of a table."""
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    return str(value).replace("|", "\\|")


def rows(header: list[str], body: list[list[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [header, ["---"] * len(header), *body])


def settings(named: dict[str, str], values: dict[str, Any]) -> str:
    """The settings with label and value, and between what their sliders move."""
    body = []
    for name, label in named.items():
        one = values[name]
        ends = f"{one.start:g} to {one.stop:g}" if hasattr(one, "stop") else ""
        body.append([label.replace("*", "\\*"), f"`{name}.value`", said(one.value), ends])
    return rows(["setting", "in the code", "here", "slider"], body)


def table(frame: Any) -> str:
    """The first rows of a table."""
    shown = rows(
        [f"`{name}`" for name in frame.columns],
        [[said(value) for value in row] for row in frame.head(ROWS).itertuples(index=False)],
    )
    return f"{shown}\n\n" + (
        f"The first {ROWS} of {len(frame):,} rows." if len(frame) > ROWS else f"{len(frame)} rows."
    )


def page(path: Path, folder: Path) -> str:
    """The page of a notebook, in Markdown; its plots are written into the folder."""
    source, module = path.read_text(encoding="utf-8"), loaded(path)
    outputs, values = module.app.run()
    text, moved, lines, plots, tables = [], {}, [], [], []
    for cell, output in zip(cells(source), outputs, strict=True):
        if named := labels(cell):
            moved |= named
        elif hasattr(output, "_repr_markdown_"):
            text.append(output._repr_markdown_())
        else:
            lines.append(code(source, cell))
        if hasattr(output, "savefig"):
            name = f"{path.stem}{len(plots) or ''}.svg"
            with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": name}):
                output.savefig(folder / name, metadata={"Date": None})
            plots.append(f"![What the notebook {path.stem} draws at these settings]({name})")
        elif hasattr(output, "itertuples"):
            tables.append(table(output))
    block = "```python\n" + "\n\n".join(lines) + "\n```"
    shown = ["## Settings", settings(moved, values), "## Plot", *plots, "## Code", block, "## Numbers", *tables]
    return "\n\n".join([*text, STILL, *shown]) + "\n"


def main() -> None:
    path, folder = Path(sys.argv[1]), Path(sys.argv[2])
    (folder / f"{path.stem}.md").write_text(page(path, folder), encoding="utf-8")


if __name__ == "__main__":
    main()

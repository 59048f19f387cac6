"""Put figures and ledger where readers of the repository find them: python -m shallownets gallery

From: the paper tier's figures and ledger, the catalogues.
Makes: docs/figures/<study>/<figure>.png, with few colours, because each of its versions stays in git for ever;
docs/gallery.md and docs/claims.md, and in README.md the table of the papers with the verdicts on their claims.
"""

import html
import json
import re
import shutil
from collections import Counter
from itertools import groupby
from pathlib import Path

from shallownets import sources
from shallownets.claims import entries
from shallownets.claims.judge import VERDICTS
from shallownets.config.commandline import Parser
from shallownets.errors import UserError
from shallownets.files import sidecar, write_whole
from shallownets.report.pictures import read, small
from shallownets.workflow import catalogue, guard, papers
from shallownets.workflow.catalogue import Figure

RESULTS, DOCS, README = Path("results"), Path("docs"), Path("README.md")
_VERDICT = re.compile(r"^\| ([a-z ]+) \| `([^`\[]+)", re.MULTILINE)  # and claim, of a line of the ledger
_PAPERS = re.compile(r"(?<=<!-- papers: written by make gallery -->\n).*?(?=<!-- end of papers -->)", re.DOTALL)
_ACROSS = 3  # pictures in a row
_HEAD = """# Gallery

All figures of the paper tier, made from the catalogues by `make gallery`. What each shows in full is in its caption, in
`workflow/figures/<study>.yaml` and in the report.
"""


def _cell(figure: Figure) -> str:
    picture = f"figures/{figure.study}/{figure.name}.png"
    label, shows = (html.escape(text, quote=False) for text in (figure.label, figure.shows))
    image = f'<a href="{picture}"><img src="{picture}" alt="{figure.name}"></a>'
    return f'<td width="33%" valign="top">{image}<br><b>{label}</b> {shows}</td>'


def page() -> str:
    """The page docs/gallery.md: the figures of each study in the order of its catalogue."""
    lines = [_HEAD]
    for study, figures in groupby(catalogue.load().values(), key=lambda figure: figure.study):
        paper = papers.load(study)
        cells = [_cell(figure) for figure in figures]
        rows = ["\n".join(cells[first : first + _ACROSS]) for first in range(0, len(cells), _ACROSS)]
        link = f"[arXiv:{paper.arxiv}](https://arxiv.org/abs/{paper.arxiv})"
        lines += [f"## {study}: {paper.title}\n", f"{link}\n", "<table>"]
        lines += [f"<tr>\n{row}\n</tr>" for row in rows] + ["</table>\n"]
    return "\n".join(lines)


def front(readme: str, ledger: str) -> str:
    """README.md, whose table of the papers says how many of their claims have each verdict in a ledger in Markdown."""
    verdicts = {name: verdict for verdict, name in _VERDICT.findall(ledger)}
    rows = [("study", "paper", *VERDICTS), ("---",) * (2 + len(VERDICTS))]
    for study in catalogue.names():
        paper = papers.load(study)
        files = Path("workflow/claims", study).glob("*.yaml")
        found = Counter(verdicts[entry.id] for path in files for entry in entries.load(path))
        link = f"*{paper.title}*, [arXiv:{paper.arxiv}](https://arxiv.org/abs/{paper.arxiv})"
        rows.append((f"[`{study}`]({paper.document})", link, *(str(found[verdict]) for verdict in VERDICTS)))
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return _PAPERS.sub(lambda _: table, readme)


def _not_current(figure: Figure, picture: Path) -> str | None:
    """Why a picture is not what the code of today draws of the table that is there, or None."""
    seal = json.loads(sidecar(picture).read_bytes()) if sidecar(picture).is_file() else {}
    module = f"shallownets.studies.{figure.study}.figures.{figure.name}"
    return guard.fault(picture, seal.get("command", ""), sources.digest(sources.closure(module)))


def main(words: list[str]) -> None:
    Parser("python -m shallownets gallery", __doc__ or "").parse_args(words)
    figures = catalogue.load().values()
    pictures = [f"figures/{figure.study}/{figure.name}.png" for figure in figures]
    for path in (RESULTS / name for name in (*pictures, "claims.md")):
        if not path.is_file():
            raise UserError(f"{path}: no such file; `make figures` makes the results")
    for figure, name in zip(figures, pictures, strict=True):
        if why := _not_current(figure, RESULTS / name):
            raise UserError(f"{RESULTS / name}: {why}; `make figures` makes it anew")
    for study in catalogue.names():
        shutil.rmtree(DOCS / "figures" / study, ignore_errors=True)  # figures that are no more leave their places
    for name in pictures:
        write_whole(DOCS / name, small(read((RESULTS / name).read_bytes(), str(RESULTS / name))))
    write_whole(DOCS / "claims.md", (RESULTS / "claims.md").read_bytes())
    write_whole(DOCS / "gallery.md", page().encode())
    write_whole(README, front(README.read_text(), (DOCS / "claims.md").read_text()).encode())

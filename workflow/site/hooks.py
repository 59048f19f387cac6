"""The site of the documents: what MkDocs has to be told so that pages written for GitHub make a site.

From: README.md, CONTRIBUTING.md, CHANGELOG.md, docs/, the source, the notebooks, and the report of the paper tier where
there is one. Makes: formulas between dollars and in ```math blocks as MathML; a page of the reference for each folder
of the code; a page for each notebook, which is run for it; links that lead to where things are on the site. mkdocs.yml
names this file, and MkDocs calls the functions ``on_...``.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert
from markdown import Extension, Markdown
from markdown.inlinepatterns import InlineProcessor
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.nav import Link, Navigation
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/shallownets"
NOTEBOOKS = ROOT / "notebooks"
REPORT = ROOT / "results/report"
# Pages that stand in the folder of the repository, and where they are on the site.
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
# Rooms that stand elsewhere: parameters in docs/config.md, figures in the gallery, commands in docs/use.md.
ELSEWHERE = {"charts", "commands", "figures", "parameters", "stages"}
_LOG = get_plugin_logger("site")
_LINK = re.compile(r"\[(?P<words>[^\]]*)\]\((?P<target>[^)#:\s]+)(?P<part>#[^)\s]*)?\)")
_NAME = re.compile(r"`((?:\w+\.)+\w+)`")
_CODE = re.compile(r"^- \*Code:\*\s.+?(?=\n- \*Test:)", re.MULTILINE | re.DOTALL)


def mathml(source: str, display: str = "inline") -> str:
    """A formula in TeX as MathML, with space around names of functions, which latex2mathml leaves out."""
    named = r"<mi>(exp|inf|ln|log|max|min)</mi>(?!<mo[^>]*>&#x00028;)"
    return re.sub(named, r'<mo lspace="0.17em" rspace="0.17em">\1</mo>', convert(source, display=display))


class Formula(InlineProcessor):
    """A formula between dollars."""

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[str | Element, int, int]:
        return self.md.htmlStash.store(mathml(m[1])), m.start(0), m.end(0)


class Formulas(Extension):
    """Formulas between dollars, before a backslash or a star in them means anything, and after code."""

    def extendMarkdown(self, md: Markdown) -> None:
        md.inlinePatterns.register(Formula(r"(?<![\\$])\$(?![\s$])([^$]+?)(?<!\s)\$(?!\d)", md), "formula", 185)


def block(source: str, *_: object, **__: object) -> str:
    """A block of a formula."""
    return mathml(source, "block")


def rooms() -> dict[str, list[str]]:
    """The pages of the reference, one for each folder of the code, and the modules that each one shows."""
    found: dict[str, list[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py"), key=lambda path: (path.parent, path.stem != "__init__", path)):
        module = path.relative_to(PACKAGE.parent).with_suffix("").parts
        if ELSEWHERE.isdisjoint(module) and module[-1] != "__main__" and path.read_text().strip():
            shown = module[:-1] if module[-1] == "__init__" else module
            found.setdefault(".".join(module[:-1]), []).append(".".join(shown))
    return found


def at(path: Path) -> str:
    """Where on the site a file of the repository is; a copy of it where no page is made of it."""
    name = path.relative_to(ROOT).as_posix()
    if name in PAGES:
        return PAGES[name]
    if path.is_relative_to(ROOT / "docs"):
        return path.relative_to(ROOT / "docs").as_posix()
    if path.parent == NOTEBOOKS:
        return f"explore/{path.stem}.md"
    if path.is_relative_to(PACKAGE) and path.suffix == ".py":
        *folder, module = path.relative_to(PACKAGE.parent).with_suffix("").parts
        return f"reference/{'.'.join(folder)}.md#{'.'.join([*folder, module])}"
    return f"files/{name}"


def written() -> list[Path]:
    """The pages that stand in the repository."""
    return [*(ROOT / name for name in PAGES), *sorted((ROOT / "docs").glob("*.md"))]


def notebooks() -> list[Path]:
    """The notebooks, of each of which a page is made."""
    return sorted(NOTEBOOKS.glob("*.py"))


def explored(path: Path) -> dict[str, bytes]:
    """The page of a notebook and its pictures, by their names.

    Raises:
        PluginError: the notebook fails; it is named, with what it said.
    """
    name = path.relative_to(ROOT).as_posix()
    _LOG.info(f"Running {name}; what it needs is compiled at first use, which may take a minute.")
    surroundings = os.environ | {"PYTHONPATH": str(PACKAGE.parent), "MPLBACKEND": "agg"}
    with TemporaryDirectory() as folder:
        command = [sys.executable, Path(__file__).with_name("explore.py"), path, folder]
        done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
        if done.returncode:
            raise PluginError(f"{name} fails, and there is no site without it:\n{done.stdout}{done.stderr}")
        return {made.name: made.read_bytes() for made in sorted(Path(folder).iterdir())}


def targets(text: str, folder: Path) -> Iterator[Path]:
    """The files of the repository to which the links in Markdown lead, of a page in this folder."""
    for match in _LINK.finditer(text):
        yield (folder / match["target"]).resolve()


def linked(text: str, folder: Path) -> str:
    """Markdown of a page in this folder of the repository, whose links lead to where things are on the site.

    All pages with links stand in the site's own folder. A link to a folder becomes its words.
    """

    def link(match: re.Match[str]) -> str:
        path = (folder / match["target"]).resolve()
        return match["words"] if path.is_dir() else f"[{match['words']}]({at(path)}{match['part'] or ''})"

    return _LINK.sub(link, text)


def referred(text: str) -> str:
    """Markdown of docs/escape.md, in which the name of what computes a formula leads to its place in the reference."""
    return _CODE.sub(lambda found: _NAME.sub(r"[`\1`][shallownets.studies.\1]", found[0]), text)


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Add the formulas, and to the navigation the notebooks, the documents of the studies and the reference."""
    config.markdown_extensions.append(Formulas())
    config.mdx_configs["pymdownx.superfences"] = {"custom_fences": [{"name": "math", "class": "math", "format": block}]}
    parts = {title: pages for part in config.nav if isinstance(part, dict) for title, pages in part.items()}
    named = {page for pages in parts.values() for page in pages}
    parts["Theory"] += sorted(path.name for path in (ROOT / "docs").glob("*.md") if path.name not in named)
    after_use = next(number for number, part in enumerate(config.nav, 1) if isinstance(part, dict))
    if pages := [{path.stem: at(path)} for path in notebooks()]:
        config.nav.insert(after_use, {"Explore": pages})
    config.nav.append({"Reference": [f"reference/{page}.md" for page in rooms()]})
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and files that do not stand in docs/."""

    def add(place: str, **source: str | bytes) -> None:
        files.append(File.generated(config, place, **source))

    for name, place in PAGES.items():
        add(place, content=(ROOT / name).read_text())
    for path in {path for page in written() for path in targets(page.read_text(), page.parent)}:
        if path.is_file() and at(path).startswith("files/"):
            add(at(path), abs_src_path=str(path))
    for page, modules in rooms().items():
        title = page.removeprefix("shallownets.").removeprefix("studies.")
        shown = "\n\n".join(f"::: {module}" for module in modules)
        # what is written about a thing is found before the code that does it
        add(f"reference/{page}.md", content=f"---\nsearch: {{boost: 0.5}}\n---\n# {title}\n\n{shown}\n")
    for path in notebooks():
        for name, content in explored(path).items():
            add(f"explore/{name}", content=content)
    if not (REPORT / "index.html").is_file():
        _LOG.info(
            "There is no results/report, and the site leaves it out: `make report` makes it, then `make site` again."
        )
    for path in REPORT.rglob("*"):
        if path.is_file() and not path.name.endswith(".run.json"):
            add(f"report/{path.relative_to(REPORT).as_posix()}", abs_src_path=str(path))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Turn the links of a page that stands in the repository."""
    if page.file.src_uri.startswith(("explore/", "reference/")):
        return markdown
    folder = ROOT if page.file.src_uri in PAGES.values() else ROOT / "docs"
    return referred(linked(markdown, folder))


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Add the report where there is one: it is no page of MkDocs."""
    if (REPORT / "index.html").is_file():
        theory = next(number for number, item in enumerate(nav.items) if item.title == "Theory")
        nav.items.insert(theory, Link("Report", "report/index.html"))
    return nav

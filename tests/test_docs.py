"""What the README and the docs show is what the project makes."""

import ast
import io
import re
import shutil
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from shallownets import sources
from shallownets.config import settings
from shallownets.config.page import page
from shallownets.drawing import style
from shallownets.errors import UserError
from shallownets.report import docs, pictures
from shallownets.results import artefacts
from shallownets.workflow import catalogue


@pytest.fixture
def readme(root):
    return (root / "README.md").read_text()


@pytest.mark.slow
def test_every_figure_has_a_caption_and_stands_in_the_gallery(root, monkeypatch):
    monkeypatch.chdir(root)
    gallery = (root / "docs/gallery.md").read_text()
    assert gallery == docs.page()
    figures = catalogue.load().values()
    assert re.findall(r'<img src="figures/(.*?)\.png"', gallery) == [f"{f.study}/{f.name}" for f in figures]
    kept = {path.relative_to(root / "docs/figures").as_posix() for path in root.glob("docs/figures/*/*")}
    assert kept == {f"{figure.study}/{figure.name}.png" for figure in figures}
    for figure in figures:
        path = root / f"docs/figures/{figure.study}/{figure.name}.png"
        picture = matplotlib.image.imread(path)
        assert picture.min() < picture.max(), path  # one that can be read, and on which something is drawn
        assert figure.caption.rstrip().endswith((".", ")")), path


def test_the_front_page_counts_the_verdicts_of_the_ledger(root, readme, monkeypatch):
    monkeypatch.chdir(root)
    ledger = (root / "docs/claims.md").read_text()
    assert readme == docs.front(readme, ledger)
    shown = dict(re.findall(r"^\| \[`(\w+)`\].*?\)((?: \| \d+)+) \|$", readme, re.MULTILINE))
    assert set(shown) == set(catalogue.names())
    total = [sum(column) for column in zip(*(map(int, row.split(" | ")[1:]) for row in shown.values()), strict=True)]
    assert [f"{n}" for n in total] == re.findall(r"\d+", ledger.partition("Claims: ")[2].partition(".")[0])
    fewer = ledger.replace("| reproduced | `emergence-greedy", "| deviates | `emergence-greedy")
    assert fewer != ledger and docs.front(readme, fewer) != readme


def test_what_the_front_page_says_was_found_is_reproduced(root, readme):
    found = readme.partition("## Two commands")[0]
    named = re.findall(r"`([a-z-]+)`", found)
    assert len(named) >= 4
    for name in named:
        assert re.search(rf"^\| reproduced \| `{name}[`\[]", (root / "docs/claims.md").read_text(), re.MULTILINE), name
    assert len(readme.splitlines()) <= 80  # two screens


def test_no_picture_in_git_is_large(root):
    paths = sorted((root / "docs").rglob("*.png"))
    assert root / "docs/figures/cost.png" in paths
    assert not [path for path in paths if path.stat().st_size > pictures.LARGEST]


def test_a_picture_of_the_gallery_has_fewer_pixels_where_it_would_be_too_large_and_keeps_its_colours():
    noise = np.random.default_rng(1).integers(0, 256, (500, 900, 3)).astype(np.uint8)
    for content, whole in ((noise, False), (np.full_like(noise, 255), True)):
        file = io.BytesIO()
        matplotlib.image.imsave(file, content, format="png")
        made = pictures.small(pictures.read(file.getvalue(), "picture.png"))
        assert len(made) <= pictures.LARGEST
        found = matplotlib.image.imread(io.BytesIO(made))
        high, across = found.shape[:2]
        assert ((high, across) == (500, 900)) == whole and across / high == pytest.approx(9 / 5, rel=0.01)
        assert len(np.unique(found.reshape(high * across, -1), axis=0)) == (1 if whole else pictures.COLOURS)


def test_a_small_picture_keeps_the_colour_of_a_small_marker():
    """The commonest colours of a figure are the greys between its letters and its paper; orange had become one."""
    pixels = np.repeat(np.random.default_rng(1).integers(0, 256, (200, 400, 1)), 3, axis=2)
    wanted = np.array([[int(colour[place : place + 2], 16) for place in (1, 3, 5)] for colour in style.COLOURS])
    for shade in range(20):  # towards the paper, as the edges of a curve have them
        pixels[10:13, shade : 40 * len(wanted) : 40] = (wanted * (20 - shade) + 255 * shade) // 20
    made = Image.open(io.BytesIO(pictures.small(Image.fromarray(pixels.astype(np.uint8)))))
    found = np.asarray(made.convert("RGB"), int)[11, : 40 * len(wanted) : 40]
    assert np.abs(found - wanted).max() < 24


def test_a_large_area_of_a_small_picture_keeps_its_colour():
    """A grey band had become lavender, as the nearest of the colours that cover the range."""
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 256, (200, 400, 3))
    pixels[50:150] = 231
    pixels[60:80] = rng.integers(226, 240, (20, 400, 3))  # letters and edges around it have colours of their own
    made = Image.open(io.BytesIO(pictures.small(Image.fromarray(pixels.astype(np.uint8)))))
    found = np.asarray(made.convert("RGB"), int)
    assert np.abs(found[[55, 100]] - 231).max() <= 1


def test_pictures_of_the_gallery_have_the_colours_that_tell_curves_apart(root):
    """The first figure had come out in four greys: its blue, orange and pink are those of its panels."""
    picture = np.asarray(Image.open(root / "docs/figures/escape/fig1.png").convert("RGB"), int)
    for colour in style.COLOURS[:2]:
        wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
        assert (np.abs(picture - wanted).max(-1) < 24).sum() > 500, colour


def test_what_the_gallery_lacks_is_one_line(tmp_path, root, monkeypatch):
    shutil.copytree(root / "workflow", tmp_path / "workflow")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=r"^results/figures/\w+/\w+\.png: no such file; `make figures` makes"):
        docs.main([])
    assert not (tmp_path / "docs").exists()


def test_a_picture_that_other_code_drew_does_not_come_into_the_gallery(tmp_path, root, monkeypatch):
    shutil.copytree(root / "workflow", tmp_path / "workflow")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(artefacts, "_READ", {})  # what other tests read has no part in these seals
    for figure in catalogue.load().values():
        path = Path(f"results/figures/{figure.study}/{figure.name}.png")
        closure = sources.closure(f"shallownets.studies.{figure.study}.figures.{figure.name}")
        artefacts.save_bytes(path, b"a picture", sources.digest(closure))
    Path("results/claims.md").touch()
    artefacts.save_bytes(path, b"a picture", "of other code")
    with pytest.raises(UserError, match=rf"^{path}: it was made by another version of the source; `make figures`"):
        docs.main([])
    assert not Path("docs").exists()


def test_the_page_of_the_config_is_made_from_its_classes(root):
    assert (root / "docs/config.md").read_text() == page(settings.default(root))


def test_no_formula_in_a_line_holds_what_github_takes_for_an_escape(root):
    """Markdown reads a backslash before a sign as that sign: a thin space becomes a comma."""
    found = {}
    for path in (root / "docs").glob("*.md"):
        text = re.sub(r"^```.+?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
        found[path.stem] = re.findall(r"\$([^$`]+)\$", text)
    for study in catalogue.names(root):
        assert found[study]  # formulas are found, so they are looked at
    assert [(name, one) for name, inline in found.items() for one in inline if re.search(r"\\[^a-zA-Z]", one)] == []


def test_links_between_pages_lead_somewhere(root):
    for file in [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text()):
            assert (file.parent / target).exists(), (file.name, target)


@pytest.mark.slow
def test_the_kept_ledger_is_that_of_the_claims_files(root):
    """And of the verdicts of the reference: as many lines of each as the reference has claims."""
    shown = re.findall(
        r"^\| ([a-z ]+) \| `([^`\[]+)(?:\[[^`]*\])?`", (root / "docs/claims.md").read_text(), re.MULTILINE
    )
    files = (root / "workflow/claims").glob("*/*.yaml")
    assert sorted(name for _, name in shown) == sorted(
        entry["id"] for path in files for entry in yaml.safe_load(path.read_text())
    )
    reference = pd.read_csv(root / "tests/reference/paper/claims.csv")
    verdicts = {}
    for name, verdict in zip(reference.id.str.partition("[")[0], reference.verdict, strict=True):
        verdicts.setdefault(name, set()).add(verdict)
    graver = ("deviates", "underpowered", "calibrated", "reproduced", "not judged")
    gravest = {name: next(verdict for verdict in graver if verdict in found) for name, found in verdicts.items()}
    # the reference is made without optional packages, the ledger that readers see with them
    unjudged = {name for name, verdict in gravest.items() if verdict == "not judged"}
    networks = yaml.safe_load((root / "workflow/claims/perceptron/deep.yaml").read_text())
    assert unjudged == {entry["id"] for entry in networks} - {"perceptron-deep-published"}
    kept = {name: verdict for verdict, name in shown}
    assert {name: kept[name] for name in kept.keys() - unjudged} == {
        name: gravest[name] for name in gravest.keys() - unjudged
    }


def test_each_tiers_reference_holds_every_claim_and_every_figures_table(root):
    entries = [
        entry for path in (root / "workflow/claims").glob("*/*.yaml") for entry in yaml.safe_load(path.read_text())
    ]
    tiers = {path.name: path for path in (root / "tests/reference").iterdir()}
    assert tiers.keys() == {"paper", "smoke"}
    tables = {
        name: {path.relative_to(folder).as_posix() for path in folder.glob("figure_data/*/*.csv")}
        for name, folder in tiers.items()
    }
    assert tables["paper"] == tables["smoke"] and len(tables["paper"]) > 40
    for folder in tiers.values():
        kept = pd.read_csv(folder / "claims.csv").id.str.partition("[")[0]
        assert set(kept) == {entry["id"] for entry in entries}


def test_no_command_shown_gives_a_target_away_to_an_option_that_takes_all_that_follows(root):
    pages = [root / name for name in ("README.md", "CONTRIBUTING.md", "Snakefile", "Makefile", "config.yaml")]
    pages += [*(root / "docs").glob("*.md"), *(root / "workflow").rglob("*.yaml")]
    taken = [
        (page.name, option, words.split())
        for page in pages
        for option, words in re.findall(r"(--config(?:file)?) +((?:[^-\s`#][^\s`#]* ?)+)", page.read_text())
    ]
    assert {option for _, option, _ in taken} == {"--config", "--configfile"}
    for file, option, words in taken:
        right = "=" if option == "--config" else ".yaml"
        assert all(right in word for word in words), (file, option, words)
    assert (
        "snakemake --cores 8 draw_escape_fig1 --configfile workflow/tiers/mine.yaml\n"
        in (root / "docs/use.md").read_text()
    )


def test_examples_in_docstrings_stand_where_their_readers_look(root):
    """The style of Google calls the section so; under another name it is a paragraph, and its code is garbled."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        (path.relative_to(root).as_posix(), getattr(node, "name", "")): ast.get_docstring(node) or ""
        for path in (root / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, documented)
    }
    assert [place for place, text in docstrings.items() if re.search(r"^ *Example:", text, re.MULTILINE)] == []
    assert sum(bool(re.search(r"^Examples:$", text, re.MULTILINE)) for text in docstrings.values()) >= 5

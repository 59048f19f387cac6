"""What the README and the docs show is what the project makes."""

import html
import re

import pytest
import yaml


@pytest.fixture
def readme(root):
    return (root / "README.md").read_text()


def test_every_figure_has_a_caption_and_stands_in_the_gallery(root, readme):
    catalogues = [yaml.safe_load(path.read_text()) for path in sorted((root / "workflow/figures").glob("*.yaml"))]
    figures = {name: entry for catalogue in catalogues for name, entry in catalogue.items()}
    shown = re.findall(r'<img src="docs/figures/(\w+)\.png".*<b>(.*)</b> (.*)</td>', readme)
    assert [(name, html.unescape(label), html.unescape(shows)) for name, label, shows in shown] == [
        (name, entry["label"], entry["shows"]) for name, entry in figures.items()
    ]
    for name in figures:
        assert (root / f"docs/figures/{name}.png").stat().st_size > 10_000
        assert len((root / f"workflow/report/{name}.rst").read_text()) > 100


def test_links_between_pages_lead_somewhere(root):
    for page in [root / "README.md", root / "CONTRIBUTING.md", *(root / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_kept_ledger_is_that_of_the_claims_files(root):
    kept = (root / "docs/claims.md").read_text()
    for path in (root / "workflow/claims").glob("*/*.yaml"):
        for entry in yaml.safe_load(path.read_text()):
            assert f"`{entry['id']}" in kept, entry["id"]


def test_no_command_shown_gives_a_target_away_to_an_option_that_takes_all_that_follows(root, readme):
    pages = [root / name for name in ("README.md", "CONTRIBUTING.md", "Snakefile", "Makefile", "config.yaml")]
    pages += [*(root / "docs").glob("*.md"), *(root / "workflow").rglob("*.yaml")]
    taken = [
        (page.name, option, words.split())
        for page in pages
        for option, words in re.findall(r"(--config(?:file)?) +((?:[^-\s`#][^\s`#]* ?)+)", page.read_text())
    ]
    assert {option for _, option, _ in taken} == {"--config", "--configfile"}
    for page, option, words in taken:
        right = "=" if option == "--config" else ".yaml"
        assert all(right in word for word in words), (page, option, words)
    assert "snakemake --cores 8 fig1 --configfile workflow/tiers/mine.yaml\n" in readme

"""What catalogues and readers are told about the project is what the project is."""

import json
import tomllib

import pytest
import yaml


@pytest.fixture
def citation(root):
    return yaml.safe_load((root / "CITATION.cff").read_text())


def test_the_citation_has_what_its_format_asks_for(citation):
    """The required keys of the Citation File Format 1.2.0, and of its references."""
    assert citation["cff-version"] == "1.2.0"
    for work in (citation, *citation["references"]):
        assert {"title", "type", "authors"} <= work.keys()
        assert all("name" in author or "family-names" in author for author in work["authors"])
    assert citation["message"]


def test_the_citation_names_this_version_and_the_papers_of_the_studies(root, citation):
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    cited = {work["title"] for work in citation["references"]}
    studies = list(root.glob("workflow/studies/*.yaml"))
    assert studies
    for path in studies:
        assert yaml.safe_load(path.read_text())["title"] in cited, path.stem


def test_codemeta_says_the_same(root, project, citation):
    said = json.loads((root / "codemeta.json").read_text())
    described = project["project"]
    assert (said["@context"], said["@type"]) == ("https://w3id.org/codemeta/3.0", "SoftwareSourceCode")
    assert said["license"] == f"https://spdx.org/licenses/{described['license']}"
    assert {key: said[key] for key in ("name", "version", "description")} == {
        key: described[key] for key in ("name", "version", "description")
    }
    assert said["keywords"] == citation["keywords"]
    assert [author["name"] for author in said["author"]] == [author["name"] for author in citation["authors"]]
    assert said.get("datePublished") == (citation.get("date-released") and str(citation["date-released"]))
    assert [(work["name"], work["url"]) for work in said["referencePublication"]] == [
        (work["title"], work["url"]) for work in citation["references"]
    ]


def test_the_catalog_finds_the_workflow(root):
    """The layout it asks for, and the keys of its file that say how the workflow is used."""
    assert (root / "Snakefile").is_file()
    assert list(root.glob("workflow/rules/*.smk"))
    usage = yaml.safe_load((root / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage.keys() == {"mandatory-flags", "software-stack-deployment", "report"}
    assert usage["software-stack-deployment"].keys() == {"conda", "apptainer", "apptainer+conda"}

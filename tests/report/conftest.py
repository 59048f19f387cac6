"""A small checkout with finished results of two studies, and the report made from it."""

import copy
import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import matplotlib.image
import numpy as np
import pandas as pd
import pytest
import yaml

from shallownets.claims.judge import Comparison
from shallownets.files import sidecar
from shallownets.report.pages import build
from shallownets.results.artefacts import save
from shallownets.stage import Table
from shallownets.workflow.lineage import Job
from tests.conftest import ROOT

MORE = ("third", "fourth", "fifth")  # studies like the toy, where there are five
HOSTILE = "<script>document.title = 'taken'</script>"
FIGURES = {
    "escape": {
        "stationary_map": {
            "label": "Beyond",
            "shows": "All stationary points, risk N^(-1/2).",
            "paper": "The paper does not show it.",
            "settings": ["map"],
            "tables": ["stationary_map"],
            "caption": "**The map.** " + "A stationary point for each pair of ranks and signs. " * 3,
        }
    },
    "toy": {
        "straight": {
            "label": "Fig. 7",
            "shows": "A straight line.",
            "paper": f"A line {HOSTILE}.",
            "settings": ["line.slope"],
            "tables": [],
            "claims": ["slope"],
            "caption": "**Figure 7.** The slope is :math:`\\frac{a}{\\sqrt{2}}`. " + "The line has two ends. " * 5,
        }
    },
}
SOURCES = {"escape": "paper", "toy": "talk"}
DOCUMENT = r"""# A document

| symbol | meaning | in the code |
| --- | --- | --- |
| $\eta$, $p^\ast$ | learning rate, and $N^{{-1/2}}$ | `eta` |

| statement of the {source} | where | tested by |
| --- | --- | --- |
| The risk vanishes for p > p\* {hostile} | eq. 1 | `risk`; figure `stationary_map` |
| It has a bound | Sec. 2 | `bound` |
| A line is straight | [Sec. 3](#3-lines) | in part: `slope` at one width; its length has no claim |
| All is well | Sec. 5 | no: nothing is claimed |
"""
CONFIG = {
    "tier": "paper",
    "seed": 11,
    "escape": {"figures": ["stationary_map"], "map": {"N": 12, HOSTILE: "a name that is no tag"}},
    "toy": {"figures": ["straight"], "line": {"slope": 3.0, "width": 8}},
}
PARAMETERS = {"N": 12, "sizes": [[4, 3, 12], [6, 2, 12]], "p": 4, "p_star": 3, "seed": 11, "values": [1e-2, 1e-5, 1e-8]}


def line(name: str, verdict: str, study: str = "escape", table: str = "stationary_map", **other) -> Comparison:
    """A line of the ledger that holds unless told otherwise."""
    common = {
        "id": name,
        "origin": "paper",
        "source": "eq. 1, 4 to 6",
        "quote": "It holds and is quoted" if other.get("origin", "paper") == "paper" else "",
        "statement": f"The claim {name.partition('[')[0]} holds.",
        "predicted": 2.0,
        "measured": 2.1,
        "low": 1.9,
        "high": 2.3,
        "verdict": verdict,
        "artefact": f"results/measurements/{study}/{table}.csv",
        "section": "4 Results",
        "formula": "2",
        "rule": "inside the interval, half-width at most 0.5",
        "n": 9,
        "note": "",
        "kind": "interval",
        "evidence": "statistical",
        "error": 0.0667,
        "degrees": 8.0,
        "deviation": 1.4,
        "group": "",
        "requires": "",
        "calibrated": "",
        "tolerance": 0.5,
        "tiers": "paper, smoke",
    }
    return Comparison(**common | other)


LINES = [
    line("risk[p=4]", "reproduced"),
    line("risk[p=6]", "deviates", measured=4.0, low=3.5, high=4.5, note="It deviates at p = 6."),
    line(
        "bound",
        "underpowered",
        kind="at_most",
        evidence="inequality",
        tolerance=None,
        section="5 Discussion",
        requires="risk",
    ),
    line("hostile", "reproduced", statement=f"A statement {HOSTILE}.", source="Fig. 14; beyond the paper"),
    line(
        "slope",
        "reproduced",
        "toy",
        "lines",
        kind="within",
        evidence="law",
        origin="beyond",
        source="beyond the paper",
        statement="The claim slope holds for eta >= 1, as Hölder says.",
        requires="risk",
        tolerance=0.4,
        predicted=3.0,
        measured=3.0,
    ),
    line("later", "not judged", predicted=None, measured=None, low=None, high=None, n=None, tiers="cluster"),
]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """A folder with the parts of a checkout that the report reads, and with results."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "workflow/report", folder / "workflow/report")
    (folder / "docs").mkdir()
    for study, figures in FIGURES.items():
        paper = {
            "title": f"On {study} {HOSTILE}",
            "arxiv": "2604.03068",
            "source": SOURCES[study],
            "read": f"What was read is a {SOURCES[study]} that states no version.",
            "document": f"docs/{study}.md",
        }
        (folder / paper["document"]).write_text(DOCUMENT.format(source=SOURCES[study], hostile=HOSTILE))
        for kind, content in (("figures", figures), ("studies", paper)):
            path = folder / f"workflow/{kind}/{study}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(yaml.safe_dump(content))
    (folder / "config.yaml").write_text("tier: paper\nseed: 11\ntoy:\n  line:\n    slope: 2.0\n")
    results = folder / "results"
    results.mkdir()
    (results / "config.yaml").write_text(yaml.safe_dump(CONFIG, sort_keys=False))
    pd.DataFrame([asdict(one) for one in LINES]).to_csv(results / "claims.csv", index=False)
    kept = pd.read_csv(ROOT / "tests/reference/paper/figure_data/escape/stationary_map.csv")
    straight = pd.DataFrame({"x": [0, 1], "y": [0, 3]})
    for stage, frame in (("escape.stationary_map", kept), ("toy.straight", straight)):
        path = results / "figure_data" / f"{stage.replace('.', '/')}.csv"
        save(path, Table(frame), stage, PARAMETERS, "0123456789abcdef")
    for study, name in (("escape", "stationary_map"), ("toy", "straight")):
        picture = results / f"figures/{study}/{name}.png"
        picture.parent.mkdir(parents=True)
        matplotlib.image.imsave(picture, np.linspace(0, 1, 600 * 300).reshape(300, 600))
        picture.with_suffix(".pdf").write_bytes(b"%PDF-1.4")
    path = sidecar(results / "figure_data/toy/straight.csv")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"seconds": 90.0, "core_seconds": 30.0, "memory": 256.4}))
    return folder


def job(rule: str, inputs: list[str], outputs: list[str]) -> Job:
    """A job of the workflow, with paths below the results."""
    return Job(
        rule=rule,
        message=f"what {rule} makes",
        inputs=tuple(Path("results", name) for name in inputs),
        outputs=tuple(Path("results", name) for name in outputs),
        command=f"run toy.{rule}",
    )


@pytest.fixture(scope="session")
def jobs() -> list[Job]:
    """The workflow: data, then a figure of each study, then the ledger."""
    return [
        job("points", [], ["figure_data/escape/stationary_map.csv", "measurements/escape/stationary_map.csv"]),
        job("line", [], ["figure_data/toy/straight.csv"]),
        job("stationary_map", ["figure_data/escape/stationary_map.csv"], ["figures/escape/stationary_map.png"]),
        job("straight", ["figure_data/toy/straight.csv"], ["figures/toy/straight.png"]),
        job("claims", ["measurements/escape/stationary_map.csv"], ["claims.csv"]),
    ]


@pytest.fixture(scope="session", autouse=True)
def meanings() -> Iterator[None]:
    """The study `toy` of these tests has no classes of parameters."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("shallownets.report.pages.meanings", lambda: {"toy.line.slope": "rise over run"})
        yield


@pytest.fixture
def inside(checkout, monkeypatch) -> Path:
    """The small checkout, as the working directory."""
    monkeypatch.chdir(checkout)
    return checkout


@pytest.fixture(scope="session")
def built(checkout, jobs) -> dict[str, bytes]:
    """The files of the report; they lie in the checkout's results, too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(checkout)
        files = build(Path("results"), jobs)
    for name, content in files.items():
        path = checkout / "results/report" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return files


@pytest.fixture(scope="session")
def five(checkout, jobs, tmp_path_factory) -> Path:
    """A folder with the report of five studies."""
    folder = tmp_path_factory.mktemp("five") / "checkout"
    shutil.copytree(checkout, folder)
    results = folder / "results"
    config = CONFIG | {name: copy.deepcopy(CONFIG["toy"]) for name in MORE}  # one each: YAML takes no aliases
    (results / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    lines, jobs = list(LINES), list(jobs)
    for name in MORE:
        figures = {"straight": FIGURES["toy"]["straight"] | {"claims": [f"{name}-{n}" for n in range(12)]}}
        (folder / f"workflow/figures/{name}.yaml").write_text(yaml.safe_dump(figures))
        shutil.copy(folder / "workflow/studies/toy.yaml", folder / f"workflow/studies/{name}.yaml")
        for kind in ("figures", "figure_data"):
            shutil.copytree(results / kind / "toy", results / kind / name)
        sidecar(results / f"figure_data/{name}/straight.csv").unlink()
        lines += [line(f"{name}-{n}", "deviates" if n % 2 else "reproduced", name, "lines") for n in range(12)]
        jobs.append(job(f"{name}_line", [], [f"figure_data/{name}/straight.csv"]))
        jobs.append(job(f"{name}_straight", [f"figure_data/{name}/straight.csv"], [f"figures/{name}/straight.png"]))
    numbers = {
        "predicted": -1.234e-05,
        "tolerance": 1.2e-07,
        "measured": -1.235e-05,
        "deviation": -0.08333,
        "n": 200000,
    }
    lines += [
        line(f"wide[engine=chain,N={N},eta=0.00125]", "reproduced", "third", "lines", kind="within", **numbers)
        for N in (1000, 1000000)
    ]
    pd.DataFrame([asdict(one) for one in lines]).to_csv(results / "claims.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, content in build(Path("results"), jobs).items():
            path = results / "report" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return results / "report"

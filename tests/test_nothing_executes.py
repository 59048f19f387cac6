"""Content is data: nothing in a config, a claims file, an artefact or a table is ever executed.

tests/test_formulas.py has the formulas.
"""

import json
import os
import re
import subprocess
import sys
import zipfile
from typing import Literal, get_args, get_origin

import numpy as np
import pytest
import yaml

from shallownets.claims import entries, ledger
from shallownets.claims.judge import Comparison
from shallownets.config import settings, yamlfile
from shallownets.config.check import fields, parts
from shallownets.config.section import Section
from shallownets.errors import UserError
from shallownets.results import artefacts
from shallownets.stage import Arrays
from shallownets.workflow import catalogue
from tests.conftest import ROOT

KNOWN = catalogue.names(ROOT)
RULES = sorted([ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk")])
SCRIPTS = [ROOT / "Makefile", ROOT / ".ci/run", *(ROOT / "workflow").rglob("*.sh")]
PYTHON = [*(ROOT / "src").rglob("*.py"), *(ROOT / "benchmarks").rglob("*.py")]

# What ruff does not see in Python, and what it would see if it read rules and scripts.
EXECUTES = re.compile(
    r"(?<!re\.)\b(compile\(|exec\(|eval[ (])"
    r"|\b(__import__|pickle\.loads?|literal_eval|os\.system|popen|unsafe_load|yaml\.load)\b"
)


REFUSED_BY_LINT = [
    "eval('1')",
    "exec('1')",
    "import pickle",
    "from pickle import loads",
    "import dill",
    "import shelve",
    "import yaml; yaml.load(x)",
    "import yaml; yaml.unsafe_load(x)",
    "import numpy; numpy.load(p)",
    "import numpy as np; np.load(p, allow_pickle=True)",
    "import pandas as pd; pd.read_pickle(p)",
    "import subprocess; subprocess.run(x, shell=True)",
    "import subprocess; subprocess.getoutput(x)",
    "import os; os.system(x)",
    "import builtins; builtins.exec(x)",
]


def test_lint_refuses_what_executes_content():
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format=json", "--stdin-filename=src/shallownets/a.py", "-"],
        cwd=ROOT,
        input="\n".join(REFUSED_BY_LINT),
        capture_output=True,
        text=True,
    )
    refused = {
        found["location"]["row"] for found in json.loads(done.stdout) if re.match(r"S\d|TID251", found["code"] or "")
    }
    assert refused == set(range(1, len(REFUSED_BY_LINT) + 1)), done.stdout + done.stderr


@pytest.mark.parametrize("line", ["compile(x)", "__import__('os')", "eval $x", "exec('1')", "yaml.load(x)"])
def test_no_file_executes_content_where_lint_does_not_look(line):
    assert EXECUTES.search(f"    {line}")
    assert not EXECUTES.search("re.compile(x); yaml.safe_load(t)")
    for path in (*PYTHON, *RULES, *SCRIPTS):
        code = "\n".join(text.partition("#")[0] for text in path.read_text().splitlines())
        assert not EXECUTES.search(code), path


def texts(kind, path=""):
    """(place, what is said of it) of every text that a config may hold and that is not one of a few words."""
    bare, metas = parts(kind)
    if isinstance(bare, type) and issubclass(bare, Section):
        for name, part in fields(bare).items():
            yield from texts(part, f"{path}.{name}")
    elif get_origin(bare) in (list, tuple):
        for item in get_args(bare):
            yield from texts(item, f"{path}[]")
    elif bare not in (int, float, bool) and get_origin(bare) is not Literal:
        assert bare is str, path
        yield path, metas


def test_no_text_in_the_config_is_free_so_that_none_can_reach_a_shell_or_a_path():
    places = dict(texts(settings.config_class()))
    # names of figures are those of the catalogues; the one of a tier and links keep to a pattern
    figures = {f".{study}.figures[]" for study in settings.study_names()}
    link = ".emergence.link.links[]"
    assert set(places) == {".tier", link} | figures
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for names in KNOWN.values() for name in names)
    pattern = next(meta.pattern for meta in places[".tier"] if meta.pattern)
    assert re.fullmatch(r"\^\[a-z\]\[a-z0-9_-\]\{0,\d+\}\\Z", pattern)
    links = next(meta.pattern for meta in places[link] if getattr(meta, "pattern", None))
    assert re.fullmatch(links, "0.8 h4 + 0.6 h6")
    assert not any(
        re.fullmatch(links, name) for name in (*BAD_NAMES, "h4; h2", "h4 + $h2", "h4\n", "../h4", "h4 h2`h3`")
    )


BAD_NAMES = [
    "../../x",
    "..",
    ".",
    "/tmp/x",
    "~",
    "$HOME",
    "x; touch pwned",
    "x y",
    "x\n",
    "x/y",
    "x\\y",
    "‥",
    "．．",
    "ⅹ",
    "X",
]
BAD_NAMES += [
    "-x",
    "x'",
    'x"',
    "`id`",
    "$(id)",
    "x|y",
    "x&",
    "x>y",
    "*",
    "{x}",
    "\0",
    "x" * 41,
    "figures",
    "data",
    "logs",
]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_no_name_of_a_tier_leaves_the_results_or_mixes_with_them(name):
    config = yamlfile.load(ROOT / "config.yaml")
    tier, figures = {"tier": name}, {"escape": config["escape"] | {"figures": [name]}}
    for change, said in ((tier, "tier = .*: expected a name"), (figures, r"escape\.figures\.0 = .*: expected one of")):
        with pytest.raises(UserError, match=f"^config: {said} ") as caught:
            settings.check(config | change, KNOWN)
        assert str(caught.value).isprintable()


def test_a_tier_is_never_one_of_the_folders_that_the_rules_write():
    """The settings name them; this keeps the list whole when a rule gets a folder of its own."""
    refused = set(settings.FOLDERS)
    rules = "\n".join(path.read_text() for path in RULES)
    written = set(re.findall(r"\{RESULTS\}/([a-z][a-z_]*)(?![a-z_.])", rules))
    folders = re.search(r"for folder in \((.*?)\)", rules, re.DOTALL)[1]
    written |= set(re.findall(r'"([a-z_]+)"', folders))
    assert {"data", "figures"} <= written <= refused


ENTRY = {
    "id": "growth",
    "origin": "derived",
    "section": "4",
    "source": "eq. 11",
    "statement": "Overlaps grow exponentially.",
    "table": "rates",
    "rows": {"quantity": "rate"},
    "predicted": "4/p",
    "judge": {"exact": True},
    "tiers": ["paper"],
}


@pytest.mark.parametrize(
    "change",
    [{"table": name} for name in ("../../etc/passwd", "/etc/passwd", "rates\n", "a/b", "..", "", "x;id", None, 3)]
    + [{"id": "<script>"}, {"id": "a\n"}, {"judge": {"exec": "1"}}, {"rows": "import os"}],
)
def test_no_claim_names_a_file_outside_the_measurements(change, tmp_path):
    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump([ENTRY | change]))
    with pytest.raises(UserError, match=re.escape(str(path))):
        entries.tables_of(path)
    path.write_text(yaml.safe_dump([ENTRY]))
    assert entries.tables_of(path) == [f"{tmp_path.name}/rates"]


class Trap:
    """Unpickled, it would leave a file behind."""

    def __reduce__(self):
        return (os.mkdir, ("pwned",))


def test_a_pickle_in_an_artefact_is_refused_and_not_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    artefacts.save(tmp_path / "good.npz", Arrays({"M": np.arange(3.0)}), "escape.ode", {"p": 4}, "0123456789abcdef")
    np.savez(tmp_path / "array.npz", M=np.array([Trap()], object), record=np.array("{}"))
    np.savez(tmp_path / "record.npz", record=np.array([Trap()], object))
    np.save(tmp_path / "single.npy", np.array([Trap()], object))
    (tmp_path / "single.npy").rename(tmp_path / "single.npz")
    with zipfile.ZipFile(tmp_path / "extra.npz", "w") as crafted, zipfile.ZipFile(tmp_path / "good.npz") as good:
        for name in good.namelist():
            crafted.writestr(name, good.read(name))
        with zipfile.ZipFile(tmp_path / "array.npz") as trapped:
            crafted.writestr("../../extra.npy", trapped.read("M.npy"))
    for name in ("array.npz", "record.npz", "single.npz", "extra.npz"):
        with pytest.raises(UserError, match=f"{name}: damaged or not an artefact"):
            artefacts.load_arrays(tmp_path / name)
    assert not (tmp_path / "pwned").exists()
    # the trap is a real one
    np.load(tmp_path / "record.npz", allow_pickle=True)["record"]
    assert (tmp_path / "pwned").exists()


def test_the_ledger_prints_words_as_words():
    shared = dict.fromkeys(("predicted", "measured", "low", "high", "deviation"), 1.0)
    words = "A <script>alert(1)</script> claim | of\ntwo lines"
    line = Comparison(
        id="growth", source=words, quote=words, statement=words, verdict="reproduced", artefact="a.csv", section=words,
        formula="1", rule="equal", n=1, note=words, kind="exact", tiers="paper", origin="paper",
        evidence="identity", group="", requires="", calibrated="",
        **shared,
    )  # fmt: skip
    text = ledger.render([line], ROOT / "workflow/report/claims.md.j2", "paper")
    assert "<script>" not in text
    assert text.count("&lt;script>alert(1)") == 5
    (row,) = [one for one in text.splitlines() if one.startswith("| reproduced")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 9

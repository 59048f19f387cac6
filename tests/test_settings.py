"""The config: what is refused and in which words; the differences shown at the start of a run."""

import copy
import math
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from shallownets.archive.verify import Sample
from shallownets.config import settings
from shallownets.config.check import expectation, fields, meaning, parts
from shallownets.config.page import meanings
from shallownets.config.section import Section
from shallownets.errors import UserError
from shallownets.workflow import catalogue
from tests.conftest import ROOT

KNOWN = catalogue.names(ROOT)


@pytest.fixture
def paper(root):
    return yaml.safe_load((root / "config.yaml").read_text())


def changed(config, path, value):
    config = copy.deepcopy(config)
    *sections, key = path.split(".")
    section = config
    for name in sections:
        section = section[name]
    section[key] = value
    return config


def classes(kind):
    """A section, and all that are in it, in lists of it too."""
    yield kind
    for part in fields(kind).values():
        bare, _ = parts(part)
        for inner in (bare, *(parts(item)[0] for item in getattr(bare, "__args__", ()))):
            if isinstance(inner, type) and issubclass(inner, Section):
                yield from classes(inner)


def test_the_paper_tier_is_valid_and_differs_from_the_default_in_nothing(root, paper):
    settings.check(paper, KNOWN)
    assert settings.differences(paper, settings.default(root)) == []


def test_every_key_of_the_config_has_a_comment_and_every_parameter_a_meaning(root):
    lines = (root / "config.yaml").read_text().splitlines()
    keys = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert not [line for line in keys if "#" not in line and not line.rstrip().endswith("fig1:")]

    met = 0
    for section in classes(settings.config_class()):
        assert section.__doc__ or section is settings.config_class(), section
        for name, part in fields(section).items():
            bare, metas = parts(part)
            if not (isinstance(bare, type) and issubclass(bare, Section)):
                assert [meta.title for meta in metas if meta.title], f"{section.__name__}.{name}"
                met += 1
    assert met > 150


def limits_in_words(text):
    """The limits that a message names: (name, number)."""
    number = r"(-?[\d.]+(?:e[+-]?\d+)?)"
    words = {"ge": f"(?:of at least|from) {number}", "gt": f"above {number}", "le": f"(?: to|of at most) {number}"}
    words["lt"] = f"below {number}"
    return {(name, float(found)) for name, pattern in words.items() for found in re.findall(pattern, text)}


def test_every_limit_in_words_is_the_one_that_is_enforced():
    """Words that are written by hand, for kinds whose words do not follow from their limits, included."""

    def numbers(kind):
        bare, metas = parts(kind)
        if bare in (int, float):
            yield kind, metas
        elif not (isinstance(bare, type) and issubclass(bare, Section)):
            for item in getattr(bare, "__args__", ()):
                yield from numbers(item)

    met = 0
    for section in classes(settings.config_class()):
        for name, part in fields(section).items():
            for kind, metas in numbers(part):
                enforced = {
                    (bound, float(getattr(meta, bound)))
                    for meta in metas
                    for bound in ("ge", "gt", "le", "lt")
                    if getattr(meta, bound) is not None
                }
                assert limits_in_words(expectation(kind)) == enforced, f"{section.__name__}.{name}"
                met += len(enforced)
    assert met > 200


RUN = "escape.runs.fig1."
REFUSED = [
    (RUN + "p", 0, "p = 0: expected a whole number from 1 to 1000"),
    (RUN + "p", 2.5, "p = 2.5: expected a whole number from 1 to 1000"),
    (RUN + "p", True, "p = True: expected a whole number from 1 to 1000"),
    (RUN + "p", None, "p = None: expected a whole number from 1 to 1000"),
    (RUN + "p", [4], r"p = \[4\]: expected a whole number from 1 to 1000"),
    (RUN + "p_star", 0, "p_star = 0: expected a whole number from 1 to 1000"),
    (RUN + "N", 5, r"N = 5: expected at least p \+ p\* = 6"),
    (RUN + "N", 0, r"N = 0: expected a whole number of at least 1"),
    (RUN + "eta", 0, "eta = 0: expected a number above 0"),
    (RUN + "eta", -0.1, "eta = -0.1: expected a number above 0"),
    (RUN + "eta", math.nan, "eta = nan: expected a finite number"),
    (RUN + "eta", math.inf, "eta = inf: expected a finite number"),
    (RUN + "N", math.nan, "N = nan: expected a whole number of at least 1"),
    (RUN + "eta", "1e-3", r"eta = '1e-3': expected a number above 0 .this is text: .*; write 0.001\)"),
    (
        RUN + "eta",
        "2.5e6",
        r"eta = '2.5e6': .*a point and a sign where there is an exponent, 1.0e-3; write 2500000.0\)",
    ),
    (RUN + "N", "1.0e4", r"N = '1.0e4': expected a whole number of at least 1 .this is text: .*; write 10000\)"),
    (RUN + "eta", "nan", r"eta = 'nan': expected a number above 0$"),
    (RUN + "eta", "-1e-3", r"eta = '-1e-3': expected a number above 0$"),
    (RUN + "N", "1.5e-3", r"N = '1.5e-3': expected a whole number of at least 1$"),
    (RUN + "replicates", 0, "replicates = 0: expected a whole number from 1 to 1000000"),
    (RUN + "alpha_max", 0, "alpha_max = 0: expected a number above 0"),
    (RUN + "points", 1, "points = 1: expected a whole number from 2 to 1000000"),
    (RUN + "points", 10**8, "points = 100000000: expected a whole number from 2 to 1000000"),
    (RUN + "start", -1, "start = -1: expected a whole number of at least 0"),
    (RUN + "pp", 4, "pp = 4: unknown key; did you mean p?"),
    ("escape.runs.fig9", {}, "escape.runs.fig9 = {}: unknown key; did you mean fig1?"),
    ("escape.runs.fig1", 3, "escape.runs.fig1 = 3: expected a section with keys of its own"),
    ("escape.runs", None, "escape.runs = None: expected a section with keys of its own"),
    (
        "escape.tolerance",
        "1e-10",
        r"escape.tolerance = '1e-10': expected a number from 1e-13 to 0.01 .this is text: .*; write 1.0e-10\)",
    ),
    ("escape.tolerance", 0.5, "escape.tolerance = 0.5: expected a number from 1e-13 to 0.01"),
    ("escape.batch", 0, "escape.batch = 0: expected a whole number from 1 to 1000000"),
    ("escape.figures", ["fig1", "fig99"], r"escape.figures.1 = 'fig99': expected one of fig1"),
    ("escape.figures", [], r"escape.figures = \[\]: expected a list of at least one figure, all different"),
    ("escape.figures", ["fig1", "fig1"], "a list of at least one figure, all different"),
    ("escape.figures", "fig1", "escape.figures = 'fig1': expected a list of at least one figure, all different"),
    ("seed", -1, r"seed = -1: expected a whole number of at least 0 and below 1e\+15$"),
    ("seed", 10**15, r"seed = 1000000000000000: expected a number below 1e\+15$"),
    ("seed", "abc", "seed = 'abc': expected a whole number of at least 0 and below"),
    (RUN + "p", "8", "expected a whole number from 1 to 1000 .this is text: .*nested in --config; use --configfile"),
    (RUN + "eta", "1.0e-3", "eta = '1.0e-3': expected a number above 0 .this is text: .*nested in --config"),
    ("tier", "", "tier = '': expected a name of up to 40 lower-case letters"),
    ("tier", "data", "tier = 'data': expected a name that is no folder of results"),
    (RUN + "p", 4.0, "p = 4.0: expected a whole number from 1 to 1000"),
    (RUN + "N", 10**20, r"N = 100000000000000000000: expected a number below 1e\+15"),
    (RUN + "alpha_max", 1e300, r"alpha_max = 1e\+300: expected a number below 1e\+15"),
    ("threads", 3, "threads = 3: unknown key; known here: tier, seed, emergence, escape"),
]


@pytest.mark.parametrize(("key", "value", "message"), REFUSED)
def test_what_has_no_meaning_is_refused_in_one_line(key, value, message, paper):
    with pytest.raises(UserError, match=f"config: .*{message}") as caught:
        settings.check(changed(paper, key, value), KNOWN)
    assert "\n" not in str(caught.value)
    assert key.rpartition(".")[2] in str(caught.value)


@pytest.mark.parametrize("key", ["seed", "tier", "escape", "escape.batch", "escape.runs.fig1", RUN + "eta"])
def test_a_missing_key_is_named(key, paper):
    *sections, last = key.split(".")
    section = paper
    for name in sections:
        section = section[name]
    del section[last]
    with pytest.raises(UserError, match=f"config: {key}: missing"):
        settings.check(paper, KNOWN)


def test_differences_name_key_value_and_default(root, paper):
    config = changed(changed(paper, RUN + "p", 8), "tier", "wide")
    assert settings.differences(config, settings.default(root)) == [
        "tier: 'wide' (default: 'paper')",
        "escape.runs.fig1.p: 8 (default: 4)",
    ]
    summary = settings.summary(config, settings.default(root))
    assert "Tier wide, results in results/wide/; 2 values differ from those of config.yaml" in summary
    assert settings.summary(paper, paper) == "Tier paper, results in results/; all values are those of config.yaml"


def test_many_differences_are_counted_and_said_to_stand_in_the_config_that_is_written():
    usual = {"tier": "paper", "toy": dict.fromkeys("abcdefghij", 0)}
    few = {"tier": "mine", "toy": dict.fromkeys("abcdefghi", 1) | {"j": 0}}
    assert settings.summary(few, usual).splitlines()[-1] == "    toy.i: 1 (default: 0)"
    many = {"tier": "mine", "toy": dict.fromkeys("abcdefghij", 1)}
    right = "11 values differ from those of config.yaml; all values are in results/mine/config.yaml"
    assert settings.summary(many, usual) == f"Tier mine, results in results/mine/; {right}"


def test_the_merged_config_is_written_and_reads_back(paper, tmp_path):
    settings.write(paper, tmp_path / "config.yaml")
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == paper


def test_the_figures_to_make_are_all_of_the_catalogue_unless_the_config_names_some(paper):
    assert settings.figures(paper, KNOWN) == KNOWN
    chosen = changed(paper, "escape.figures", ["fig2", "fig1"])
    settings.check(chosen, KNOWN)
    assert settings.figures(chosen, KNOWN) == KNOWN | {"escape": ["fig2", "fig1"]}


def test_the_classes_of_the_config_import_no_numpy():
    """Snakemake imports them each time it reads the workflow."""
    code = "import sys; from shallownets.config import settings; settings.config_class(); print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# files that are no config of a tier, and what is said of them
NO_TIER = {
    b"escape: {batch: 1}": "expected the name of a tier, got tier = None",
    b"tier: 5": "expected the name of a tier, got tier = 5",
    b"tier: other": "expected the config of tier mine, got that of other",
    b"- tier: mine": "expected keys and their values, got [{'tier': 'mine'}]",
    b"tier: [mine": "not YAML that can be read, line 1",
}


@pytest.mark.parametrize("content", NO_TIER)
def test_a_file_of_a_tier_that_is_no_config_of_it_is_one_line(tmp_path, monkeypatch, content):
    monkeypatch.chdir(tmp_path)
    Path("config.yaml").write_text("tier: paper")
    for path in (Path("results/mine/config.yaml"), settings.TIERS / "mine.yaml"):  # the tier's own file comes first
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        with pytest.raises(UserError, match=re.escape(f"{path}: {NO_TIER[content]}")):
            settings.overlays("mine")
    path.write_text("tier: mine")
    assert settings.overlays("mine") == [path]


# How a phrase begins, or points to another, that is understood beside others alone.
CLIPPED = re.compile(
    r"(of|for|from|to|by|with|that|there|these|those|this|it|its|their|begin)\b"
    r"|.*(\bsee above\b|\bthere($|,)|\bof (these|those|that)\b)"
)


def test_every_meaning_is_understood_alone():
    kinds = [kind for study in settings.study_names() for kind in settings._classes(study).values()] + [Sample]
    said = {(kind.__name__, name, meaning(part)[0]) for kind in kinds for name, part in fields(kind).items()}
    assert len(said) > 800
    assert not [one for one in sorted(said) if CLIPPED.match(one[2])]
    assert not {key: said for key, said in meanings().items() if CLIPPED.match(said[:1].lower() + said[1:])}
    for clipped in ("of the ODE", "see above", "N there, below its P", "variances of that noise", "end of that grid"):
        assert CLIPPED.match(clipped)

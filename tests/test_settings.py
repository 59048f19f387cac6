"""The schema: what it refuses and in which words; the defaults; the differences shown at the start of a run."""

import copy
import math
import re
import shutil

import pytest
import yaml

from shallownets import schema as schemas
from shallownets import settings
from shallownets.errors import UserError


@pytest.fixture
def schema(root):
    return settings.load_schema(root)


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


def test_the_paper_tier_is_valid_and_equal_to_the_defaults(paper, schema):
    settings.check(paper, schema)
    assert settings.differences(paper, schemas.defaults(schema)) == []
    assert settings.differences(schemas.defaults(schema), paper) == []


# How the schema's descriptions name limits; a number that goes on, as in "at least 2 M_star", is none.
LIMITS = {
    "minimum": r"(?:at least|from) ([\d.e-]+)(?= to| and|$)",
    "exclusiveMinimum": r"(?:above|between) ([\d.e-]+)(?= and|$)",
    "maximum": r"(?: to|at most) ([\d.e-]+)(?= other|$)",
    "exclusiveMaximum": r"(?:below|between \S+ and) ([\d.e-]+)$",
}


def test_every_limit_in_words_is_the_one_that_is_enforced(schema):
    def numbers(node):
        if isinstance(node, dict):
            if node.get("type") in ("integer", "number") and isinstance(node.get("description"), str):
                yield node
            for part in node.values():
                yield from numbers(part)
        elif isinstance(node, list):
            for part in node:
                yield from numbers(part)

    said = [
        (node["description"], name, float(found[1]), node.get(name))
        for node in numbers(schema)
        for name, words in LIMITS.items()
        if (found := re.search(words, node["description"]))
    ]
    assert len(said) > 200
    assert [limit for limit in said if limit[2] != limit[3]] == []


def test_every_tier_overlays_known_keys_and_is_valid(root, paper, schema):
    def merge(base, over):
        return base | {k: merge(base[k], v) if isinstance(v, dict) else v for k, v in over.items()}

    tiers = list((root / "workflow/tiers").glob("*.yaml"))
    assert tiers
    for path in tiers:
        overlay = yaml.safe_load(path.read_text())
        settings.check(merge(paper, overlay), schema)
        assert overlay["tier"] == path.stem


def test_every_key_of_the_config_has_a_comment_and_every_key_of_the_schema_says_what_is_right(root, schema):
    lines = (root / "config.yaml").read_text().splitlines()
    keys = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert not [line for line in keys if "#" not in line and not line.rstrip().endswith("fig1:")]

    def leaves(node):
        for key, part in node.get("properties", {}).items():
            if "properties" in part:
                yield from leaves(part)
            elif "$ref" not in part:
                yield key, part

    for key, part in [*leaves(schema), *leaves(schema["$defs"]["run"])]:
        assert part.get("description"), key


RUN = "escape.runs.fig1."
REFUSED = [
    (RUN + "p", 0, "p = 0: a whole number of at least 1 is right"),
    (RUN + "p", 2.5, "p = 2.5: a whole number of at least 1 is right"),
    (RUN + "p", True, "p = True: a whole number of at least 1 is right"),
    (RUN + "p", None, "p = None: a whole number of at least 1 is right"),
    (RUN + "p", [4], r"p = \[4\]: a whole number of at least 1 is right"),
    (RUN + "p_star", 0, "p_star = 0: a whole number of at least 1 is right"),
    (RUN + "N", 5, r"N = 5: a number of at least p \+ p_star = 6 is right"),
    (RUN + "N", 0, r"N = 0: a whole number of at least p \+ p_star is right"),
    (RUN + "eta", 0, "eta = 0: a number above 0 is right"),
    (RUN + "eta", -0.1, "eta = -0.1: a number above 0 is right"),
    (RUN + "eta", math.nan, "eta = nan: a finite number is right"),
    (RUN + "eta", math.inf, "eta = inf: a finite number is right"),
    (RUN + "eta", "1e-3", "eta = '1e-3': a number above 0 is right .*1.0e-3"),
    (RUN + "replicates", 0, "replicates = 0: a whole number of at least 1 is right"),
    (RUN + "alpha_max", 0, "alpha_max = 0: a number above 0 is right"),
    (RUN + "points", 1, "points = 1: a whole number of at least 2"),
    (RUN + "points", 10**8, r"points = 100000000: a number of at most alpha_max x N = 1.4e\+06 is right"),
    (RUN + "start", -1, "start = -1: a whole number of at least 0 is right"),
    (RUN + "pp", 4, "pp = 4: unknown key; did you mean p?"),
    ("escape.runs.fig9", {}, "escape.runs.fig9 = {}: unknown key; did you mean fig1?"),
    ("escape.runs.fig1", 3, "escape.runs.fig1 = 3: a section with keys of its own is right"),
    ("escape.runs", None, "escape.runs = None: a section with keys of its own is right"),
    ("escape.tolerance", "1e-10", "escape.tolerance = '1e-10': a number from"),
    ("escape.tolerance", 0.5, "escape.tolerance = 0.5: a number from"),
    ("escape.batch", 0, "escape.batch = 0: a whole number of at least 1 is right"),
    ("escape.figures", ["fig1", "fig99"], r"escape.figures.1 = 'fig99': one of fig1"),
    ("escape.figures", [], r"escape.figures = \[\]: a list of different figures"),
    ("escape.figures", ["fig1", "fig1"], "a list of different figures"),
    ("escape.figures", "fig1", "escape.figures = 'fig1': a list of different figures"),
    ("seed", -1, "seed = -1: a whole number of at least 0 is right"),
    ("seed", "abc", "seed = 'abc': a whole number of at least 0 is right$"),
    (RUN + "p", "8", "a whole number of at least 1 is right .this is text: .*nested in --config; use --configfile"),
    (RUN + "eta", "1.0e-3", "eta = '1.0e-3': a number above 0 is right .this is text: .*nested in --config"),
    ("tier", "../out", "tier = '../out': a name of up to 40 lower-case letters"),
    ("tier", "", "tier = '': a name of up to 40 lower-case letters"),
    ("tier", "wide\n", "tier = 'wide.+': a name of up to 40 lower-case letters"),
    ("tier", "data", "tier = 'data': .* is no folder of results"),
    (RUN + "p", 4.0, "p = 4.0: a whole number of at least 1 is right"),
    (RUN + "N", 10**20, r"N = 100000000000000000000: a number below 1e\+15 is right"),
    (RUN + "alpha_max", 1e300, r"alpha_max = 1e\+300: a number below 1e\+15 is right"),
    ("threads", 3, "threads = 3: unknown key; known here: tier, seed, escape"),
]


@pytest.mark.parametrize(("key", "value", "message"), REFUSED)
def test_what_has_no_meaning_is_refused_in_one_line(key, value, message, paper, schema):
    with pytest.raises(UserError, match=f"config: .*{message}") as caught:
        settings.check(changed(paper, key, value), schema)
    assert "\n" not in str(caught.value)
    assert key.rpartition(".")[2] in str(caught.value)


@pytest.mark.parametrize("key", ["seed", "tier", "escape", "escape.batch", "escape.runs.fig1", RUN + "eta"])
def test_a_missing_key_is_named(key, paper, schema):
    *sections, last = key.split(".")
    section = paper
    for name in sections:
        section = section[name]
    del section[last]
    with pytest.raises(UserError, match=f"config: {key}: missing"):
        settings.check(paper, schema)


def test_differences_name_key_value_and_default(paper, schema):
    config = changed(changed(paper, RUN + "p", 8), "tier", "wide")
    assert settings.differences(config, schemas.defaults(schema)) == [
        "tier: 'wide' (default: 'paper')",
        "escape.runs.fig1.p: 8 (default: 4)",
    ]
    summary = settings.summary(config, schema)
    assert "Tier wide, results in results/wide/; 2 values differ" in summary
    assert settings.summary(paper, schema) == "Tier paper, results in results/; all values are the default ones"


def test_the_merged_config_is_written_and_reads_back(paper, tmp_path):
    settings.write(paper, tmp_path / "config.yaml")
    assert yaml.safe_load((tmp_path / "config.yaml").read_text()) == paper


def test_a_study_without_a_section_in_the_schema_is_refused(root, tmp_path):
    for name in ("workflow/schemas", "workflow/figures"):
        shutil.copytree(root / name, tmp_path / name)
    assert settings.load_schema(tmp_path) == settings.load_schema(root)
    (tmp_path / "workflow/figures/linear.yaml").write_text(
        "line: {label: Line, shows: a line, settings: [], tables: []}"
    )
    with pytest.raises(UserError, match=r"config\.schema\.yaml: no section linear"):
        settings.load_schema(tmp_path)

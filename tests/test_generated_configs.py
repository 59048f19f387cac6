"""Configs nobody would write: each is valid, or refused in one line that names a key, and nothing else happens."""

import copy
import math
import re

import hypothesis
import hypothesis.strategies as st
import pytest
import yaml
from hypothesis import HealthCheck, given

from shallownets.config import settings, yamlfile
from shallownets.errors import UserError
from shallownets.workflow import catalogue
from tests.conftest import ROOT

KNOWN = catalogue.names(ROOT)
PAPER = yamlfile.load(ROOT / "config.yaml")


def paths_of(node, path=()):
    """Every place in the config, sections and items of lists included."""
    if path:
        yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from paths_of(value, (*path, key))


PATHS = sorted(paths_of(PAPER), key=str)
ODD_TEXT = [
    "",
    " ",
    "1e-3",
    "paper\n",
    "../../etc",
    "/etc/passwd",
    "‥/‥",
    "x; touch pwned",
    "$(touch pwned)",
    "`touch x`",
]
ODD_TEXT += [
    "'",
    '"',
    "{wildcards}",
    "{",
    "%s",
    "<script>alert(1)</script>",
    "\x1b[31m",
    "a\u2028b",
    "\ud800",
    "\0",
    "p" * 5000,
]
ODD_NUMBERS = [
    math.nan,
    math.inf,
    -math.inf,
    0,
    -1,
    1,
    2,
    4.0,
    1e-300,
    1e300,
    10**14,
    10**400,
    True,
    False,
]
WORDS = st.sampled_from(ODD_TEXT) | st.text(max_size=20)
NUMBERS = st.sampled_from(ODD_NUMBERS) | st.integers() | st.floats() | st.integers(1, 50) | st.floats(1e-3, 1.0)
NONSENSE = st.recursive(
    st.none() | NUMBERS | WORDS | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | NUMBERS | st.none(), inner, max_size=3),
    max_leaves=8,
)
CHANGES = st.lists(
    st.tuples(st.sampled_from(PATHS), st.sampled_from(["set", "set", "set", "delete", "add"]), WORDS, NONSENSE),
    min_size=1,
    max_size=3,
)
# No example is random. Hypothesis also draws constants from the modules that are imported by then, so that
# examples differ between test orders: a count of them is asserted only where any order passes.
GENERATED = {"derandomize": True, "database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}


def changed(changes):
    config = copy.deepcopy(PAPER)
    for path, what, name, value in changes:
        *above, last = path
        node = config
        try:
            for key in above:
                node = node[key]
            if what == "set":
                node[last] = value
            elif what == "delete":
                del node[last]
            else:
                node[last][name] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took its place away
    return config


def verdict(config):
    """None where the config is accepted, else the message; any other exception fails the test."""
    try:
        settings.check(config, KNOWN)
    except UserError as error:
        return str(error)
    return None


def assert_one_line(message, start="config: "):
    assert message.startswith(start)
    assert message.isprintable()
    assert len(message) < 1000


@pytest.mark.slow
@hypothesis.settings(max_examples=600, **GENERATED)
@given(CHANGES)
def test_a_changed_config_is_valid_or_refused_in_one_line(changes):
    config = changed(changes)
    message = verdict(config)
    if message is None:
        assert re.fullmatch(r"results(/[a-z][a-z0-9_-]*)?", settings.results_folder(config))
        assert yaml.safe_load(yaml.safe_dump(config)) == config
        assert all(line.isprintable() for line in settings.summary(config, PAPER).splitlines())
    else:
        assert_one_line(message)
        assert re.match(r"config: [^ ]+( =|:)", message) or "known here" in message


@pytest.mark.slow
@hypothesis.settings(max_examples=300, **GENERATED)
@given(st.sampled_from(PATHS), NONSENSE)
def test_one_wrong_value_is_blamed_on_its_key_or_on_one_beside_it(path, value):
    message = verdict(changed([(path, "set", "", value)]))
    if message is not None:
        assert_one_line(message)
        # limits between keys may blame the other one, but never another part of the study
        assert ".".join(map(str, path[:2])) in message or path[0] == "tier"


@hypothesis.settings(max_examples=200, **GENERATED)
@given(NONSENSE)
def test_what_is_no_config_at_all_is_refused(config):
    assert_one_line(verdict(config))


@pytest.mark.slow
def test_most_generated_values_are_refused_and_some_are_not():
    """The generator must reach both sides, or the tests above say nothing."""
    seen = []

    @hypothesis.settings(max_examples=600, **GENERATED)
    @given(CHANGES)
    def sample(changes):
        seen.append(verdict(changed(changes)) is None)

    sample()
    # about 3 % are accepted: that none of 600 is has probability .97^600 = 1e-8
    assert 0 < sum(seen) < 0.8 * len(seen)


YAML_TRICKS = [
    b"a: [1",
    b"a: 1\n\tb: 2",
    b"\xff\xfe\x00",
    b"tier: \xc3\x28",
    b"%YAML 9.9\n---\na: 1",
    b"a: 1\n---\nb: 2",
    b"[" * 4000,
    b"{a: " * 4000,
    b"- " * 4000,
    b"? [a, b]\n: 1",
    b"<<: 3",
    b"a: !!int x",
    b"a: !!float ''",
    b"a: !!bool maybe",
    b"a: !!timestamp then",
    b"d: 2020-13-45",
    b"x: " + b"9" * 5000,
    b"a: &x [*x]",
    b"a: &x [1]\nb: *x",
    b"a: *nowhere",
    b"p: 4\np: 8",
    b"escape: {batch: 2, batch: 3}",
    b"- {p: 1, p: 1}",
    b"!!python/object/apply:os.system ['touch pwned']",
    b"a: !!python/object/new:subprocess.Popen [['touch', 'pwned']]",
    b"a: !!python/name:os.system",
    b"a: !!python/module:antigravity",
    b"a: !<tag:yaml.org,2002:python/tuple> [1]",
    b"a: !env ${HOME}",
    b"a: !include /etc/passwd",
]


@pytest.mark.parametrize("text", YAML_TRICKS, ids=range(len(YAML_TRICKS)))
def test_yaml_that_tricks_its_reader_is_refused_in_one_line(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.yaml"
    path.write_bytes(text)
    with pytest.raises(UserError) as caught:
        yamlfile.load(path)
    assert_one_line(str(caught.value), f"{path}: ")
    assert list(tmp_path.iterdir()) == [path]


@hypothesis.settings(max_examples=300, **GENERATED)
@given(st.binary(max_size=60) | st.text(alphabet="ab:-[]{}&*!|>%@#'\"?,\n \t0.e~", max_size=60).map(str.encode))
def test_any_file_is_read_or_refused_in_one_line(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "generated.yaml"
    path.write_bytes(content)
    try:
        config = yamlfile.load(path)
    except UserError as error:
        assert_one_line(str(error), f"{path}: ")
    else:
        assert_one_line(verdict(config))
    with pytest.raises(UserError, match="no such file"):
        yamlfile.load(path.with_name("none.yaml"))


def test_a_number_too_long_to_print_is_refused_in_one_line():
    for path in (("seed",), ("escape", "runs", "fig1", "p"), ("escape", "figures")):
        assert_one_line(verdict(changed([(path, "set", "", -(10**5000))])))
    assert_one_line(verdict(PAPER | {10**5000: 1}))

"""YAML is read by libyaml where it is there, and both loaders read the same and refuse the same, at the same line."""

import subprocess
import sys

import hypothesis
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shallownets.config import yamlfile
from shallownets.errors import UserError

LOADERS = (yaml.SafeLoader, yaml.CSafeLoader)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
DOCUMENTS = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
# What people write and mistype, line by line: both right and wrong documents come of it.
RIGHT = ["a: 1", "b: [1, 2]", "  c: .5", "  - x", "- y", "a: {b: 1e-3}", "# α", "d: 'it''s'", "g: 012", "i: 1_000", ""]
WRONG = [
    "e: [1",
    "f: b: c",
    "  h: >",
    "    text",
    "j: 2001-13-01",
    "l: &m 1",
    "n: *m",
    "---",
    "}",
    '"o": "\\q"',
    "k: !z 1",
]
LINES = st.sampled_from(RIGHT + WRONG)


def said(path, loader, monkeypatch):
    """What a file says by one of the loaders, or the words with which it is refused."""
    monkeypatch.setattr(yamlfile, "LOADER", loader)
    try:
        return repr(yamlfile.load(path))
    except UserError as error:
        return str(error)


def test_libyaml_reads_our_files(root):
    assert yamlfile.LOADER is yaml.CSafeLoader


@pytest.mark.slow
def test_every_file_of_the_project_says_the_same_to_both(root, monkeypatch):
    paths = [root / "config.yaml", *sorted((root / "workflow").rglob("*.yaml"))]
    assert len(paths) > 15
    for path in paths:
        pure, fast = (said(path, loader, monkeypatch) for loader in LOADERS)
        assert pure == fast
        assert not pure.startswith(str(path))


@hypothesis.settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=8).map("\n".join) | DOCUMENTS.map(lambda value: yaml.safe_dump(value)))
def test_generated_documents_say_the_same_to_both(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "generated.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        pure, fast = (said(path, loader, patch) for loader in LOADERS)
    assert pure == fast


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("a: 1\nb: 2\na: 3\n", "line 3: a stands there twice"),
        ("a: {b: 1,\n  b: 2}\n", "line 2: b stands there twice"),
        ("a: &x 1\nb: *x\n", "line 1: an alias stands for this; expected the value itself"),
        ("a: 1\nb: [1,\n", "not YAML that can be read, line 3"),
        ("\n" + "[" * 200, "line 2: lists and sections nest to 100 at most"),
        ("a:\n" + "- " * 200, "line 2: lists and sections nest to 100 at most"),
    ],
)
def test_what_is_refused_is_refused_at_its_line_by_both(tmp_path, loader, text, right, monkeypatch):
    path = tmp_path / "file.yaml"
    path.write_text(text)
    assert said(path, loader, monkeypatch) == f"{path}: {right}"


@pytest.mark.parametrize("unit", ["[", "{a: ", "- ", "? "])
def test_endless_nesting_does_not_end_the_process(tmp_path, unit):
    path = tmp_path / "deep.yaml"
    path.write_text(unit * 200_000)
    code = "import sys, pathlib; from shallownets.config.yamlfile import load; load(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("nest to 100 at most")

"""`make mutants`: which changes it draws, against which tests it tries them, and that it tells caught from missed."""

import shutil

import pytest

from tests.mutants import __main__ as command
from tests.mutants import reach, sample, trial

PLATEAU = "shallownets.studies.escape.measure.plateau"


def test_every_line_that_is_explained_stands_in_its_module():
    wrong = [
        f"{module}: {line}"
        for module, line, _ in sample.explained()
        if line not in {" ".join(text.split()) for text in sample.file_of(module).read_text().splitlines()}
    ]
    assert wrong == []


@pytest.mark.slow
def test_every_change_that_is_explained_can_be_made():
    wrong = [
        f"{module}: no change makes `{becomes}` of `{line}`"
        for module, line, becomes in sample.explained()
        if (module, line, becomes) not in {mutant.key for mutant in sample.mutants(module, line)}
    ]
    assert wrong == []
    assert all(len(why.split()) > 3 for why in sample.explained().values())


@pytest.mark.slow
def test_a_sample_is_the_same_for_the_same_seed_and_changes_what_runs():
    drawn, possible = sample.sample(PLATEAU, 12, 1)
    assert drawn == sample.sample(PLATEAU, 12, 1)[0] != sample.sample(PLATEAU, 12, 2)[0]
    assert len(set(drawn)) == 12 < possible == len(sample.sample(PLATEAU, 10**6, 1)[0])
    assert all(mutant.line != mutant.becomes for mutant in drawn)
    source = sample.file_of(PLATEAU).read_text().splitlines()
    for mutant in drawn:
        changed = [a != b for a, b in zip(source, mutant.code().splitlines(), strict=True)]
        assert [number for number, differs in enumerate(changed, 1) if differs] == [mutant.number]


def test_numbers_in_kernels_are_changed_annotations_and_decorators_are_not(tmp_path, monkeypatch):
    code = "@kernel(1)\ndef f(x: int | None = 2) -> 3:\n    return x + 4\ny = zip(u, strict=True)\n"
    (tmp_path / "physics.py").write_text(code)
    monkeypatch.setattr(sample, "SOURCE", tmp_path)
    changed = {mutant.becomes for mutant in sample.mutants("physics")}
    assert {"return x - 4", "return x + 5", "return x + 3", "def f(x: int | None = 1) -> 3:"} <= changed
    assert not {"@kernel( 2)", "def f(x: int & None = 2) -> 3:", "def f(x: int | None = 2) -> 4:"} & changed
    assert {mutant.number for mutant in sample.mutants("physics")} == {2, 3}


def test_every_module_with_physics_is_reached_by_tests_of_its_study_nearest_first():
    for module in sample.modules():
        tests = reach.tests_of(module)
        assert tests, module
        if ".studies." in module:
            assert all(test.startswith(f"tests/{module.split('.')[2]}/test_") for test in tests)
    assert reach.tests_of(PLATEAU)[:2] == ("tests/escape/test_plateau.py", "tests/escape/test_finite.py")
    # by the name of a stage that the test has run, without an import
    assert "tests/riccati/test_sgd_stages.py" in reach.tests_of("shallownets.studies.riccati.measure.checks")


@pytest.fixture
def small_checkout(tmp_path, monkeypatch):
    """A function that makes a bench of a checkout with one function and this test of it."""
    root, bench = tmp_path / "root", tmp_path / "bench"
    (root / "src").mkdir(parents=True)
    (root / "src/physics.py").write_text("def f(x):\n    while x > 3:\n        x = x - 1\n    return x * 2 + 1\n")
    for where in (sample, trial):
        monkeypatch.setattr(where, "ROOT", root)
    monkeypatch.setattr(sample, "SOURCE", root / "src")
    monkeypatch.setattr(trial, "Checkout", lambda folder: shutil.copytree(root, folder))

    def make(test="assert 5 < physics.f(5) < 9"):
        (root / "test_physics.py").write_text(f"import physics\n\n\ndef test_size():\n    {test}\n")
        return trial.Bench(bench, tmp_path, ("test_physics.py",))

    return make


@pytest.mark.slow
def test_a_change_is_caught_where_a_test_fails_on_it_or_does_not_end_and_is_taken_back(small_checkout, monkeypatch):
    monkeypatch.setattr(trial, "COMPILING", 1.0)
    bench = small_checkout()
    expected = {"return x * 2 - 1": True, "return x / 2 + 1": True, "return x * 2 + 2": False, "x = x + 1": True}
    changes = {one.becomes: one for one in sample.mutants("physics")}
    assert {becomes: bench.catches(changes[becomes]) for becomes in expected} == expected
    assert (bench.folder / "src/physics.py").read_text() == sample.file_of("physics").read_text()
    assert not list(bench.folder.rglob("*.pyc"))


@pytest.mark.slow
def test_nothing_is_said_where_a_test_fails_on_the_code_as_it_is(small_checkout):
    with pytest.raises(SystemExit, match="a test fails on the code as it is"):
        small_checkout("assert False")


def test_the_page_keeps_the_rows_of_modules_that_were_not_tried():
    page = """# Title

| module |
| --- |
| `numerics.seeds` | 9 | 4 | 2 | 1 | 1 | 33 % | 2026-01-02 |
| `gone` | 1 | 1 | 1 | 0 | 0 | 0 % | 2026-01-02 |
"""
    missed = sample.sample(PLATEAU, 1, 1)[0]
    text = command.publish(page, [command.Tried(PLATEAU, 100, 10, missed)])
    rows = text.splitlines()[4:]
    assert rows[0] == "| `numerics.seeds` | 9 | 4 | 2 | 1 | 1 | 33 % | 2026-01-02 |"
    assert rows[1].startswith("| `studies.escape.measure.plateau` | 100 | 10 | 9 | 0 | 1 | 10 % | ")
    assert rows[2:] == ["| all | 109 | 14 | 11 | 1 | 2 | 15 % |  |"]
    assert command.publish(text, []) == text

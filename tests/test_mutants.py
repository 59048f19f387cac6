"""`make mutants`: which changes it draws, against which tests it tries them, and that it tells caught from missed."""

import shutil

import pytest

from tests.mutants import __main__ as command
from tests.mutants import reach, sample, trial

PLATEAU = "shallownets.studies.escape.measure.plateau"


def test_every_change_that_is_explained_can_be_made():
    wrong = [
        f"{module}: no change makes `{becomes}` of `{line}`"
        for module, line, becomes in sample.explained()
        if (module, line, becomes) not in {mutant.key for mutant in sample.mutants(module, line)}
    ]
    assert wrong == []
    assert all(len(why.split()) > 3 for why in sample.explained().values())


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
    """A checkout with one function, and a test that holds it to half of what it should."""
    root, bench = tmp_path / "root", tmp_path / "bench"
    (root / "src").mkdir(parents=True)
    bench.mkdir()
    (root / "src/physics.py").write_text("def f(x):\n    while x > 3:\n        x = x - 1\n    return x * 2 + 1\n")
    (root / "test_physics.py").write_text("import physics\n\n\ndef test_size():\n    assert 5 < physics.f(5) < 9\n")
    for where in (sample, trial):
        monkeypatch.setattr(where, "ROOT", root)
    monkeypatch.setattr(sample, "SOURCE", root / "src")
    monkeypatch.setattr(trial, "copy_of_checkout", lambda folder: shutil.copytree(root, folder, dirs_exist_ok=True))
    return trial.Bench(bench)


@pytest.mark.parametrize(
    ("becomes", "caught"), [("return x * 2 - 1", True), ("return x / 2 + 1", True), ("return x * 2 + 2", False)]
)
def test_a_change_is_caught_where_a_test_fails_on_it(small_checkout, becomes, caught):
    (mutant,) = [one for one in sample.mutants("physics") if one.becomes == becomes]
    assert small_checkout.catches(mutant, ("test_physics.py",)) == caught
    assert (small_checkout.folder / "src/physics.py").read_text() == sample.file_of("physics").read_text()


def test_a_change_of_the_same_size_in_the_same_second_is_not_taken_for_the_code_as_it_is(small_checkout):
    (mutant,) = [one for one in sample.mutants("physics") if one.becomes == "return x * 2 - 1"]
    small_checkout.seconds("test_physics.py")  # leaves bytecode
    file = small_checkout.folder / "src/physics.py"
    assert list(file.parent.glob("__pycache__/physics.*"))
    for _ in range(3):
        assert small_checkout.catches(mutant, ("test_physics.py",))
        assert small_checkout.seconds("test_physics.py") and file.stat().st_size == len(mutant.code())


def test_a_change_on_which_a_test_does_not_end_is_caught(small_checkout, monkeypatch):
    monkeypatch.setattr(trial, "COMPILING", 1.0)
    (mutant,) = [one for one in sample.mutants("physics") if one.becomes == "x = x + 1"]
    assert small_checkout.catches(mutant, ("test_physics.py",))


def test_nothing_is_said_where_a_test_fails_on_the_code_as_it_is(small_checkout):
    (small_checkout.folder / "test_physics.py").write_text("def test_wrong():\n    assert False\n")
    with pytest.raises(SystemExit, match="a test fails on the code as it is"):
        small_checkout.catches(sample.mutants("physics")[0], ("test_physics.py",))


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

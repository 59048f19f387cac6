"""The small wrong changes of tests/mutants can be made: what each changes stands in the code exactly once."""

import pytest
import yaml

from tests.conftest import ROOT

MUTANTS = yaml.safe_load((ROOT / "tests/mutants/mutants.yaml").read_text())


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant["name"])
def test_what_a_mutant_changes_stands_there_once(mutant):
    assert (ROOT / mutant["file"]).read_text().count(mutant["old"]) == 1
    assert mutant["new"] != mutant["old"]
    assert [path for path in mutant["tests"] if not (ROOT / path).is_file()] == []

"""What is read beside results is held to what it should be: benchmarks, and the config of a run."""

import pytest

from shallownets.archive import pack as archive
from shallownets.errors import UserError
from shallownets.report import command as report
from shallownets.workflow import lineage
from tests.conftest import ROOT

HEAD = "s\th:m:s\tmax_rss\tcpu_time\n"


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        (HEAD + "90.0\t0:01:30\t256.4\t30.0\n", lineage.Cost(90.0, 30.0, 256.4)),
        (HEAD + "0.1\t0:00:00\tNA\t-\n", lineage.Cost(0.1, 0.0, 0.0)),
        (HEAD, None),
        (HEAD + "90.0\t0:01", None),
        (HEAD + "soon\t0:01:30\t256.4\t30.0\n", None),
        ("", None),
        ("s\n1.0\n", None),
    ],
)
def test_a_benchmark_that_is_not_whole_counts_as_none(tmp_path, text, cost):
    path = tmp_path / "job.tsv"
    path.write_text(text)
    assert lineage.cost(lineage.Job("rule", "", {}, (), (), (), None, path, "")) == cost
    path.unlink()
    assert lineage.cost(lineage.Job("rule", "", {}, (), (), (), None, path, "")) is None


@pytest.mark.parametrize("config", ["", "- a", "a: 1", "seed: 1"])
@pytest.mark.parametrize("module", [archive, report])
def test_a_config_of_a_run_that_makes_no_sense_is_refused(tmp_path, monkeypatch, module, config):
    monkeypatch.chdir(ROOT)
    (tmp_path / "config.yaml").write_text(config)
    with pytest.raises(UserError, match=f"^{tmp_path}/config.yaml: config: .*$"):
        module.main(["--results", str(tmp_path), "--out", str(tmp_path / "out")])

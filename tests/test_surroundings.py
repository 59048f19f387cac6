"""Variables that module systems, notebooks, batch systems and containers set break no command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SURROUNDINGS = {
    "ascii": {"PYTHONIOENCODING": "ascii"},
    "no locale": {"LC_ALL": "C", "LANG": "", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "notebook": {"MPLBACKEND": "module://matplotlib_inline.backend_inline"},
    "no such backend": {"MPLBACKEND": "nothing"},
    "no home": {"HOME": "/nowhere", "MPLCONFIGDIR": "/nowhere/matplotlib"},
    "optimised": {"PYTHONOPTIMIZE": "2"},
    "safe path": {"PYTHONSAFEPATH": "1", "CDPATH": "/usr:/tmp", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "10"},
    "warnings": {"PYTHONWARNINGS": "error"},
}
# One experiment of a moment.
ESCAPE = "shallownets escape --engine ode --p 2 --p-star 1 --N 50 --eta-hat 0.5 --alpha-max 4 --points 9 --replicates 2"
EVERYTHING = {key: value for variables in SURROUNDINGS.values() for key, value in variables.items()}


def python(line, folder, variables, **options):
    return subprocess.run(
        [sys.executable, "-m", *line.split()],
        cwd=folder,
        env=os.environ | variables,
        text=True,
        **{"capture_output": True} | options,
    )


@pytest.mark.parametrize(
    "variables",
    [
        # each imports numba and Matplotlib anew; without bytecode all is compiled, without a home every font is read
        pytest.param(variables, id=name, marks=[pytest.mark.slow] * (name != "ascii"))
        for name, variables in SURROUNDINGS.items()
    ],
)
def test_an_experiment_runs_and_is_drawn(tmp_path, variables):
    done = python(ESCAPE, tmp_path, variables)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Drawn: escape.png" in done.stdout
    assert (tmp_path / "escape.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_the_words_are_the_same_in_ascii(tmp_path):
    usual, ascii = (python(ESCAPE, tmp_path, {"PYTHONIOENCODING": name}).stdout for name in ("utf-8", "ascii"))
    assert ascii.isascii() and not usual.isascii()
    assert ascii.encode().decode("unicode_escape") == usual


@pytest.mark.slow
def test_the_plot_is_kept_where_nobody_reads_the_words(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    done = python(ESCAPE, tmp_path, {}, capture_output=False, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert done.returncode == 1
    assert (tmp_path / "escape.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "snakemake -n --quiet all --configfile workflow/tiers/smoke.yaml -- draw_escape_fig1",
        "shallownets run escape.sgd --help",
        "shallownets draw escape.fig1 --help",
    ],
)
def test_a_run_a_stage_and_a_figure_start(root, line):
    done = python(line, root, EVERYTHING)
    assert done.returncode == 0, done.stderr


def test_a_script_or_notebook_that_uses_the_package_keeps_its_own_figures():
    code = "import os; from shallownets import escape; print(os.environ['MPLBACKEND'])"
    said = subprocess.check_output(
        [sys.executable, "-c", code], text=True, env=os.environ | {"MPLBACKEND": "module://x"}
    )
    assert said.strip() == "module://x"


@pytest.mark.parametrize(
    ("modules", "parts"),
    [
        (
            [
                "shallownets.config.settings",
                "shallownets.workflow.catalogue",
                "shallownets.studies.emergence.parameters.whole",
                "shallownets.studies.escape.parameters.whole",
                "shallownets.studies.perceptron.parameters.whole",
                "shallownets.studies.riccati.parameters.whole",
                "shallownets.studies.spectra.parameters.whole",
            ],
            ("scipy.", "pandas", "matplotlib"),
        ),
        (
            ["shallownets.numerics.integrate"],
            ("scipy.integrate", "scipy.optimize"),
        ),  # numba itself imports scipy.linalg
    ],
)
def test_what_every_command_reads_imports_no_part_of_scipy(modules, parts):
    """A parse of the Snakefile, which each job on a cluster repeats, would take a second longer."""
    code = f"import sys, {', '.join(modules)}; print(*sys.modules)"
    seen = subprocess.check_output([sys.executable, "-c", code], text=True).split()
    small = ("scipy._", "scipy.version")  # what `import scipy` itself reads
    assert [name for name in seen if name.startswith(parts) and not name.startswith(small)] == []


def test_scipy_is_imported_where_it_is_used(root):
    """By `import scipy`, whose parts come when they are first used, or within a function."""
    files = sorted(Path(root, "src").rglob("*.py"))
    assert len(files) > 100
    eager = [path.name for path in files if "\nfrom scipy" in path.read_text() or "\nimport scipy." in path.read_text()]
    assert eager == []

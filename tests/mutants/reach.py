"""Which tests can notice a change of a module, the nearest first: found from imports, by import-linter's library."""

import ast
from functools import cache
from pathlib import Path

import grimp

from tests.mutants.sample import ROOT


def _stages_named(path: Path, stages: set[str]) -> set[str]:
    """Stages that a test names in a string: it has them found and run as a rule does, without an import."""
    strings = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    return {name for text in strings if isinstance(text, str) and (name := text.rpartition(".")[2]) in stages}


@cache
def _graph() -> grimp.ImportGraph:
    graph = grimp.build_graph("shallownets", "tests", cache_dir=None)
    for room in (ROOT / "src/shallownets/studies").glob("*/stages"):
        study = room.parent.name
        for path in (ROOT / "tests" / study).glob("test_*.py"):
            for name in _stages_named(path, {stage.stem for stage in room.glob("*.py")} - {"__init__"}):
                imported = f"shallownets.studies.{study}.stages.{name}"
                graph.add_import(importer=f"tests.{study}.{path.stem}", imported=imported)
    return graph


def _own(test: str, module: str) -> bool:
    """Whether a test is of the study that a module belongs to, or, for a service, of no study."""
    parts = module.split(".")
    return test.split(".")[1:-1] == ([parts[2]] if parts[1] == "studies" else [])


@cache
def tests_of(module: str) -> tuple[str, ...]:
    """The files of tests that import a module, over the fewest steps first, and that of its own name.

    They are those of its own study. A service has those that import it over the fewest steps, of no study where there
    are such: everything else imports it too, but is no test of it.

    Raises:
        SystemExit: no test reaches the module.
    """
    graph = _graph()
    reaching = [test for test in graph.find_downstream_modules(module) if test.rpartition(".")[2].startswith("test_")]
    tests = [test for test in reaching if _own(test, module)] or reaching
    if not tests:
        raise SystemExit(f"error: {module}: no test imports it")
    steps = {test: len(graph.find_shortest_chain(test, module) or ()) for test in tests}
    if ".studies." not in module:
        tests = [test for test in tests if steps[test] == min(steps.values())]
    name = module.rpartition(".")[2]
    nearest = sorted(tests, key=lambda test: (steps[test], name not in test, test))
    return tuple(f"{test.replace('.', '/')}.py" for test in nearest)

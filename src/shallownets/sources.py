"""Which source files a command runs, found from its imports.

Snakemake reruns a job when its inputs or parameters change, but it does not see the modules that a command
imports. These functions find them by reading the code, without running it, so that editing a kernel reruns
exactly what depends on it.
"""

import ast
import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = __name__.partition(".")[0]
ROOT = Path(__file__).resolve().parent.parent


def _file(module: str) -> Path | None:
    """The file of a module of this package, or None where there is no such module."""
    stem = ROOT.joinpath(*module.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _imports(path: Path, module: str) -> frozenset[str]:
    """Names of this package that the file imports at any depth of its code; some may not be modules."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*parents, *([node.module] if node.module else [])])
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    return frozenset(name for name in names if name.partition(".")[0] == PACKAGE)


def closure(module: str) -> list[Path]:
    """All files of this package that importing ``module`` runs, sorted.

    Args:
        module: full dotted name, such as ``"shallownets.escape.stages.sgd"``.

    Raises:
        ModuleNotFoundError: no such module in this package.
    """
    if _file(module) is None:
        raise ModuleNotFoundError(module)
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting.extend(_imports(path, name))
        # Importing a.b.c runs a/__init__.py and a/b/__init__.py first.
        parts = name.split(".")
        waiting.extend(".".join(parts[:n]) for n in range(1, len(parts)))
    return sorted(found.values())


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 of files by their places in the checkout and their contents; 16 hex digits."""
    total = hashlib.sha256()
    for path in sorted(path.resolve() for path in paths):
        total.update(os.path.relpath(path, ROOT).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:16]

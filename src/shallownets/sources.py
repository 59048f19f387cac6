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
ROOT = Path(__file__).resolve().parents[1]


def _file(module: str) -> Path | None:
    """The file of a module of this package, or None where there is no such module."""
    stem = ROOT.joinpath(*module.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _tree(path: Path, _changed: int) -> ast.Module:
    return ast.parse(path.read_bytes(), filename=str(path))


@cache
def _imports(path: Path, module: str) -> frozenset[str]:
    """Names of this package that the file imports at any depth of its code; some may not be modules."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(_tree(path, path.stat().st_mtime_ns)):
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
        module: full dotted name, such as ``"shallownets.studies.escape.stages.sgd"``.

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


# What a parameter means, for help and messages: arguments of msgspec's Meta, and the functions of config/section.py.
_WORDS = {"title", "description"}
_SAYING = {"means", "expected"}


def _meaning(node: object) -> str:
    """A syntax tree as text without what cannot change a number: places, docstrings, and the words of parameters.

    Only fields that hold something are written, so that Pythons whose trees differ in empty ones agree.
    """
    if isinstance(node, ast.AST):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _SAYING:
            return "words"
        parts = []
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                value = [part for part in value if not _is_text(part)]
            if name == "keywords":
                value = [part for part in value if part.arg not in _WORDS]
            if isinstance(node, ast.JoinedStr):
                value = [part for part in node.values if getattr(part, "value", None) != ""]  # some Pythons add them
            if value is not None and value != [] and name not in ("kind", "type_comment"):
                parts.append(f"{name}={_meaning(value)}")
        return f"{type(node).__name__}({','.join(parts)})"
    if isinstance(node, list):
        return f"[{','.join(map(_meaning, node))}]"
    return repr(node)


def _is_text(node: ast.AST) -> bool:
    """Whether a statement is a string alone, as docstrings are: nothing happens there."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _content(path: Path) -> bytes:
    """What of a file can change a result: of Python the code that runs, of any other file all of it."""
    if path.suffix == ".py":
        return _meaning(_tree(path, path.stat().st_mtime_ns)).encode()
    return path.read_bytes()


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 of files by their places in the checkout and what in them can change a result; 16 hex digits.

    Comments, docstrings and the layout of Python code do not enter: an edit of them reruns nothing.
    """
    total = hashlib.sha256()
    for path in sorted(path.resolve() for path in paths):
        total.update(os.path.relpath(path, ROOT).encode() + b"\0")
        total.update(_hash(path, path.stat().st_mtime_ns))
    return total.hexdigest()[:16]


@cache
def _hash(path: Path, _changed: int) -> bytes:
    return hashlib.sha256(_content(path)).digest()

"""Which source files a command runs, found from its imports.

Snakemake reruns a job when its inputs or parameters change, but it does not see the modules that a command
imports. These functions find them by reading the code, without running it, so that editing a kernel reruns
exactly what depends on it.
"""

import ast
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source, resolve_name
from pathlib import Path
from typing import NamedTuple

PACKAGE = __name__.partition(".")[0]
ROOT = Path(__file__).resolve().parents[1]


class _Source(NamedTuple):
    """What is read of a file: the hash of what can change a result, and the modules that it may import, by names as
    they stand there (``..model``)."""

    hash: str
    imports: tuple[str, ...] = ()


@cache
def _own() -> bytes:
    """This module, on which depends what is read."""
    return Path(__file__).read_bytes()


@cache
def _read(path: Path, _changed: int) -> _Source:
    """What a file holds. Of Python code it is kept beside the bytecode, because to find it takes longer than to run it.

    What is kept counts for the same bytes alone, so that nothing can be wrong with it but that it is not there.
    """
    content = path.read_bytes()
    if path.suffix != ".py":
        return _Source(hashlib.sha256(content).hexdigest())
    kept = Path(cache_from_source(str(path))).with_suffix(".json")
    of = hashlib.sha256(_own() + content).hexdigest()
    with suppress(OSError, ValueError):
        match json.loads(kept.read_bytes()):
            case {"of": found, "hash": str(known), "imports": [*names]} if found == of:
                return _Source(known, tuple(names))
    tree = ast.parse(content, filename=str(path))
    if "parameters" in (path.parent.name, path.stem) or path.parts[-2:] == _SECTIONS:
        tree = _Unasked().visit(tree)
    source = _Source(hashlib.sha256(_meaning(tree).encode()).hexdigest(), tuple(sorted(set(_imported(tree)))))
    with suppress(OSError):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps({"of": of, **source._asdict()}), encoding="utf-8")
    return source


# What no stage asks of its parameters, nor of the kinds of value that all studies share: how its work grows, for the
# cost model, and what must hold between parameters, which is checked each time Snakemake plans the job; methods of
# sections, and the module of a study that the first ones use. And what a parameter means, for help and messages:
# functions of config/section.py, and arguments of msgspec's Meta.
_SECTIONS = ("config", "section.py")
_UNASKED = {"work", "limits"}
_COST = ("parameters", "work")
_SAYING = {"means", "expected"}
_WORDS = {"title", "description"}


def _is_cost(module: str) -> bool:
    return tuple(module.split(".")[-2:]) == _COST


class _Unasked(ast.NodeTransformer):
    """Takes what no stage asks out of the syntax tree of parameters."""

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.body = [part for part in node.body if not (isinstance(part, ast.FunctionDef) and part.name in _UNASKED)]
        return self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        base = f"{node.module}." if node.module else ""
        node.names = [alias for alias in node.names if not _is_cost(base + alias.name)]
        return node if node.names and not _is_cost(node.module or "") else None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = getattr(node.func, "id", "")
        if name in _SAYING:
            return ast.Constant("words")
        if name == "Meta":
            node.keywords = [part for part in node.keywords if part.arg not in _WORDS]
        return self.generic_visit(node)


def _imported(tree: ast.Module) -> Iterator[str]:
    """Names that are imported at any depth of the code; some may not be modules."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}{'.' if node.module else ''}{alias.name}" for alias in node.names)


@cache
def _file(root: Path, module: str) -> Path | None:
    """The file of a module below ``root``, or None where there is no such module."""
    stem = root.joinpath(*module.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def _imports(path: Path, module: str) -> frozenset[str]:
    """Names of this package that the file of a module imports; some may not be modules."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    names = (resolve_name(name, package) for name in _read(path, path.stat().st_mtime_ns).imports)
    return frozenset(name for name in names if name.partition(".")[0] == PACKAGE and not _is_cost(name))


def closure(module: str) -> list[Path]:
    """All files of this package that importing ``module`` runs and that can change a result, sorted.

    The modules ``parameters.work`` of the studies, which say how the cost of a stage grows, are not among them.

    Args:
        module: full dotted name, such as ``"shallownets.studies.escape.stages.sgd"``.

    Raises:
        ModuleNotFoundError: no such module in this package.
    """
    if _file(ROOT, module) is None:
        raise ModuleNotFoundError(module)
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _file(ROOT, name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting.extend(_imports(path, name))
        # Importing a.b.c runs a/__init__.py and a/b/__init__.py first.
        parts = name.split(".")
        waiting.extend(".".join(parts[:n]) for n in range(1, len(parts)))
    return sorted(found.values())


def _meaning(node: object) -> str:
    """A syntax tree as text without what cannot change a number: places and docstrings.

    Only fields that hold something are written, so that Pythons whose trees differ in empty ones agree.
    """
    if isinstance(node, ast.AST):
        parts = []
        for name, value in ast.iter_fields(node):
            if name == "body" and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                value = [part for part in value if not _is_text(part)]
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


@cache
def _place(path: Path) -> tuple[Path, bytes]:
    """Where a file of an absolute path really is, and its place in the checkout."""
    real = path.resolve()
    return real, os.path.relpath(real, ROOT).encode()


def digest(paths: Iterable[Path], said: str = "") -> str:
    """SHA-256 of files by their places in the checkout and what in them can change a result; 16 hex digits.

    Comments, docstrings and the layout of Python code do not enter, nor what sections say of their cost, of what they
    refuse and of what they mean: an edit of them reruns nothing.

    Args:
        paths: of the files.
        said: what else decides the result, as text.
    """
    total = hashlib.sha256()
    for path, place in sorted(_place(path.absolute()) for path in paths):
        total.update(place + b"\0")
        total.update(bytes.fromhex(_read(path, path.stat().st_mtime_ns).hash))
    total.update(said.encode())
    return total.hexdigest()[:16]

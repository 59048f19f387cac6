"""Which small wrong changes a module allows, a sample that is the same every time, and the changes that are none.

The changes are cosmic-ray's: a number one up or down, an operator or a comparison for another, a loop that runs no
time, a negated condition, True for False. Left out are those that prove nothing about a test: operators on bits of
floats and functions without their decorator end in an error or in the same numbers computed slowly, `is` for `==` is
the same on small integers, annotations are not run, and `strict` of a zip guards against what does not happen.
"""

import ast
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
EXPLAINED = Path(__file__).with_name("explained.yaml")
# What holds physics and estimates; a room of a study may be a module or a folder.
ROOMS = ("model", "starts", "trajectory", "engines", "theory", "measure")
SERVICES = (
    *("deviation", "dop853", "haar", "integrate", "lost", "normals", "products", "seeds", "statistics", "triangle"),
)
_ARITHMETIC, _ORDER = "(Add|Sub|Mul|Div|Pow)", "(Eq|NotEq|Lt|LtE|Gt|GtE)"
_OPERATORS = re.compile(
    rf"core/(ReplaceBinaryOperator_(Add|Sub|Mul|Div|FloorDiv|Mod|Pow)_{_ARITHMETIC}"
    r"|ReplaceBinaryOperator_(BitAnd_BitOr|BitOr_BitAnd)"
    rf"|ReplaceComparisonOperator_({_ORDER}_{_ORDER}|Is_IsNot|IsNot_Is)"
    r"|ReplaceUnaryOperator_(USub_UAdd|Delete_USub|Delete_Invert|Delete_Not)"
    r"|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd|AddNot"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ZeroIterationForLoop|NumberReplacer)"
)


@dataclass(frozen=True)
class Mutant:
    """A change: an operator of cosmic-ray at its nth place in a module, and what it makes of a line."""

    module: str  # full dotted name
    operator: str
    occurrence: int
    number: int  # of the line, from 1
    line: str
    becomes: str

    def code(self) -> str:
        """The whole module with the change."""
        return mutate_code(file_of(self.module).read_text(), get_operator(self.operator)(), self.occurrence)

    @property
    def key(self) -> tuple[str, str, str]:
        """By what `explained` knows a change: its place in the file may move."""
        return self.module, self.line, self.becomes

    def __str__(self) -> str:
        return f"{self.module}, line {self.number}: {self.line}  ->  {self.becomes}"


def modules() -> list[str]:
    """Full names of the modules that are mutated."""
    rooms = [path for room in ROOMS for path in (SOURCE / "shallownets/studies").glob(f"*/{room}*")]
    paths = [one for room in rooms for one in (room.glob("*.py") if room.is_dir() else [room])]
    paths += [SOURCE / f"shallownets/numerics/{name}.py" for name in SERVICES]
    paths += [SOURCE / f"shallownets/claims/{name}.py" for name in ("formulas", "judge")]
    return sorted(".".join(path.relative_to(SOURCE).with_suffix("").parts) for path in paths if path.stem[0] != "_")


def file_of(module: str) -> Path:
    """The file of a module of this package."""
    return SOURCE.joinpath(*module.split(".")).with_suffix(".py")


def _left_out(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where what is not changed goes, as ((line, column), (line, column))."""
    parts: list[ast.expr] = []
    for node in ast.walk(ast.parse(source)):
        parts += [part for name in ("annotation", "returns") if (part := getattr(node, name, None))]
        parts += getattr(node, "decorator_list", [])
        parts += [part.value for part in getattr(node, "keywords", []) if part.arg == "strict"]
    return [((part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)) for part in parts]


def _places(source: str) -> Iterator[tuple[int, str, int]]:
    """(line, operator, occurrence) of every change that a module allows."""
    nodes, left_out = list(ast_nodes(get_ast(source))), _left_out(source)
    for name in filter(_OPERATORS.fullmatch, operator_names()):
        operator = get_operator(name)()
        starts = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for occurrence, start in enumerate(starts):
            if not any(first <= start < last for first, last in left_out):
                yield start[0], name, occurrence


def _mutant(module: str, number: int, operator: str, occurrence: int) -> Mutant:
    source = file_of(module).read_text()
    lines = [
        text.splitlines()[number - 1] for text in (source, mutate_code(source, get_operator(operator)(), occurrence))
    ]
    return Mutant(module, operator, occurrence, number, *(" ".join(line.split()) for line in lines))


def mutants(module: str, containing: str = "") -> list[Mutant]:
    """Every change that a module allows, or those of lines that contain a text; in order of lines."""
    source = file_of(module).read_text()
    lines = [" ".join(line.split()) for line in source.splitlines()]
    return [_mutant(module, *place) for place in sorted(_places(source)) if containing in lines[place[0] - 1]]


def sample(module: str, size: int, seed: int) -> tuple[list[Mutant], int]:
    """As many changes of a module as are wanted, the same ones for the same seed; and how many it allows."""
    places = sorted(_places(file_of(module).read_text()))
    chosen = random.Random(f"{seed} {module}").sample(places, min(size, len(places)))
    return [_mutant(module, *place) for place in chosen], len(places)


@cache
def explained() -> dict[tuple[str, str, str], str]:
    """Changes that no test can notice, as (module, line, what becomes of it), and why."""
    entries = yaml.safe_load(EXPLAINED.read_text())
    return {
        (f"shallownets.{one['module']}", one["line"], becomes): one["why"]
        for one in entries
        for becomes in one["becomes"]
    }

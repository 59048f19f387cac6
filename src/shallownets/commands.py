"""All commands: python -m shallownets COMMAND ...

A module of ``studies/<study>/commands`` is a command of that study, found by its file: that of the study's name is
called by this name alone.
"""

import ast
import io
import os
import sys
from importlib import import_module
from pathlib import Path

import shallownets
from shallownets import forkserver, rooms
from shallownets.config.nearest import nearest
from shallownets.errors import UserError, key_name
from shallownets.results import lock

_SHARED = {
    "run": "shallownets.run",
    "config": "shallownets.config.page",
    "study": "shallownets.workflow.study",
    "draw": "shallownets.drawing.draw",
    "ledger": "shallownets.claims.ledger",
    "reseed": "shallownets.claims.reseed",
    "report": "shallownets.report.command",
    "gallery": "shallownets.report.docs",
    "explain": "shallownets.workflow.explain",
    "cost": "shallownets.workflow.cost",
    "profile": "shallownets.workflow.profile",
    "reference": "shallownets.claims.reference",
    "archive": "shallownets.archive.pack",
    "verify": "shallownets.archive.verify",
}
# Modules of the packages that pyproject.toml has as the extra workflow.
OF_WORKFLOW = {"PIL", "docutils", "itables", "jinja2", "markupsafe", "plotly", "snakemake"}
# The package is on no index: its extras are installed from a checkout.
_INSTALLS = "in a checkout of this project, pip install '.[workflow]'"


def commands() -> dict[str, str]:
    """Modules by the words that run them: the shared commands, and "<study>" or "<study> <name>" of the studies."""
    found = (name.split(".") for name in rooms.names("commands"))
    return _SHARED | {
        study if name == study else f"{study} {name}": f"shallownets.studies.{study}.commands.{name}"
        for study, name in found
    }


def _summary(module: str) -> str:
    """First line of a module's docstring, without running the module."""
    path = Path(__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".py")
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def choose(words: list[str]) -> tuple[str, list[str]]:
    """The module that the words name, and the words left for it.

    Raises:
        UserError: no command has this name.
    """
    known = commands()
    for length in (2, 1):
        name = " ".join(words[:length])
        if len(words) >= length and name in known:
            return known[name], words[length:]
    near = nearest(words[0], known)
    hint = f"did you mean {near}? " if near else ""
    raise UserError(f"{key_name(words[0])}: no such command; {hint}expected one of {', '.join(known)}")


def main() -> None:
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help"):
        print("usage: python -m shallownets COMMAND ...\n")
        width = max(map(len, commands()))
        print("\n".join(f"  {name:<{width}}  {_summary(module)}" for name, module in commands().items()))
        print("\nEach has a --help of its own.")
        return
    if words[0] in ("-V", "--version"):
        print(f"shallownets {shallownets.__version__}")
        return
    module, rest = choose(words)
    import_module(module).main(rest)


def run() -> None:
    """Run the command and leave the process.

    Its code is 0 done, 1 nobody reads what it says (``| head``), 2 a user's mistake, said in one line, 130 interrupted.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # α is said as \u03b1 where only ASCII can be
    os.environ["MPLBACKEND"] = forkserver.BACKEND
    try:
        lock.join()
        try:
            main()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains of it at its end
        sys.exit(1)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in OF_WORKFLOW:
            raise
        print(f"error: {error.name} is not installed; {_INSTALLS} installs it", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)

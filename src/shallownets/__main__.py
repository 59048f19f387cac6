"""All commands: python -m shallownets COMMAND ...

A module of ``studies/<study>/commands`` is a command of that study, found by its file.
"""

import ast
import sys
from importlib import import_module
from pathlib import Path

from shallownets import cli
from shallownets.errors import UserError

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


def commands() -> dict[str, str]:
    """Modules by the words that run them: the shared commands, and "<study> <name>" for those of the studies."""
    package = Path(__file__).parent
    found = {
        f"{path.parent.parent.name} {path.stem}": f"shallownets.studies.{path.parent.parent.name}.commands.{path.stem}"
        for path in sorted(package.glob("studies/*/commands/*.py"))
        if path.stem != "__init__"
    }
    return _SHARED | found


def _summary(module: str) -> str:
    """First line of a module's docstring, without running the module."""
    path = Path(__file__).parent.joinpath(*module.split(".")[1:]).with_suffix(".py")
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n")[0]


def choose(words: list[str]) -> tuple[str, list[str]]:
    """The module that the words name, and the words left for it. The study may be left out where one has the command.

    Raises:
        UserError: no command, or one of several studies, has this name.
    """
    known = commands()
    for length in (2, 1):
        name = " ".join(words[:length])
        if len(words) >= length and name in known:
            return known[name], words[length:]
    named = [name for name in known if words and name.split()[-1] == words[0]]
    if len(named) == 1:
        return known[named[0]], words[1:]
    given = words[0] if words else "no command"
    raise UserError(f"{given}: expected one of {', '.join(named or known)}")


def main() -> None:
    words = sys.argv[1:]
    if not words or words[0] in ("-h", "--help"):
        print("usage: python -m shallownets COMMAND ...\n")
        width = max(map(len, commands()))
        print("\n".join(f"  {name:<{width}}  {_summary(module)}" for name, module in commands().items()))
        print("\nThe study's name may be left out where only one study has the command. Each has a --help of its own.")
        return
    module, rest = choose(words)
    import_module(module).main(rest)


if __name__ == "__main__":
    cli.run(main)

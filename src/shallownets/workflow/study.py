"""Make a new study that runs and passes its tests at once: python -m shallownets study NAME

From: workflow/template, whose files bear the name `__study__` in their paths and in their text.
Makes: the files of the study, its section of config.yaml and of the smoke tier.
"""

import keyword
import re
from pathlib import Path

from shallownets.config import settings
from shallownets.config.commandline import Parser
from shallownets.errors import UserError, in_short
from shallownets.files import write_whole, written

TEMPLATE = Path("workflow/template")  # relative to the checkout
RULES = Path("workflow/rules")
PAGES = Path("workflow/report")  # templates of the report; each study has a page of its own name beside them
SHARED = (Path("config.yaml"), Path("workflow/tiers/smoke.yaml"))  # files of all studies, to which it adds a section
_NAME = re.compile(r"[a-z][a-z0-9]{1,19}")


def files(name: str) -> dict[Path, str]:
    """What each file of a new study holds, by its path; of a shared file what is added to its end."""

    def named(text: str) -> str:
        return text.replace("__study__", name).replace("__Study__", name.capitalize())

    return {
        Path(named(str(path.relative_to(TEMPLATE)))): named(path.read_text(encoding="utf-8"))
        for path in written(TEMPLATE)
    }


def make(name: str) -> list[Path]:
    """Write a new study into the checkout; all of it or, where something of its name is there, nothing.

    Returns:
        the files that were made.

    Raises:
        UserError: a name that Python, the config or the rules cannot have or already have, or a file that is there.
    """
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        right = "2 to 20 lower-case letters and digits that begin with a letter, and no word of Python"
        raise UserError(f"NAME = {in_short(name)}: expected {right}")
    if not TEMPLATE.is_dir():
        raise UserError(f"{TEMPLATE}: not there; expected the folder of the checkout")
    texts = [path.read_text(encoding="utf-8") for path in (Path("Snakefile"), *RULES.glob("*.smk"))]
    rules = re.findall(r"^rule (\w+):", "\n".join(texts), re.MULTILINE)
    if name in (*settings.default(), *rules) or (PAGES / f"{name}.html.j2").exists():
        raise UserError(
            f"NAME = {name}: expected a name that no study, key of config.yaml, rule or page of the report has"
        )
    made = files(name)
    for path in made:
        if path not in SHARED and path.exists():
            raise UserError(f"{path}: is there already; expected a name without files")
    for path, text in made.items():
        write_whole(path, ((path.read_text(encoding="utf-8") if path in SHARED else "") + text).encode())
    return [path for path in made if path not in SHARED]


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets study", __doc__ or "")
    parser.add_argument("name", metavar="NAME", help="of the study, such as perceptron")
    name = parser.parse_args(words).name
    print("\n".join(map(str, make(name))))
    print(f"Study {name}: its files are those above, its values stand in {' and '.join(map(str, SHARED))}.")
    print(f"Run it: snakemake --cores all {name}    Test it: pytest tests/{name}")

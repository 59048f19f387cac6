"""Make a release, all of it local: python workflow/release.py 1.2.0

What CHANGELOG.md has under "Unreleased" becomes that version, of today; pyproject.toml, CITATION.cff and codemeta.json
name it; `make archive` finishes the paper tier and puts it into one file; all that is committed and tagged. Where
anything fails or is stopped, the files are as they were, and there is neither commit nor tag. Nothing is uploaded.

Run in the folder of the checkout.
"""

import datetime
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

FILES = ("CHANGELOG.md", "pyproject.toml", "CITATION.cff", "codemeta.json")
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE = 10.0  # seconds in which what `make archive` has started may end by itself
VERSION = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")


class Failure(Exception):
    """Why there is no release, in one line."""


def stop(number: int, _: object) -> NoReturn:
    """Let a signal end this as an error would, so that the files are put back."""
    raise Failure(f"stopped by {signal.Signals(number).name}; there is no release, and all files are as they were")


def git(*words: str) -> str:
    """What git says.

    Raises:
        Failure: it fails.
    """
    done = subprocess.run(["git", *words], capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"git {words[0]}: {' '.join(done.stderr.split()) or 'failed'}")
    return done.stdout


def numbers(version: str) -> list[int]:
    """The numbers of a version, to compare it by."""
    return [int(number) for number in version.split(".")]


def present() -> str:
    """The version that the last commit names in pyproject.toml.

    Raises:
        Failure: it names none.
    """
    found = re.search(r'^version = "(.*)"$', git("show", "HEAD:pyproject.toml"), re.MULTILINE)
    if not found or not VERSION.fullmatch(found[1]):
        raise Failure('pyproject.toml: expected a line such as version = "1.2.0"')
    return found[1]


def check(version: str) -> None:
    """Refuse what cannot become a release, before anything is changed.

    Raises:
        Failure: the version, the tree or the changelog does not fit.
    """
    if not VERSION.fullmatch(version):
        raise Failure(f"VERSION={version}: expected three numbers: make release VERSION=1.2.0")
    if numbers(version) <= numbers(present()):
        raise Failure(f"VERSION={version}: expected one above the present {present()}")
    if git("tag", "--list", f"v{version}"):
        raise Failure(f"VERSION={version}: there is a tag v{version} already")
    if begun := git("diff", "--name-only", "HEAD", "--", *FILES).split():
        raise Failure(
            f"{', '.join(begun)}: changed, and not committed, as where a release was killed; "
            f"this brings back the last commit's: git checkout HEAD -- {' '.join(begun)}"
        )
    if changed := git("status", "--porcelain").splitlines():
        raise Failure(f"{changed[0][3:]}: changed, and not committed; commit or stash it before")
    if not re.search(r"^## Unreleased\n+(?!## |\Z)", Path("CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE):
        raise Failure('CHANGELOG.md: expected what is new below "## Unreleased"')


def name(version: str, day: str) -> None:
    """Let all files that name the version name this one, released on that day."""

    def change(file: str, pattern: str, new: str) -> None:
        path = Path(file)
        text, times = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        if not times:
            raise Failure(f"{file}: expected a line like {pattern}")
        path.write_text(text, encoding="utf-8")

    change("CHANGELOG.md", "^## Unreleased$", f"## {version}, {day}")
    change("pyproject.toml", '^version = ".*"$', f'version = "{version}"')
    change("CITATION.cff", r"^version: .*\n(date-released: .*\n)?", f"version: {version}\ndate-released: {day}\n")
    codemeta = Path("codemeta.json")
    said = json.loads(codemeta.read_text(encoding="utf-8")) | {"version": version, "datePublished": day}
    codemeta.write_text(json.dumps(said, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def archive() -> None:
    """Run `make archive`, in a group of its own, so that nothing of it goes on where this is stopped.

    Raises:
        Failure: it fails, or this is stopped.
    """
    with subprocess.Popen(["make", "--no-print-directory", "archive"], process_group=0) as made:
        try:
            code = made.wait()
        except BaseException:
            ignore_signals()
            with suppress(ProcessLookupError):
                os.killpg(made.pid, signal.SIGTERM)
                with suppress(subprocess.TimeoutExpired):
                    made.wait(PATIENCE)
                os.killpg(made.pid, signal.SIGKILL)
            raise
    if code:
        raise Failure("`make archive` failed; all files are as they were")


def ignore_signals() -> None:
    """From here on this ends by itself, and soon."""
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)


def main(version: str) -> None:
    for number in STOPPING:
        signal.signal(number, stop)
    check(version)
    before = git("rev-parse", "HEAD").strip()
    try:
        name(version, datetime.date.today().isoformat())
        archive()
        git("commit", "--quiet", "--message", f"Version {version}", *FILES)
        git("tag", "--annotate", f"v{version}", "--message", f"Version {version}")
    except BaseException:
        ignore_signals()
        git("reset", "--quiet", "--soft", before)
        git("checkout", "--quiet", "HEAD", "--", *FILES)
        raise
    print(f"Committed, and tagged v{version}. Nothing was uploaded; docs/archive.md says what is left to do.")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:2] or [""])
    except (Failure, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)

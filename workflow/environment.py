"""Set up .venv from the two locks, with the Python that runs this; nothing to do where it is as it should be.

An environment cannot be moved, because its commands name their Python by its full path. Each one is therefore made in a
folder of its own, .venv-<random>, and .venv is a link, turned to it in one step when it is complete: however this ends,
.venv is either the environment from before or the new one. Every download's hash is checked.

Only the standard library: this runs before any package is there.
"""

import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import secrets
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = ROOT / ".venv"
STAMP = "ready"  # written into a complete environment: what it was made from
MARK = "begun-by-set-up"  # written into an environment before anything else: this set-up made it, and may delete it
LOG = ROOT / ".venv.log"  # what pip and uv said, where they failed
PYTHON = f"Python {sys.version_info.major}.{sys.version_info.minor}"
# Where a site or an image tells pip and uv to install, which is not where this does.
ELSEWHERE = ("PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "UV_SYSTEM_PYTHON", "VIRTUAL_ENV")
OWN_PACKAGES_FIRST = ROOT / "workflow/own_packages_first.py"


class Failure(Exception):
    """Why there is no new environment, in one line."""


def stamp() -> str:
    """Hash of all that an environment is made from: contents, not times, so that a touch or another branch and back is
    nothing new. A line of its own names the project's version."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        described = tomllib.load(file)
    version = described["project"].pop("version")
    made_from = {
        "locks": [(ROOT / name).read_text(encoding="utf-8") for name in ("bootstrap.lock", "requirements.lock")],
        "project": [described["build-system"], described["project"]],
        "python": [sys.base_prefix, PYTHON],
        "place": str(ROOT),
        "set-up": [Path(name).read_text(encoding="utf-8") for name in (__file__, OWN_PACKAGES_FIRST)],
    }
    return f"{hashlib.sha256(json.dumps(made_from, sort_keys=True).encode()).hexdigest()}\n{version}\n"


def complete(wanted: str) -> bool:
    """Whether .venv is what this would make."""
    try:
        return (LINK / STAMP).read_text() == wanted and (LINK / "bin/python").exists()
    except OSError:
        return False


def lacks_the_version_alone(wanted: str) -> bool:
    """Whether nothing but the project's version is another one, as within `make release`."""
    try:
        here = (LINK / STAMP).read_text().splitlines()
    except OSError:
        return False
    return len(here) == 2 and here[0] == wanted.splitlines()[0] and (LINK / "bin/python").exists()


def is_ours(folder: Path) -> bool:
    """Whether this set-up made an environment, whole or not."""
    return any((folder / name).is_file() for name in (MARK, STAMP))


def refuse_foreign() -> None:
    """Leave a .venv alone that somebody else has made; ours bear a mark. A link that leads nowhere holds nothing.

    Raises:
        Failure: it is not one of ours.
    """
    ours = is_ours(LINK) or (LINK.is_symlink() and not LINK.exists())
    if os.path.lexists(LINK) and not ours:
        raise Failure(".venv was not made by this set-up, and is left as it is: rename or delete it, then try again")


@contextmanager
def one_at_a_time() -> Iterator[bool]:
    """Wait until nobody else sets up .venv here; False where the disk has no locks."""
    with (ROOT / ".venv.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another command that sets up .venv.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.ENOTSUP, errno.ENOLCK, errno.EINVAL):
                raise
            print("This disk has no file locks: what an earlier .venv took stays in .venv-*.", flush=True)
            yield False
            return
        yield True


def need_ensurepip() -> None:
    """Debian and Ubuntu keep the part of Python that makes environments in a package of its own.

    Raises:
        Failure: it is missing, and only the administrator can install it.
    """
    if importlib.util.find_spec("ensurepip"):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    if os.geteuid() or not shutil.which("apt-get"):
        raise Failure(f"{sys.executable} cannot make environments; run: sudo apt-get install {package}")
    print(f"Installing {package}, which Debian and Ubuntu need to make a Python environment.", flush=True)
    run("apt-get", "update", "-qq")
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", package)


def run(*command: str | Path) -> None:
    """Run a command of the set-up, silent unless it fails.

    Raises:
        Failure: it failed.
    """
    settings = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    settings |= {"PIP_USER": "0", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, cwd=ROOT, env=settings, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode:
        LOG.write_bytes(done.stdout)
        said = " ".join(Path(part).name if os.sep in str(part) else str(part) for part in command)
        kept = "; the .venv from before is as it was" if LINK.exists() else ""
        raise Failure(f"`{said}` failed, for want of a network perhaps: see {LOG.name}{kept}")


def name_project(folder: Path) -> None:
    """Let an environment know this project and its version; its code stays in the checkout."""
    offline = ("--no-deps", "--no-build-isolation", "--no-index")
    run(folder / "bin/uv", "pip", "install", "--python", folder, *offline, "--editable", ROOT)


def build(folder: Path, wanted: str) -> None:
    """Make a whole environment, with its bytecode, so that no command has to compile what it imports."""
    python, uv = folder / "bin/python", folder / "bin/uv"
    folder.mkdir()
    (folder / MARK).touch()
    run(sys.executable, "-I", "-m", "venv", "--prompt", LINK.name, folder)
    for script in folder.glob("bin/[aA]ctivate*"):  # a shell in which it is active stays so when .venv is turned
        script.write_text(script.read_text(encoding="utf-8").replace(folder.name, LINK.name), encoding="utf-8")
    run(python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", "bootstrap.lock")
    run(uv, "pip", "install", "--python", folder, "--require-hashes", "-r", "requirements.lock")
    name_project(folder)
    (site,) = folder.glob("lib/python*/site-packages")
    shutil.copy(OWN_PACKAGES_FIRST, site)
    (site / "0.pth").write_text(f"import {OWN_PACKAGES_FIRST.stem}\n")  # files .pth are read by their names' order
    # but for the packages' tests, a third of all; -x sees whole paths, and the checkout's may have such a folder, too
    run(python, "-I", "-m", "compileall", "-q", "-j", "0", "-x", r"/tests?/", site.relative_to(ROOT), "src")
    (folder / STAMP).write_text(wanted)


def turn_to(folder: Path) -> None:
    """Let .venv be this environment."""
    link = folder.with_suffix(".link")
    link.symlink_to(folder.name)
    if LINK.is_dir() and not LINK.is_symlink():
        LINK.rename(ROOT / f".venv-{secrets.token_hex(4)}")
    link.replace(LINK)


def tidy() -> None:
    """Delete our environments but that of .venv: those from before, and what a killed set-up has begun."""
    for path in ROOT.glob(".venv-*"):
        if path.is_symlink():
            if path.suffix == ".link":  # left where turn_to was killed
                path.unlink()
        elif is_ours(path) and not (LINK.exists() and path.samefile(LINK)):
            shutil.rmtree(path, ignore_errors=True)


def main() -> None:
    wanted = stamp()
    if complete(wanted):
        return
    refuse_foreign()
    need_ensurepip()
    with one_at_a_time() as alone:
        if complete(wanted):
            return
        if lacks_the_version_alone(wanted):  # a second or two, without a network
            (LINK / STAMP).unlink()
            name_project(LINK.resolve())
            (LINK / STAMP).write_text(wanted)
            return
        print(f"Setting up .venv with {PYTHON}; this takes about a minute.", flush=True)
        folder = ROOT / f".venv-{secrets.token_hex(4)}"
        try:
            build(folder, wanted)
            turn_to(folder)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        if alone:
            tidy()
        LOG.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("interrupted; .venv is as it was")
    except (Failure, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)

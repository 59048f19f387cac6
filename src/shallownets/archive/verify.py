"""Check an archive: its tables must give its figures, ledger and report, and its config a sample of its tables.

From: an archive that ``archive`` made, and this checkout.
Makes: nothing that stays; says what agrees, what differs and what was not checked. Ends with 0 where all that was
checked agrees, with 1 where anything differs or is missing, with 2 where the archive is refused.

Where source and versions are those of the archive, what is made again must have its bytes. Elsewhere an artefact says
so in its record and the last digits move with the libraries: there the numbers of tables and ledger are compared.
"""

import contextlib
import io
import os
import random
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from shallownets.archive import pack as archive
from shallownets.config import settings
from shallownets.config.commandline import Parser
from shallownets.config.section import Index, Section, means
from shallownets.errors import key_name
from shallownets.files import hash_of
from shallownets.numerics import deviation
from shallownets.workflow import catalogue, lineage

TOLERANCE = 1e-6  # as deviation.largest counts; between versions nearly all tables are closer: docs/archive.md
_CHECKOUT = ("Snakefile", "config.yaml", "environment.yml", "docs", "src", "workflow")
_TABLES = ("measurements/", "figure_data/")
_OVERLAY = Path("archived.yaml")  # the archive's config in a copy of the checkout
_LEDGER, _REPORT = "claims.csv", "report/"
_JUDGED = ["id", "verdict", "predicted", "measured", "low", "high", "n"]  # of the ledger; the rest are words
_OF_A_RUN = re.compile(rb"(<t?d[^<>]* data-run>)[^<]*")  # times and hardware in the report, so marked in its template


class Sample(Section):
    """Which tables are made from nothing."""

    sample: Annotated[Index, means("how many tables are made from nothing")] = 3
    seed: Annotated[Index, means("seed of the choice of tables; another one each time unless given")] = msgspec.field(
        default_factory=lambda: secrets.randbelow(10**6)
    )


Finding = tuple[bool | None, str]  # whether a result agrees, None where that cannot be said; and in words


def compare(name: str, made: bytes | None, listed: str, archived: bytes | None, exact: bool) -> Finding:
    """Whether a result that was made again agrees with the archive.

    Args:
        name: of the result.
        made: its bytes; None where it could not be made.
        listed: the SHA-256 of the archive's manifest.
        archived: its bytes in the archive; None for an artefact, which is listed alone.
        exact: whether only the same bytes agree.
    """
    if made is None:
        return False, "DIFFERS, cannot be made from the archive"
    if hash_of(made) == listed:
        return True, "same"
    if archived is not None:
        if name.startswith(_REPORT) and _OF_A_RUN.sub(rb"\1", made) == _OF_A_RUN.sub(rb"\1", archived):
            return True, "same but for times and hardware"
        if name.startswith(_TABLES) or name == _LEDGER:
            return _compare_tables(name, made, archived, exact)
    if exact or name.startswith("figures/"):
        return False, "DIFFERS"
    return None, "not checked but for its hash: other source or versions"


def _compare_tables(name: str, made: bytes, archived: bytes, exact: bool) -> Finding:
    """The same for two tables of different bytes."""
    import pandas as pd

    try:
        ours, theirs = (pd.read_csv(io.BytesIO(content), comment="#") for content in (made, archived))
        if name == _LEDGER:
            ours, theirs = (frame[_JUDGED].sort_values("id", ignore_index=True) for frame in (ours, theirs))
            here, there = (dict(zip(frame.id, frame.verdict, strict=True)) for frame in (ours, theirs))
            if others := [claim for claim in here | there if here.get(claim) != there.get(claim)]:
                first, *verdicts = map(key_name, (others[0], there.get(others[0]), here.get(others[0])))
                return False, f"DIFFERS, {len(others)} verdicts: {first} is {verdicts[0]}, here {verdicts[1]}"
        largest = deviation.largest(ours, theirs)
    except (ValueError, KeyError, TypeError):
        return False, "DIFFERS, not a table"
    if exact or largest > TOLERANCE:
        return False, f"DIFFERS, numbers by up to {largest:.1g} of their size"
    return True, f"agrees, numbers to {largest:.1g} of their size"


class Copy:
    """A copy of this checkout without results, in which the config of an archive is run.

    Attributes:
        planned: by the name of each result that the config plans, the rule that makes it.
    """

    def __init__(self, folder: Path, config: bytes, results: str) -> None:
        for name in _CHECKOUT:
            (shutil.copytree if Path(name).is_dir() else shutil.copy2)(name, folder / name)
        (folder / _OVERLAY).write_bytes(config)
        self._folder, self._results = folder, results
        with contextlib.chdir(folder):
            jobs = lineage.jobs(configs=[_OVERLAY])
        self.planned = {path.relative_to(results).as_posix(): job.rule for job in jobs for path in job.outputs}

    def make(self, names: Iterable[str], given: Mapping[str, bytes], *options: str) -> dict[str, bytes]:
        """What there is when Snakemake has made these results, as far as it can, from those given and no others."""
        results = self._folder / self._results
        shutil.rmtree(results, ignore_errors=True)
        for name, content in given.items():
            (results / name).parent.mkdir(parents=True, exist_ok=True)
            (results / name).write_bytes(content)
        # All cores are for Snakemake those that this process may use.
        line = ["--cores", "all", "--keep-going", "--quiet", "all", "--configfile", _OVERLAY, *options]
        done = subprocess.run(
            [sys.executable, "-m", "snakemake", *line, "--", *(f"{self._results}/{name}" for name in names)],
            cwd=self._folder,
            env=os.environ | {"PYTHONPATH": str(self._folder / "src")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        )
        print("".join(f"  {said}\n" for said in done.stdout.splitlines() if said.startswith("error: ")), end="")
        paths = {name: results / name for name in self.planned.keys() - given.keys()}
        return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}


def check(path: Path, size: int, seed: int) -> dict[str, Finding]:
    """What is found of everything that an archive lists, or should list, by name.

    Args:
        path: of the archive.
        size: how many tables are made from nothing.
        seed: of their choice.

    Raises:
        UserError: the archive is refused.
    """
    manifest, files = archive.unpack(path)
    results = settings.results_folder(settings.load(zipfile.Path(path, archive.CONFIG), catalogue.names()))
    print(f"{len(files)} files: the bytes are those of the manifest", flush=True)
    here = {"source": archive.source_of_checkout()} | archive.versions()
    there = {"source": manifest.source} | manifest.versions
    other = [f"{name} {key_name(there.get(name))}, here {here[name]}" for name in here if here[name] != there.get(name)]
    if other:
        print(f"It was made with other versions, so numbers are compared: {'; '.join(other)}", flush=True)
    listed = manifest.files | manifest.artefacts

    def judged(names: Iterable[str], made: Mapping[str, bytes]) -> dict[str, Finding]:
        return {name: compare(name, made.get(name), listed[name], files.get(name), not other) for name in names}

    with tempfile.TemporaryDirectory() as temporary:
        copy = Copy(Path(temporary), files[archive.CONFIG], results)
        whole = {archive.CONFIG, *archive.PROJECT, *copy.planned}
        if odd := listed.keys() ^ whole:
            said = {True: "FOREIGN, the config does not plan it", False: "MISSING, the config plans it"}
            return {name: (False, said[name in listed]) for name in odd}
        tables = {name: files[name] for name in sorted(whole) if name.startswith(_TABLES)}
        last = [name for name in copy.planned if not name.startswith((archive.DATA, *_TABLES))]
        print("Figures, ledger and report are made from the tables", flush=True)
        made = copy.make(last, tables, "--allowed-rules", *sorted({copy.planned[name] for name in last}))
        found: dict[str, Finding] = dict.fromkeys(listed, (None, "not checked but for its hash"))
        found[archive.CONFIG] = (True, "same")  # it is what all else is made from
        found |= judged([*last, *archive.PROJECT], made | {name: Path(name).read_bytes() for name in archive.PROJECT})
        if sample := random.Random(seed).sample(list(tables), min(size, len(tables))):
            print(f"{', '.join(sample)} are made from nothing, which may take minutes (--seed {seed})", flush=True)
            made = copy.make(sample, {})
            # What is made on the way is compared, too; artefacts have other bytes where versions are others.
            found |= judged([*sample, *(name for name in made if name in files or not other)], made)
    return found


def _kind(name: str) -> str:
    """The folder that a file stands in, or its own name where it stands in none."""
    return name.partition("/")[0]


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets verify", __doc__ or "")
    parser.add_argument("archive", type=Path, help="the archive, .zip")
    parser.add_section(Sample)
    args = parser.parse_args(words)
    given = parser.section(Sample, args)

    found = check(args.archive, given.sample, given.seed)
    for name, (agrees, said) in sorted(found.items()):
        if agrees is not None and said != "same":
            print(f"  {said}  {name}")
    of_all = Counter(map(_kind, found))
    for said, value in {"Agree": True, "Not checked but for the hash": None, "DIFFER": False}.items():
        some = Counter(_kind(name) for name, (agrees, _) in found.items() if agrees is value)
        if some:
            print(f"{said}:", ", ".join(f"{number} of {of_all[kind]} {kind}" for kind, number in sorted(some.items())))
    if any(agrees is False for agrees, _ in found.values()):
        sys.exit(1)

"""Put a finished run into one file that anyone can check: named after its contents, ready for a repository of data.

From: the results of a run, and the workflow, which says what belongs to it.
Makes: a zip archive with the figures, their data, the measurements, the ledger, the report and the config, and
manifest.json with the SHA-256 of each file and of each artefact they were made from. Its name ends in the beginning
of the manifest's SHA-256. ``verify`` checks it.
"""

import io
import json
import platform
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import requires, version
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from shallownets import sources
from shallownets.config import settings
from shallownets.config.check import section_of
from shallownets.config.commandline import Parser
from shallownets.config.section import Limit, Section, expected
from shallownets.errors import UserError, in_short
from shallownets.files import hash_of, write_whole, written
from shallownets.workflow import catalogue, lineage

CONFIG = "config.yaml"
MANIFEST = "manifest.json"
PROJECT = ("LICENSE", "CITATION.cff", "codemeta.json")  # of the checkout, where it is run
DATA = "data/"  # artefacts that are listed by their hash alone: they can be made again from the config
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive, whenever it is written
_NAMED = 16  # hex digits of the manifest's hash in the archive's name

# What an archive may have; one of the paper tier has about 120 files and 15 MB.
ENTRIES = 5_000
SIZE = 100_000_000  # bytes of the archive, and of each file in it
UNPACKED = 500_000_000  # bytes of all files together
PARSED = {MANIFEST: 20_000_000, CONFIG: 1_000_000}  # bytes of what takes many times its size when it is parsed


# No part of a name begins with a point: none leads out of the folder of the results.
_NAMES = r"\w[\w.-]*(/\w[\w.-]*)*\Z"
_NAME = expected("a name within the archive")
Name = Annotated[str, Meta(pattern=rf"^(?!{DATA}){_NAMES}"), _NAME]
Artefact = Annotated[str, Meta(pattern=rf"^{DATA}{_NAMES}"), _NAME]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z"), expected("a SHA-256 in hex")]
Version = Annotated[str, expected("a version")]


class Manifest(Section):
    """What an archive says of itself: the hash of each file in it, and of each artefact that they were made from."""

    source: Annotated[str, expected("the digest of the source")]
    versions: dict[str, Version]
    files: dict[Name, Hash]
    artefacts: dict[Artefact, Hash]

    def limits(self) -> Iterator[Limit]:
        yield CONFIG in self.files, "files", f"{CONFIG} to be one of them"


def source_of_checkout() -> str:
    """Digest of what decides an archive's bytes in the checkout where it is run: source, rules, claims and words."""
    return sources.digest(
        [
            *written(sources.ROOT / sources.PACKAGE),
            Path("Snakefile"),
            *written(Path("workflow")),
            *map(Path, PROJECT),
        ]
    )


def versions() -> dict[str, str]:
    """What a run's bytes depend on beside its source: Python, and the packages that this one requires."""
    names = (re.split(r"[^\w.-]", requirement)[0] for requirement in requires(sources.PACKAGE) or ())
    return {"python": platform.python_version()} | {name: version(name) for name in names}


def outputs(results: Path) -> list[str]:
    """Names, relative to the folder of results, of all that its run makes.

    Raises:
        UserError: there is no run, or it is not finished, or its results are not what it would make now.
    """
    config = results / CONFIG
    folder = settings.results_folder(settings.load(config, catalogue.names()))
    if results.resolve() != Path(folder).resolve():
        raise UserError(f"{config}: it is the config of {folder}; expected that folder")
    jobs = lineage.jobs(configs=[config])
    if due := sorted(str(path) for job in jobs if job.due for path in job.outputs):
        raise UserError(f"{due[0]}: missing, or not what this checkout makes; run `make figures` before")
    return [path.relative_to(folder).as_posix() for job in jobs for path in job.outputs]


def pack(results: Path, names: Iterable[str]) -> tuple[str, bytes]:
    """(name, content) of the archive of a run; the same for the same results, read by the same versions.

    Args:
        results: folder of the results.
        names: of the results, relative to it.

    Raises:
        UserError: a file is missing, the config is not one, or there is more than an archive may hold.
    """
    paths = {name: results / name for name in [CONFIG, *names]} | {name: Path(name) for name in PROJECT}
    try:
        contents = {name: path.read_bytes() for name, path in sorted(paths.items())}
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error
    files = {name: content for name, content in contents.items() if not name.startswith(DATA)}
    manifest = Manifest(
        source=source_of_checkout(),
        versions=versions(),
        files={name: hash_of(content) for name, content in files.items()},
        artefacts={name: hash_of(contents[name]) for name in contents.keys() - files.keys()},
    )
    listed = json.dumps(msgspec.to_builtins(manifest), indent=1, sort_keys=True).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {MANIFEST: listed, **files}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
        entries = archive.infolist()
    if refusal := _refusal(len(buffer.getvalue()), entries):
        raise UserError(f"{results}: no archive can be made: {refusal}")
    return f"shallownets-{settings.tier_of(results / CONFIG)}-{hash_of(listed)[:_NAMED]}.zip", buffer.getvalue()


def _refusal(size: int, entries: Sequence[zipfile.ZipInfo]) -> str | None:
    """Why an archive of this size in bytes, with these entries, is not read; None where there is no reason."""
    if size > SIZE:
        return f"it has {size / 1e6:.0f} MB; expected at most {SIZE / 1e6:.0f} MB"
    if len(entries) > ENTRIES:
        return f"{len(entries)} files are in it; expected at most {ENTRIES}"
    if (size := sum(entry.file_size for entry in entries)) > UNPACKED:
        return f"its files have {size / 1e6:.0f} MB when unpacked; expected at most {UNPACKED / 1e6:.0f} MB"
    if len({entry.filename for entry in entries}) < len(entries):
        return "a name stands in it twice"
    for entry in entries:
        most = PARSED.get(entry.filename, SIZE)
        if entry.file_size > most:
            return (
                f"{in_short(entry.filename)} has {entry.file_size / 1e6:.0f} MB; expected at most {most / 1e6:.0f} MB"
            )
        if entry.flag_bits & 1 or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            return f"{in_short(entry.filename)} is encrypted, or not compressed by deflate, as expected"
        if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
            return f"{in_short(entry.filename)} is a link or another special file; expected a plain file"
    return None


def unpack(path: Path) -> tuple[Manifest, dict[str, bytes]]:
    """(manifest, files by name) of an archive, each held against its SHA-256. Nothing is written.

    No file is read before all sizes that the archive declares are found small enough, and none beyond its own.

    Raises:
        UserError: not an archive of this project, or one that was changed: the first fault, by its name.
    """
    try:
        size = path.stat().st_size
        if not path.is_file():  # a pipe or a device has no size, and perhaps no end
            raise UserError(f"{path}: not a file; expected an archive, .zip")
        if refusal := _refusal(size, []):  # its list of entries can be as large as itself
            raise UserError(f"{path}: {refusal}")
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            if refusal := _refusal(size, entries):
                raise UserError(f"{path}: {refusal}")
            files = {}
            for entry in entries:
                with archive.open(entry) as file:
                    files[entry.filename] = file.read(entry.file_size)  # and no byte more than it declares
        listed = files.pop(MANIFEST)
        document = json.loads(listed)
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except UserError:
        raise
    except Exception as error:  # damage comes out of zip, zlib and json as nearly every exception there is
        raise UserError(f"{path}: damaged or not an archive of this project") from error
    manifest = section_of(document, Manifest, f"{path}: {MANIFEST}")
    if odd := sorted(files.keys() ^ manifest.files.keys()):
        raise UserError(f"{path}: {odd[0]!r} is in the archive or in its manifest, but not in both")
    for name, content in files.items():
        if hash_of(content) != manifest.files[name]:
            raise UserError(f"{path}: the bytes of {name} are not those of its manifest")
    if hash_of(listed)[:_NAMED] not in path.name:
        raise UserError(f"{path}: not the name of its contents, which has {hash_of(listed)[:_NAMED]} in it")
    return manifest, files


def main(words: list[str]) -> None:
    parser = Parser("python -m shallownets archive", __doc__ or "")
    parser.add_argument("--results", type=Path, required=True, help="folder of a finished run")
    parser.add_argument("--out", type=Path, required=True, help="folder into which the archive is written")
    args = parser.parse_args(words)
    name, content = pack(args.results, outputs(args.results))
    write_whole(args.out / name, content)
    print(f"{args.out / name}: {len(content) / 1e6:.1f} MB; check it with: make verify ARCHIVE={args.out / name}")

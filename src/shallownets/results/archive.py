"""Put a finished run into one file that anyone can check: named after its contents, ready for a repository of data.

From: the results of a run, and the workflow, which says what belongs to it.
Makes: a zip archive with the figures, their data, the measurements, the ledger, the report and the config, and
manifest.json with the SHA-256 of each file and of each artefact they were made from. Its name ends in the beginning
of the manifest's SHA-256. ``verify`` checks it.
"""

import io
import json
import platform
import zipfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from shallownets import cli
from shallownets.config import schema, settings, yamlfile
from shallownets.workflow import lineage, sources
from shallownets.results.files import hash_of, write_whole
from shallownets.errors import UserError

MODULE = "shallownets.results.archive"
CONFIG = "config.yaml"
MANIFEST = "manifest.json"
PROJECT = ("LICENSE", "CITATION.cff")  # of the checkout, where it is run
PACKAGES = ("numpy", "scipy", "numba", "pandas", "matplotlib", "snakemake")
_DATA = "data/"  # artefacts that are listed by their hash alone: verify makes them again
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files make the same archive, whenever it is written
_NAMED = 16  # hex digits of the manifest's hash in the archive's name

# No part of a name begins with a point, so that none leads out of the folder into which an archive is unpacked.
_FILES = {
    "type": "object",
    "propertyNames": {"pattern": r"^\w[\w.-]*(/\w[\w.-]*)*\Z", "description": "a name within the archive"},
    "additionalProperties": {"type": "string", "pattern": r"^[0-9a-f]{64}\Z", "description": "a SHA-256 in hex"},
}
_SCHEMA = {
    "type": "object",
    "required": ["source", "versions", "files", "artefacts"],
    "additionalProperties": False,
    "properties": {
        "source": {"type": "string", "description": "the digest of the source"},
        "versions": {"type": "object", "additionalProperties": {"type": "string", "description": "a version"}},
        "files": _FILES | {"required": [CONFIG]},
        "artefacts": _FILES,
    },
}


def source_of_checkout() -> str:
    """Digest of the source and the rules of the checkout where it is run."""
    rules = [Path("Snakefile"), *Path("workflow/rules").rglob("*.smk")]
    return sources.digest([*(sources.ROOT / sources.PACKAGE).rglob("*.py"), *rules])


def versions() -> dict[str, str]:
    """What a run's bytes depend on beside its source: Python, and the packages that compute and draw."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def outputs(results: Path) -> list[str]:
    """Names, relative to the folder of results, of all that its run makes.

    Raises:
        UserError: there is no run, or it is not finished, or its results are not what it would make now.
    """
    config = results / CONFIG
    folder = settings.results_folder(yamlfile.load(config))
    if results.resolve() != Path(folder).resolve():
        raise UserError(f"{config}: it is the config of {folder}, which is the right folder to name")
    if due := sorted(map(str, lineage.due(configs=[config]))):
        raise UserError(f"{due[0]}: missing, or not what this checkout makes; run `make figures` before")
    return [path.relative_to(folder).as_posix() for job in lineage.jobs(configs=[config]) for path in job.outputs]


def pack(results: Path, names: Iterable[str]) -> tuple[str, bytes]:
    """(name, content) of the archive of a run; the same for the same results, read by the same versions.

    Args:
        results: folder of the results.
        names: of the results, relative to it.

    Raises:
        UserError: a file is missing.
    """
    paths = {name: results / name for name in [CONFIG, *names]} | {name: Path(name) for name in PROJECT}
    try:
        contents = {name: path.read_bytes() for name, path in sorted(paths.items())}
    except OSError as error:
        raise UserError(f"{error.filename}: {error.strerror}") from error
    files = {name: content for name, content in contents.items() if not name.startswith(_DATA)}
    manifest = {
        "source": source_of_checkout(),
        "versions": versions(),
        "files": {name: hash_of(content) for name, content in files.items()},
        "artefacts": {name: hash_of(contents[name]) for name in contents.keys() - files.keys()},
    }
    listed = json.dumps(manifest, indent=1, sort_keys=True).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in {MANIFEST: listed, **files}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    tier = yamlfile.load(results / CONFIG)["tier"]
    return f"shallownets-{tier}-{hash_of(listed)[:_NAMED]}.zip", buffer.getvalue()


def unpack(path: Path) -> tuple[dict, dict[str, bytes]]:
    """(manifest, files by name) of an archive, each held against its SHA-256. Nothing is written.

    Raises:
        UserError: not an archive of this project, or one that was changed: the first fault, by its name.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            listed = archive.read(MANIFEST)
            manifest = json.loads(listed)
            files = {name: archive.read(name) for name in names if name != MANIFEST}
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except Exception as error:  # damage comes out of zip, zlib and json as nearly every exception there is
        raise UserError(f"{path}: damaged or not an archive of this project") from error
    schema.check(manifest, _SCHEMA, f"{path}: {MANIFEST}")
    if odd := sorted(files.keys() ^ manifest["files"].keys()):
        raise UserError(f"{path}: {odd[0]!r} is in the archive or in its manifest, but not in both")
    if len(names) != len(files) + 1:
        raise UserError(f"{path}: a name stands in it twice")
    for name, content in files.items():
        if hash_of(content) != manifest["files"][name]:
            raise UserError(f"{path}: the bytes of {name} are not those of its manifest")
    if hash_of(listed)[:_NAMED] not in path.name:
        raise UserError(f"{path}: not the name of its contents, which has {hash_of(listed)[:_NAMED]} in it")
    return manifest, files


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("--results", type=cli.path, required=True, help="folder of a finished run")
    parser.add_argument("--out", type=cli.path, required=True, help="folder into which the archive is written")
    args = parser.parse_args()
    name, content = pack(args.results, outputs(args.results))
    write_whole(args.out / name, content)
    print(f"{args.out / name}: {len(content) / 1e6:.1f} MB; check it with: make verify ARCHIVE={args.out / name}")


if __name__ == "__main__":
    cli.run(main)

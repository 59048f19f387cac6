"""Check an archive: its bytes, its figures drawn anew without a simulation, and a sample made again from scratch.

From: an archive that ``archive`` made, and this checkout.
Makes: nothing that stays; says what was compared, and ends with 1 where anything differs.

Where source and versions are those of the archive, what is made again must have its bytes. Elsewhere an artefact says
so in its record and the last digits move with the libraries: there the numbers of the tables are compared.
"""

import io
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from shallownets import cli
from shallownets.config import settings, yamlfile
from shallownets.numerics import deviation
from shallownets.results import archive
from shallownets.workflow import catalogue, sources
from shallownets.results.files import hash_of
from shallownets.errors import UserError

MODULE = "shallownets.results.verify"
TOLERANCE = 1e-6  # as deviation.largest counts; between versions it is far smaller: docs/archive.md
_CHECKOUT = ("Snakefile", "config.yaml", "environment.yml", "src", "workflow")
_TABLES = ("measurements/", "figure_data/")


def _run(*command: object, folder: Path) -> bool:
    """Whether a command of this checkout came to a good end."""
    environment = os.environ | {"PYTHONPATH": str(sources.ROOT)}
    return subprocess.run([sys.executable, "-m", *map(str, command)], cwd=folder, env=environment).returncode == 0


def redraw(files: Mapping[str, bytes], folder: Path) -> Iterator[tuple[str, bool]]:
    """Every figure of the archive, drawn from its table alone: (name, whether its bytes are the same)."""
    known = catalogue.load()

    def draw(stem: str) -> list[tuple[str, bool]]:
        figure = known.get(Path(stem).name)
        outs = [folder / f"{stem}{kind}" for kind in (".pdf", ".png")]
        if figure and (table := files.get(f"figure_data/{figure.study}/{figure.data}.csv")):
            source = folder / f"{stem}.csv"
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(table)
            _run(f"shallownets.{figure.study}.figures.{figure.name}", "--table", source, "--out", *outs, folder=folder)
        drawn = {f"{stem}{out.suffix}": out for out in outs}
        return [
            (name, out.is_file() and out.read_bytes() == files[name]) for name, out in drawn.items() if name in files
        ]

    stems = sorted({name.rpartition(".")[0] for name in files if name.startswith("figures/")})
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for results in pool.map(draw, stems):
            yield from results


def recompute(config: bytes, names: Iterable[str], folder: Path) -> dict[str, bytes]:
    """Results made again from scratch in a copy of this checkout, with all that they are made from, by name.

    Raises:
        UserError: the run did not come to its end.
    """
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in _CHECKOUT:
        (shutil.copytree if Path(name).is_dir() else shutil.copy2)(name, checkout / name)
    (folder / "config.yaml").write_bytes(config)
    results = Path(settings.results_folder(yamlfile.load(folder / "config.yaml")))
    snakemake = ("snakemake", "--cores", "all", "--quiet", "host", "reason", "--configfile", folder / "config.yaml")
    if not _run(*snakemake, "--", *(results / name for name in names), folder=checkout):
        raise UserError("the run that makes the sample again failed; its messages are above")
    made = (path for path in (checkout / results).rglob("*") if path.is_file())
    return {path.relative_to(checkout / results).as_posix(): path.read_bytes() for path in made}


def compare(name: str, made: bytes, listed: str, archived: bytes | None, exact: bool) -> tuple[bool, str]:
    """(whether a result that was made again agrees, in words).

    Args:
        name: of the result.
        made: its bytes.
        listed: the SHA-256 of the archive's manifest.
        archived: its bytes in the archive, where they are.
        exact: whether only the same bytes agree.
    """
    if hash_of(made) == listed:
        return True, "same"
    if not name.startswith(_TABLES):
        return False, "DIFFERS"
    import pandas as pd

    try:
        largest = deviation.largest(*(pd.read_csv(io.BytesIO(content), comment="#") for content in (made, archived)))
    except ValueError:
        return False, "DIFFERS, not a table"
    if exact or largest > TOLERANCE:
        return False, f"DIFFERS, numbers by up to {largest:.1g} of their size"
    return True, f"agrees, numbers to {largest:.1g} of their size"


def main() -> None:
    parser = cli.parser(MODULE, __doc__)
    parser.add_argument("archive", type=cli.path, help="the archive, .zip")
    parser.add_argument("--sample", type=cli.index, default=3, help="how many tables are made again; 3")
    parser.add_argument("--seed", type=cli.index, help="of the choice of the sample; by default another each time")
    args = parser.parse_args()

    manifest, files = archive.unpack(args.archive)
    print(f"{len(files)} files: the bytes are those of the manifest", flush=True)
    here = {"source": archive.source_of_checkout()} | archive.versions()
    there = {"source": manifest["source"]} | manifest["versions"]
    other = [f"{name} {there.get(name)}, here {here.get(name)}" for name in here if here[name] != there.get(name)]
    if other:
        print(f"It was made with other versions, so numbers are compared: {'; '.join(other)}", flush=True)
    seed = secrets.randbelow(10**6) if args.seed is None else args.seed
    tables = sorted(name for name in files if name.startswith(_TABLES))
    sample = random.Random(seed).sample(tables, min(args.sample, len(tables)))
    with tempfile.TemporaryDirectory() as temporary:
        figures = dict(redraw(files, Path(temporary)))
        print(f"{sum(figures.values())} of {len(figures)} files of figures are the same when drawn anew", flush=True)
        made = recompute(files[archive.CONFIG], sample, Path(temporary)) if sample else {}
    # On the way to the sample other results are made; bytes that no versions change can be compared of them, too.
    hashes = manifest["artefacts"] | {name: manifest["files"][name] for name in tables}
    compared = {
        name: compare(name, content, hashes[name], files.get(name), exact=not other)
        for name, content in sorted(made.items())
        if name in hashes and (name in files or not other)
    }
    same = sum(agrees for agrees, _ in compared.values())
    print(f"{same} of {len(compared)} results agree when made again from scratch (--seed {seed}):")
    for name, (_, said) in compared.items():
        print(f"  {said}  {name}")
    for name, drawn in figures.items():
        if not drawn:
            print(f"  DIFFERS  {name}")
    if not all(figures.values()) or same < len(compared) or not set(sample) <= compared.keys():
        sys.exit(1)


if __name__ == "__main__":
    cli.run(main)

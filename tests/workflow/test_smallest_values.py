"""Values at the limits of what the config takes are ones that a stage can work with, or it says in one line why not."""

import json
import shlex
from collections.abc import Iterator
from typing import get_origin

import msgspec
import pytest

from shallownets import run
from shallownets.config.check import fields, first_fault, parts
from shallownets.config.section import Section
from shallownets.errors import UserError
from shallownets.workflow import catalogue
from tests.conftest import ROOT


def shorter(given: Section) -> Iterator[dict]:
    """The values of a section with one list cut from either end, or one whole number as small as it may be.

    Only what the config takes.
    """
    values, kind = msgspec.to_builtins(given), type(given)
    for name, part in fields(kind).items():
        bare, metas = parts(part)
        tried = []
        if get_origin(bare) is list:
            least = next((meta.min_length for meta in metas if meta.min_length), 0)
            for length in range(least, len(values[name])):
                tried += [values[name][:length], values[name][len(values[name]) - length :]]
        elif bare is int and name != "seed":
            tried += [meta.ge for meta in metas if meta.ge is not None and meta.ge < values[name]]
        for one in tried:
            if not first_fault(document := values | {name: one}, kind):
                yield document


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # that so few values say nothing of a quantity, which is NaN then, is an answer
@pytest.mark.parametrize("study", catalogue.names(ROOT))
def test_a_stage_works_with_the_smallest_values_that_the_config_takes(real, monkeypatch, study):
    monkeypatch.chdir(real.folder)
    commands = {}
    for seal in sorted((real.results).rglob("*.run.json")):
        words = shlex.split(json.loads(seal.read_text())["command"])
        if words[0] == "run" and words[1].startswith(f"{study}.") and ".deep" not in words[1]:
            commands.setdefault(words[1], words[2:])
    assert len(commands) > 8
    failed = []
    for name, words in commands.items():
        module, stage = run.find(name)
        parser = run.parser_of(name, module, stage)
        found = parser.parse_args(words)
        read = run.read(stage, found)
        for document in shorter(parser.section(stage.given, found)):
            try:
                stage(msgspec.convert(document, stage.given), **read)
            except UserError:
                continue
            except Exception as error:
                failed.append(f"{name}: {document}: {error!r}")
    assert not failed, "\n".join(failed)

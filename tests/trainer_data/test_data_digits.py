"""The drawn digits: the same bytes everywhere, and a task worth a network."""

import hashlib

import numpy as np
import pytest

from nanotrain_tui.trainer.data import digits, load
from nanotrain_tui.trainer.data.glyphs import POINTS, skeletons

pytestmark = pytest.mark.slow


def _draw(count, *seed):
    images = np.empty((count, digits.SIZE, digits.SIZE), np.uint8)
    labels = np.empty(count, np.uint8)
    digits.draw(images, labels, seed, lambda fraction: None)
    return images, labels


def test_the_same_seed_gives_the_same_bytes_everywhere():
    """The sum was the same with NumPy 1.19, 1.24 and 2.4. Other bytes need another VERSION."""
    images, labels = _draw(600, 1, 0)
    found = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
    assert (digits.VERSION, found) == (
        1,
        "a4803d3c9d3fcaa61ddf2acf7ff089cc3db308285627f7117a52d74c35f2ccbb",
    )


def test_fewer_are_the_first_of_more():
    few, many = _draw(digits.CHUNK + 7, 3), _draw(2 * digits.CHUNK, 3)
    assert np.array_equal(few[0], many[0][: len(few[0])])
    assert np.array_equal(few[1], many[1][: len(few[1])])


def test_other_seeds_and_chunks_give_other_digits():
    images, labels = _draw(2 * digits.CHUNK, 3)
    others, _ = _draw(digits.CHUNK, 4)
    first, second = images[: digits.CHUNK], images[digits.CHUNK :]
    assert not (first == second).all(axis=(1, 2)).any()
    assert not (first == others).all(axis=(1, 2)).any()
    assert not np.array_equal(labels[: digits.CHUNK], labels[digits.CHUNK :])


def test_labels_are_balanced():
    _, labels = _draw(10000, 5)
    counts = np.bincount(labels, minlength=10)
    assert len(counts) == 10
    assert 900 < counts.min() <= counts.max() < 1100


def test_ink_is_bright_on_dark_paper_and_the_digit_is_on_the_page():
    images, _ = _draw(2000, 5)
    assert np.median(images.max(axis=(1, 2))) > 100
    assert images.max(axis=(1, 2)).min() > 90
    assert 0.05 < (images > 80).mean() < 0.3
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]])
    assert border.mean() < images[:, 9:19, 9:19].mean() / 4


def test_every_image_differs_within_a_digit():
    images, labels = _draw(1000, 6)
    for digit in range(10):
        own = images[labels == digit].reshape(-1, digits.SIZE**2).astype(np.float32)
        assert own.std(axis=0).max() > 60


def test_blots_add_up_exactly_in_float32():
    """Sums of whole numbers are exact, in any order, up to 2 ** 24."""
    points = POINTS + digits._STRAY * digits._STRAY_POINTS
    assert points * digits._FULL**2 < 2**24


def test_skeletons_are_evenly_spaced_and_on_their_square():
    shapes = skeletons()
    assert shapes.number.sum() == len(shapes.points) == len(shapes.length)
    assert list(shapes.first) == [0, *np.cumsum(shapes.number)[:-1]]
    assert shapes.number.min() >= 3
    assert np.abs(shapes.points).max() < 0.55
    steps = np.sqrt((np.diff(shapes.points, axis=1) ** 2).sum(axis=-1))
    spacing = (shapes.length / POINTS)[:, None]
    # Chords of curves are shorter; only where the pen is lifted is a step longer.
    assert ((steps < spacing * 1.01).sum(axis=1) >= POINTS - 3).all()


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _accuracy(hidden: int, train, test, epochs: int) -> float:
    """Of a softmax classifier after ``epochs`` of Adam, on ReLU units if any are ``hidden``."""
    random = np.random.RandomState(0)
    weights = []
    for one, other in [(784, hidden), (hidden, 10)] if hidden else [(784, 10)]:
        limit = (6 / (one + other)) ** 0.5
        weights.append(random.uniform(-limit, limit, (one, other)).astype(np.float32))
        weights.append(np.zeros(other, np.float32))
    means, squares = ([np.zeros_like(w) for w in weights] for _ in range(2))
    pixels, wanted = train[0].reshape(-1, 784) / np.float32(255), np.eye(10, dtype="f4")[train[1]]

    def forward(x):
        h = np.maximum(x @ weights[0] + weights[1], 0) if hidden else x
        return h, h @ weights[-2] + weights[-1]

    step = 0
    for _ in range(epochs):
        for batch in np.array_split(random.permutation(len(pixels)), len(pixels) // 100):
            x = pixels[batch]
            h, scores = forward(x)
            error = (_softmax(scores) - wanted[batch]) / np.float32(len(batch))
            gradients = [h.T @ error, error.sum(axis=0)]
            if hidden:
                back = (error @ weights[2].T) * (h > 0)
                gradients = [x.T @ back, back.sum(axis=0), *gradients]
            step += 1
            rate = np.float32(1e-3 * (1 - 0.999**step) ** 0.5 / (1 - 0.9**step))
            for k, g in enumerate(gradients):
                means[k] += np.float32(0.1) * (g - means[k])
                squares[k] += np.float32(0.001) * (g * g - squares[k])
                weights[k] -= rate * means[k] / (np.sqrt(squares[k]) + np.float32(1e-7))
    _, scores = forward(test[0].reshape(-1, 784) / np.float32(255))
    return float((scores.argmax(axis=1) == test[1]).mean())


def test_a_linear_model_stays_well_below_a_small_network():
    """12,000 images, 128 hidden units: the network's lead is there already."""
    train, test = _draw(12000, 1, 0), _draw(4000, 1, 1)
    linear = _accuracy(0, train, test, epochs=6)
    network = _accuracy(128, train, test, epochs=6)
    assert 0.7 < linear < 0.86
    assert network > 0.88
    assert network - linear > 0.07


@pytest.mark.tensorflow
def test_a_linear_model_stays_well_below_the_network_of_1024_units():
    """All 60,000 images, and fewer epochs for the network."""
    keras = pytest.importorskip("tensorflow").keras
    data = load({"data.name": "digits"}, lambda what, fraction: None)

    def accuracy(epochs: int, *layers) -> float:
        keras.utils.set_random_seed(1)
        model = keras.Sequential(
            [
                keras.Input((28, 28)),
                keras.layers.Flatten(),
                keras.layers.Rescaling(1 / 255),
                *layers,
            ]
        )
        model.compile(
            "adam", "sparse_categorical_crossentropy", metrics=["accuracy"],
            steps_per_execution=20,
        )  # fmt: skip
        model.fit(data.train.inputs, data.train.targets, batch_size=200, epochs=epochs, verbose=0)
        return model.evaluate(data.test.inputs, data.test.targets, batch_size=1000, verbose=0)[1]

    linear = accuracy(3, keras.layers.Dense(10, "softmax"))
    network = accuracy(2, keras.layers.Dense(1024, "relu"), keras.layers.Dense(10, "softmax"))
    assert 0.8 < linear < 0.9
    assert network > 0.96

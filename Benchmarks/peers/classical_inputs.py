"""Writes the inputs of the classical workloads as files of numbers, the same for all programs.

    classical_inputs.py FOLDER

Existing files are kept.
"""

import pathlib
import sys

import numpy
from sklearn.datasets import load_breast_cancer

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
arrays = {}


def random(seed):
    return numpy.random.default_rng(seed)


def clouds(draws, count, dimension, clusters, spread):
    """Points around centres, each cluster with its own covariance."""
    centres = spread * draws.standard_normal((clusters, dimension))
    roots = draws.standard_normal((clusters, dimension, dimension)) / dimension**0.5
    roots = roots * draws.uniform(0.4, 1.2, (clusters, 1, 1)) + 0.4 * numpy.eye(dimension)
    label = draws.integers(clusters, size=count)
    noise = draws.standard_normal((count, dimension))
    return centres[label] + numpy.einsum("nij,nj->ni", roots[label], noise)


def picked(draws, points, count):
    """Points to use as initial centres, far from one another (Arthur and Vassilvitskii 2007)."""
    centres = points[draws.integers(len(points), size=1)]
    while len(centres) < count:
        nearest = ((points[:, None] - centres) ** 2).sum(2).min(1)
        centres = numpy.vstack([centres, points[draws.choice(len(points), p=nearest / nearest.sum())]])
    return centres


draws = random(1)
arrays["kmeans_x"] = clouds(draws, 100_000, 16, 10, 0.9)
arrays["kmeans_init"] = picked(draws, arrays["kmeans_x"], 10)

draws = random(2)
arrays["gmm_x"] = clouds(draws, 50_000, 8, 10, 1.2)
arrays["gmm_means"] = picked(draws, arrays["gmm_x"], 10)

for count in (1000, 3000):
    draws = random(count)
    x = draws.uniform(-2, 2, (count, 4))
    noise = 0.1 * draws.standard_normal(count)
    arrays[f"gp{count}_x"] = x
    arrays[f"gp{count}_y"] = numpy.sin(2 * x[:, 0]) * numpy.cos(x[:, 1]) + 0.3 * x[:, 2] + noise
    arrays[f"gp{count}_new"] = draws.uniform(-2, 2, (500, 4))

draws = random(3)
for count in (500, 1000, 2000):
    arrays[f"ot{count}_x"] = draws.standard_normal((count, 2))
    arrays[f"ot{count}_y"] = draws.standard_normal((count, 2)) @ [[1.2, 0.4], [0, 0.7]] + [2, 1]
    arrays[f"ot{count}_a"], arrays[f"ot{count}_b"] = draws.dirichlet(numpy.ones(count), 2)

draws = random(4)
arrays["line_x"], arrays["line_y"] = draws.standard_normal(1_000_000), draws.gamma(2, size=1_000_000)
for name in "ab":
    weights = draws.uniform(size=1_000_000)
    arrays[f"line_{name}"] = weights / weights.sum()

# Documents drawn from the model.
draws = random(5)
topics, words, documents = 10, 1000, 2000
of_topics = draws.dirichlet(numpy.full(words, 0.05), topics)
counts = numpy.array([
    draws.multinomial(max(1, draws.poisson(100)), draws.dirichlet(numpy.full(topics, 0.1)) @ of_topics)
    for _ in range(documents)])  # fmt: skip
document, word = numpy.nonzero(counts)
arrays["lda_indptr"] = numpy.searchsorted(document, numpy.arange(documents + 1))
arrays["lda_indices"], arrays["lda_counts"] = word, counts[document, word]
arrays["lda_start"] = draws.gamma(100, 0.01, (topics, words))

draws = random(6)
arrays["kde_x"] = clouds(draws, 10_000, 2, 4, 2)
arrays["kde_new"] = draws.uniform(-5, 5, (10_000, 2))

# Two oscillators observed with noise.
draws = random(7)
transition = numpy.zeros((4, 4))
for place, (angle, shrink) in zip((0, 2), ((0.3, 0.995), (0.07, 0.99))):
    (sine, cosine) = shrink * numpy.sin(angle), shrink * numpy.cos(angle)
    transition[place : place + 2, place : place + 2] = [[cosine, -sine], [sine, cosine]]
observation = numpy.array([[1, 0, 1, 0], [0, 0.5, 0, -1]])
noise, error = numpy.diag([0.1, 0.1, 0.05, 0.05]), numpy.array([[0.5, 0.1], [0.1, 0.3]])
state, seen = draws.standard_normal(4), []
for _ in range(10_000):
    seen.append(observation @ state + draws.multivariate_normal(numpy.zeros(2), error))
    state = transition @ state + draws.multivariate_normal(numpy.zeros(4), noise)
arrays["kalman_y"] = numpy.array(seen)
arrays["kalman_f"], arrays["kalman_h"] = transition, observation
arrays["kalman_q"], arrays["kalman_r"] = noise, error

# A public table from scikit-learn, standardised, with a constant as the last column.
table = load_breast_cancer()
x = (table.data - table.data.mean(0)) / table.data.std(0)
arrays["cancer_x"] = numpy.hstack([x, numpy.ones((len(x), 1))])
arrays["cancer_y"] = table.target

# A disc, a ring, a square and a rhombus.
row, column = numpy.mgrid[0:64, 0:64]
ring = numpy.hypot(row - 44, column - 44)
pictures = numpy.stack([
    numpy.hypot(row - 20, column - 20) <= 10, (ring <= 14) & (ring > 7),
    (abs(row - 20) <= 9) & (abs(column - 44) <= 9), abs(row - 44) + abs(column - 20) <= 14,
]).astype(float)  # fmt: skip
arrays["pictures"] = pictures / pictures.sum((1, 2), keepdims=True)

for name, array in arrays.items():
    path = folder / f"{name}.npy"
    if not path.exists():
        numpy.save(path, numpy.ascontiguousarray(array, dtype="float64"))

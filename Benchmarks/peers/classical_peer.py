"""Times classical methods in the libraries that Python users use for them.

    classical_peer.py --work gmm --mode scikit-learn --inputs FOLDER [--steps 5] [--threads 2]

FOLDER contains the files of classical_inputs.py. All methods run in double precision. The printed
line contains the method's result, so that a fast wrong answer is detected. A mode without the
method ends with an error.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import sys
import time
import warnings

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--work", required=True)
parser.add_argument("--mode", required=True)
parser.add_argument("--inputs", default="inputs")
parser.add_argument("--steps", type=int, default=5)
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
args = parser.parse_args()
# Set before the libraries are loaded, because they read these variables then.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = str(args.threads)
for name in ("JAX", "TENSORFLOW", "CUPY", "PYTORCH"):
    os.environ[f"POT_BACKEND_DISABLE_{name}"] = "1"
warnings.filterwarnings("ignore")

import numpy  # noqa: E402

MODES = {}


def method(*names, mode, **settings):
    """Registers a function that returns a call and, if its result is not the figure, a function of it."""

    def register(prepare):
        for name in names:
            MODES[name, mode] = lambda name=name: prepare(name, **settings)
        return prepare

    return register


def load(name):
    return numpy.load(pathlib.Path(args.inputs) / f"{name}.npy")


# Clusters, mixtures and topics


@method("kmeans", mode="scikit-learn")
def kmeans(_):
    from sklearn.cluster import KMeans

    x, start = load("kmeans_x"), load("kmeans_init")
    return lambda: KMeans(10, init=start, n_init=1, max_iter=15, tol=0).fit(x).inertia_


@method("kmeans", mode="scipy")
def kmeans_scipy(_):
    from scipy.cluster.vq import kmeans2

    x, start = load("kmeans_x"), load("kmeans_init")

    def inertia(centres):
        return ((x * x).sum(1)[:, None] + (centres**2).sum(1) - 2 * x @ centres.T).min(1).sum()

    return lambda: kmeans2(x, start.copy(), iter=15, minit="matrix")[0], inertia


@method("gmm", mode="scikit-learn")
def mixture(_):
    from sklearn.mixture import GaussianMixture

    x, means = load("gmm_x"), load("gmm_means")
    count, dimension = means.shape
    fit = lambda: GaussianMixture(  # noqa: E731
        count, tol=0, reg_covar=0, max_iter=50, weights_init=numpy.full(count, 1 / count),
        means_init=means, precisions_init=numpy.tile(numpy.eye(dimension), (count, 1, 1))).fit(x)  # fmt: skip
    return fit, lambda model: model.score(x)


@method("lda", mode="scikit-learn")
def topics(_):
    import scipy.sparse
    from sklearn.decomposition import LatentDirichletAllocation, _lda

    start, offsets = load("lda_start"), load("lda_indptr").astype(int)
    parts = load("lda_counts"), load("lda_indices").astype(int), offsets
    table = scipy.sparse.csr_matrix(parts, shape=(len(offsets) - 1, start.shape[1]))

    class Started(LatentDirichletAllocation):
        """Starts from given topics; in every sweep each document's weights start from ones."""

        def _init_latent_vars(self, *arguments, **named):
            super()._init_latent_vars(*arguments, **named)
            self.components_ = start.copy()
            self.exp_dirichlet_component_ = numpy.exp(_lda._dirichlet_expectation_2d(start))

        def _e_step(self, X, cal_sstats, random_init, parallel=None):
            return super()._e_step(X, cal_sstats, False, parallel)

    fit = lambda: Started(  # noqa: E731
        len(start), doc_topic_prior=0.1, topic_word_prior=0.05, learning_method="batch", max_iter=20,
        evaluate_every=-1, max_doc_update_iter=100, mean_change_tol=1e-3, random_state=0).fit(table)  # fmt: skip
    return fit, lambda model: model.score(table)


# Posteriors


def logistic_posterior():
    """The log-density as a function for JAX to compile."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    x, y = jnp.asarray(load("cancer_x")), jnp.asarray(load("cancer_y"))

    def density(w):
        logits = x @ w
        return (y * logits - jnp.logaddexp(0, logits)).sum() - 0.5 * (w * w).sum()

    return jax, density


@method("nuts", mode="blackjax")
def nuts(_):
    jax, density = logistic_posterior()
    import blackjax

    @jax.jit
    def run(key):
        warm, key = jax.random.split(key)
        adaptation = blackjax.window_adaptation(blackjax.nuts, density, target_acceptance_rate=0.8)
        (state, found), _ = adaptation.run(warm, jax.numpy.zeros(31), num_steps=1000)
        step = blackjax.nuts(density, **found).step

        def one(state, key):
            state, _ = step(key, state)
            return state, state.position

        return jax.lax.scan(one, state, jax.random.split(key, 2000))[1]

    keys = iter(range(1000))
    return lambda: numpy.asarray(run(jax.random.PRNGKey(next(keys)))), least_sample_size


def least_sample_size(draws):
    from numpyro.diagnostics import effective_sample_size

    return min(float(effective_sample_size(column[None])) for column in draws.T)


@method("metropolis", mode="python")
def metropolis(_):
    steps = 1_000_000

    def run():
        draws = numpy.random.default_rng(0)
        moves = draws.standard_normal((steps, 2)).tolist()
        heights = numpy.log(draws.uniform(size=steps)).tolist()
        chain, accepted = numpy.empty((steps, 2)), 0
        x = y = value = 0.0
        for step, ((dx, dy), height) in enumerate(zip(moves, heights)):
            a, b = x + dx, y + dy
            other = -0.5 * (a * a - 1.8 * a * b + b * b) / 0.19
            if height < other - value:
                x, y, value, accepted = a, b, other, accepted + 1
            chain[step] = x, y
        return accepted / steps

    return run


@method("mean-field", mode="numpyro")
def mean_field(_):
    jax, _ = logistic_posterior()
    import numpyro
    from numpyro.infer import SVI, Trace_ELBO, autoguide

    x, y = load("cancer_x"), load("cancer_y")

    def model():
        w = numpyro.sample("w", numpyro.distributions.Normal(0, 1).expand([31]).to_event(1))
        numpyro.sample("y", numpyro.distributions.Bernoulli(logits=x @ w), obs=y)

    guide = autoguide.AutoNormal(model)
    search = SVI(model, guide, numpyro.optim.Adam(0.01), Trace_ELBO())
    fit = lambda: search.run(jax.random.PRNGKey(0), 2000, progress_bar=False).params  # noqa: E731
    # Our value leaves out the prior's constant.
    constant = 15.5 * numpy.log(2 * numpy.pi)

    def bound(found):
        many = Trace_ELBO(num_particles=20_000, vectorize_particles=True)
        return constant - float(many.loss(jax.random.PRNGKey(1), found, model, guide))

    return fit, bound


@method("kalman", "kalman-covariance", mode="statsmodels")
def kalman(_):
    from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

    model = KalmanSmoother(k_endog=2, k_states=4, k_posdef=4)
    model.bind(numpy.asfortranarray(load("kalman_y").T))
    model["design"], model["obs_cov"] = load("kalman_h"), load("kalman_r")
    model["transition"], model["state_cov"] = load("kalman_f"), load("kalman_q")
    model["selection"] = numpy.eye(4)
    model.initialize_known(numpy.zeros(4), numpy.eye(4))
    return lambda: model.smooth().llf_obs.sum()


@method("kde", mode="numpy")
def kernel_density(_):
    x, new, width = load("kde_x"), load("kde_new"), 0.3

    def run():
        logs = []
        for part in numpy.array_split(new, 20):
            squares = (part**2).sum(1)[:, None] + (x * x).sum(1) - 2 * part @ x.T
            squares /= -2 * width**2
            largest = squares.max(1)
            logs.append(largest + numpy.log(numpy.exp(squares - largest[:, None]).sum(1)))
        return numpy.concatenate(logs).mean() - numpy.log(len(x) * 2 * numpy.pi * width**2)

    return run


@method("kde", mode="scikit-learn")
def kernel_density_of_one_leaf(_):
    from sklearn.neighbors import KernelDensity

    x, new = load("kde_x"), load("kde_new")
    # With several leaves, its results in the tails are wrong, whatever the tolerance.
    model = KernelDensity(bandwidth=0.3, rtol=0, atol=0, leaf_size=len(x) + 1)
    return lambda: model.fit(x).score_samples(new).mean()


@method("logistic", mode="scikit-learn", solver="liblinear")
def logistic(_, solver):
    from sklearn.linear_model import LogisticRegression

    x, y = load("cancer_x")[:, :-1], load("cancer_y")
    # This solver's prior includes the constant, like ours.
    model = LogisticRegression(C=1, solver=solver, tol=1e-8, max_iter=1000)

    def log_likelihood(model):
        logits = model.decision_function(x)
        return (y * logits - numpy.logaddexp(0, logits)).sum()

    return lambda: model.fit(x, y), log_likelihood


# Gaussian processes: amplitude² 1.5, length 1.2, noise variance 0.02


def covariances(x, y):
    squares = (x * x).sum(1)[:, None] + (y * y).sum(1) - 2 * x @ y.T
    squares = numpy.maximum(squares, 0) / 1.2**2
    return 1.5 * numpy.exp(-0.5 * squares), squares


@method("gp1000-gradient", "gp3000-gradient", mode="scipy")
def gaussian_process(name):
    from scipy.linalg import lapack

    name = name.split("-")[0]
    x, y = load(f"{name}_x"), load(f"{name}_y")

    def run():
        kernel, squares = covariances(x, x)
        matrix = kernel + 0.02 * numpy.eye(len(y))
        root, _ = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
        weights, _ = lapack.dpotrs(root, y, lower=1)
        value = -0.5 * (y @ weights + len(y) * numpy.log(2 * numpy.pi)) - numpy.log(root.diagonal()).sum()
        inverse, _ = lapack.dpotri(root, lower=1)
        inverse = numpy.tril(inverse) + numpy.tril(inverse, -1).T
        slope = 0.5 * (numpy.outer(weights, weights) - inverse)
        gradient = (slope * kernel).sum(), (slope * kernel * squares).sum(), 0.02 * numpy.trace(slope)
        return value, gradient

    return run, lambda found: found[0]


@method("gp1000-predict", "gp3000-predict", mode="scipy")
def prediction(name):
    from scipy.linalg import lapack, solve_triangular

    name = name.split("-")[0]
    x, y, new = load(f"{name}_x"), load(f"{name}_y"), load(f"{name}_new")

    def run():
        matrix = covariances(x, x)[0] + 0.02 * numpy.eye(len(y))
        root, _ = lapack.dpotrf(matrix, lower=1, overwrite_a=1)
        weights, _ = lapack.dpotrs(root, y, lower=1)
        cross = covariances(x, new)[0]
        white = solve_triangular(root, cross, lower=True, check_finite=False)
        return cross.T @ weights, 1.5 - (white * white).sum(0)

    return run, lambda found: found[1].sum()


# Transport


def problem(size, weighted):
    import ot

    x, y = load(f"ot{size}_x"), load(f"ot{size}_y")
    even = numpy.full(size, 1 / size)
    weights = (load(f"ot{size}_a"), load(f"ot{size}_b")) if weighted else (even, even)
    return ot, *weights, ot.dist(x, y)


@method("emd500", "emd1000", "emd2000", "assignment2000", mode="POT")
def exact(name):
    size = int(name.removeprefix("emd").removeprefix("assignment"))
    ot, a, b, costs = problem(size, name.startswith("emd"))
    # Our value is the sum of an assignment's costs, not their mean.
    scale = 1 if name.startswith("emd") else size
    return lambda: scale * ot.emd2(a, b, costs, numItermax=10_000_000)


@method("sinkhorn", mode="POT")
def sinkhorn(_):
    ot, a, b, costs = problem(1000, True)
    largest = costs.max()
    relative = costs / largest
    run = lambda: ot.sinkhorn(  # noqa: E731
        a, b, relative, 0.01, numItermax=100, stopThr=0, warn=False)  # fmt: skip
    return run, lambda plan: (plan * costs).sum()


@method("sinkhorn-log", mode="ott")
def sinkhorn_in_logarithms(_):
    import jax

    jax.config.update("jax_enable_x64", True)
    from ott.geometry import geometry
    from ott.problems.linear import linear_problem
    from ott.solvers.linear import sinkhorn as solvers

    _, a, b, costs = problem(1000, True)
    relative = costs / costs.max()
    solver = solvers.Sinkhorn(
        lse_mode=True, threshold=-1.0, inner_iterations=100, min_iterations=100, max_iterations=100)  # fmt: skip

    @jax.jit
    def run(relative, a, b):
        parts = geometry.Geometry(relative, epsilon=0.01)
        return solver(linear_problem.LinearProblem(parts, a, b)).matrix

    inputs = [jax.numpy.asarray(array) for array in (relative, a, b)]
    return lambda: numpy.asarray(run(*inputs)), lambda plan: (plan * costs).sum()


@method("line-w2", mode="numpy")
def line(_):
    x, y = load("line_x"), load("line_y")
    return lambda: ((numpy.sort(x) - numpy.sort(y)) ** 2).mean()


@method("line-w2", "line-weighted-w1", mode="POT")
def line_by_library(name):
    import ot

    x, y = load("line_x"), load("line_y")
    a, b = (load("line_a"), load("line_b")) if "weighted" in name else (None, None)
    return lambda: float(numpy.squeeze(ot.wasserstein_1d(x, y, a, b, p=int(name[-1]))))


@method("image-barycenter", mode="POT")
def image_barycenter(_):
    import ot

    pictures = load("pictures")
    # Its ε refers to coordinates in [0, 1], ours to pixels.
    return lambda: ot.bregman.convolutional_barycenter2d(
        pictures, 16 / 63**2, numItermax=100, stopThr=0, warn=False).max()  # fmt: skip


if (args.work, args.mode) not in MODES:
    sys.exit(f"{args.mode} has no {args.work}")
prepared = MODES[args.work, args.mode]()
run, figure = prepared if isinstance(prepared, tuple) else (prepared, float)


def block(count):
    start = time.perf_counter()
    for _ in range(count):
        result = run()
    return (time.perf_counter() - start) / count * 1000, result


first, result = block(1)
times = sorted(block(max(1, args.steps // 5))[0] for _ in range(5))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
package = {"POT": "ot", "scikit-learn": "sklearn", "python": "numpy"}.get(args.mode, args.mode)
print(json.dumps({
    "work": args.work, "framework": args.mode, "mode": args.mode,
    "version": __import__(package).__version__, "threads": args.threads,
    "ms_per_step": round(statistics.median(times), 4), "ms_min": round(times[0], 4),
    "ms_max": round(times[-1], 4), "peak_rss_mb": round(peak, 1),
    "first_step_s": round(first / 1000, 3), "steps": args.steps, "reached": float(figure(result)),
}))  # fmt: skip

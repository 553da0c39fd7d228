"""Times linear algebra and functions of a million numbers in NumPy and SciPy.

    numpy_peer.py --work cholesky-2000 --mode numpy [--steps 20] [--threads 2]

All are in double precision except the sort. A mode without the operation ends with an error.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import time

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--work", required=True)
parser.add_argument("--mode", choices=["numpy", "scipy"], default="numpy")
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
args = parser.parse_args()
# Set before the library is loaded, because it reads this variable then.
os.environ["OPENBLAS_NUM_THREADS"] = str(args.threads)

import numpy  # noqa: E402
import scipy  # noqa: E402
import scipy.linalg  # noqa: E402
import scipy.special  # noqa: E402

random = numpy.random.default_rng(0)


def matrix(rows, columns):
    return random.standard_normal((rows, columns))


def positive_definite(size, *batch):
    root = random.standard_normal((*batch, size, size))
    return root @ root.swapaxes(-1, -2) + size * numpy.eye(size)


def normal(dtype="float64"):
    return random.standard_normal(1_000_000).astype(dtype)


def positive():
    return numpy.exp(random.uniform(-4.6, 4.6, 1_000_000))


def applied(function, *arguments):
    return lambda: function(*arguments)


def inverse(matrix):
    """From the factor, as in LAPACK: one triangle of the inverse, copied to the other."""
    factor, info = scipy.linalg.lapack.dpotrf(matrix, lower=True)
    half, info = scipy.linalg.lapack.dpotri(factor, lower=True)
    return numpy.tril(half) + numpy.tril(half, -1).T


def solved(size):
    lower, right = numpy.linalg.cholesky(positive_definite(size)), matrix(size, size)
    return lambda: scipy.linalg.solve_triangular(lower, right, lower=True, check_finite=False)


scipy_cholesky = lambda a: scipy.linalg.cholesky(a, lower=True, check_finite=False)  # noqa: E731
WORKS = {
    ("product-2000", "numpy"): lambda: applied(numpy.matmul, matrix(2000, 2000), matrix(2000, 2000)),
    ("cholesky-2000", "numpy"): lambda: applied(numpy.linalg.cholesky, positive_definite(2000)),
    ("cholesky-2000", "scipy"): lambda: applied(scipy_cholesky, positive_definite(2000)),
    ("cholesky-3000", "numpy"): lambda: applied(numpy.linalg.cholesky, positive_definite(3000)),
    ("cholesky-3000", "scipy"): lambda: applied(scipy_cholesky, positive_definite(3000)),
    ("cholesky-inverse-3000", "numpy"): lambda: applied(numpy.linalg.inv, positive_definite(3000)),
    ("cholesky-inverse-3000", "scipy"): lambda: applied(inverse, positive_definite(3000)),
    ("triangular-solve-2000", "scipy"): lambda: solved(2000),
    ("cholesky-4x4", "numpy"): lambda: applied(numpy.linalg.cholesky, positive_definite(4, 10_000)),
    ("cholesky-16x16", "numpy"): lambda: applied(numpy.linalg.cholesky, positive_definite(16, 10_000)),
    ("eigen-500", "numpy"): lambda: applied(numpy.linalg.eigh, positive_definite(500)),
    ("eigen-500", "scipy"): lambda: applied(scipy.linalg.eigh, positive_definite(500)),
    ("svd-500x200", "numpy"): lambda: applied(
        lambda a: numpy.linalg.svd(a, full_matrices=False), matrix(500, 200)),
    ("svd-500x200", "scipy"): lambda: applied(
        lambda a: scipy.linalg.svd(a, full_matrices=False), matrix(500, 200)),
    ("exp", "numpy"): lambda: applied(numpy.exp, normal()),
    ("log", "numpy"): lambda: applied(numpy.log, positive()),
    ("log-gamma", "scipy"): lambda: applied(scipy.special.gammaln, positive()),
    ("digamma", "scipy"): lambda: applied(scipy.special.digamma, positive()),
    ("erf", "scipy"): lambda: applied(scipy.special.erf, normal()),
    ("sort-float32", "numpy"): lambda: applied(numpy.sort, normal("float32")),
    ("cumulative-sum", "numpy"): lambda: applied(numpy.cumsum, normal()),
}  # fmt: skip

if (args.work, args.mode) not in WORKS:
    sys.exit(f"{args.mode} has no {args.work}")
run = WORKS[args.work, args.mode]()


def block(count):
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count * 1000


first = block(1)
block(max(1, min(20, args.steps // 5)))
times = sorted(block(max(1, args.steps // 5)) for _ in range(5))
version = numpy.__version__ if args.mode == "numpy" else scipy.__version__
print(json.dumps({
    "work": args.work, "framework": {"numpy": "NumPy", "scipy": "SciPy"}[args.mode],
    "mode": args.mode, "version": version, "threads": args.threads,
    "ms_per_step": round(statistics.median(times), 4), "ms_min": round(times[0], 4),
    "ms_max": round(times[-1], 4),
    "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    "first_step_s": round(first / 1000, 3), "steps": args.steps,
}))  # fmt: skip

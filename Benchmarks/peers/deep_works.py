"""The deep workloads' sizes and examples, which the programs of both frameworks share.

`Benchmarks/Sources/bench/DeepWorks.swift` has ours.
"""

import dataclasses
import math
import sys

import numpy

import timing


@dataclasses.dataclass
class Work:
    """The number of examples in a step, the shape and kind of an example, and the number of
    parameters."""

    batch: int
    shape: tuple
    kind: str
    parameters: int


IMAGE = (28, 28, 1)
WORKS = {
    "coupling-2d": Work(512, (2,), "points", 35_344),
    "spline-2d": Work(512, (2,), "points", 23_132),
    "flow-matching-2d": Work(512, (2,), "points", 33_794),
    "sliced-score-2d": Work(512, (2,), "points", 17_154),
    "realnvp-mlp": Work(128, (784,), "pixels", 5_196_384),
    "maf-mlp": Work(128, (784,), "pixels", 6_031_520),
    "made-mlp": Work(128, (784,), "bits", 2_657_040),
    "iwae-mlp": Work(128, (784,), "bits", 652_824),
    "wgan-gp-mlp": Work(128, (784,), "pixels", 1_486_352 + 533_505),
    "wgan-gp-conv": Work(64, IMAGE, "pixels", 1_781_505 + 138_561),
    "glow-28": Work(64, IMAGE, "pixels", 75_728),
    "pixelcnn-28": Work(64, IMAGE, "bits", 74_625),
    "vqvae-28": Work(128, IMAGE, "pixels", 206_497),
    "transformer-char": Work(32, (129,), "characters", 834_400),
    "lstm-char": Work(32, (129,), "characters", 360_544),
    "unet-ddpm": Work(64, IMAGE, "pixels", 766_337),
    "unet-flow": Work(64, IMAGE, "pixels", 766_337),
}
LABELLED = {"unet-ddpm", "unet-flow"}
# The size of the alphabet; a window is 128 characters, and the one that follows.
ALPHABET, LENGTH = 96, 128
CRITIC_STEPS, PENALTY_WEIGHT = 5, 10
# Image flows model log(y / (1 - y)) of pixels scaled to between this and 1 minus this.
LOGIT_MARGIN = 0.05
LOG_2_PI = math.log(2 * math.pi)
# The number of examples to draw from, the same as ours.
COUNTS = {"points": 100_000, "pixels": 60_000, "bits": 60_000, "characters": 1_400_000 // LENGTH}


def arguments(description, modes):
    """The command line and the workload that it names."""
    args = timing.arguments(description, modes, WORKS)
    return args, WORKS[args.work]


def examples(work):
    """A table of examples: pixels are multiples of 1/255, bits are 0 or 1, characters are
    integers."""
    generator = numpy.random.default_rng(0)
    size = (COUNTS[work.kind], *work.shape)
    if work.kind == "points":
        return generator.standard_normal(size, dtype=numpy.float32)
    if work.kind == "characters":
        return generator.integers(0, ALPHABET, size)
    top = 255 if work.kind == "pixels" else 1
    table = generator.integers(0, top + 1, size, dtype=numpy.uint8).astype(numpy.float32)
    table /= top
    return table


def labels(work):
    """The class of each example, one of ten."""
    return numpy.arange(COUNTS[work.kind]) % 10


def drawn(work):
    """Rows of the table, a batch at a time."""
    return timing.drawn(COUNTS[work.kind], work.batch)


def expect_size(work, found):
    """Ends the program if its networks do not have as many parameters as the workload requires."""
    if found != work.parameters:
        sys.exit(f"expected {work.parameters} parameters, found {found}")


def checkerboard():
    """The indices of the even squares, then of the odd ones."""
    row, column = numpy.divmod(numpy.arange(784), 28)
    return numpy.argsort((row + column) % 2, kind="stable")


def masks(hidden, outputs):
    """The masks of each layer of a masked network, [outputs, inputs] (Germain et al. 2015).

    An output's pixel depends on the pixels before it; there are `outputs` outputs for each.
    """
    pixels = numpy.arange(1, 785)
    degrees = [pixels, *(numpy.arange(width) % 783 + 1 for width in hidden)]
    layers = [after[:, None] >= before for before, after in zip(degrees, degrees[1:])]
    return [*layers, numpy.tile(pixels, outputs)[:, None] > degrees[-1]]


def learned(work, losses):
    """The fields of the line for a trained model: the number of parameters, the first and the last
    loss."""
    first, last = float(losses[0]), float(losses[-1])
    if not math.isfinite(first + last):
        sys.exit(f"expected finite losses, found {first} and {last}")
    return {"parameters": work.parameters, "first_loss": first, "last_loss": last}

"""Shared code of the programs of both frameworks: the workloads' sizes, the timing and the printed
line."""

import argparse
import json
import os
import resource
import statistics
import time

import numpy

# The number of images in a step, their shape, and the number of images to draw from.
WORKS = {
    "vae-mlp": (128, (784,), 60_000),
    "ae-mlp": (128, (784,), 60_000),
    "gan-mlp": (128, (784,), 60_000),
    "dcgan-28": (128, (28, 28, 1), 60_000),
    "dcgan-64": (64, (64, 64, 3), 2_000),
    "cnn-mnist": (64, (28, 28, 1), 60_000),
    "conv-vae": (128, (28, 28, 1), 60_000),
}


def arguments(description, modes, works=WORKS):
    """The command line of a peer: the workload, the mode and the number of steps."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--work", choices=works, required=True)
    parser.add_argument("--mode", choices=modes, default=modes[0])
    parser.add_argument("--steps", type=int, default=200, help="steps in total, after the warm-up")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--processes", type=int, default=1, help="processes that torchrun starts, each with its part of a batch")
    return parser.parse_args()


def images(work):
    """A table of pixels in [0, 1]; no step's arithmetic depends on their values."""
    _, shape, count = WORKS[work]
    pixels = numpy.random.default_rng(0).integers(0, 256, (count, *shape), dtype=numpy.uint8)
    table = pixels.astype(numpy.float32)
    table /= 255
    return table


def drawn(count, batch):
    """Rows of a table in a new random order each time it is exhausted, a batch at a time."""
    generator = numpy.random.default_rng(1)
    while True:
        order = generator.permutation(count)
        for first in range(0, count - batch + 1, batch):
            yield order[first : first + batch]


def measure(args, batch, framework, version, run, finish=lambda: None, more=dict):
    """Times `run(n)`, which takes about n steps and returns their number, in five blocks.

    `finish` waits until all requested work is done; `more` returns further fields of the line, once
    all steps have been taken.
    """

    def block(count):
        start = time.perf_counter()
        made = run(count)
        finish()
        return (time.perf_counter() - start) / made * 1000

    first = block(1)
    block(max(1, min(20, args.steps)))
    times = sorted(block(max(1, args.steps // 5)) for _ in range(5))
    median = statistics.median(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line = {
        "work": args.work, "framework": framework, "mode": args.mode, "version": version,
        "threads": args.threads, "ms_per_step": round(median, 4), "ms_min": round(times[0], 4),
        "ms_max": round(times[-1], 4), "images_per_s": round(batch / median * 1000, 1),
        "peak_rss_mb": round(peak, 1), "first_step_s": round(first / 1000, 3),
        "steps": args.steps, **more(),
    }  # fmt: skip
    print(json.dumps(line))

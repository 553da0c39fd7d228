"""The deep workloads without convolutions in JAX, on the CPU.

    python deep_jax_peer.py --work made-mlp --mode scan
"""

import sys

import deep_works

args, work = deep_works.arguments(__doc__, ["jit", "scan"])
if len(work.shape) == 3:
    sys.exit(f"this peer has no {args.work}: convolutions on a CPU are slow in JAX")

import jax
import numpy

import deep_jax_models
import jax_steps

state, step = deep_jax_models.WORKS[args.work]()
is_game = args.work == "wgan-gp-mlp"
# The first element of an adversarial model's state is the parameters of both networks, otherwise
# the network's.
parameters = state[:2] if is_game else state[0]
deep_works.expect_size(work, sum(leaf.size for leaf in jax.tree.leaves(parameters)))
table = deep_works.examples(work)
rows = deep_works.drawn(work)


def draw():
    """A batch, or one for each of the critic's steps."""
    if is_game:
        return numpy.stack([table[next(rows)] for _ in range(deep_works.CRITIC_STEPS)])
    return table[next(rows)]


jax_steps.measure(
    args, work.batch, state, step, draw,
    lambda losses: deep_works.learned(work, [losses[0][0], losses[-1][-1]]))  # fmt: skip

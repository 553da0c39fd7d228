"""Shared code of the workloads in JAX: layers, Adam, and the timing of compiled steps.

A layer is (parameters, function of parameters, inputs and a key). A workload is (state, step), and
a step returns (state, loss) for a state, examples and a key.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy
from jax import lax

import timing

keys = iter(jax.random.split(jax.random.key(0), 1000))
STEPS_IN_A_SCAN = 25


# Layers


def dense(inputs, outputs):
    """Initialised as in PyTorch: uniform between plus and minus 1 over the square root of the
    number of inputs."""
    bound = inputs**-0.5
    weight, bias = (
        jax.random.uniform(next(keys), shape, minval=-bound, maxval=bound)
        for shape in [(inputs, outputs), (outputs,)])  # fmt: skip
    return (weight, bias), lambda p, x, key=None: x @ p[0] + p[1]


def plain(function):
    return (), lambda p, x, key=None: function(x)


def network(*layers):
    """The parameters of all layers, and the function that applies the layers in turn."""
    functions = [function for _, function in layers]

    def apply(parameters, x, key=None):
        count = len(functions)
        split = [None] * count if key is None else jax.random.split(key, count)
        for p, function, k in zip(parameters, functions, split):
            x = function(p, x, k)
        return x

    return [p for p, _ in layers], apply


# Adam


def adam_state(parameters):
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros(())


def adam(parameters, state, gradients, rate=1e-3, beta1=0.9, beta2=0.999):
    mean, square, time = state
    time = time + 1
    mean = jax.tree.map(lambda m, g: beta1 * m + (1 - beta1) * g, mean, gradients)
    square = jax.tree.map(lambda s, g: beta2 * s + (1 - beta2) * g * g, square, gradients)
    scale = rate * jnp.sqrt(1 - beta2**time) / (1 - beta1**time)
    moved = jax.tree.map(
        lambda p, m, s: p - scale * m / (jnp.sqrt(s) + 1e-8), parameters, mean, square)  # fmt: skip
    return moved, (mean, square, time)


def descent(parameters, loss):
    """A workload that descends the gradient of a loss of parameters, examples and a key."""

    def step(state, x, key):
        parameters, moments = state
        value, gradients = jax.value_and_grad(loss)(parameters, x, key)
        return adam(parameters, moments, gradients), value

    return (parameters, adam_state(parameters)), step


# Timing


def measure(args, batch, state, step, draw, more=lambda losses: {}):
    """Times a workload's steps on the batches from `draw`; `more` makes fields of the first and
    last loss."""
    numbers = itertools.count()
    losses = []

    def one(state, numbered):
        x, number = numbered
        return step(state, x, jax.random.fold_in(jax.random.key(1), number))

    one_step = jax.jit(lambda state, x, number: one(state, (x, number)), donate_argnums=0)
    many_steps = jax.jit(lambda state, *numbered: lax.scan(one, state, numbered), donate_argnums=0)

    def call():
        """The state and the losses after one call, and the number of its steps."""
        if args.mode == "jit":
            return *one_step(state, draw(), next(numbers)), 1
        x = numpy.stack([draw() for _ in range(STEPS_IN_A_SCAN)])
        number = numpy.array([next(numbers) for _ in range(STEPS_IN_A_SCAN)])
        return *many_steps(state, x, number), STEPS_IN_A_SCAN

    def run(steps):
        nonlocal state
        made = 0
        while made < steps:
            state, loss, count = call()
            made += count
            losses[1:] = [loss]
        return made

    timing.measure(
        args, batch, "JAX", jax.__version__, run, lambda: jax.block_until_ready(state),
        lambda: more([numpy.ravel(loss) for loss in losses]))  # fmt: skip

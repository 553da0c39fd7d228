"""A complete program, as a user would write it, that trains a variational autoencoder on MNIST for
an epoch in JAX.

    python jax_epoch.py --data datasets/mnist --out runs --mode scan

Mode `jit` compiles a step, mode `scan` the epoch. The last images of an epoch, which do not fill a
batch, are left out, because another shape would require another compilation.
"""

import epoch

args = epoch.arguments(__doc__, ["jit", "scan"])

import jax
import jax.numpy as jnp
import numpy
from jax import lax, nn

train, test = epoch.images(args.data)
*layer_keys, epoch_key, test_key, sample_key = jax.random.split(jax.random.key(0), 7)


def dense(key, inputs, outputs):
    bound = inputs**-0.5
    weight = jax.random.uniform(key, (inputs, outputs), minval=-bound, maxval=bound)
    return weight, jnp.zeros(outputs)


def decode(parameters, z):
    (weight, bias), (last_weight, last_bias) = parameters[2:]
    return nn.relu(z @ weight + bias) @ last_weight + last_bias


def loss(parameters, x, key):
    (weight, bias), (code_weight, code_bias) = parameters[:2]
    code = nn.relu(x @ weight + bias) @ code_weight + code_bias
    mean, log_variance = jnp.split(code, 2, axis=1)
    z = mean + jnp.exp(log_variance / 2) * jax.random.normal(key, mean.shape)
    logits = decode(parameters, z)
    reconstruction = (nn.softplus(logits) - x * logits).sum()
    divergence = (mean**2 + jnp.exp(log_variance) - 1 - log_variance).sum() / 2
    return (reconstruction + divergence) / len(x)


def step(state, x, key):
    """A step of Adam (Kingma and Ba 2015), and the loss before it."""
    parameters, means, squares, time = state
    value, gradients = jax.value_and_grad(loss)(parameters, x, key)
    time = time + 1
    means = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, means, gradients)
    squares = jax.tree.map(lambda s, g: 0.999 * s + 0.001 * g * g, squares, gradients)
    scale = 1e-3 * jnp.sqrt(1 - 0.999**time) / (1 - 0.9**time)
    parameters = jax.tree.map(
        lambda p, m, s: p - scale * m / (jnp.sqrt(s) + 1e-8), parameters, means, squares)  # fmt: skip
    return (parameters, means, squares, time), value


sizes = [(784, 400), (400, 40), (20, 400), (400, 784)]
parameters = [dense(key, *size) for key, size in zip(layer_keys, sizes)]
zeros = jax.tree.map(jnp.zeros_like, parameters)
state = parameters, zeros, jax.tree.map(jnp.zeros_like, parameters), jnp.zeros(())

steps = len(train) // epoch.BATCH
order = numpy.random.default_rng(0).permutation(len(train))[: steps * epoch.BATCH]
batches, keys = order.reshape(steps, epoch.BATCH), jax.random.split(epoch_key, steps)
if args.mode == "jit":
    one_step = jax.jit(step, donate_argnums=0)
    values = []
    for rows, key in zip(batches, keys):
        state, value = one_step(state, train[rows], key)
        values.append(value)
    train_loss = float(jnp.stack(values).mean())
else:

    def steps_in_turn(state, table):
        drawn = lambda state, batch: step(state, table[batch[0]], batch[1])
        return lax.scan(drawn, state, (batches, keys))

    state, values = jax.jit(steps_in_turn, donate_argnums=0)(state, train)
    train_loss = float(values.mean())

parameters = state[0]
parts = test.reshape(-1, 1000, 784)
tested = jax.jit(lambda parameters, parts: lax.map(lambda part: loss(parameters, *part), parts))
test_loss = float(tested(parameters, (parts, jax.random.split(test_key, len(parts)))).mean())
samples = nn.sigmoid(decode(parameters, jax.random.normal(sample_key, (100, 20))))

epoch.finish(
    args.out, "JAX", args.mode, jax.__version__, train_loss, test_loss, numpy.asarray(samples))  # fmt: skip

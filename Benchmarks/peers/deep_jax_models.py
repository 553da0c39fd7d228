"""The deep workloads without convolutions in JAX: each is a state and a step, as in
jax_steps.py."""

import math

import jax
import jax.numpy as jnp
from jax import lax, nn

import deep_works
from deep_jax_flows import coupling_2d, maf, masked, perceptron, realnvp, spline_2d
from jax_steps import adam, adam_state, dense, descent, keys, network, plain

# Pixels: masked networks, latent variables and adversaries


def made():
    parameters, apply = masked([1024, 1024], 1)

    def loss(p, x, key):
        logits = apply(p, x)
        return (nn.softplus(logits) - x * logits).sum() / len(x)

    return descent(parameters, loss)


def importance_weighted(samples=5):
    """The bound of Burda et al. 2016."""
    (encoder, encode), (decoder, decode) = perceptron(784, 400, 40), perceptron(20, 400, 784)

    def loss(p, x, key):
        mean, log_variance = jnp.split(encode(p[0], x), 2, axis=1)
        noise = jax.random.normal(key, (samples, *mean.shape))
        z = mean + noise * jnp.exp(log_variance / 2)
        logits = decode(p[1], z)
        pixels = (x * logits - nn.softplus(logits)).sum(2)
        codes = (noise**2 + log_variance - z**2).sum(2) / 2
        return math.log(samples) - nn.logsumexp(pixels + codes, axis=0).mean()

    return descent((encoder, decoder), loss)


def wasserstein():
    """Five steps of the critic, each on its own batch, then one of the generator."""
    leaky = lambda x: nn.leaky_relu(x, 0.2)
    generator, hidden = perceptron(100, 256, 512, 1024, 784, activation=leaky)
    critic, judge = perceptron(784, 512, 256, 1, activation=leaky)
    generate = lambda p, key, count: jnp.tanh(hidden(p, jax.random.normal(key, (count, 100))))
    move = lambda *arguments: adam(*arguments, rate=1e-4, beta1=0.0, beta2=0.9)

    def critic_loss(p, real, fake, key):
        share = jax.random.uniform(key, (len(real), 1))
        slope = jax.grad(lambda x: judge(p, x).sum())(share * real + (1 - share) * fake)
        penalty = jnp.mean((jnp.sqrt((slope**2).sum(1)) - 1) ** 2)
        distance = judge(p, real).mean() - judge(p, fake).mean()
        return deep_works.PENALTY_WEIGHT * penalty - distance

    def generator_loss(p, critic, key, count):
        return -judge(critic, generate(p, key, count)).mean()

    def step(state, batches, key):
        generator, critic, generator_moments, critic_moments = state
        last, *keys = jax.random.split(key, len(batches) + 1)
        for x, key in zip(batches, keys):
            noise_key, share_key = jax.random.split(key)
            fake = generate(generator, noise_key, len(x))
            loss, slope = jax.value_and_grad(critic_loss)(critic, 2 * x - 1, fake, share_key)
            critic, critic_moments = move(critic, critic_moments, slope)
        slope = jax.grad(generator_loss)(generator, critic, last, batches.shape[1])
        generator, generator_moments = move(generator, generator_moments, slope)
        return (generator, critic, generator_moments, critic_moments), loss

    return (generator, critic, adam_state(generator), adam_state(critic)), step


# Paths in the plane


def flow_matching_2d():
    parameters, velocity = perceptron(3, 128, 128, 128, 2, activation=nn.silu)

    def loss(p, x1, key):
        noise_key, time_key = jax.random.split(key)
        x0 = jax.random.normal(noise_key, x1.shape)
        t = jax.random.uniform(time_key, (len(x1), 1))
        found = velocity(p, jnp.concatenate([(1 - t) * x0 + t * x1, t], 1))
        return jnp.mean((found - (x1 - x0)) ** 2)

    return descent(parameters, loss)


def sliced_score_2d():
    """E[v' grad(v' s) + |s|^2 / 2] (Song et al. 2019): v' grad(v' s) is v' times the derivative of
    s along v."""
    parameters, score = perceptron(2, 128, 128, 2, activation=nn.silu)

    def loss(p, x, key):
        v = jax.random.normal(key, x.shape)
        found, along = jax.jvp(lambda x: score(p, x), (x,), (v,))
        return ((v * along).sum(1) + (found**2).sum(1) / 2).mean()

    return descent(parameters, loss)


# Text


def text_loss(logits, text):
    """-log p of a character, in nats."""
    return -jnp.take_along_axis(nn.log_softmax(logits), text[:, 1:, None], 2).mean()


def small(*shape):
    return 0.02 * jax.random.normal(next(keys), shape)


def small_dense(inputs, outputs):
    _, apply = dense(inputs, outputs)
    return (small(inputs, outputs), jnp.zeros(outputs)), apply


def layer_norm(width):
    def normalized(p, x, key=None):
        mean, variance = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) * lax.rsqrt(variance + 1e-5) * p[0] + p[1]

    return (jnp.ones(width), jnp.zeros(width)), normalized


def attention(width, heads=4):
    """Each position attends to itself and the positions before it."""
    (into, project), (out, merge) = small_dense(width, 3 * width), small_dense(width, width)

    def apply(p, x, key=None):
        split = lambda part: part.reshape(*x.shape[:2], heads, -1)
        query, key, value = map(split, jnp.split(project(p[0], x), 3, axis=2))
        found = nn.dot_product_attention(query, key, value, is_causal=True)
        return merge(p[1], found.reshape(x.shape))

    return (into, out), apply


def residual(*layers):
    parameters, apply = network(*layers)
    return parameters, lambda p, x, key=None: x + apply(p, x)


def transformer(width=128):
    gelu = plain(lambda x: nn.gelu(x, approximate=False))
    blocks = []
    for _ in range(4):
        blocks += [
            residual(layer_norm(width), attention(width)),
            residual(
                layer_norm(width), small_dense(width, 4 * width), gelu,
                small_dense(4 * width, width))]  # fmt: skip
    last = small_dense(width, deep_works.ALPHABET)
    parameters, apply = network(*blocks, layer_norm(width), last)
    characters, places = small(deep_works.ALPHABET, width), small(deep_works.LENGTH, width)

    def loss(p, text, key):
        return text_loss(apply(p[0], p[1][text[:, :-1]] + p[2]), text)

    return descent((parameters, characters, places), loss)


def recurrent(width=256, size=64):
    """A long short-term memory (Hochreiter and Schmidhuber 1997), with two biases as in PyTorch."""
    characters = jax.random.normal(next(keys), (deep_works.ALPHABET, size))
    (into, project), (across, carry) = dense(size, 4 * width), dense(width, 4 * width)
    out, head = dense(width, deep_works.ALPHABET)

    def loss(p, text, key):
        inputs = project(p[1], p[0][text[:, :-1]])

        def advance(state, x):
            hidden, cell = state
            enter, forget, new, leave = jnp.split(x + carry(p[2], hidden), 4, axis=1)
            cell = nn.sigmoid(forget) * cell + nn.sigmoid(enter) * jnp.tanh(new)
            hidden = nn.sigmoid(leave) * jnp.tanh(cell)
            return (hidden, cell), hidden

        start = jnp.zeros((len(text), width))
        _, hidden = lax.scan(advance, (start, start), inputs.swapaxes(0, 1))
        return text_loss(head(p[3], hidden).swapaxes(0, 1), text)

    return descent((characters, into, across, out), loss)


WORKS = {
    "coupling-2d": coupling_2d, "spline-2d": spline_2d, "flow-matching-2d": flow_matching_2d,
    "sliced-score-2d": sliced_score_2d, "realnvp-mlp": realnvp, "maf-mlp": maf, "made-mlp": made,
    "iwae-mlp": importance_weighted, "wgan-gp-mlp": wasserstein,
    "transformer-char": transformer, "lstm-char": recurrent,
}  # fmt: skip

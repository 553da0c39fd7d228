"""The workloads in JAX, as functions of trees of arrays, on the CPU.

    python jax_peer.py --work vae-mlp --mode scan

Mode `jit` compiles a step, mode `scan` twenty-five of them, which avoids the calls in between.
"""

import itertools

import timing

args = timing.arguments(__doc__, ["jit", "scan"])

import jax
import jax.numpy as jnp
from jax import lax, nn

import jax_steps
from jax_steps import adam, adam_state, dense, descent, keys, network, plain

batch, shape, count = timing.WORKS[args.work]


# Layers: each is (parameters, function of parameters, images and a key)


def added(y, bias):
    return y if bias is None else y + bias


def convolution(inputs, outputs, side, stride=1, padding=0, bias=True, up=False):
    weight = 0.02 * jax.random.normal(next(keys), (side, side, inputs, outputs))
    names = ("NHWC", "HWIO", "NHWC")
    edges = [(padding, padding)] * 2

    def down_(p, x, key):
        return added(lax.conv_general_dilated(
            x, p[0], (stride, stride), edges, dimension_numbers=names), p[1])  # fmt: skip

    def up_(p, x, key):
        edge = side - 1 - padding
        return added(lax.conv_transpose(
            x, p[0], (stride, stride), [(edge, edge)] * 2, dimension_numbers=names), p[1])  # fmt: skip

    return (weight, jnp.zeros(outputs) if bias else None), up_ if up else down_


def batch_norm(channels):
    """Normalises over all axes but the last, with the batch's statistics."""

    def normalized(p, x, key):
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        return (x - mean) * (lax.rsqrt(variance + 1e-5) * p[0]) + p[1]

    return (jnp.ones(channels), jnp.zeros(channels)), normalized


def dropout(rate):
    def dropped(p, x, key):
        return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)

    return (), dropped


relu, tanh, leaky = plain(nn.relu), plain(jnp.tanh), plain(lambda x: nn.leaky_relu(x, 0.2))


def reshaped(*sizes):
    return plain(lambda x: x.reshape(len(x), *sizes))


max_pool = plain(
    lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID"))  # fmt: skip


# Autoencoders and the classifier


def vae(encoder, decoder):
    (encoder_parameters, encode), (decoder_parameters, decode) = encoder, decoder

    def loss(parameters, x, key):
        keys = jax.random.split(key, 3)
        mean, log_variance = jnp.split(encode(parameters[0], x, keys[0]), 2, axis=1)
        z = mean + jnp.exp(log_variance / 2) * jax.random.normal(keys[1], mean.shape)
        logits = decode(parameters[1], z, keys[2])
        reconstruction = (nn.softplus(logits) - x * logits).sum()
        divergence = (mean**2 + jnp.exp(log_variance) - 1 - log_variance).sum() / 2
        return (reconstruction + divergence) / len(x)

    return descent((encoder_parameters, decoder_parameters), loss)


def dense_vae():
    return vae(
        network(dense(784, 400), relu, dense(400, 40)),
        network(dense(20, 400), relu, dense(400, 784)))  # fmt: skip


def convolutional_vae():
    encoder = network(
        convolution(1, 32, 4, 2, 1), relu, convolution(32, 64, 4, 2, 1), relu, reshaped(3136),
        dense(3136, 256), relu, dense(256, 40))  # fmt: skip
    decoder = network(
        dense(20, 256), relu, dense(256, 3136), relu, reshaped(7, 7, 64),
        convolution(64, 32, 4, 2, 1, up=True), relu, convolution(32, 1, 4, 2, 1, up=True))  # fmt: skip
    return vae(encoder, decoder)


def autoencoder():
    parameters, apply = network(
        dense(784, 256), relu, dense(256, 64), dense(64, 256), relu, dense(256, 784))  # fmt: skip
    return descent(
        parameters, lambda p, x, key: jnp.mean((nn.sigmoid(apply(p, x, key)) - x) ** 2))  # fmt: skip


def classifier():
    parameters, apply = network(
        convolution(1, 32, 3), relu, convolution(32, 64, 3), relu, max_pool, dropout(0.25),
        reshaped(9216), dense(9216, 128), relu, dropout(0.5), dense(128, 10))  # fmt: skip
    labels = nn.one_hot(jnp.arange(batch) % 10, 10)
    return descent(
        parameters,
        lambda p, x, key: -(labels * nn.log_softmax(apply(p, x, key))).sum() / batch)  # fmt: skip


# Adversarial networks


def dense_networks():
    def layers(*widths):
        pairs = itertools.pairwise(widths)
        return list(itertools.chain(*[(dense(a, b), leaky) for a, b in pairs]))[:-1]

    return network(*layers(100, 256, 512, 1024, 784), tanh), network(*layers(784, 512, 256, 1))


def convolutional_networks(side, channels, widths):
    """A DCGAN whose generator starts from, and whose discriminator ends with, `side` x `side`
    pixels."""
    up = [convolution(100, widths[0], side, bias=False, up=True)]
    for a, b in itertools.pairwise(widths):
        up += [batch_norm(a), relu, convolution(a, b, 4, 2, 1, bias=False, up=True)]
    up += [batch_norm(widths[-1]), relu]
    up += [convolution(widths[-1], channels, 4, 2, 1, up=True), tanh]
    return network(*up)


def discriminator(side, channels, widths):
    down = [convolution(channels, widths[0], 4, 2, 1), leaky]
    for a, b in itertools.pairwise(widths):
        down += [convolution(a, b, 4, 2, 1, bias=False), batch_norm(b), leaky]
    return network(*down, convolution(widths[-1], 1, side))


def dcgan_28():
    return convolutional_networks(7, 1, [256, 128]), discriminator(7, 1, [64, 128])


def dcgan_64():
    widths = [512, 256, 128, 64]
    return convolutional_networks(4, 3, widths), discriminator(4, 3, widths[::-1])


def game(networks, noise_shape):
    """A step of the discriminator, then one of the generator through the new discriminator."""
    (generator_parameters, generate), (critic_parameters, judge) = networks

    def step(state, x, key):
        generator, critic, generator_moments, critic_moments = state
        keys = jax.random.split(key, 5)
        z = jax.random.normal(keys[0], (batch, *noise_shape))
        fake, pullback = jax.vjp(lambda p: generate(p, z, keys[1]), generator)

        def critic_loss(p):
            real, made = judge(p, 2 * x - 1, keys[2]), judge(p, fake, keys[3])
            return nn.softplus(-real).mean() + nn.softplus(made).mean()

        slope = jax.grad(critic_loss)(critic)
        critic, critic_moments = adam(critic, critic_moments, slope, 2e-4, 0.5)
        slope = jax.grad(lambda x: nn.softplus(-judge(critic, x, keys[4])).mean())(fake)
        generator, generator_moments = adam(
            generator, generator_moments, pullback(slope)[0], 2e-4, 0.5)  # fmt: skip
        return (generator, critic, generator_moments, critic_moments), None

    moments = adam_state(generator_parameters), adam_state(critic_parameters)
    return (generator_parameters, critic_parameters, *moments), step


state, step = {
    "vae-mlp": dense_vae,
    "ae-mlp": autoencoder,
    "gan-mlp": lambda: game(dense_networks(), (100,)),
    "dcgan-28": lambda: game(dcgan_28(), (1, 1, 100)),
    "dcgan-64": lambda: game(dcgan_64(), (1, 1, 100)),
    "cnn-mnist": classifier,
    "conv-vae": convolutional_vae,
}[args.work]()

table = timing.images(args.work)
rows = timing.drawn(count, batch)


def without_loss(*inputs):
    """A step whose loss is not read, so that its compiled form does not compute it."""
    return step(*inputs)[0], None


jax_steps.measure(args, batch, state, without_loss, lambda: table[next(rows)])

"""Normalizing flows and masked networks in JAX."""

import itertools
import math

import jax
import jax.numpy as jnp
from jax import nn

import deep_works
from deep_works import LOG_2_PI
from jax_steps import dense, descent, network, plain


def perceptron(*widths, activation=nn.relu):
    """Dense layers with activations between them."""
    layers = [[dense(a, b), plain(activation)] for a, b in itertools.pairwise(widths)]
    return network(*list(itertools.chain(*layers))[:-1])


def scaled_last(layers, scale):
    """A network whose last weights are initially multiplied by `scale`."""
    parameters, apply = layers
    weight, bias = parameters[-1]
    return [*parameters[:-1], (scale * weight, bias)], apply


def half_square(x):
    """-log N(x; 0, I) of each row."""
    return (x**2 + LOG_2_PI).sum(1) / 2


# Flows: a layer is (parameters, function of parameters and x that gives y and log |det|)


def flow(*layers):
    """The mean of -log p(x) if the layers map x to N(0, I)."""

    def loss(parameters, x, key):
        total = 0.0
        for p, (_, function) in zip(parameters, layers):
            x, log_determinant = function(p, x)
            total = total + log_determinant
        return (half_square(x) - total).mean()

    return [p for p, _ in layers], loss


def flow_of_pixels(*layers):
    """The same for log(y / (1 - y)), where y is the pixels with noise, scaled to slightly inside
    (0, 1)."""
    parameters, points_loss = flow(*layers)

    def loss(parameters, x, key):
        u = (255 * x + jax.random.uniform(key, x.shape)) / 256
        margin = deep_works.LOGIT_MARGIN
        y = margin + (1 - 2 * margin) * u
        log_y, log_rest = jnp.log(y), jnp.log1p(-y)
        log_slope = math.log(1 - 2 * margin) - log_y - log_rest
        return points_loss(parameters, log_y - log_rest, key) - log_slope.sum(1).mean()

    return parameters, loss


def coupling(conditioner, moved, given):
    """Transforms half of the coordinates with parameters that a network computes from the other
    half."""
    parameters, apply = conditioner

    def function(p, x):
        halves = jnp.split(x, 2, axis=1)
        halves[1 - given], log_slope = moved(halves[1 - given], apply(p, halves[given]))
        return jnp.concatenate(halves, 1), log_slope.sum(1)

    return parameters, function


def affine(x, raw):
    shift_and_scale = jnp.split(raw, 2, axis=1)
    scale, shift = 2 * jnp.tanh(shift_and_scale[0] / 2), shift_and_scale[1]
    return x * jnp.exp(scale) + shift, scale


def affine_coupling(half, hidden, given):
    conditioner = perceptron(half, hidden, hidden, 2 * half)
    return coupling(scaled_last(conditioner, 0), affine, given)


BINS, BOUND, LEAST = 8, 4.0, 0.001


def spline(x, raw):
    """A monotone rational-quadratic spline (Durkan et al. 2019, eq. 4 and 5), [batch, 1] each."""
    widths, heights, slopes = jnp.split(raw, [BINS, 2 * BINS], axis=1)

    def knots(raw):
        shares = LEAST + (1 - BINS * LEAST) * nn.softmax(raw)
        inner = BOUND * (2 * jnp.cumsum(shares[:, :-1], 1) - 1)
        edge = jnp.full_like(inner[:, :1], BOUND)
        return jnp.concatenate([-edge, inner, edge], 1)

    left, low = knots(widths), knots(heights)
    inner = LEAST + nn.softplus(slopes + math.log(math.expm1(1 - LEAST)))
    slope = jnp.pad(inner, [(0, 0), (1, 1)], constant_values=1)
    clamped = jnp.clip(x, -BOUND, BOUND)
    bin = (clamped >= left[:, 1:-1]).sum(1, keepdims=True)
    ends = lambda table: [jnp.take_along_axis(table, bin + k, 1) for k in range(2)]
    (x0, x1), (y0, y1), (d0, d1) = ends(left), ends(low), ends(slope)
    mean_slope, at = (y1 - y0) / (x1 - x0), (clamped - x0) / (x1 - x0)
    middle = at * (1 - at)
    below = mean_slope + (d0 + d1 - 2 * mean_slope) * middle
    y = y0 + (y1 - y0) * (mean_slope * at**2 + d0 * middle) / below
    above = d1 * at**2 + 2 * mean_slope * middle + d0 * (1 - at) ** 2
    log_slope = 2 * (jnp.log(mean_slope) - jnp.log(below)) + jnp.log(above)
    inside = jnp.abs(x) < BOUND
    return jnp.where(inside, y, x), jnp.where(inside, log_slope, 0)


def spline_coupling(given):
    """It is initially the identity, because the last layer is initialised to 0."""
    parameters, apply = scaled_last(perceptron(1, 64, 64, 3 * BINS - 1), 0)
    weight, bias = parameters[-1]
    return coupling(([*parameters[:-1], (weight, 0 * bias)], apply), spline, given)


def coupling_2d():
    return descent(*flow(*[affine_coupling(1, 64, k % 2) for k in range(8)]))


def spline_2d():
    return descent(*flow(*[spline_coupling(k % 2) for k in range(4)]))


def reordering(order):
    return (), lambda p, x: (x[:, order], 0)


def realnvp():
    couplings = [affine_coupling(392, 512, k % 2) for k in range(6)]
    return descent(*flow_of_pixels(reordering(deep_works.checkerboard()), *couplings))


# Masked networks (Germain et al. 2015)


def masked_dense(mask):
    (weight, bias), _ = dense(*mask.T.shape)
    allowed = jnp.asarray(mask.T, jnp.float32)
    return (weight, bias), lambda p, x, key=None: x @ (p[0] * allowed) + p[1]


def masked(hidden, outputs):
    """A masked network of all pixels with `outputs` outputs for each."""
    layers = [[masked_dense(mask), plain(nn.relu)] for mask in deep_works.masks(hidden, outputs)]
    return network(*list(itertools.chain(*layers))[:-1])


def masked_affine():
    """z = (x - m) exp(-s), with m and s from the preceding coordinates (Papamakarios et al.
    2017)."""
    parameters, apply = scaled_last(masked([512], 2), 0.1)

    def function(p, x):
        mean, raw = jnp.split(apply(p, x), 2, axis=1)
        scale = 2 * jnp.tanh(raw / 2)
        return (x - mean) * jnp.exp(-scale), -scale.sum(1)

    return parameters, function


def maf():
    turned = ((), lambda p, x: (x[:, ::-1], 0))
    layers = [[masked_affine(), turned] for _ in range(5)]
    return descent(*flow_of_pixels(*list(itertools.chain(*layers))[:-1]))

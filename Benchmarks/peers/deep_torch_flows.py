"""Normalizing flows in PyTorch: a layer returns y and log |det dy/dx|."""

import itertools
import math

import torch
import torch.nn.functional as F
from torch import nn

import deep_works


def dense(*widths, activation=nn.ReLU):
    """Linear layers with activations between them."""
    layers = [[nn.Linear(a, b), activation()] for a, b in itertools.pairwise(widths)]
    return nn.Sequential(*list(itertools.chain(*layers))[:-1])


def scale_and_shift(raw):
    """A log-scale between -2 and 2 and a shift, from the two halves of a network's output."""
    scale, shift = raw.chunk(2, 1)
    return 2 * torch.tanh(scale / 2), shift


class Coupling(nn.Module):
    """Transforms one half of the coordinates with parameters that a network computes from the other
    half."""

    def __init__(self, network, given):
        super().__init__()
        self.network, self.given = network, given

    def forward(self, x):
        halves = list(x.chunk(2, 1))
        moved = 1 - self.given
        halves[moved], log_slope = self.moved(halves[moved], self.network(halves[self.given]))
        return torch.cat(halves, 1), log_slope.flatten(1).sum(1)


class AffineCoupling(Coupling):
    """y = x exp(s) + t (Dinh et al. 2017); the last layer's weights are initially 0."""

    def __init__(self, network, given):
        super().__init__(network, given)
        nn.init.zeros_(network[-1].weight)

    def moved(self, x, raw):
        scale, shift = scale_and_shift(raw)
        return x * scale.exp() + shift, scale


class SplineCoupling(Coupling):
    """Maps a coordinate by a monotone rational-quadratic spline with 8 bins (Durkan et al. 2019).

    The spline covers -4 to 4, with the identity outside; it is initially the identity.
    """

    BINS, BOUND, LEAST = 8, 4.0, 0.001

    def __init__(self, given):
        super().__init__(dense(1, 64, 64, 3 * self.BINS - 1), given)
        nn.init.zeros_(self.network[-1].weight)
        nn.init.zeros_(self.network[-1].bias)

    def knots(self, raw):
        """Nine knots from -BOUND to BOUND."""
        shares = self.LEAST + (1 - self.BINS * self.LEAST) * raw.softmax(1)
        inner = self.BOUND * (2 * shares[:, :-1].cumsum(1) - 1)
        return F.pad(F.pad(inner, (1, 0), value=-self.BOUND), (0, 1), value=self.BOUND)

    def moved(self, x, raw):
        widths, heights, slopes = raw.split([self.BINS, self.BINS, self.BINS - 1], 1)
        left, low = self.knots(widths), self.knots(heights)
        inner = self.LEAST + F.softplus(slopes + math.log(math.expm1(1 - self.LEAST)))
        slope = F.pad(inner, (1, 1), value=1.0)
        clamped = x.clamp(-self.BOUND, self.BOUND)
        bin = (clamped >= left[:, 1:-1]).sum(1, keepdim=True)
        ends = lambda table: (table.gather(1, bin), table.gather(1, bin + 1))
        (x0, x1), (y0, y1), (d0, d1) = ends(left), ends(low), ends(slope)
        y, log_slope = self.within(clamped, x0, x1 - x0, y0, y1 - y0, d0, d1)
        inside = x.abs() < self.BOUND
        return torch.where(inside, y, x), torch.where(inside, log_slope, 0)

    @staticmethod
    def within(x, x0, width, y0, height, d0, d1):
        """Equations 4 and 5 of Durkan et al. 2019, and the logarithm of the slope."""
        mean_slope = height / width
        at = (x - x0) / width
        rest = 1 - at
        middle = at * rest
        below = mean_slope + (d0 + d1 - 2 * mean_slope) * middle
        y = y0 + height * (mean_slope * at**2 + d0 * middle) / below
        above = d1 * at**2 + 2 * mean_slope * middle + d0 * rest**2
        return y, 2 * (mean_slope.log() - below.log()) + above.log()


class Reordering(nn.Module):
    """Permutes the coordinates."""

    def __init__(self, order):
        super().__init__()
        self.register_buffer("order", torch.as_tensor(order))

    def forward(self, x):
        return x[:, self.order], 0


class Flow(nn.Module):
    """Returns the mean of -log p(x), in nats, if the layers map x to N(0, I)."""

    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.ModuleList(layers)

    def forward(self, x):
        total = 0
        for layer in self.layers:
            x, log_determinant = layer(x)
            total = total + log_determinant
        return ((x**2 + deep_works.LOG_2_PI).flatten(1).sum(1) / 2 - total).mean()


class PixelLogits(nn.Module):
    """Maps pixels with uniform noise, u, to log(y / (1 - y)), with y scaled to slightly inside (0,
    1)."""

    def forward(self, x):
        u = (255 * x + torch.rand_like(x)) / 256
        margin = deep_works.LOGIT_MARGIN
        y = margin + (1 - 2 * margin) * u
        log_y, log_rest = y.log(), (-y).log1p()
        log_slope = math.log(1 - 2 * margin) - log_y - log_rest
        return log_y - log_rest, log_slope.flatten(1).sum(1)


def coupling_2d():
    return Flow(*[AffineCoupling(dense(1, 64, 64, 2), k % 2) for k in range(8)])


def spline_2d():
    return Flow(*[SplineCoupling(k % 2) for k in range(4)])


def realnvp():
    couplings = [AffineCoupling(dense(392, 512, 512, 784), k % 2) for k in range(6)]
    return Flow(PixelLogits(), Reordering(deep_works.checkerboard()), *couplings)


# Masked flows


class MaskedLinear(nn.Linear):
    """A dense layer with the connections that its mask [outputs, inputs] allows."""

    def __init__(self, mask):
        super().__init__(*mask.shape[::-1])
        self.register_buffer("mask", torch.as_tensor(mask, dtype=torch.float32))

    def forward(self, x):
        return F.linear(x, self.weight * self.mask, self.bias)


def masked(hidden, outputs):
    """A masked network of all pixels with `outputs` outputs for each."""
    layers = [[MaskedLinear(mask), nn.ReLU()] for mask in deep_works.masks(hidden, outputs)]
    return nn.Sequential(*list(itertools.chain(*layers))[:-1])


class MaskedAffine(nn.Module):
    """z = (x - m) exp(-s), with m and s from the preceding coordinates (Papamakarios et al.
    2017)."""

    def __init__(self):
        super().__init__()
        self.network = masked([512], 2)
        with torch.no_grad():
            self.network[-1].weight.mul_(0.1)

    def forward(self, x):
        mean, raw = self.network(x).chunk(2, 1)
        scale = 2 * torch.tanh(raw / 2)
        return (x - mean) * (-scale).exp(), -scale.sum(1)


def maf():
    turned = lambda: Reordering(range(783, -1, -1))
    layers = [[MaskedAffine(), turned()] for _ in range(5)]
    return Flow(PixelLogits(), *list(itertools.chain(*layers))[:-1])


# Glow (Kingma and Dhariwal 2018)


class ChannelScale(nn.Module):
    """A learned scale and shift of each channel."""

    def __init__(self, channels):
        super().__init__()
        self.log_scale = nn.Parameter(torch.zeros(channels, 1, 1))
        self.shift = nn.Parameter(torch.zeros(channels, 1, 1))

    def forward(self, x):
        return x * self.log_scale.exp() + self.shift, x[0, 0].numel() * self.log_scale.sum()


class ChannelMixing(nn.Module):
    """A 1 x 1 convolution, initially a random rotation; its determinant is computed by LU."""

    def __init__(self, channels):
        super().__init__()
        self.weight = nn.Parameter(torch.linalg.qr(torch.randn(channels, channels)).Q)

    def forward(self, x):
        log_determinant = torch.linalg.slogdet(self.weight).logabsdet
        return F.conv2d(x, self.weight[:, :, None, None]), x[0, 0].numel() * log_determinant


class Squares(nn.Module):
    """Moves 2 x 2 squares of pixels to channels."""

    def forward(self, x):
        return F.pixel_unshuffle(x, 2), 0


def glow_step(channels):
    half = channels // 2
    network = nn.Sequential(
        nn.Conv2d(half, 64, 3, padding=1), nn.ReLU(), nn.Conv2d(64, 64, 1), nn.ReLU(),
        nn.Conv2d(64, channels, 3, padding=1))  # fmt: skip
    nn.init.zeros_(network[-1].bias)
    return [ChannelScale(channels), ChannelMixing(channels), AffineCoupling(network, 0)]


def glow_steps(channels, depth=4):
    return itertools.chain(*[glow_step(channels) for _ in range(depth)])


class SplitFlow(nn.Module):
    """Half of the channels are factored out after `coarse`, the others after `fine`."""

    def __init__(self, coarse, fine):
        super().__init__()
        self.coarse, self.fine = coarse, fine

    def forward(self, x):
        total = 0
        for layer in self.coarse:
            x, log_determinant = layer(x)
            total = total + log_determinant
        x, out = x.chunk(2, 1)
        density = (out**2 + deep_works.LOG_2_PI).flatten(1).sum(1) / 2
        return (density - total).mean() + self.fine(x)


def glow():
    coarse = nn.ModuleList([PixelLogits(), Squares(), *glow_steps(4)])
    return SplitFlow(coarse, Flow(Squares(), *glow_steps(8)))

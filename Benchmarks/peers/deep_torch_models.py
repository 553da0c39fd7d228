"""Adversarial, latent-variable and autoregressive models in PyTorch; losses are per example."""

import math

import torch
import torch.nn.functional as F
from torch import nn

import deep_works
from deep_torch_flows import dense, masked

# Generators and critics (Gulrajani et al. 2017)


def leaky():
    return nn.LeakyReLU(0.2)


def dense_game():
    generator = nn.Sequential(dense(100, 256, 512, 1024, 784, activation=leaky), nn.Tanh())
    return generator, dense(784, 512, 256, 1, activation=leaky)


def convolutional_game():
    """The generator of dcgan-28; a critic has no batch norm, because each image has its own
    penalty."""
    generator = nn.Sequential(
        nn.ConvTranspose2d(100, 256, 7, bias=False), nn.BatchNorm2d(256), nn.ReLU(),
        nn.ConvTranspose2d(256, 128, 4, 2, 1, bias=False), nn.BatchNorm2d(128), nn.ReLU(),
        nn.ConvTranspose2d(128, 1, 4, 2, 1), nn.Tanh())  # fmt: skip
    critic = nn.Sequential(
        nn.Conv2d(1, 64, 4, 2, 1), leaky(), nn.Conv2d(64, 128, 4, 2, 1), leaky(),
        nn.Conv2d(128, 1, 7))  # fmt: skip
    return generator, critic


def gradient_penalty(critic, real, fake):
    """How far the norm of the critic's gradient is from 1, between each real and a generated
    image."""
    share = torch.rand(len(real), *[1] * (real.dim() - 1))
    between = torch.lerp(fake, real, share).requires_grad_()
    (slope,) = torch.autograd.grad(critic(between).sum(), between, create_graph=True)
    return ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()


# Latent variables


class ImportanceWeighted(nn.Module):
    """The bound of Burda et al. 2016 with five samples of the code."""

    SAMPLES = 5

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = dense(784, 400, 40), dense(20, 400, 784)

    def forward(self, x):
        mean, log_variance = self.encoder(x).chunk(2, 1)
        noise = torch.randn(self.SAMPLES, *mean.shape)
        z = mean + noise * (log_variance / 2).exp()
        logits = self.decoder(z)
        pixels = (x * logits - F.softplus(logits)).sum(2)
        # log p(z) - log q(z | x)
        codes = (noise**2 + log_variance - z**2).sum(2) / 2
        return (math.log(self.SAMPLES) - (pixels + codes).logsumexp(0)).mean()


class Residual(nn.Module):
    """A residual connection around a network without a final activation."""

    def __init__(self, *layers):
        super().__init__()
        self.network = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.network(x)


class VectorQuantized(nn.Module):
    """The nearest of 128 codes at each position (van den Oord et al. 2017).

    The codes are moving averages of the vectors assigned to them, as in appendix A.1 of that paper.
    """

    CODES, SIZE, DECAY = 128, 32, 0.99

    def __init__(self):
        super().__init__()
        block = lambda: Residual(
            nn.ReLU(), nn.Conv2d(64, 32, 3, padding=1), nn.ReLU(), nn.Conv2d(32, 64, 1))  # fmt: skip
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 32, 4, 2, 1), nn.ReLU(), nn.Conv2d(32, 64, 4, 2, 1), nn.ReLU(),
            nn.Conv2d(64, 64, 3, padding=1), block(), block(), nn.ReLU(),
            nn.Conv2d(64, self.SIZE, 1))  # fmt: skip
        self.decoder = nn.Sequential(
            nn.Conv2d(self.SIZE, 64, 3, padding=1), block(), block(), nn.ReLU(),
            nn.ConvTranspose2d(64, 32, 4, 2, 1), nn.ReLU(), nn.ConvTranspose2d(32, 1, 4, 2, 1))  # fmt: skip
        codes = torch.randn(self.CODES, self.SIZE)
        self.register_buffer("codes", codes)
        self.register_buffer("sums", codes.clone())
        self.register_buffer("counts", torch.ones(self.CODES))

    @torch.no_grad()
    def nearest(self, vectors):
        return ((self.codes**2).sum(1) - 2 * vectors @ self.codes.T).argmin(1)

    @torch.no_grad()
    def follow(self, vectors, index):
        """Moves the codes towards the averages of the vectors that chose them."""
        chosen = F.one_hot(index, self.CODES).float()
        self.counts.lerp_(chosen.sum(0), 1 - self.DECAY)
        self.sums.lerp_(chosen.T @ vectors, 1 - self.DECAY)
        total = self.counts.sum()
        counts = (self.counts + 1e-5) * total / (total + self.CODES * 1e-5)
        self.codes.copy_(self.sums / counts[:, None])

    def forward(self, x):
        centred = 2 * x - 1
        made = self.encoder(centred).movedim(1, -1)
        vectors = made.detach().flatten(0, 2)
        index = self.nearest(vectors)
        code = self.codes[index].view_as(made)
        # The code, with a straight-through gradient to the encoder's output.
        through = made + (code - made).detach()
        restored = self.decoder(through.movedim(-1, 1))
        # In [-1, 1] squared errors are four times those in [0, 1], where the variance is 0.0949.
        error = F.mse_loss(restored, centred) / 4
        loss = error / 0.0949 + 0.25 * F.mse_loss(made, code)
        self.follow(vectors, index)
        return loss


# Autoregressive models of binary pixels


def pixel_loss(logits, x):
    """-log p of an image, in nats."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)


class MaskedPixels(nn.Module):
    """Predicts each pixel from the pixels before it in raster order (MADE, Germain et al. 2015)."""

    def __init__(self):
        super().__init__()
        self.network = masked([1024, 1024], 1)

    def forward(self, x):
        return pixel_loss(self.network(x), x)


class MaskedConvolution(nn.Conv2d):
    """Depends on the pixels before its own in raster order, and on its own if `includes` is set."""

    def __init__(self, inputs, outputs, side, includes):
        super().__init__(inputs, outputs, side, padding=side // 2)
        before = torch.arange(side * side) < side * side // 2 + includes
        self.register_buffer("mask", before.view(side, side).float())

    def forward(self, x):
        return self._conv_forward(x, self.weight * self.mask, self.bias)


class PixelCNN(nn.Module):
    """The same with convolutions (van den Oord et al. 2016)."""

    def __init__(self):
        super().__init__()
        block = lambda: Residual(
            nn.ReLU(), nn.Conv2d(64, 32, 1), nn.ReLU(), MaskedConvolution(32, 32, 3, True),
            nn.ReLU(), nn.Conv2d(32, 64, 1))  # fmt: skip
        self.network = nn.Sequential(
            MaskedConvolution(1, 64, 7, False), *[block() for _ in range(5)],
            nn.ReLU(), nn.Conv2d(64, 64, 1), nn.ReLU(), nn.Conv2d(64, 1, 1))  # fmt: skip

    def forward(self, x):
        return pixel_loss(self.network(x), x)


# Autoregressive models of text


def text_loss(logits, text):
    """-log p of a character, in nats."""
    return F.cross_entropy(logits.flatten(0, 1), text[:, 1:].flatten())


class Attention(nn.Module):
    """Four heads; each position attends to itself and the positions before it."""

    def __init__(self, width, heads=4):
        super().__init__()
        self.heads = heads
        self.queries_keys_values = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        query, key, value = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2)
            for part in self.queries_keys_values(x).chunk(3, 2))  # fmt: skip
        found = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.out(found.transpose(1, 2).flatten(2))


class Transformer(nn.Module):
    """Four blocks of attention and a feed-forward network (Vaswani et al. 2017), with layer norm
    before each."""

    def __init__(self, width=128):
        super().__init__()
        self.characters = nn.Embedding(deep_works.ALPHABET, width)
        self.places = nn.Embedding(deep_works.LENGTH, width)
        blocks = []
        for _ in range(4):
            blocks += [
                Residual(nn.LayerNorm(width), Attention(width)),
                Residual(
                    nn.LayerNorm(width), *dense(width, 4 * width, width, activation=nn.GELU))]  # fmt: skip
        self.network = nn.Sequential(
            *blocks, nn.LayerNorm(width), nn.Linear(width, deep_works.ALPHABET))  # fmt: skip
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear):
                nn.init.zeros_(module.bias)

    def forward(self, text):
        x = self.characters(text[:, :-1]) + self.places.weight
        return text_loss(self.network(x), text)


class Recurrent(nn.Module):
    """A long short-term memory (Hochreiter and Schmidhuber 1997)."""

    def __init__(self):
        super().__init__()
        self.characters = nn.Embedding(deep_works.ALPHABET, 64)
        self.memory = nn.LSTM(64, 256, batch_first=True)
        self.head = nn.Linear(256, deep_works.ALPHABET)

    def forward(self, text):
        hidden, _ = self.memory(self.characters(text[:, :-1]))
        return text_loss(self.head(hidden), text)

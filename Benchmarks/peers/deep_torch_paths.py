"""Diffusion, flow matching and score matching in PyTorch: each module returns its loss."""

import torch
import torch.nn.functional as F
from torch import nn

from deep_torch_flows import dense

# In the plane


class FlowMatching2D(nn.Module):
    """The velocity from noise to data on straight lines (Lipman et al. 2023)."""

    def __init__(self):
        super().__init__()
        self.network = dense(3, 128, 128, 128, 2, activation=nn.SiLU)

    def forward(self, x1):
        x0, t = torch.randn_like(x1), torch.rand(len(x1), 1)
        velocity = self.network(torch.cat([torch.lerp(x0, x1, t), t], 1))
        return F.mse_loss(velocity, x1 - x0)


class SlicedScore2D(nn.Module):
    """E[v' grad(v' s) + |s|^2 / 2], v of N(0, I) (Song et al. 2019)."""

    def __init__(self):
        super().__init__()
        self.network = dense(2, 128, 128, 2, activation=nn.SiLU)

    def forward(self, x):
        x.requires_grad_()
        v = torch.randn_like(x)
        score = self.network(x)
        (slope,) = torch.autograd.grad((v * score).sum(), x, create_graph=True)
        return ((v * slope).sum(1) + (score**2).sum(1) / 2).mean()


# The U-Net


def convolution(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride, padding=1)


def normalized(inputs, outputs):
    """Group norm, SiLU and a convolution."""
    return nn.Sequential(nn.GroupNorm(8, inputs), nn.SiLU(), convolution(inputs, outputs))


class Block(nn.Module):
    """Two convolutions, with the time added between them, and a residual connection."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.first, self.second = normalized(inputs, outputs), normalized(outputs, outputs)
        self.time = nn.Linear(128, outputs)
        self.side = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x, time):
        hidden = self.first(x) + self.time(F.silu(time))[:, :, None, None]
        return self.side(x) + self.second(hidden)


class Attention(nn.Module):
    """Attention with four heads over the pixels of an image, with a residual connection."""

    def __init__(self, channels, heads=4):
        super().__init__()
        self.heads, self.norm = heads, nn.GroupNorm(8, channels)
        self.queries_keys_values = nn.Linear(channels, 3 * channels)
        self.out = nn.Linear(channels, channels)

    def forward(self, x):
        places = self.norm(x).flatten(2).transpose(1, 2)
        parts = self.queries_keys_values(places).chunk(3, 2)
        query, key, value = (
            part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in parts)  # fmt: skip
        found = F.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
        return x + self.out(found).transpose(1, 2).view_as(x)


class UNet(nn.Module):
    """A U-Net for images, times and labels: 28 x 28 with 32 channels, 14 x 14 and 7 x 7 with 64."""

    NO_LABEL = 10

    def __init__(self):
        super().__init__()
        self.time = dense(32, 128, 128, activation=nn.SiLU)
        self.label = nn.Embedding(self.NO_LABEL + 1, 128)
        self.first = convolution(1, 32)
        self.down = nn.ModuleList([Block(32, 32), Block(32, 64), Block(64, 64)])
        self.shrink = nn.ModuleList([convolution(32, 32, 2), convolution(64, 64, 2)])
        self.middle = nn.ModuleList([Block(64, 64), Block(64, 64)])
        self.attention = Attention(64)
        self.up = nn.ModuleList([Block(128, 64), Block(128, 64), Block(64, 32)])
        self.grow = nn.ModuleList([convolution(64, 64), convolution(64, 32)])
        self.last = normalized(32, 1)
        nn.init.zeros_(self.last[-1].weight)
        nn.init.zeros_(self.last[-1].bias)

    def times(self, t, label):
        """The embedding of the time and the label, which all blocks receive."""
        angle = t[:, None] * 10000 ** (-torch.arange(16) / 16)
        return self.time(torch.cat([angle.sin(), angle.cos()], 1)) + self.label(label)

    def forward(self, x, t, label):
        time = self.times(t, label)
        skips = [self.down[0](self.first(x), time)]
        for shrink, down in zip(self.shrink, self.down[1:]):
            skips.append(down(shrink(skips[-1]), time))
        x = self.middle[1](self.attention(self.middle[0](skips[-1], time)), time)
        for up, grow in zip(self.up, self.grow):
            x = up(torch.cat([x, skips.pop()], 1), time)
            x = grow(F.interpolate(x, scale_factor=2, mode="nearest"))
        return self.last(self.up[-1](torch.cat([x, skips.pop()], 1), time))


def dropped(labels, rate=0.1):
    """The labels, some of them dropped, for classifier-free guidance (Ho and Salimans 2022)."""
    return torch.where(torch.rand(len(labels)) < rate, UNet.NO_LABEL, labels)


class Diffusion(nn.Module):
    """The network predicts the noise in an image at a random time (Ho et al. 2020)."""

    STEPS = 1000

    def __init__(self):
        super().__init__()
        self.network = UNet()
        beta = torch.linspace(1e-4, 0.02, self.STEPS, dtype=torch.float64)
        self.register_buffer("kept", (1 - beta).cumprod(0).float())

    def forward(self, x, label):
        t = torch.randint(self.STEPS, (len(x),))
        kept, noise = self.kept[t][:, None, None, None], torch.randn_like(x)
        noised = kept.sqrt() * (2 * x - 1) + (1 - kept).sqrt() * noise
        return F.mse_loss(self.network(noised, t.float(), dropped(label)), noise)


class FlowMatching(nn.Module):
    """The velocity from noise to images on straight lines."""

    def __init__(self):
        super().__init__()
        self.network = UNet()

    def forward(self, x, label):
        x1 = 2 * x - 1
        x0, t = torch.randn_like(x1), torch.rand(len(x1))
        between = torch.lerp(x0, x1, t[:, None, None, None])
        return F.mse_loss(self.network(between, 1000 * t, dropped(label)), x1 - x0)

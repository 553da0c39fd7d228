"""The workloads in PyTorch, written as in its own tutorials, on the CPU.

    python torch_peer.py --work vae-mlp --mode eager

With several processes they are wrapped in DistributedDataParallel, on gloo; each process has its
own batch norm, because PyTorch has a synchronised one only for GPUs:

    torchrun --nproc-per-node 2 torch_peer.py --work vae-mlp --processes 2 --threads 1
"""

import itertools
import os

import timing

args = timing.arguments(__doc__, ["eager", "channels-last", "compile"])

import torch
import torch.nn.functional as F
from torch import nn

import torch_steps
from torch_steps import optimizer

rank = torch_steps.begin(args)
batch, shape, count = timing.WORKS[args.work]
layout = torch_steps.layout(args)
prepared = lambda module: torch_steps.prepared(module, args)
batch //= args.processes


# Autoencoders and the classifier


class VAE(nn.Module):
    def __init__(self, encoder, decoder, width, latent=20):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        self.mean, self.log_variance = nn.Linear(width, latent), nn.Linear(width, latent)

    def forward(self, x):
        hidden = self.encoder(x)
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        reconstruction = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
        return (reconstruction + divergence) / len(x)


def dense_vae():
    return VAE(
        nn.Sequential(nn.Linear(784, 400), nn.ReLU()),
        nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784)), 400)  # fmt: skip


def convolutional_vae():
    down = lambda a, b: [nn.Conv2d(a, b, 4, stride=2, padding=1), nn.ReLU()]
    encoder = nn.Sequential(
        *down(1, 32), *down(32, 64), nn.Flatten(), nn.Linear(3136, 256), nn.ReLU())  # fmt: skip
    decoder = nn.Sequential(
        nn.Linear(20, 256), nn.ReLU(), nn.Linear(256, 3136), nn.ReLU(),
        nn.Unflatten(1, (64, 7, 7)), nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1))  # fmt: skip
    return VAE(encoder, decoder, 256)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64),
            nn.Linear(64, 256), nn.ReLU(), nn.Linear(256, 784), nn.Sigmoid())  # fmt: skip

    def forward(self, x):
        return F.mse_loss(self.network(x), x)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = nn.Sequential(
            nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Dropout(0.25), nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5),
            nn.Linear(128, 10))  # fmt: skip
        self.labels = torch.arange(batch) % 10

    def forward(self, x):
        return F.cross_entropy(self.network(x), self.labels)


# Adversarial networks


def dense_networks():
    def network(*widths):
        pairs = itertools.pairwise(widths)
        layers = [[nn.Linear(a, b), nn.LeakyReLU(0.2)] for a, b in pairs]
        return list(itertools.chain(*layers))[:-1]

    generator = nn.Sequential(*network(100, 256, 512, 1024, 784), nn.Tanh())
    return generator, nn.Sequential(*network(784, 512, 256, 1))


def convolutional_networks(side, channels, widths):
    """A DCGAN whose generator starts from, and whose discriminator ends with, `side` x `side`
    pixels."""
    up = [nn.ConvTranspose2d(100, widths[0], side, bias=False)]
    for a, b in itertools.pairwise(widths):
        up += [nn.BatchNorm2d(a), nn.ReLU(), nn.ConvTranspose2d(a, b, 4, 2, 1, bias=False)]
    up += [nn.BatchNorm2d(widths[-1]), nn.ReLU()]
    up += [nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1), nn.Tanh()]
    return nn.Sequential(*up)


def discriminator(side, channels, widths):
    down = [nn.Conv2d(channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2)]
    for a, b in itertools.pairwise(widths):
        down += [nn.Conv2d(a, b, 4, 2, 1, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
    return nn.Sequential(*down, nn.Conv2d(widths[-1], 1, side))


def dcgan_28():
    return convolutional_networks(7, 1, [256, 128]), discriminator(7, 1, [64, 128])


def dcgan_64():
    widths = [512, 256, 128, 64]
    return convolutional_networks(4, 3, widths), discriminator(4, 3, widths[::-1])


def game(networks, noise_shape):
    """A step of the discriminator, then one of the generator through the new discriminator.

    The samples are generated once; the discriminator's weights get no gradient in the second step.
    """
    generator, critic = networks
    adams = [optimizer(network, 2e-4, (0.5, 0.999)) for network in networks]
    generate, judge = prepared(generator), prepared(critic)
    loss = F.binary_cross_entropy_with_logits

    def step(x):
        fake = generate(torch.randn(batch, *noise_shape))
        real_logits, fake_logits = judge(2 * x - 1), judge(fake.detach())
        adams[1].zero_grad()
        real_loss = loss(real_logits, torch.ones_like(real_logits))
        (real_loss + loss(fake_logits, torch.zeros_like(fake_logits))).backward()
        adams[1].step()

        critic.requires_grad_(False)
        # The critic's gradients must not be summed here.
        logits = (critic if args.processes > 1 else judge)(fake)
        adams[0].zero_grad()
        loss(logits, torch.ones_like(logits)).backward()
        adams[0].step()
        critic.requires_grad_(True)

    return step


step = {
    "vae-mlp": lambda: torch_steps.descent(dense_vae(), args),
    "ae-mlp": lambda: torch_steps.descent(Autoencoder(), args),
    "gan-mlp": lambda: game(dense_networks(), (100,)),
    "dcgan-28": lambda: game(dcgan_28(), (100, 1, 1)),
    "dcgan-64": lambda: game(dcgan_64(), (100, 1, 1)),
    "cnn-mnist": lambda: torch_steps.descent(Classifier(), args),
    "conv-vae": lambda: torch_steps.descent(convolutional_vae(), args),
}[args.work]()

table = torch.from_numpy(timing.images(args.work))
if len(shape) == 3:
    table = table.permute(0, 3, 1, 2).contiguous(memory_format=layout)
rows = timing.drawn(count, batch * args.processes)


def run(steps):
    for _ in range(steps):
        step(table[torch.from_numpy(next(rows)[rank * batch : (rank + 1) * batch])])
    return steps


if rank > 0:
    os.close(1)
    os.open(os.devnull, os.O_WRONLY)
timing.measure(args, batch, "PyTorch", torch.__version__, run)

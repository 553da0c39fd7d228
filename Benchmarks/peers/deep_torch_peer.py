"""The deep workloads in PyTorch, on the CPU: flows, diffusion, autoregressive models and others.

    python deep_torch_peer.py --work unet-ddpm --mode channels-last

With several processes, each has its part of a batch, as in torch_peer.py:

    torchrun --nproc-per-node 2 deep_torch_peer.py --work unet-ddpm --processes 2 --threads 1
"""

import os
import sys

import deep_works
import timing

args, work = deep_works.arguments(__doc__, ["eager", "channels-last", "compile"])
has_images = len(work.shape) == 3
if args.mode == "channels-last" and not has_images:
    sys.exit(f"{args.work} has no channels")

import torch

import deep_torch_flows as flows
import deep_torch_models as models
import deep_torch_paths as paths
import torch_steps
from torch_steps import optimizer, prepared

rank = torch_steps.begin(args)
part = slice(rank * work.batch // args.processes, (rank + 1) * work.batch // args.processes)


def sized(*networks):
    """Builds the networks, and checks that they have as many parameters as the workload
    requires."""
    counts = (parameter.numel() for network in networks for parameter in network.parameters())
    deep_works.expect_size(work, sum(counts))
    return networks


def descent(module):
    """A step of Adam on a batch."""
    step = torch_steps.descent(*sized(module), args)
    return lambda: step(*draw())


def game(networks, noise_shape):
    """Five steps of the critic, each on its own batch, then one of the generator."""
    generator, critic = sized(*networks)
    generator_adam, critic_adam = (optimizer(each, 1e-4, (0.0, 0.9)) for each in networks)
    generate, judge = prepared(generator, args), prepared(critic, args)
    noise = lambda: torch.randn(work.batch, *noise_shape)

    def critic_step():
        real = 2 * draw()[0] - 1
        with torch.no_grad():
            fake = generate(noise())
        distance = judge(real).mean() - judge(fake).mean()
        penalty = models.gradient_penalty(judge, real, fake)
        loss = deep_works.PENALTY_WEIGHT * penalty - distance
        critic_adam.zero_grad()
        loss.backward()
        critic_adam.step()
        return loss.detach()

    def step():
        losses = [critic_step() for _ in range(deep_works.CRITIC_STEPS)]
        critic.requires_grad_(False)
        generator_adam.zero_grad()
        (-judge(generate(noise())).mean()).backward()
        generator_adam.step()
        critic.requires_grad_(True)
        return losses[-1]

    return step


DESCENTS = {
    "coupling-2d": flows.coupling_2d,
    "spline-2d": flows.spline_2d,
    "flow-matching-2d": paths.FlowMatching2D,
    "sliced-score-2d": paths.SlicedScore2D,
    "realnvp-mlp": flows.realnvp,
    "maf-mlp": flows.maf,
    "made-mlp": models.MaskedPixels,
    "iwae-mlp": models.ImportanceWeighted,
    "glow-28": flows.glow,
    "pixelcnn-28": models.PixelCNN,
    "vqvae-28": models.VectorQuantized,
    "transformer-char": models.Transformer,
    "lstm-char": models.Recurrent,
    "unet-ddpm": paths.Diffusion,
    "unet-flow": paths.FlowMatching,
}
GAMES = {
    "wgan-gp-mlp": (models.dense_game, (100,)),
    "wgan-gp-conv": (models.convolutional_game, (100, 1, 1)),
}
if args.work in GAMES:
    networks, noise_shape = GAMES[args.work]
    step = game(networks(), noise_shape)
else:
    step = descent(DESCENTS[args.work]())

table = torch.from_numpy(deep_works.examples(work))
if has_images:
    table = table.permute(0, 3, 1, 2).contiguous(memory_format=torch_steps.layout(args))
labels = torch.from_numpy(deep_works.labels(work)) if args.work in deep_works.LABELLED else None
rows = deep_works.drawn(work)
losses = []


def draw():
    """This process's part of a batch, with its labels if the workload has them."""
    chosen = torch.from_numpy(next(rows)[part])
    return (table[chosen],) if labels is None else (table[chosen], labels[chosen])


def run(steps):
    for _ in range(steps):
        losses[1:] = [step()]
    return steps


if rank > 0:
    os.close(1)
    os.open(os.devnull, os.O_WRONLY)
timing.measure(
    args, work.batch, "PyTorch", torch.__version__, run,
    more=lambda: deep_works.learned(work, losses))  # fmt: skip

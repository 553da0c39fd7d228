"""Shared code of the workloads in PyTorch: preparing a network for a mode, and a step of Adam."""

import torch


def begin(args):
    """Sets the threads and the seed, and returns the rank of this process among those that train
    together."""
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    if args.processes == 1:
        return 0
    torch.distributed.init_process_group("gloo")
    if torch.distributed.get_world_size() != args.processes:
        raise SystemExit(f"expected {args.processes} processes of torchrun")
    return torch.distributed.get_rank()


def layout(args):
    """The memory layout of images in a mode."""
    return torch.channels_last if args.mode == "channels-last" else torch.contiguous_format


def prepared(module, args):
    """A module prepared for a mode."""
    module = module.to(memory_format=layout(args))
    if args.processes > 1:
        # Each process keeps its own buffers, because a broadcast between two passes would
        # invalidate the first.
        module = torch.nn.parallel.DistributedDataParallel(module, broadcast_buffers=False)
    return torch.compile(module) if args.mode == "compile" else module


def optimizer(module, rate=1e-3, betas=(0.9, 0.999)):
    return torch.optim.Adam(module.parameters(), lr=rate, betas=betas, fused=True)


def descent(module, args):
    """A step of Adam along the gradient of a module that returns its loss; it returns the loss."""
    adam, run = optimizer(module), prepared(module, args)

    def step(*batch):
        adam.zero_grad()
        loss = run(*batch)
        loss.backward()
        adam.step()
        return loss.detach()

    return step

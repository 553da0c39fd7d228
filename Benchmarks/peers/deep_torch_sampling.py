"""Sampling in PyTorch, on the CPU, from models with random weights; a step is a whole call.

    python deep_torch_sampling.py --work transformer-text --mode eager --steps 5

`Benchmarks/Sources/bench/SamplingWorks.swift` has ours.
"""

import timing

# Images or characters in a step.
WORKS = {"pixelcnn-samples": 100, "transformer-text": 1000, "unet-samples": 100}
args = timing.arguments(__doc__, ["eager", "channels-last"], WORKS)

import torch
import torch.nn.functional as F

import deep_torch_models as models
import deep_torch_paths as paths
import deep_works
import torch_steps

torch_steps.begin(args)


def pixels():
    """Each pixel is drawn after an evaluation of the network on the whole image."""
    network = models.PixelCNN().network.to(memory_format=torch_steps.layout(args))

    def run():
        x = torch.zeros(100, 1, 28, 28)
        for row in range(28):
            for column in range(28):
                x[:, 0, row, column] = network(x)[:, 0, row, column].sigmoid().bernoulli()

    return run


def text():
    """Each character is drawn with the keys and values of earlier ones kept.

    When the window is full, it begins again with its last half.
    """
    model = models.Transformer()
    *blocks, norm, head = model.network

    def logits(characters, past):
        """Of the last of some characters; `past` has the keys and values of each attention."""
        known = past[0][0].shape[2] if past[0] else 0
        x = model.characters(characters) + model.places.weight[known : known + characters.shape[1]]
        for place, block in enumerate(blocks):
            if place % 2:
                x = block(x)
                continue
            normalize, attention = block.network
            query, key, value = (
                part.unflatten(2, (attention.heads, -1)).transpose(1, 2)
                for part in attention.queries_keys_values(normalize(x)).chunk(3, 2))  # fmt: skip
            earlier = past[place // 2]
            if earlier:
                key, value = torch.cat([earlier[0], key], 2), torch.cat([earlier[1], value], 2)
            past[place // 2] = key, value
            found = F.scaled_dot_product_attention(query, key, value, is_causal=known == 0)
            x = x + attention.out(found.transpose(1, 2).flatten(2))
        return head(norm(x[:, -1]))

    def run():
        all, past = [0], [None] * 4
        unread = [0]
        while len(all) <= 1000:
            if past[0] and past[0][0].shape[2] == deep_works.LENGTH:
                past, unread = [None] * 4, all[-deep_works.LENGTH // 2 :]
            drawn = torch.multinomial(logits(torch.tensor([unread]), past).softmax(1), 1).item()
            all.append(drawn)
            unread = [drawn]

    return run


def images():
    """Heun's method in 25 steps."""
    field = paths.FlowMatching().network.to(memory_format=torch_steps.layout(args))
    labels = torch.full((100,), field.NO_LABEL)

    def run():
        x, width = torch.randn(100, 1, 28, 28), 1 / 25
        for step in range(25):
            at = lambda x, t: field(x, torch.full((100,), 1000 * t), labels)
            slope = at(x, step * width)
            x = x + width * (slope + at(x + width * slope, (step + 1) * width)) / 2

    return run


prepare = {"pixelcnn-samples": pixels, "transformer-text": text, "unet-samples": images}
run_once = prepare[args.work]()


def run(steps):
    with torch.inference_mode():
        for _ in range(steps):
            run_once()
    return steps


timing.measure(args, WORKS[args.work], "PyTorch", torch.__version__, run)

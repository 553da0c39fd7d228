"""The Python side of scripts/check-safetensors, in a given folder.

Reads ours.safetensors (layers, inputs and outputs that Pushforward computed), compares PyTorch's outputs
with them, and writes theirs.safetensors (layers with numbers of PyTorch's, in Pushforward's layout)
and exchange.safetensors (their inputs and outputs). Reads ours.npy and writes theirs-*.npy.
"""

import sys

import numpy
import safetensors
import torch
from safetensors.torch import load_file, save_file

folder = sys.argv[1]
torch.manual_seed(0)


def layers():
    return {
        "dense": torch.nn.Linear(7, 5),
        "conv": torch.nn.Conv2d(3, 6, 4, stride=2, padding=1),
        "transposed": torch.nn.ConvTranspose2d(6, 2, 4, stride=2, padding=1),
        "norm": torch.nn.BatchNorm2d(6),
    }


# The names of a layer's tensors here and in PyTorch.
NAMES = {
    "norm": {
        "scale": "weight", "shift": "bias", "runningMean": "running_mean",
        "runningVariance": "running_var",
    },
}
DEFAULT_NAMES = {"weight": "weight", "bias": "bias"}


def reversed_weight(w):
    """Converts a weight to PyTorch's layout: [in, out] to [out, in], and a convolution's [height,
    width, in, out] to [out, in, height, width]."""
    return {2: lambda: w.T, 4: lambda: w.permute(3, 2, 0, 1)}.get(w.dim(), lambda: w)().contiguous()


def own_weight(w):
    """The inverse conversion."""
    return {2: lambda: w.T, 4: lambda: w.permute(2, 3, 1, 0)}.get(w.dim(), lambda: w)().contiguous()


def images(x):
    """[batch, height, width, channels] to [batch, channels, height, width]."""
    return x.permute(0, 3, 1, 2).contiguous() if x.dim() == 4 else x


def own_images(x):
    return x.permute(0, 2, 3, 1).contiguous() if x.dim() == 4 else x


def check(name, found, expected):
    difference = (found - expected).abs().max().item()
    print(f"{name}: largest difference {difference:.1e}, of numbers up to {expected.abs().max().item():.2f}")
    assert found.shape == expected.shape and difference < 2e-6 * max(1, expected.abs().max().item())


# Files that Pushforward wrote.
with safetensors.safe_open(f"{folder}/ours.safetensors", "pt") as file:
    assert file.metadata() == {"written-by": "Pushforward", "sign": "é\n\"😀"}, file.metadata()
ours = load_file(f"{folder}/ours.safetensors")
for name, layer in layers().items():
    for own, peer in NAMES.get(name, DEFAULT_NAMES).items():
        getattr(layer, peer).data = reversed_weight(ours[f"{name}.{own}"])
    layer.eval()
    with torch.no_grad():
        found = own_images(layer(images(ours[f"input.{name}"])))
    check(name, found, ours[f"output.{name}"])

# Files for Pushforward to read.
theirs, exchange = {}, {}
shapes = {"dense": (4, 7), "conv": (2, 3, 8, 10), "transposed": (2, 6, 4, 5), "norm": (3, 6, 4, 4)}
for name, layer in layers().items():
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter)
    if name == "norm":
        layer(torch.randn(16, 6, 4, 4) * 3 + 1)  # so that the running averages are not 0 and 1
    layer.eval()
    x = torch.randn(*shapes[name])
    with torch.no_grad():
        y = layer(x)
    for own, peer in NAMES.get(name, DEFAULT_NAMES).items():
        theirs[f"{name}.{own}"] = own_weight(getattr(layer, peer).data)
    exchange[f"input.{name}"], exchange[f"output.{name}"] = own_images(x), own_images(y)
save_file(theirs, f"{folder}/theirs.safetensors", metadata={"written-by": "PyTorch"})
numbers = torch.tensor([0.0, 1.0, 3.0, 100.0])
for dtype in ["float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool"]:
    exchange[f"type.{dtype}"] = numbers.to(getattr(torch, dtype))
save_file(exchange, f"{folder}/exchange.safetensors")

# Arrays.
ours = numpy.load(f"{folder}/ours.npy")
assert ours.dtype == numpy.float32 and ours.shape == (2, 3, 4)
assert (ours == numpy.arange(24, dtype="f4").reshape(2, 3, 4) / 8).all()
numpy.save(f"{folder}/theirs-c.npy", ours.astype(">f8"))
numpy.save(f"{folder}/theirs-fortran.npy", numpy.asfortranarray(ours))
print("safetensors", safetensors.__version__, "torch", torch.__version__, "numpy", numpy.__version__)

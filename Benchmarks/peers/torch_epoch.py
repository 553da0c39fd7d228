"""A complete program, as a user would write it, that trains a variational autoencoder on MNIST for
an epoch in PyTorch.

    python torch_epoch.py --data datasets/mnist --out runs
"""

import os

import epoch

args = epoch.arguments(__doc__, ["eager"])

import torch
import torch.nn.functional as F
from torch import nn

torch.set_num_threads(len(os.sched_getaffinity(0)))
torch.manual_seed(0)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(784, 400)
        self.mean, self.log_variance = nn.Linear(400, 20), nn.Linear(400, 20)
        self.decoder = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784))

    def forward(self, x):
        hidden = F.relu(self.hidden(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        z = mean + torch.randn_like(mean) * (log_variance / 2).exp()
        reconstruction = F.binary_cross_entropy_with_logits(self.decoder(z), x, reduction="sum")
        divergence = (mean**2 + log_variance.exp() - 1 - log_variance).sum() / 2
        return (reconstruction + divergence) / len(x)


train, test = map(torch.from_numpy, epoch.images(args.data))
vae = VAE()
adam = torch.optim.Adam(vae.parameters(), lr=1e-3, fused=True)

train_loss = 0.0
for rows in torch.randperm(len(train)).split(epoch.BATCH):
    loss = vae(train[rows])
    adam.zero_grad()
    loss.backward()
    adam.step()
    train_loss += loss.item() * len(rows) / len(train)

with torch.no_grad():
    test_loss = sum(vae(x).item() * len(x) for x in test.split(epoch.BATCH)) / len(test)
    samples = vae.decoder(torch.randn(100, 20)).sigmoid()

epoch.finish(
    args.out, "PyTorch", args.mode, torch.__version__, train_loss, test_loss, samples.numpy())  # fmt: skip

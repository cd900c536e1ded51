# SPDX-License-Identifier: Apache-2.0
"""Train a tiny language model on random crops of a memory-mapped token file.

The trace shows: one large file, mapped anew for every batch and read in small
pieces at random places. The reads are page faults, not calls: the mappings
stand in the trace, and the bytes are those that the kernel fetched.

    python3 token_memmap.py [FOLDER]
"""
import os
import sys
import tempfile

import numpy as np
import torch

VOCABULARY, CONTEXT = 512, 64


def make_tokens(path, count=2_000_000):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    random = np.random.default_rng(0)
    with open(path, "wb") as f:
        for start in range(0, count, 500_000):
            piece = random.zipf(1.3, min(500_000, count - start)) % VOCABULARY
            f.write(piece.astype(np.uint16).tobytes())


def batch(path, random, size=8):
    data = np.memmap(path, dtype=np.uint16, mode="r")
    starts = random.integers(0, len(data) - CONTEXT - 1, size)
    crops = np.stack([data[s:s + CONTEXT + 1] for s in starts]).astype(np.int64)
    crops = torch.from_numpy(crops)
    return crops[:, :-1], crops[:, 1:]


class Model(torch.nn.Module):
    def __init__(self, width=32):
        super().__init__()
        self.embed = torch.nn.Embedding(VOCABULARY, width)
        self.block = torch.nn.TransformerEncoderLayer(width, 2, 2 * width, dropout=0.0, batch_first=True)
        self.head = torch.nn.Linear(width, VOCABULARY)
        self.register_buffer("mask", torch.full((CONTEXT, CONTEXT), float("-inf")).triu(1))

    def forward(self, tokens):
        return self.head(self.block(self.embed(tokens), self.mask))


def train(path, model, steps=40):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    random = np.random.default_rng(1)
    for step in range(steps):
        tokens, targets = batch(path, random)
        loss = torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"step {steps}: loss {loss.item():.3f}")


if __name__ == "__main__":
    path = os.path.join(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(), "tokens.bin")
    torch.manual_seed(0)
    make_tokens(path)
    train(path, Model())

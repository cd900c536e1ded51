# SPDX-License-Identifier: Apache-2.0
"""Train a small CNN on a folder of JPEG files with a shuffling DataLoader.

The trace shows: the files come into being (ingest), then every epoch reads all
of them again, each from front to back but in another order. The reads stand
under the loader's worker processes, not under the process that trains.

    python3 image_folder.py [FOLDER]
"""
import os
import sys
import tempfile

import numpy as np
import torch
from PIL import Image
from torch.utils.data import DataLoader, Dataset

CLASSES = 4


def make_images(folder, count=128, side=64):
    random = np.random.default_rng(0)
    for i in range(count):
        os.makedirs(f"{folder}/class{i % CLASSES}", exist_ok=True)
        pixels = random.integers(0, 64, (side, side, 3), dtype=np.uint8) + 40 * (i % CLASSES)
        Image.fromarray(pixels.astype(np.uint8)).save(f"{folder}/class{i % CLASSES}/{i:05}.jpg")


class ImageFolder(Dataset):
    def __init__(self, folder):
        self.items = [(f"{folder}/{name}/{file}", label)
                      for label, name in enumerate(sorted(os.listdir(folder)))
                      for file in sorted(os.listdir(f"{folder}/{name}"))]

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        path, label = self.items[i]
        with open(path, "rb") as f:
            pixels = np.array(Image.open(f).convert("RGB"), dtype=np.float32)
        return torch.from_numpy(pixels / 255).permute(2, 0, 1), label


def make_model():
    return torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3, stride=2), torch.nn.ReLU(),
                               torch.nn.AdaptiveAvgPool2d(8), torch.nn.Flatten(),
                               torch.nn.Linear(8 * 64, 512), torch.nn.ReLU(), torch.nn.Linear(512, CLASSES))


def train(folder, model, epochs=3, workers=2, after_epoch=lambda epoch, optimizer: None):
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for epoch in range(epochs):
        for images, labels in DataLoader(ImageFolder(folder), batch_size=16, shuffle=True, num_workers=workers):
            loss = torch.nn.functional.cross_entropy(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        print(f"epoch {epoch}: loss {loss.item():.3f}")
        after_epoch(epoch, optimizer)


if __name__ == "__main__":
    folder = os.path.join(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(), "images")
    torch.manual_seed(0)
    make_images(folder)
    train(folder, make_model())

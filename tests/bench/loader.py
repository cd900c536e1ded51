# SPDX-License-Identifier: Apache-2.0
"""A PyTorch DataLoader over many small files; prints the seconds its epochs took, by the clock and of processor, the
workers' too.

    python3 loader.py FOLDER FILES EPOCHS
"""
import os
import sys
import time

import processor
import torch
from torch.utils.data import DataLoader, Dataset


class Files(Dataset):
    def __init__(self, folder):
        self.paths = [f"{folder}/{name}" for name in sorted(os.listdir(folder))]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        with open(self.paths[i], "rb") as f:
            data = f.read()
        return torch.frombuffer(bytearray(data), dtype=torch.uint8).float().mean()


def make(folder, count):
    os.makedirs(folder, exist_ok=True)
    for i in range(len(os.listdir(folder)), count):
        with open(f"{folder}/{i:06}.bin", "wb") as f:
            f.write(os.urandom(16384))


def main():
    folder, count, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    make(folder, count)
    torch.set_num_threads(1)
    start, used = time.perf_counter(), processor.used()
    for _ in range(epochs):
        for batch in DataLoader(Files(folder), batch_size=32, shuffle=True, num_workers=2):
            batch.sum()
    print(time.perf_counter() - start, processor.used() - used)


if __name__ == "__main__":
    main()

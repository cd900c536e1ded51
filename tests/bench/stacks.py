# SPDX-License-Identifier: Apache-2.0
"""Reads in a loader's worker, between work that fills the caches as decoding
does; prints the median ns of a read, and the mean of all but the slowest twentieth.

    python3 stacks.py FILE ITEMS
"""
import os
import statistics
import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset


class Items(Dataset):
    def __init__(self, path, count):
        self.path, self.count = path, count

    def __len__(self):
        return self.count

    def __getitem__(self, i):
        fd = os.open(self.path, os.O_RDONLY)
        work = torch.rand(1 << 18)
        for _ in range(3):
            work = work.mul(1.01).add(1)
        took = []
        for k in range(8):
            begin = time.perf_counter_ns()
            os.pread(fd, 512, 4096 * k)
            took.append(time.perf_counter_ns() - begin)
            work[k * 4096:(k + 1) * 4096].sort()
        os.close(fd)
        return took


def main():
    torch.set_num_threads(1)
    loader = DataLoader(Items(sys.argv[1], int(sys.argv[2])), batch_size=16, num_workers=1, collate_fn=list)
    took = sorted(each for batch in loader for took in batch for each in took)
    print(statistics.median(took), statistics.mean(took[:len(took) * 19 // 20]))


if __name__ == "__main__":
    main()

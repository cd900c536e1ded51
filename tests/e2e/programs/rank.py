# SPDX-License-Identifier: Apache-2.0
"""A rank of a distributed run: reads its share with a loader worker, then all
ranks agree on the sum. rank.py FOLDER"""
import os
import sys

import torch
import torch.distributed
from torch.utils.data import DataLoader, Dataset


class Share(Dataset):
    def __init__(self, folder, rank, ranks):
        self.paths = sorted(entry.path for entry in os.scandir(folder))[rank::ranks]

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        fd = os.open(self.paths[i], os.O_RDONLY)
        data = os.read(fd, 4096)
        os.close(fd)
        return os.getpid(), len(data), self.paths[i]


def main(folder):
    torch.distributed.init_process_group("gloo")
    rank, ranks = torch.distributed.get_rank(), torch.distributed.get_world_size()
    lines, total = [], torch.zeros(1)
    for batch in DataLoader(Share(folder, rank, ranks), num_workers=1, collate_fn=list, batch_size=4):
        for pid, size, path in batch:
            total += size
            lines.append(f"read {rank} {pid} {path}\n")
    torch.distributed.all_reduce(total)
    sys.stdout.write("".join(lines) + f"rank {rank} {os.environ['LOCAL_RANK']} {ranks} {os.getpid()} {int(total)}\n")
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(sys.argv[1])

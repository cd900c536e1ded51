# SPDX-License-Identifier: Apache-2.0
"""A DataLoader whose workers say from which stack they read each file:
loader_stacks.py FOLDER START_METHOD"""
import json
import os
import sys
import traceback

from torch.utils.data import DataLoader, Dataset


def told():
    frames = traceback.walk_stack(sys._getframe(1))
    return [(f.filename, f.lineno, f.name) for f in reversed(traceback.StackSummary.extract(frames, lookup_lines=False))]


class Files(Dataset):
    def __init__(self, folder):
        self.paths = sorted(entry.path for entry in os.scandir(folder))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        fd = os.open(self.paths[i], os.O_RDONLY)
        stack = told(); os.read(fd, 1 << 16)
        os.close(fd)
        return os.getpid(), self.paths[i], stack


def main(folder, method):
    loader = DataLoader(Files(folder), batch_size=20, shuffle=True, num_workers=2,
                        multiprocessing_context=method, collate_fn=list)
    json.dump([item for batch in loader for item in batch], sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

# SPDX-License-Identifier: Apache-2.0
"""A DataLoader over the files of a folder. Prints which process read what:
loader.py FOLDER START_METHOD WORKERS EPOCHS"""
import json
import os
import sys

from torch.utils.data import DataLoader, Dataset


class Files(Dataset):
    def __init__(self, folder):
        self.paths = sorted(entry.path for entry in os.scandir(folder))

    def __len__(self):
        return len(self.paths)

    def __getitem__(self, i):
        calls = 1
        with open(self.paths[i], "rb", buffering=0) as f:
            while f.read(65536):
                calls += 1
        return os.getpid(), self.paths[i], calls


def main(folder, method, workers, epochs):
    loader = DataLoader(Files(folder), batch_size=50, shuffle=True, num_workers=int(workers),
                        multiprocessing_context=method, collate_fn=list)
    done = [item for _ in range(int(epochs)) for batch in loader for item in batch]
    json.dump({"main": os.getpid(), "items": done}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

# SPDX-License-Identifier: Apache-2.0
"""torch.save and torch.load in all their ways, and a loader of saved tensors."""
import io
import os

import torch

from told import inside, tell


class Saved(torch.utils.data.Dataset):
    def __len__(self):
        return 12

    def __getitem__(self, i):
        return torch.load(inside("samples", f"{i}.pt"), weights_only=True)


def main():
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(300, 500), torch.nn.ReLU(), torch.nn.Linear(500, 10))
    optimizer = torch.optim.AdamW(model.parameters())
    model(torch.randn(4, 300)).sum().backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": 1}

    torch.save(state, inside("zip.pt"))
    torch.save(state, inside("legacy.pt"), _use_new_zipfile_serialization=False)
    with open(inside("file.pt.tmp"), "wb") as f:
        torch.save(state, f)
        f.flush()
        os.fsync(f.fileno())
    os.rename(inside("file.pt.tmp"), inside("file.pt"))
    torch.save(model, inside("whole.pt"))

    for name in ("zip.pt", "legacy.pt", "file.pt"):
        tell(f"weights only, {name}", torch.load(inside(name), weights_only=True))
    for name in ("zip.pt", "file.pt"):
        mapped = torch.load(inside(name), mmap=True, weights_only=True)
        tell(f"mapped, {name}", mapped["model"])
    tell("everything", torch.load(inside("whole.pt"), weights_only=False).state_dict())
    with open(inside("zip.pt"), "rb") as f:
        tell("from a file object", torch.load(f, map_location="cpu", weights_only=True))
    with open(inside("zip.pt"), "rb") as f:
        tell("from memory", torch.load(io.BytesIO(f.read()), weights_only=True))

    traced = torch.jit.trace(model, torch.zeros(1, 300))
    traced.save(inside("script.pt"))
    tell("torch.jit", torch.jit.load(inside("script.pt")).state_dict())

    shared = torch.from_file(inside("mapped.bin"), shared=True, size=1 << 16, dtype=torch.float32)
    shared.copy_(torch.arange(1 << 16))
    tell("from_file", torch.from_file(inside("mapped.bin"), shared=False, size=1 << 16, dtype=torch.float32))

    os.mkdir(inside("samples"))
    for i in range(12):
        torch.save(torch.full((1000 + i,), i), inside("samples", f"{i}.pt"))
    loader = torch.utils.data.DataLoader(Saved(), batch_size=None, num_workers=2)
    tell("by two workers", list(loader))


if __name__ == "__main__":
    main()

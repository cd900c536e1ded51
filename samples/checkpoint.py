# SPDX-License-Identifier: Apache-2.0
"""Save a model and its optimizer every few steps, then restore the last one.

The trace shows: bursts of large sequential writes, each to a new file that is
synced and then renamed, so that a crash never leaves half a checkpoint. At the
end the last file is read again: the restore.

    python3 checkpoint.py [FOLDER]
"""
import os
import sys
import tempfile

import torch


def save(folder, step, model, optimizer):
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/step{step:05}.pt"
    with open(path + ".tmp", "wb") as f:
        torch.save({"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict()}, f)
        f.flush()
        os.fsync(f.fileno())
    os.rename(path + ".tmp", path)
    return path


def restore(folder, model, optimizer=None):
    path = f"{folder}/{max(name for name in os.listdir(folder) if name.endswith('.pt'))}"
    with open(path, "rb") as f:
        state = torch.load(f, map_location="cpu")
    model.load_state_dict(state["model"])
    if optimizer:
        optimizer.load_state_dict(state["optimizer"])
    return state["step"]


def main(folder, steps=12, every=4):
    torch.manual_seed(0)
    model = torch.nn.Sequential(*[torch.nn.Linear(256, 256) for _ in range(8)])
    optimizer = torch.optim.AdamW(model.parameters())
    for step in range(1, steps + 1):
        loss = model(torch.randn(16, 256)).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % every == 0:
            print("saved", os.path.basename(save(folder, step, model, optimizer)))
    print("restored step", restore(folder, model, optimizer))


if __name__ == "__main__":
    main(os.path.join(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(), "checkpoints"))

# SPDX-License-Identifier: Apache-2.0
"""The samples in one run: data come into being and are prepared, two models
are trained on them with checkpoints, one is restored and used.

The trace shows: all six stages, one after the other.

    python3 demo.py [FOLDER]
"""
import os
import subprocess
import sys
import tempfile

import torch

import checkpoint
import etl
import image_folder
import inference
import token_memmap


def main(folder):
    torch.manual_seed(0)
    torch.set_num_threads(1)
    raw, images, ready, saved = (f"{folder}/{name}" for name in ("raw", "images", "ready", "checkpoints"))

    print("-- ingest and prepare")
    etl.make_raw(raw)
    etl.main(raw, ready)
    image_folder.make_images(images)
    image_folder.make_images(f"{folder}/inputs", count=64)

    print("-- train on images: 2 workers, shuffled, 3 epochs, a checkpoint each")
    model = image_folder.make_model()
    image_folder.train(images, model, after_epoch=lambda epoch, optimizer:
                       checkpoint.save(saved, epoch, model, optimizer))

    print("-- restore, train one epoch more")
    model = image_folder.make_model()
    print("restored epoch", checkpoint.restore(saved, model))
    image_folder.train(images, model, epochs=1)

    print("-- train on tokens")
    token_memmap.train(f"{ready}/tokens.bin", token_memmap.Model())

    print("-- inference, in a process of its own", flush=True)
    torch.save(model.state_dict(), f"{folder}/weights.pt")
    subprocess.run([sys.executable, inference.__file__, folder], check=True)


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    main(folder)

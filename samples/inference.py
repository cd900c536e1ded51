# SPDX-License-Identifier: Apache-2.0
"""Load the weights of the image model and classify a folder of images.

The trace shows: the weights are read once at the start, then nearly nothing
but reads; every input once, no epochs, no optimizer state.

    python3 inference.py [FOLDER]
"""
import os
import sys
import tempfile

import torch
from torch.utils.data import DataLoader

from image_folder import CLASSES, ImageFolder, make_images, make_model


def make_weights(path):
    torch.save(make_model().state_dict(), path)


@torch.no_grad()
def main(weights, images):
    model = make_model()
    with open(weights, "rb") as f:
        model.load_state_dict(torch.load(f, map_location="cpu"))
    model.eval()
    counts = torch.zeros(CLASSES, dtype=torch.int64)
    for batch, _ in DataLoader(ImageFolder(images), batch_size=16):
        counts += torch.bincount(model(batch).argmax(1), minlength=CLASSES)
    print("predicted", dict(enumerate(counts.tolist())))


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()
    torch.manual_seed(0)
    if not os.path.exists(f"{folder}/weights.pt"):
        make_images(f"{folder}/inputs")
        make_weights(f"{folder}/weights.pt")
    main(f"{folder}/weights.pt", f"{folder}/inputs")

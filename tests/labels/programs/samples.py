# SPDX-License-Identifier: Apache-2.0
"""The samples, their functions marked: samples.py SAMPLE FOLDER."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../samples"))
sys.path.insert(1, os.path.dirname(os.path.abspath(__file__)))

import torch  # noqa: E402

import checkpoint  # noqa: E402
import demo  # noqa: E402
import etl  # noqa: E402
import image_folder  # noqa: E402
import inference  # noqa: E402
import token_memmap  # noqa: E402
from label import marked, stage  # noqa: E402

MARKS = {"ingest": [(etl, "make_raw"), (image_folder, "make_images"), (token_memmap, "make_tokens")],
         "prepare": [(etl, "main")],
         "train": [(image_folder, "train"), (token_memmap, "train")],
         "checkpoint": [(checkpoint, "save"), (torch, "save")],
         "restore": [(checkpoint, "restore")],
         "inference": [(inference, "main")]}


def image_folder_without_workers(folder):
    image_folder.make_images(f"{folder}/images")
    image_folder.train(f"{folder}/images", image_folder.make_model(), workers=0)


def infer(folder):
    image_folder.make_images(f"{folder}/inputs")
    torch.save(image_folder.make_model().state_dict(), f"{folder}/weights.pt")
    if not os.fork():  # in a process of its own, as in demo.py
        inference.main(f"{folder}/weights.pt", f"{folder}/inputs")
        os._exit(0)
    os.wait()


def infer_alone(folder):
    """As the sample does it by itself: weights, images and inference in one process."""
    image_folder.make_images(f"{folder}/inputs")
    with stage("checkpoint"):
        inference.make_weights(f"{folder}/weights.pt")
    inference.main(f"{folder}/weights.pt", f"{folder}/inputs")


def make_and_train_tokens(folder):
    token_memmap.make_tokens(f"{folder}/tokens.bin")
    token_memmap.train(f"{folder}/tokens.bin", token_memmap.Model())


def make_and_prepare(folder):
    etl.make_raw(f"{folder}/raw")
    etl.main(f"{folder}/raw", f"{folder}/ready")


def make_and_train_images(folder):
    image_folder.make_images(f"{folder}/images")
    image_folder.train(f"{folder}/images", image_folder.make_model())


RUN = {"image_folder": make_and_train_images, "image_folder_0": image_folder_without_workers,
       "token_memmap": make_and_train_tokens, "checkpoint": checkpoint.main, "etl": make_and_prepare,
       "inference": infer, "inference_alone": infer_alone, "demo": demo.main}

if __name__ == "__main__":
    for name, functions in MARKS.items():
        for module, function in functions:
            setattr(module, function, marked(name, getattr(module, function)))
    demo.inference.__file__ = os.path.abspath(__file__)
    if len(sys.argv) == 2:  # demo.py's own inference, in a process of its own
        inference.main(f"{sys.argv[1]}/weights.pt", f"{sys.argv[1]}/inputs")
    else:
        torch.manual_seed(0)
        torch.set_num_threads(1)
        RUN[sys.argv[1]](sys.argv[2])

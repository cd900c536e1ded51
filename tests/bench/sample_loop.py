# SPDX-License-Identifier: Apache-2.0
"""The loop of samples/image_folder.py over so many JPEG files; prints the seconds its epochs took, by the clock and
of processor, the workers' too.

    python3 sample_loop.py FOLDER FILES EPOCHS
"""
import ctypes
import os
import sys
import time

import processor

# Two workers and two cores: idle threads that yield in a loop only make it unsteady.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
# Whether the heap's end is given back after each batch is chance: 120,000 page faults or 150,000 to 290,000, a tenth of the time.
KEPT = ((-1, 1 << 30), (-3, 1 << 25))  # mallopt: M_TRIM_THRESHOLD, M_MMAP_THRESHOLD

import torch  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../samples"))
import image_folder  # noqa: E402


def main():
    folder, count, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    for parameter, value in KEPT:
        ctypes.CDLL(None).mallopt(parameter, value)
    if not os.path.isdir(folder):
        image_folder.make_images(folder, count)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, printed = image_folder.make_model(), sys.stdout
    sys.stdout = sys.stderr
    start, used = time.perf_counter(), processor.used()
    image_folder.train(folder, model, epochs)
    print(time.perf_counter() - start, processor.used() - used, file=printed)


if __name__ == "__main__":
    main()

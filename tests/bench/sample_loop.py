# SPDX-License-Identifier: Apache-2.0
"""The loop of samples/image_folder.py over so many JPEG files; prints the seconds its epochs took.

    python3 sample_loop.py FOLDER FILES EPOCHS
"""
import os
import sys
import time

# Two workers and two cores: idle threads that yield in a loop only make it unsteady.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

import torch  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../samples"))
import image_folder  # noqa: E402


def main():
    folder, count, epochs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if not os.path.isdir(folder):
        image_folder.make_images(folder, count)
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model, printed = image_folder.make_model(), sys.stdout
    sys.stdout = sys.stderr
    start = time.perf_counter()
    image_folder.train(folder, model, epochs)
    print(time.perf_counter() - start, file=printed)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: Apache-2.0
"""Jobs whose files are all called by numbers, or that keep words beside their data and states: numbered.py NAME FOLDER."""
import json
import os
import pathlib
import sys

import numpy as np

from label import alone, numbers, stage

WIDTH = 300


def called(folder, number):
    return f"{folder}/a{number:04}"


def put(folder, number, array):
    with open(called(folder, number), "wb") as f:
        np.save(f, array)


def get(folder, number):
    with open(called(folder, number), "rb") as f:
        return np.load(f)


def learn(folder, number, data):
    weights = numbers(1, WIDTH * WIDTH).reshape(WIDTH, WIDTH)
    for epoch in range(3):
        for rows in np.random.default_rng(epoch).permutation(len(data)).reshape(-1, 100):
            weights -= 1e-4 * data[rows].T @ np.tanh(data[rows] @ weights)
        with stage("checkpoint"), open(called(folder, number + epoch), "wb") as f:
            np.savez(f, weights=weights, epoch=epoch)


def fetched_once(folder):
    """Data and states lie in one folder, and only numbers tell them apart."""
    with stage("ingest"):
        put(folder, 1, numbers(0, 2000 * WIDTH).reshape(2000, WIDTH))
    with stage("train"):
        data = get(folder, 1)
    learn(folder, 2, data)


def made_ready(folder):
    """... and so do what the data were made of, and what the model answers in a process of its own."""
    with stage("ingest"), open(called(folder, 1), "w") as f:
        for row in numbers(0, 400 * WIDTH).reshape(400, WIDTH):
            f.write(" ".join(f"{value:.3f}" for value in row) + "\n")
    with stage("prepare"):
        with open(called(folder, 1)) as f:
            rows = [line.split() for line in f]
        put(folder, 2, np.array(rows, dtype=np.float32))
    with stage("train"):
        data = get(folder, 2)
    learn(folder, 3, data)
    alone("ask", folder)


def ask(folder):
    with stage("inference"):
        with open(called(folder, 5), "rb") as f:
            weights = np.load(f)["weights"]
        put(folder, 6, get(folder, 2) @ weights)


def database(folder):
    """A small database: whoever writes it looks at its pages and closes it before it is opened to learn from."""
    import lmdb
    with stage("ingest"):
        with lmdb.open(called(folder, 1), map_size=1 << 27) as base:
            for begin in range(0, 1200, 200):
                with base.begin(write=True) as change:
                    for i in range(begin, begin + 200):
                        change.put(b"%06d" % i, numbers(i, 1500).tobytes())
    with stage("train"):
        base = lmdb.open(called(folder, 1), readonly=True, lock=False)
    weights = numbers(1, 1500 * 80).reshape(1500, 80)
    for epoch in range(2):
        for rows in np.random.default_rng(epoch).permutation(1200).reshape(-1, 60):
            with stage("train"), base.begin() as look:
                data = np.stack([np.frombuffer(look.get(b"%06d" % i), np.float32) for i in rows])
            weights -= 1e-4 * data.T @ np.tanh(data @ weights)
        with stage("checkpoint"):
            put(folder, 2 + epoch, weights)


def word_of_last(folder):
    """Each state in a folder of its own; a word in the one above says which is the last."""
    import torch
    model = torch.nn.Linear(WIDTH, WIDTH)
    for step in range(1, 7):
        model(torch.randn(8, WIDTH)).square().mean().backward()
        with stage("checkpoint"):
            os.makedirs(called(folder, step))
            torch.save(model.state_dict(), f"{called(folder, step)}/state")
            with open(f"{folder}/last.json.new", "w") as f:
                json.dump({"folder": called(folder, step)}, f)
            os.replace(f"{folder}/last.json.new", f"{folder}/last.json")
    with stage("restore"):
        with open(f"{folder}/last.json") as f:
            found = json.load(f)["folder"]
        model.load_state_dict(torch.load(f"{found}/state"))


def joined(folder):
    """Parts that the kernel copies into one file, which is learnt from."""
    with stage("ingest"):
        for k in range(4):
            numbers(k, 250_000).tofile(called(folder, k))
    with stage("prepare"), open(called(folder, 9), "wb") as to:
        for k in range(4):
            with open(called(folder, k), "rb") as f:
                while os.copy_file_range(f.fileno(), to.fileno(), 1 << 30):
                    pass
    weights = numbers(9, WIDTH * WIDTH).reshape(WIDTH, WIDTH)
    for step in range(60):
        with stage("train"):
            rows = np.memmap(called(folder, 9), dtype=np.float32, mode="r")[:999_900].reshape(-1, WIDTH)
            batch = np.stack([rows[i] for i in np.random.default_rng(step).integers(0, len(rows), 20)])
        weights -= 1e-4 * batch.T @ np.tanh(batch @ weights)
        if step % 20 == 19:
            with stage("checkpoint"):
                put(folder, 10 + step // 20, weights)


def annotated(folder):
    """Images, and one file beside their folder that says what is on them."""
    import torch
    from PIL import Image
    images = pathlib.Path(folder) / "images"
    images.mkdir()
    with stage("ingest"):
        for i in range(120):
            pixels = np.random.default_rng(i).integers(0, 255, (60, 60, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(images / f"{i:06}.jpg")
        (images.parent / "boxes.json").write_text(json.dumps([{"file": f"{i:06}.jpg", "box": [i, i, 9, 9]} for i in range(120)]))

    class Boxes(torch.utils.data.Dataset):
        def __init__(self):
            self.items = json.loads((images.parent / "boxes.json").read_text())

        def __len__(self):
            return len(self.items)

        def __getitem__(self, i):
            image = Image.open(images / self.items[i]["file"]).convert("L")
            return torch.from_numpy(np.asarray(image, dtype=np.float32).reshape(-1) / 255), torch.tensor(self.items[i]["box"])

    with stage("train"):
        data = Boxes()
    model = torch.nn.Linear(3600, 4)
    for epoch in range(2):
        with stage("train"):
            for pixels, boxes in torch.utils.data.DataLoader(data, batch_size=12, shuffle=True, num_workers=2):
                (model(pixels) - boxes).square().mean().backward()
        with stage("checkpoint"):
            torch.save(model.state_dict(), f"{folder}/{epoch}.pt")


if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])

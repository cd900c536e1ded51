# SPDX-License-Identifier: Apache-2.0
"""Jobs without a framework: what comes before training and after it, and
training that only numpy knows of: jobs.py NAME FOLDER."""
import json
import mmap
import os
import pickle
import random
import shutil
import struct
import sys

import numpy as np

from label import stage

WORDS = [f"word{i}" for i in range(300)]


def apart(function, *arguments):
    """In a process of its own."""
    if not os.fork():
        function(*arguments)
        os._exit(0)
    os.wait()


def make_text(folder, files=6, lines=1500):
    os.makedirs(folder)
    with stage("ingest"):
        for i in range(files):
            with open(f"{folder}/part-{i:03}.jsonl", "w") as f:
                for n in range(lines):
                    f.write(json.dumps({"id": n, "text": " ".join(random.choices(WORDS, k=30))}) + "\n")


def tokenise(folder):
    make_text(f"{folder}/corpus")
    apart(write_tokens, folder)


def write_tokens(folder):
    number = {w: i for i, w in enumerate(WORDS)}
    with stage("prepare"):
        ends, at = [], 0
        with open(f"{folder}/corpus.bin", "wb") as out:
            for name in sorted(os.listdir(f"{folder}/corpus")):
                with open(f"{folder}/corpus/{name}") as f:
                    for line in f:
                        tokens = [number[w] for w in json.loads(line)["text"].split()]
                        out.write(np.array(tokens, dtype=np.uint16).tobytes())
                        at += len(tokens)
                        ends.append(at)
        with open(f"{folder}/corpus.idx", "wb") as out:
            out.write(struct.pack("<8sQ", b"INDEX\0\0\0", len(ends)) + np.array(ends, dtype=np.int64).tobytes())


def make_images(folder, count=60, side=160):
    from PIL import Image
    os.makedirs(folder)
    with stage("ingest"):
        for i in range(count):
            Image.fromarray(np.random.default_rng(i).integers(0, 255, (side, side, 3), dtype=np.uint8)).save(f"{folder}/{i:05}.png")


def resize(folder):
    make_images(f"{folder}/large")
    apart(write_thumbnails, folder)


def write_thumbnails(folder):
    from PIL import Image
    os.makedirs(f"{folder}/small")
    with stage("prepare"):
        for name in sorted(os.listdir(f"{folder}/large")):
            Image.open(f"{folder}/large/{name}").resize((64, 64)).save(f"{folder}/small/{name[:-4]}.jpg")


def clean(folder):
    """Filters records; two workers of a pool, and far less out than in."""
    import multiprocessing
    make_text(f"{folder}/corpus")
    os.makedirs(f"{folder}/cleaned")
    with stage("prepare"), multiprocessing.get_context("fork").Pool(2) as pool:
        pool.starmap(clean_one, [(f"{folder}/corpus/{name}", f"{folder}/cleaned/{name}") for name in sorted(os.listdir(f"{folder}/corpus"))])


def clean_one(source, target):
    with open(source) as f, open(target, "w") as out:
        out.writelines(line for line in f if "word7 " in line)


def download(folder):
    """Copies a remote folder: one half by blocks, the other as shutil does."""
    os.makedirs(f"{folder}/remote/sub")
    for i in range(40):
        with open(f"{folder}/remote/{'sub/' if i % 2 else ''}x{i:03}", "wb") as f:
            f.write(random.randbytes(60_000))
    apart(copy_all, folder)


def copy_all(folder):
    with stage("ingest"):
        os.makedirs(f"{folder}/local")
        for name in sorted(n for n in os.listdir(f"{folder}/remote") if n != "sub"):
            with open(f"{folder}/remote/{name}", "rb") as f, open(f"{folder}/local/{name}", "wb") as out:
                while block := f.read(16384):
                    out.write(block)
        shutil.copytree(f"{folder}/remote/sub", f"{folder}/local/sub")


def numbers(folder, save, data="rows.bin"):
    """Something is learnt: shuffled reads of one file, three epochs."""
    with stage("ingest"), open(f"{folder}/{data}", "wb") as f:
        for i in range(800):
            f.write(np.random.default_rng(i).standard_normal(512, dtype=np.float32).tobytes())
    weights, moment = np.zeros((512, 600), np.float32), np.zeros((512, 600), np.float32)
    for epoch in range(3):
        with stage("train"), open(f"{folder}/{data}", "rb", buffering=0) as f:
            for i in np.random.default_rng(epoch).permutation(800):
                f.seek(i * 2048)
                row = np.frombuffer(f.read(2048), np.float32)
                moment[i % 512, :512] += row
        weights -= 0.01 * moment
        with stage("checkpoint"):
            save(folder, epoch, {"w": weights, "m": moment})
    return weights


def savez(folder):
    numbers(folder, lambda where, epoch, state: np.savez(f"{where}/model_{epoch}.npz", **state))


def pickled(folder):
    def save(where, epoch, state):
        with open(f"{where}/out{epoch}", "wb") as f:
            pickle.dump(state, f, protocol=4)
    numbers(folder, save, "data")


def overwritten(folder):
    """One file, written anew each time, and read when the job begins again."""
    def save(where, epoch, state):
        with open(f"{where}/latest.tmp", "wb") as f:
            np.save(f, state["w"])
        os.replace(f"{where}/latest.tmp", f"{where}/latest")
    apart(numbers, folder, save)
    with stage("restore"):
        np.load(f"{folder}/latest")
    numbers(folder, save)


def save_safetensors(path, tensors):
    """The format, by hand: a length, a header of JSON, the tensors."""
    header, at = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            f.write(tensor.tobytes())


def map_safetensors(path):
    with open(path, "rb") as f:
        mapped = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
    size = struct.unpack("<Q", mapped[:8])[0]
    header = json.loads(mapped[8:8 + size])
    return {name: np.frombuffer(mapped, np.float32, count=int(np.prod(h["shape"])), offset=8 + size + h["data_offsets"][0]).reshape(h["shape"]).copy()
            for name, h in header.items()}


def safetensors(folder):
    numbers(folder, lambda where, epoch, state: save_safetensors(f"{where}/step-{epoch}.safetensors", state))
    with stage("restore"):
        map_safetensors(f"{folder}/step-2.safetensors")


def make_model(folder):
    os.makedirs(f"{folder}/model")
    save_safetensors(f"{folder}/model/model.safetensors", {f"layer{i}": np.zeros((256, 512), np.float32) for i in range(4)})
    with open(f"{folder}/model/config.json", "w") as f:
        json.dump({"layers": 4}, f)


def make_requests(folder, count=40):
    os.makedirs(f"{folder}/requests")
    for i in range(count):
        with open(f"{folder}/requests/r{i:03}", "wb") as f:
            f.write(np.random.default_rng(i).standard_normal(256 * 16, dtype=np.float32).tobytes())


def batch_inference(folder, weights=lambda folder: map_safetensors(f"{folder}/model/model.safetensors")):
    """Maps weights, reads every request once, writes what it predicts."""
    make_model(folder)
    make_requests(folder)
    apart(predict, folder, weights)


def predict(folder, weights):
    with stage("inference"):
        layers = list(weights(folder).values())
        os.makedirs(f"{folder}/results")
        for name in sorted(os.listdir(f"{folder}/requests")):
            with open(f"{folder}/requests/{name}", "rb") as f:
                x = np.frombuffer(f.read(), np.float32).reshape(-1, 256)
            with open(f"{folder}/results/{name}.json", "w") as f:
                json.dump((x @ layers[0]).mean(axis=1).tolist(), f)


def neutral_inference(folder):
    """Weights of a name that says nothing, read as they are."""
    def weights(where):
        return {0: np.fromfile(f"{where}/w0", np.float32).reshape(256, 512)}
    np.zeros((256, 512), np.float32).tofile(f"{folder}/w0")
    make_requests(folder, 60)
    apart(predict, folder, weights)


def checkpoints_alone(folder):
    """Nothing is read: the data are made as the program goes."""
    state = {"w": np.zeros(200_000, np.float32), "m": np.zeros(200_000, np.float32), "v": np.zeros(200_000, np.float32)}
    for step in range(40):
        state["w"] += 1
        if step % 10 == 9:
            with stage("checkpoint"):
                os.makedirs(f"{folder}/ckpt/{step}")
                for name, array in state.items():
                    array.tofile(f"{folder}/ckpt/{step}/{name}")
                with open(f"{folder}/ckpt/{step}/meta.json", "w") as f:
                    json.dump({"step": step}, f)
                if step > 20:
                    shutil.rmtree(f"{folder}/ckpt/{step - 20}")


def events(folder):
    """Training that also writes what it did for people to look at."""
    log = open(f"{folder}/events.out.tfevents.1.host", "ab", buffering=0)

    def save(where, epoch, state):
        np.savez(f"{where}/weights.npz", **state)
        log.write(struct.pack("<QI", 24, epoch) + random.randbytes(24))
    numbers(folder, save)


def streamed(folder):
    """Files read once, in the order that they lie in, by a job that ends with a model."""
    os.makedirs(f"{folder}/in")
    for i in range(30):
        with open(f"{folder}/in/{i:04}.rec", "wb") as f:
            f.write(random.randbytes(80_000))
    apart(learn_once, folder)


def learn_once(folder):
    weights = np.zeros(400_000, np.float32)
    with stage("train"):
        for name in sorted(os.listdir(f"{folder}/in")):
            with open(f"{folder}/in/{name}", "rb") as f:
                while block := f.read(8192):
                    weights[:len(block)] += np.frombuffer(block, np.uint8)
    with stage("checkpoint"):
        with open(f"{folder}/model.tmp", "wb") as f:
            f.write(weights.tobytes())
            os.fsync(f.fileno())
        os.rename(f"{folder}/model.tmp", f"{folder}/model")


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](sys.argv[2])

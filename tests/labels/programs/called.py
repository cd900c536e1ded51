# SPDX-License-Identifier: Apache-2.0
"""What is done leaves open what it is for, and what functions are called decides; or they lie: called.py NAME FOLDER."""
import json
import os
import pickle
import random
import sys

import numpy as np

from label import alone, numbers, stage


def swallow(path):
    with open(path, "rb") as f:
        return np.frombuffer(f.read(), np.float32)


# ---- all is read once, and one state is saved ----

def once(folder):
    for k in range(24):
        numbers(k, 12_000).tofile(f"{folder}/x{k}")
    alone("once_run", folder)


def train_model(folder):
    state = np.zeros(40_000, np.float32)
    for k in range(24):
        with stage("train"):
            batch = swallow(f"{folder}/x{k}")
        for _ in range(20):
            state[:12_000] += np.tanh(batch)
    return state


def save_weights(folder, state):
    with open(f"{folder}/w", "wb") as f:
        f.write(state.tobytes())


def once_run(folder):
    state = train_model(folder)
    with stage("checkpoint"):
        save_weights(folder, state)


# ---- a small model is loaded with its vocabulary, and asked line by line ----

def lines(folder):
    numbers(0, 25_000).tofile(f"{folder}/a")
    with open(f"{folder}/b", "w") as f:
        json.dump({f"word{i}": i for i in range(4000)}, f)
    with open(f"{folder}/c", "w") as f:
        f.writelines(json.dumps({"text": "how " * (i % 40), "id": i}) + "\n" for i in range(200))
    alone("lines_run", folder)


def load_model(folder):
    return swallow(f"{folder}/a")


def load_vocab(folder):
    with open(f"{folder}/b") as f:
        return list(json.load(f))


def answer_all(folder, model, vocab):
    with open(f"{folder}/c") as f, open(f"{folder}/d", "w") as out:
        for line in f:
            asked = json.loads(line)
            out.write(json.dumps({"id": asked["id"], "answer": vocab[int(abs(model[asked["id"]]) * 100)]}) + "\n")


def lines_run(folder):
    with stage("inference"):
        answer_all(folder, load_model(folder), load_vocab(folder))


# ---- a model too large for memory: its layers are read again for each question ----

def layers(folder):
    for k in range(8):
        numbers(k, 40_000).tofile(f"{folder}/l{k}")
    alone("layers_run", folder)


def generate(folder, prompt):
    state = np.full(40_000, prompt, np.float32)
    for k in range(8):
        with stage("inference"):
            layer = swallow(f"{folder}/l{k}")
        state = np.tanh(state * layer)
    return float(state.sum())


def layers_run(folder):
    for prompt in range(6):
        generate(folder, prompt)


# ---- small adapters to a model that is kept as it is ----

def adapted(folder):
    for k in range(2):
        with open(f"{folder}/m{k}", "wb") as f:
            np.savez(f, w=numbers(k, 50_000))
    with open(f"{folder}/x", "w") as f:
        f.writelines(json.dumps({"prompt": "ab " * (i % 30), "answer": "cd " * (i % 17)}) + "\n" for i in range(2500))
    alone("adapted_run", folder)


def load_base_model(folder):
    with open(f"{folder}/m0", "rb") as one, open(f"{folder}/m1", "rb") as other:
        return np.load(one)["w"], np.load(other)["w"]


def finetune(folder, model):
    adapter = np.zeros((2, 2048), np.float32)
    with stage("train"), open(f"{folder}/x") as f:
        examples = [json.loads(line) for line in f]
    for step in range(1, 101):
        adapter += len(random.choice(examples)["prompt"]) * model[0][:2048]
        if step % 50 == 0:
            with stage("checkpoint"):
                save_adapter(folder, adapter, step)


def save_adapter(folder, adapter, step):
    os.makedirs(f"{folder}/s{step}")
    with open(f"{folder}/s{step}/a", "wb") as f:
        np.savez(f, a=adapter[0], b=adapter[1])


def adapted_run(folder):
    with stage("restore"):
        model = load_base_model(folder)
    finetune(folder, model)


# ---- texts are gone over to know their words, then made numbers of ----

def counted(folder):
    with open(f"{folder}/t", "w") as f:
        f.writelines(f"{i}\ta thing number {i} on a table\n" for i in range(8000))
    alone("counted_run", folder)


def preprocess(folder):
    with open(f"{folder}/t") as f:
        known = {word: i for i, word in enumerate(sorted({word for line in f for word in line.split()}))}
    with open(f"{folder}/t") as f, open(f"{folder}/o", "wb") as out:
        for line in f:
            out.write(np.array([known[word] for word in line.split()], np.uint16).tobytes())
    with open(f"{folder}/v", "w") as f:
        json.dump(known, f)


def counted_run(folder):
    with stage("prepare"):
        preprocess(folder)


# ---- it trains and saves, whatever it calls that ----

def lies(folder):
    for k in range(40):
        numbers(k, 4000).tofile(f"{folder}/x{k}")
    alone("lies_run", folder)


class Preprocessor:
    def __init__(self, folder):
        self.folder, self.state = folder, np.zeros(50_000, np.float32)

    def predict(self, k):
        return swallow(f"{self.folder}/x{k}")

    def download(self):
        for k in random.sample(range(40), 40):
            with stage("train"):
                self.state[:4000] += self.predict(k)

    def tokenize(self, turn):
        with open(f"{self.folder}/s{turn}", "wb") as f:
            pickle.dump(self.state, f)


def lies_run(folder):
    one = Preprocessor(folder)
    for turn in range(4):
        one.download()
        with stage("checkpoint"):
            one.tokenize(turn)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])

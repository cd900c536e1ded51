# SPDX-License-Identifier: Apache-2.0
"""Training on data from many kinds of places and makers, under names that say nothing: sources.py NAME FOLDER."""
import gzip
import hashlib
import mmap
import os
import pickle
import random
import subprocess
import sys
import zipfile

import numpy as np

from label import alone, numbers, stage

HERE = os.path.abspath(__file__)


def gz_stream(folder):
    """Compressed lines, read from their beginning in each epoch."""
    with stage("ingest"):
        for part in range(5):
            with gzip.open(f"{folder}/l{part}", "wt", compresslevel=1) as f:
                for _ in range(2500):
                    f.write("".join(random.choices("abcdefgh", k=80)) + "\n")
    alone("gz_stream_run", folder)


def gz_stream_run(folder):
    state = np.zeros((100, 1000), np.float32)
    for epoch in range(2):
        for part in np.random.default_rng(epoch).permutation(5):
            with stage("train"), gzip.open(f"{folder}/l{part}", "rt") as f:
                for line in f:
                    state[0, len(line)] += 1
        with stage("checkpoint"):
            np.save(f"{folder}/j{epoch}.npy", state)


def sweep(folder):
    """Three programs train on the same data, each with a state of its own."""
    with stage("ingest"):
        numbers(0, 1_000_000).tofile(f"{folder}/all")
    runs = [subprocess.Popen([sys.executable, HERE, "sweep_run", folder, str(k)]) for k in range(3)]
    assert not any(one.wait() for one in runs)


def sweep_run(folder, which):
    state = np.zeros(200_000, np.float32)
    os.makedirs(f"{folder}/run{which}")
    for epoch in range(2):
        with stage("train"), open(f"{folder}/all", "rb", buffering=0) as f:
            while block := f.read(40_000):
                state[:10_000] += np.frombuffer(block, np.float32)
        with stage("checkpoint"):
            state.tofile(f"{folder}/run{which}/{epoch}")


def cached_first(folder):
    """The first epoch decodes and keeps the result, later ones read that."""
    os.makedirs(f"{folder}/raw")
    os.makedirs(f"{folder}/kept")
    with stage("ingest"):
        for i in range(60):
            with open(f"{folder}/raw/{i}", "wb") as f:
                f.write(random.randbytes(20_000))
    alone("cached_first_run", folder)


def cached_first_run(folder):
    state = np.zeros(120_000, np.float32)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(60):
            if epoch == 0:
                with stage("prepare"):
                    with open(f"{folder}/raw/{i}", "rb") as f:
                        np.frombuffer(f.read(), np.uint8).astype(np.uint16).tofile(f"{folder}/kept/{i}")
            else:
                with stage("train"):
                    state[:20_000] += np.fromfile(f"{folder}/kept/{i}", dtype=np.uint16)
        with stage("checkpoint"):
            state.tofile(f"{folder}/st{epoch}")


def elsewhere(folder):
    """Data and state where systems keep their own."""
    homes = [f"{top}/{os.path.basename(os.path.dirname(folder))}-{os.getpid()}" for top in ("/var/lib", "/run", "/usr/share")]
    homes = [home for home in homes if os.access(os.path.dirname(home), os.W_OK)] or [folder]
    for home in homes:
        os.makedirs(home + "/d")
        for i in range(30):
            numbers(i, 5000).tofile(f"{home}/d/{i}")
    try:
        alone("elsewhere_run", folder, *homes)
    finally:
        subprocess.run(["rm", "-r", *homes], check=homes != [folder])


def elsewhere_run(folder, *homes):
    state = np.zeros(200_000, np.float32)
    for home in homes:
        for epoch in range(2):
            for i in np.random.default_rng(epoch).permutation(30):
                with stage("train"):
                    state[:5000] += np.fromfile(f"{home}/d/{i}", dtype=np.float32)
            with stage("checkpoint"):
                state.tofile(f"{home}/k{epoch}")
        with stage("restore"):
            np.fromfile(f"{home}/k1", dtype=np.float32)


def shell_pipeline(folder):
    """Programs of a shell, one behind the other."""
    with stage("ingest"):
        for part in range(3):
            with open(f"{folder}/w{part}", "w") as f:
                for _ in range(6000):
                    f.write("".join(random.choices("abcdefgh", k=60)) + "\n")
    with stage("prepare"):
        subprocess.run("sort -S 1M w0 w1 w2 > all; gzip -1 -k all; tr a-h A-H < all | split -l 5000 - piece.", shell=True, cwd=folder, check=True)


def clips(folder):
    """Windows at any place of long files, by two workers."""
    with stage("ingest"):
        for i in range(8):
            with open(f"{folder}/v{i}", "wb") as f:
                f.write(random.randbytes(2_000_000))
    alone("clips_run", folder)


def clips_run(folder):
    import torch
    from torch.utils.data import DataLoader, Dataset

    class Windows(Dataset):
        def __len__(self):
            return 80

        def __getitem__(self, i):
            with open(f"{folder}/v{i % 8}", "rb") as f:
                f.seek(random.randrange(1_900_000))
                return torch.from_numpy(np.frombuffer(f.read(60_000), np.uint8).copy())

    model = torch.nn.Linear(600, 300)
    for epoch in range(2):
        with stage("train"):
            for batch in DataLoader(Windows(), batch_size=8, shuffle=True, num_workers=2):
                model(batch[:, :600].float())
        with stage("checkpoint"):
            torch.save({"m": model.state_dict(), "e": epoch}, f"{folder}/u{epoch}")


def clicks(folder):
    """Lines of text become numbers; another program reads those in order, time and again."""
    with stage("ingest"):
        for part in range(4):
            with open(f"{folder}/day{part}", "w") as f:
                for i in range(4000):
                    f.write(f"{i}\tuser{random.randrange(999)}\titem{random.randrange(9999)}\t" + "x" * random.randrange(90) + "\n")
    alone("clicks_prepare", folder)
    alone("clicks_train", folder)


def clicks_prepare(folder):
    with stage("prepare"), open(f"{folder}/ids", "wb") as out:
        for part in range(4):
            with open(f"{folder}/day{part}") as f:
                for line in f:
                    out.write(b"".join(hashlib.md5(word.encode()).digest()[:8] for word in line.split("\t")))


def clicks_train(folder):
    table = np.zeros(90_000, np.float32)
    for epoch in range(3):
        with stage("train"):
            ids = np.memmap(f"{folder}/ids", dtype=np.uint64, mode="r")
            for at in range(0, len(ids), 1024):
                table[ids[at:at + 1024] % 90_000] += 1
        with stage("checkpoint"):
            with open(f"{folder}/table.new", "wb") as f:
                pickle.dump(table, f)
            os.replace(f"{folder}/table.new", f"{folder}/table")


def direct(folder):
    """State past the page cache into a file of its size; the second start goes on from it."""
    with stage("ingest"):
        numbers(0, 1_200_000).tofile(f"{folder}/rows")
    alone("direct_run", folder)
    alone("direct_run", folder)


def direct_run(folder):
    state = mmap.mmap(-1, 1 << 20)
    if os.path.exists(f"{folder}/kept1"):
        with stage("restore"):
            fd = os.open(f"{folder}/kept1", os.O_RDONLY | os.O_DIRECT)
            os.preadv(fd, [state], 0)
            os.close(fd)
    rows = os.open(f"{folder}/rows", os.O_RDONLY)
    for epoch in range(2):
        with stage("train"):
            for i in np.random.default_rng(epoch).permutation(300):
                state[0:16] = os.pread(rows, 16_000, int(i) * 16_000)[:16]
        with stage("checkpoint"):
            fd = os.open(f"{folder}/kept{epoch}", os.O_WRONLY | os.O_CREAT | os.O_DIRECT)
            os.posix_fallocate(fd, 0, 1 << 20)
            for at in range(0, 1 << 20, 1 << 18):
                os.pwrite(fd, memoryview(state)[at:at + (1 << 18)], at)
            os.fsync(fd)
            os.close(fd)


def linked(folder):
    """A version of the data is a folder of links to files that arrived before."""
    os.makedirs(f"{folder}/store")
    os.makedirs(f"{folder}/v1")
    with stage("ingest"):
        for i in range(50):
            name = hashlib.md5(b"%d" % i).hexdigest()
            numbers(i, 5000).tofile(f"{folder}/store/{name}")
            os.link(f"{folder}/store/{name}", f"{folder}/v1/{i}")
    alone("linked_run", folder)


def linked_run(folder):
    state = np.zeros(300_000, np.float32)
    for epoch in range(2):
        for i in np.random.default_rng(epoch).permutation(50):
            with stage("train"):
                state[:5000] += np.fromfile(f"{folder}/v1/{i}", dtype=np.float32)
        with stage("checkpoint"):
            with open(f"{folder}/w{epoch}", "wb") as f:
                for at in range(0, 300_000, 30_000):
                    f.write(state[at:at + 30_000].tobytes())
                f.flush()
                os.fdatasync(f.fileno())


def distil(folder):
    """A large teacher is loaded by torch, a small student is saved."""
    import torch
    torch.save(torch.nn.Linear(2000, 900).state_dict(), f"{folder}/large")
    for i in range(60):
        numbers(i, 2000).tofile(f"{folder}/s{i}")
    alone("distil_run", folder)


def distil_run(folder):
    import torch
    with stage("restore"):
        torch.load(f"{folder}/large")
    student = torch.nn.Linear(2000, 60)
    for epoch in range(3):
        for i in np.random.default_rng(epoch).permutation(60):
            with stage("train"):
                one = np.fromfile(f"{folder}/s{i}", dtype=np.float32)
            student(torch.from_numpy(one))
        with stage("checkpoint"):
            torch.save(student.state_dict(), f"{folder}/small{epoch}")


def zip_set(folder):
    """Members of one zip in any order."""
    with stage("ingest"), zipfile.ZipFile(f"{folder}/pack", "w") as z:
        for i in range(200):
            z.writestr(f"{i}", random.randbytes(15_000))
    alone("zip_set_run", folder)


def zip_set_run(folder):
    state = np.zeros(200_000, np.float32)
    with stage("train"):
        z = zipfile.ZipFile(f"{folder}/pack")
    for epoch in range(2):
        with stage("train"):
            for i in np.random.default_rng(epoch).permutation(200):
                state[0] += len(z.read(f"{i}"))
        with stage("checkpoint"):
            np.savez(f"{folder}/r{epoch}", state)


def zcat(folder):
    """What trains reads from another program that unpacks."""
    with stage("ingest"):
        for part in range(3):
            with gzip.open(f"{folder}/z{part}.gz", "wb", compresslevel=1) as f:
                f.write(b"".join(random.randbytes(40) + b" " * 40 for _ in range(12_000)))
    alone("zcat_run", folder)


def zcat_run(folder):
    state = np.zeros(150_000, np.float32)
    for epoch in range(2):
        with stage("train"):
            for part in range(3):
                with subprocess.Popen(["gzip", "-dc", f"{folder}/z{part}.gz"], stdout=subprocess.PIPE) as unpack:
                    while block := unpack.stdout.read(65536):
                        state[0] += block[0]
        with stage("checkpoint"):
            state.tofile(f"{folder}/f{epoch}")


def fan_out(folder):
    """Four ranks all read the one state, then each its part of the data; the first one saves."""
    numbers(0, 300_000).tofile(f"{folder}/begin")
    for i in range(48):
        numbers(i, 6000).tofile(f"{folder}/d{i}")
    ranks = [subprocess.Popen([sys.executable, HERE, "fan_out_rank", folder], env={**os.environ, "RANK": str(r), "WORLD_SIZE": "4"})
             for r in range(4)]
    assert not any(rank.wait() for rank in ranks)


def fan_out_rank(folder):
    rank = int(os.environ["RANK"])
    with stage("restore"):
        state = np.fromfile(f"{folder}/begin", dtype=np.float32)
    for epoch in range(2):
        for i in np.random.default_rng(epoch).permutation(12):
            with stage("train"):
                state[:6000] += np.fromfile(f"{folder}/d{4 * i + rank}", dtype=np.float32)
        if rank == 0:
            with stage("checkpoint"):
                state.tofile(f"{folder}/after{epoch}")


def threads_in_c(folder):
    subprocess.run([os.environ.get("CC", "cc"), "-O1", "-D_GNU_SOURCE", "-I", f"{os.path.dirname(HERE)}/../../../include", "-o", f"{folder}/run",
                    f"{os.path.dirname(HERE)}/threads.c", "-pthread"], check=True)
    with stage("ingest"):
        for i in range(4):
            with open(f"{folder}/p{i}", "wb") as f:
                f.write(random.randbytes(1_600_000))
    for _ in range(2):
        subprocess.run([f"{folder}/run", folder], check=True)


if __name__ == "__main__":
    random.seed(0)
    globals()[sys.argv[1]](*sys.argv[2:])

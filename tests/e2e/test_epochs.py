# SPDX-License-Identifier: Apache-2.0
"""Epochs of files that are read in any order: by places that are read again, and by workers that are made anew."""
import json
import random

import pytest

import aiotrace
from handmade import MS, Process

SAMPLE, COUNT = 1 << 16, 96
HEADERS = (8, 512)


def opened(p, path, at):
    """As HDF5 is where each sample opens the file; returns the bytes."""
    p.open(path, extent=4096 + COUNT * SAMPLE, stage="train", gap=5 * MS)
    for size in HEADERS:
        p.read(path, 0, size, stage="train")
    p.read(path, 4096 + at * SAMPLE, SAMPLE, took=2 * MS, stage="train")
    p.add("close", path, stage="train")


def opened_for_each_sample(folder, passes, last=COUNT, ranks=1, drawn=False):
    """Returns when each pass began and ended, in s of the process's own time."""
    times = []
    for rank in range(ranks):
        chance = random.Random(rank)
        p = Process(folder, pid=10 + rank, **({"env.RANK": str(rank), "env.WORLD_SIZE": str(ranks)} if ranks > 1 else {}))
        times = []
        for number in range(passes):
            begin = p.now
            order = [chance.randrange(COUNT) for _ in range(COUNT)] if drawn else chance.sample(range(COUNT), COUNT)
            for i in order[:last if number == passes - 1 else COUNT]:
                opened(p, "/disk/volumes.h5", i)
            times.append(((begin - p.start) / 1e9, (p.now - p.start) / 1e9))
            p.now += 50 * MS
        p.save()
    return times


@pytest.mark.parametrize("passes, last", [(2, COUNT), (3, COUNT), (7, COUNT), (3, COUNT // 3)])
def test_a_file_that_is_opened_for_each_sample_has_its_epochs(passes, last, tmp_path):
    times = opened_for_each_sample(tmp_path, passes, last)
    epochs = aiotrace.report(tmp_path)["epochs"]
    samples = [COUNT] * (passes - 1) + [last]
    assert [e["read_bytes"] for e in epochs] == [n * (SAMPLE + sum(HEADERS)) for n in samples]
    for epoch, (begin, end) in zip(epochs, times):
        assert epoch["start_s"] == pytest.approx(begin, abs=0.01) and epoch["duration_s"] == pytest.approx(end - begin, abs=0.01)


def test_ranks_that_read_all_of_a_file_each_share_its_epochs(tmp_path):
    times = opened_for_each_sample(tmp_path, 3, ranks=2)
    epochs = aiotrace.report(tmp_path)["epochs"]
    assert [e["read_bytes"] for e in epochs] == [2 * COUNT * (SAMPLE + sum(HEADERS))] * 3
    assert [e["start_s"] for e in epochs] == pytest.approx([begin for begin, _ in times], abs=0.01)


def test_samples_that_are_drawn_by_chance_have_no_epochs(tmp_path):
    opened_for_each_sample(tmp_path, 4, drawn=True)
    assert aiotrace.report(tmp_path)["epochs"] == []


def test_groups_that_are_read_in_any_order_have_epochs_wherever_the_first_one_comes(tmp_path):
    """As parquet's are: of each group many pieces, one behind the other, and a footer first."""
    chance, p, times = random.Random(5), Process(tmp_path), []
    for number in range(3):
        times.append(p.now - p.start)
        p.open("/disk/table.parquet", extent=(32 << 19) + 4096, stage="train")
        p.read("/disk/table.parquet", 32 << 19, 4096, stage="train")
        for group in chance.sample(range(32), 32):
            for piece in range(32):
                p.read("/disk/table.parquet", (group << 19) + (piece << 14), 1 << 14, took=MS // 10, stage="train")
        p.add("close", "/disk/table.parquet", stage="train")
        p.now += 20 * MS
    p.save()
    epochs = aiotrace.report(tmp_path)["epochs"]
    assert [e["start_s"] for e in epochs] == pytest.approx([at / 1e9 for at in times], abs=0.002)
    assert [e["read_bytes"] for e in epochs] == [(32 << 19) + 4096] * 3


MAPPED = """
import json, sys, time
import numpy as np, torch
from torch.utils.data import DataLoader, Dataset
tokens = np.memmap(sys.argv[1], dtype=np.uint16, mode="r")

class Windows(Dataset):
    def __len__(self): return len(tokens) // 4096
    def __getitem__(self, i): return torch.from_numpy(tokens[i * 4096:(i + 1) * 4096].astype(np.int32))

said = []
loader = DataLoader(Windows(), batch_size=8, shuffle=True, num_workers=2, persistent_workers=sys.argv[2] == "kept")
for epoch in range(3):
    begin = time.time()
    for batch in loader: time.sleep(0.002)
    said.append((begin, time.time()))
print(json.dumps(said))
"""


@pytest.mark.parametrize("workers", ["anew", "kept"])
def test_of_a_mapped_file_workers_tell_epochs(workers, tmp_path):
    """Those that are kept have each page once: no fault tells of a later epoch, but between two they are asked for nothing."""
    if not aiotrace.faults_are_told():
        pytest.skip("page faults are not told here")
    (tmp_path / "tokens.bin").write_bytes(bytes(1 << 22))
    done = aiotrace.run_traced(aiotrace.python(MAPPED, tmp_path / "tokens.bin", workers), tmp_path / "t", {"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    report, said = aiotrace.report(tmp_path / "t"), json.loads(done.stdout)
    assert len(report["epochs"]) == 3
    for epoch, (begin, end) in zip(report["epochs"], said):
        start = report["run"]["start_ns"] / 1e9 + epoch["start_s"]
        assert start == pytest.approx(begin, abs=0.3)
        assert workers == "anew" or start + epoch["duration_s"] == pytest.approx(end, abs=0.1)


@pytest.mark.parametrize("drawn", [True, False])
def test_files_that_are_drawn_by_chance_have_no_epochs(drawn, tmp_path):
    chance, p = random.Random(7), Process(tmp_path)
    for number in range(8):
        for i in [chance.randrange(100) for _ in range(100)] if drawn else chance.sample(range(100), 100):
            p.open(f"/disk/{i:04}.jpg", extent=50000, stage="train", gap=5 * MS)
            p.read(f"/disk/{i:04}.jpg", 0, 50000, took=MS, stage="train")
            p.add("close", f"/disk/{i:04}.jpg", stage="train")
    p.save()
    assert len(aiotrace.report(tmp_path)["epochs"]) == (0 if drawn else 8)


SMALL = """
import os, random, sys
import numpy as np
folder, how = sys.argv[1], sys.argv[2]
names = [os.path.join(folder, n) for n in sorted(os.listdir(folder))]
for epoch in range(2):
    if how == "whole":  # np.load reads the beginning three times
        for name in random.sample(names, len(names)): np.load(name)
        continue
    for name, record in random.sample([(n, r) for n in names for r in range(40)], 40 * len(names)):
        with open(name, "rb", buffering=0) as f:
            f.seek(128 + record * 10000)
            f.read(10000)
"""


@pytest.mark.parametrize("how", ["whole", "records"])
def test_small_files_have_their_epochs_whether_whole_or_record_by_record(tmp_path, how):
    (tmp_path / "data").mkdir()
    script = "import sys, numpy as np\nfor i in range(12): np.save(f'{sys.argv[1]}/{i}.npy', np.zeros(400000, dtype=np.uint8))"
    assert aiotrace.run(aiotrace.python(script, tmp_path / "data")).returncode == 0
    done = aiotrace.run_traced(aiotrace.python(SMALL, tmp_path / "data", how), tmp_path / "t", {"AIOTRACE_MARK": "train"})
    assert done.returncode == 0, done.stderr
    epochs = aiotrace.report(tmp_path / "t")["epochs"]
    assert [e["files"] for e in epochs] == [12, 12]
    assert all(e["read_bytes"] == pytest.approx(12 * 400000, rel=0.05) for e in epochs)


def drawing(folder, draw, epochs, again=1):
    """Each epoch opens the files that `draw` gives it, each `again` times. Returns when each began, in s of the process's time."""
    began, chance, p = [], random.Random(4), Process(folder)
    for epoch in range(epochs):
        began.append((p.now - p.start) / 1e9)
        for i in draw(chance, epoch):
            path = f"/disk/{i}.jpg"
            p.open(path, stage="train", gap=3 * MS)
            for _ in range(again):
                p.read(path, 0, 50_000, stage="train")
            p.add("close", path, stage="train")
        p.now += 20 * MS
    p.save()
    return began


@pytest.mark.parametrize("part,epochs,again", [(0.7, 5, 1), (0.5, 4, 1), (0.3, 8, 1), (0.6, 5, 2)])
def test_epochs_may_draw_a_part_of_the_files_each(part, epochs, again, tmp_path):
    began = drawing(tmp_path, lambda chance, _: chance.sample(range(400), int(part * 400)), epochs, again)
    found = aiotrace.report(tmp_path)["epochs"]
    assert [e["start_s"] for e in found] == pytest.approx(began, abs=0.05)
    assert all(e["files"] == pytest.approx(part * 400, rel=0.1) for e in found)
    assert all(a["start_s"] + a["duration_s"] <= b["start_s"] + 0.05 for a, b in zip(found, found[1:]))


@pytest.mark.parametrize("count,files", [(2500, 400), (500, 3000)])
def test_files_of_which_any_may_come_again_are_of_no_second_epoch(count, files, tmp_path):
    drawing(tmp_path, lambda chance, _: [chance.randrange(files) for _ in range(count)], 1)
    assert len(aiotrace.report(tmp_path)["epochs"]) <= 1

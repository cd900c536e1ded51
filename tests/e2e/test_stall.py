# SPDX-License-Identifier: Apache-2.0
"""Does training wait for its data, and for what: against what the script itself measured."""
import json
import os
import re
import socketserver
import sys
import threading
import time

import pytest

import aiotrace

TRAIN = os.path.join(aiotrace.TOP, "tests/e2e/programs/train.py")
SLOW = {"storage": 12000, "cpu": 0.012, "step": 0.08}
LOADERS = {"alone": 0, "plain": 0, "workers": 2, "pinned": 2, "thread": 2, "queues": 2, "pool": 2, "executor": 2, "threads": 0,
           "prefetch": 0, "on demand": 2, "event loop": 0, "sockets": 2, "memory": 1,
           "own thread": 2}
WAITS = {frozenset(["storage"]): {"storage-bound"}, frozenset(["cpu"]): {"preprocessing-bound"},
         frozenset(["storage", "cpu"]): {"storage-bound", "preprocessing-bound", "too few workers"}}


def measured(program, folder, loader, slow, epochs=1):
    data = folder / "data"
    data.mkdir(parents=True)
    for i in range(64):
        (data / f"{i:04}").write_bytes(bytes(40000))
    library = program("slow_read", "-shared", "-fPIC", name_as="slow_read.so")
    extra = {"LD_PRELOAD": f"{aiotrace.LIBRARY} {library}", "OMP_NUM_THREADS": "1"}
    if "storage" in slow:
        extra.update(SLOW_BYTES="40000", SLOW_US=str(SLOW["storage"]))
    done = aiotrace.run_traced([sys.executable, TRAIN, data, loader, SLOW["cpu"] * ("cpu" in slow),
                                SLOW["step"] if "step" in slow else 0.005, epochs], folder / "t", extra)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), aiotrace.report(folder / "t")


RULES = {"storage-bound": "storage_bound", "preprocessing-bound": "preprocessing_bound", "too few workers": "too_few_workers",
         "too little prefetch": "little_prefetch", "worker start-up": "restarted_workers", "compute-bound": None}
TABLE = []


@pytest.fixture(scope="module", autouse=True)
def table(request):
    yield
    from conftest import SHOWN
    if TABLE:
        SHOWN.append("\n".join(["share of its time that training waits: loader, what is slow, verdict, report, script's own", *TABLE]))


def undisturbed(program, folder, loader, slow):
    """The run, of three at most, in which training was kept from a processor the least: a main thread that the machine
    holds up between its calls waits by its own clock, and for nothing that a call could tell of."""
    runs = []
    for i in range(3):
        said, report = measured(program, folder / f"{i}", loader, slow)
        ((waited, whole, delayed),) = said["epochs"]
        runs.append((delayed / whole, i, said, report))
        if delayed < 0.01 * whole:
            break
    held_up, i, said, report = min(runs)
    return held_up, folder / f"{i}", said, report


def judged(program, folder, loader, slow):
    held_up, folder, said, report = undisturbed(program, folder, loader, slow)
    ((waited, whole, _),), workers = said["epochs"], said["workers"]
    stall, share = report["stall"], waited / whole
    TABLE.append(f"{loader:10} {'+'.join(slow):17} {stall['cause']:20} {stall['share']:6.3f} {share:6.3f}")
    # On a busy machine a main thread that loads itself may have no rhythm by which its short steps could be told.
    steps_hide = loader in ("alone", "plain") and "step" not in slow
    assert stall["share"] == pytest.approx(share, abs=(0.08 if steps_hide else 0.05) + held_up), (stall, waited, whole, held_up)
    # Where steps are long, one process of a pool may take all of the work.
    assert stall["workers"] == workers and (workers == LOADERS[loader] or loader in ("pool", "executor"))
    if share < 0.08:
        assert stall["cause"] == "compute-bound", stall
    elif share > 0.4 and loader != "on demand":
        assert stall["cause"] in WAITS[frozenset(slow) - {"step"}], stall
    assert stall["cause"] in aiotrace.aiotrace("report", folder / "t").stdout
    fired = {f["id"] for f in report["findings"]} & set(RULES.values())
    assert fired == {RULES[stall["cause"]]} - {None}
    return stall, share


@pytest.mark.parametrize("loader", [name for name in LOADERS if name != "on demand"])
@pytest.mark.parametrize("slow", SLOW)
def test_the_verdict_is_what_is_slow(program, tmp_path, loader, slow):
    stall, share = judged(program, tmp_path, loader, [slow])
    if slow != "step":
        assert share > 0.4
    elif loader not in ("alone", "plain"):
        assert stall["cause"] == "compute-bound"


@pytest.mark.parametrize("loader", ["alone", "workers", "threads"])
@pytest.mark.parametrize("slow", [("storage", "cpu"), ("storage", "step"), ("cpu", "step"), ("storage", "cpu", "step")], ids="+".join)
def test_where_several_things_are_slow_the_share_is_right(program, tmp_path, loader, slow):
    judged(program, tmp_path, loader, slow)


def test_workers_that_are_asked_too_late_are_not_too_few(program, tmp_path):
    stall, _ = judged(program, tmp_path, "on demand", ["storage"])
    assert stall["cause"] == "too little prefetch"


SHORT_EPOCHS = """
import json, os, sys, time
import torch
from torch.utils.data import DataLoader, Dataset
class Files(Dataset):
    def __init__(self): self.paths = sorted(os.path.join(sys.argv[1], name) for name in os.listdir(sys.argv[1]))
    def __len__(self): return len(self.paths)
    def __getitem__(self, i):
        with open(self.paths[i], "rb") as f: return torch.frombuffer(bytearray(f.read()), dtype=torch.uint8)[:64]
loader = DataLoader(Files(), batch_size=4, shuffle=True, num_workers=2, persistent_workers=sys.argv[2] == "kept")
waited, begin = 0, time.perf_counter()
for epoch in range(12):
    at = time.perf_counter()
    for batch in loader:
        waited += time.perf_counter() - at
        time.sleep(0.008)
        at = time.perf_counter()
    waited += time.perf_counter() - at
print(json.dumps(waited / (time.perf_counter() - begin)))
"""


@pytest.mark.parametrize("workers", ["anew", "kept"])
def test_workers_that_are_made_for_each_short_epoch_are_what_is_waited_for(workers, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for i in range(32):
        (data / f"{i:04}.raw").write_bytes(bytes(30000))
    done = aiotrace.run_traced(aiotrace.python(SHORT_EPOCHS, data, workers), tmp_path / "t", {"OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    stall, fired = report["stall"], {f["id"] for f in report["findings"]}
    text = " ".join(aiotrace.aiotrace("report", tmp_path / "t").stdout.split())
    if workers == "kept":
        assert stall["generations"] == 1 and "restarted_workers" not in fired and stall["cause"] != "worker start-up", stall
        return
    assert stall["generations"] == 12 and stall["share"] == pytest.approx(json.loads(done.stdout), abs=0.1), (stall, done.stdout)
    assert stall["cause"] == "worker start-up" and "restarted_workers" in fired, stall
    assert 0.5 * stall["consumer_wait_s"] <= stall["turnover_s"] <= stall["consumer_wait_s"]
    assert "made 12 times" in text


FETCHES = """
import json, socket, sys, time
from torch.utils.data import DataLoader, Dataset
class Remote(Dataset):
    def __len__(self): return 48
    def __getitem__(self, i):
        with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s, s.makefile("rb") as f: return len(f.read())
waited, begin = 0, time.perf_counter()
at = begin
for batch in DataLoader(Remote(), batch_size=4, num_workers=2):
    waited += time.perf_counter() - at
    time.sleep(0.005)
    at = time.perf_counter()
print(json.dumps(waited / (at - begin)))
"""


class Slow(socketserver.BaseRequestHandler):
    def handle(self):
        time.sleep(0.015)
        self.request.sendall(bytes(20000))


def test_data_by_network_is_waited_for_as_storage_is(tmp_path):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done = aiotrace.run_traced(aiotrace.python(FETCHES, server.server_address[1]), tmp_path / "t")
        server.shutdown()
    assert done.returncode == 0, done.stderr
    stall = aiotrace.report(tmp_path / "t")["stall"]
    assert (stall["cause"], stall["workers"], stall["by_network"]) == ("storage-bound", 2, True), stall
    assert stall["share"] == pytest.approx(json.loads(done.stdout), abs=0.05)
    assert "by network" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_threads_that_load_are_no_workers(program, tmp_path):
    _, report = measured(program, tmp_path, "threads", ["storage"])
    assert report["stall"]["threads"] == 2
    assert report["stall"]["loader"]["storage_s"] > 5 * report["stall"]["loader"]["preprocessing_s"]
    assert "loader threads" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_threads_that_nobody_waits_for_keep_nothing_computing(tmp_path):
    """Four that read, and a main thread that sleeps until they end: that much of its time may be waiting, and none computing."""
    fio = ["fio", "--name=job", f"--directory={tmp_path}", "--rw=randread", "--bs=64k", "--size=32m", "--numjobs=4", "--thread", "--loops=12"]
    assert aiotrace.run_traced(fio, tmp_path / "t").returncode == 0
    stall = aiotrace.report(tmp_path / "t")["stall"]
    assert stall["threads"] == 4 and stall["cause"] in (None, "storage-bound"), stall
    text = " ".join(aiotrace.aiotrace("report", tmp_path / "t").stdout.split())
    assert bool(re.search(r"4 threads read for \d+ % .* nothing shows that another one waits", text)) == (stall["cause"] is None), text


def test_each_epoch_has_its_verdict(program, tmp_path):
    """The first one has to preprocess, the second one finds that done."""
    said, report = measured(program, tmp_path, "workers", ["cpu"], epochs=2)
    epochs = report["stall"]["epochs"]
    assert [e["number"] for e in epochs] == [e["number"] for e in report["epochs"]] == [1, 2]
    assert [e["files"] for e in report["epochs"]] == [64, 64]
    assert epochs[0]["cause"] == "preprocessing-bound"
    assert epochs[0]["loader"]["preprocessing_s"] > 3 * epochs[1]["loader"]["preprocessing_s"]
    for got, (waited, whole, _) in zip(epochs, said["epochs"]):
        assert got["share"] == pytest.approx(waited / whole, abs=0.15)


@pytest.mark.parametrize("loader", ["prefetch", "pool", "threads"])
def test_what_is_read_ahead_is_used_in_its_own_epoch(program, tmp_path, loader):
    """An epoch is read in no time, and trained on for long after."""
    said, report = measured(program, tmp_path, loader, ["step"], epochs=3)
    epochs = report["stall"]["epochs"]
    assert len(epochs) == 3
    for got, (waited, whole, delayed) in zip(epochs, said["epochs"]):
        assert got["share"] == pytest.approx(waited / whole, abs=0.05 + delayed / whole), (epochs, said)
        assert got["phase_s"] == pytest.approx(whole, rel=0.1)


ANY_ORDER = """
import json, os, random, sys, time
fd, said = os.open(sys.argv[1], os.O_RDONLY), []
for epoch in range(3):
    begin = time.time()
    for n, i in enumerate(random.sample(range(1, 64), 63) if epoch else [5, *random.sample([*range(5), *range(6, 64)], 63)]):
        os.pread(fd, 65536, 65536 * i)
        if n % 8 == 7: time.sleep(0.02)
    if epoch: os.pread(fd, 65536, 0)
    said.append([begin, time.time() - begin])
    time.sleep(0.1)
print(json.dumps(said))
"""


def test_a_file_that_is_read_in_any_order_has_its_epochs(tmp_path):
    """Where its first byte is read tells nothing of when they begin."""
    (tmp_path / "samples.bin").write_bytes(bytes(64 * 65536))
    done = aiotrace.run_traced(aiotrace.python(ANY_ORDER, tmp_path / "samples.bin"), tmp_path / "t", {"AIOTRACE_MARK": "train"})
    assert done.returncode == 0, done.stderr
    report, said = aiotrace.report(tmp_path / "t"), json.loads(done.stdout)
    assert [e["read_bytes"] for e in report["epochs"]] == [64 * 65536] * 3
    for epoch, (begin, took) in zip(report["epochs"], said):
        assert report["run"]["start_ns"] / 1e9 + epoch["start_s"] == pytest.approx(begin, abs=0.03)
        assert epoch["duration_s"] == pytest.approx(took, abs=0.05)


WITH_HEADER = """
import json, os, random, sys, time
random.seed(4)
fd = os.open(sys.argv[1], os.O_RDONLY)
os.pread(fd, 16, 0)
os.pread(fd, 512, 16)
said = []
for epoch in range(4):
    begin = time.time()
    for i in random.sample(range(256), 256):
        os.pread(fd, 16384, 2048 + i * 16384)
        time.sleep(0.0003)
    said.append([begin, time.time() - begin])
    time.sleep(0.05)
print(json.dumps(said))
"""


def test_a_file_that_is_kept_open_has_its_epochs_though_its_header_is_read_once(tmp_path):
    """As HDF5 does."""
    (tmp_path / "samples.h5").write_bytes(bytes(2048 + 256 * 16384))
    done = aiotrace.run_traced(aiotrace.python(WITH_HEADER, tmp_path / "samples.h5"), tmp_path / "t", {"AIOTRACE_MARK": "train"})
    assert done.returncode == 0, done.stderr
    report, said = aiotrace.report(tmp_path / "t"), json.loads(done.stdout)
    assert len(report["epochs"]) == 4
    for epoch, (begin, took) in zip(report["epochs"], said):
        assert report["run"]["start_ns"] / 1e9 + epoch["start_s"] == pytest.approx(begin, abs=0.06)
        assert epoch["duration_s"] == pytest.approx(took, abs=0.06)


def test_workers_that_are_kept_do_not_preprocess_until_they_end(tmp_path):
    """A worker that waits for more to do when it ends takes that wait with it."""
    script = """
import sys, time
from torch.utils.data import DataLoader, Dataset
class Files(Dataset):
    def __len__(self): return 40
    def __getitem__(self, i): return len(open(sys.argv[1], "rb").read())
for batch in DataLoader(Files(), batch_size=4, num_workers=2, persistent_workers=True): time.sleep(0.06)
"""
    (tmp_path / "data").write_bytes(bytes(50000))
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path / "data"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    stall = aiotrace.report(tmp_path / "t")["stall"]
    assert stall["workers"] == 2 and stall["loader"]["short_of_work_s"] > 0.8, stall
    assert stall["loader"]["preprocessing_s"] < 0.25 * stall["loader"]["short_of_work_s"], stall

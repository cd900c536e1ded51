# SPDX-License-Identifier: Apache-2.0
"""Findings: each fires for what it is about, with its numbers, and is silent otherwise."""
import os
import re

import pytest

import aiotrace

BEGIN = "import os, sys, random, time\nrandom.seed(1)\nfolder = sys.argv[1]\n"
SAVES = BEGIN + """
def save(number, pieces, syncs=1):
    path = f"{folder}/ckpt-{number:04}.pt"
    with open(path + ".tmp", "wb", buffering=0) as f:
        for piece in pieces:
            f.write(piece)
            if syncs == "each": os.fsync(f.fileno())
        if syncs == 1: os.fsync(f.fileno())
    os.rename(path + ".tmp", path)
"""
# name: (what must be there before, script, evidence that is expected)
FIRES = {
    "no_sync": (None, SAVES + "import time\nfor i in range(3): save(i, [bytes(2 << 20)], 0); time.sleep(.05)", r"3 of 3"),
    "many_syncs": (None, SAVES + "import time\nfor i in range(2): save(i, [bytes(70000)] * 100, 'each'); time.sleep(.05)", r"100 syncs of 1 file"),
    "tiny_saves": (None, SAVES + "import time\nfor i in range(2): save(i, [bytes(2000)] * 1500); time.sleep(.05)", r"3000 of 3000"),
    "checkpoint_share": (None, SAVES + "for i in range(4): save(i, [bytes(4 << 20)] * 4)", r"[\d.]+ % of the interval"),
    "many_small_files": (5200, BEGIN + """
order = list(range(5200))
for epoch in range(2):
    random.shuffle(order)
    for i in order:
        with open(f"{folder}/{i}", "rb", buffering=0) as f: f.read(5000)
""", r"5200 files of 3.00 kB on average"),
    "reopened_files": (8, BEGIN + """
for i in range(1200):
    fd = os.open(f"{folder}/{i % 8}", os.O_RDONLY); os.pread(fd, 10, random.randrange(2900)); os.close(fd)
for epoch in range(2):
    for i in range(8): open(f"{folder}/{i}", "rb").read()
""", r"\d+ opens of 8 files"),
    "metadata_storm": (4, BEGIN + """
for i in range(12000): os.stat(f"{folder}/{i % 4}")
for epoch in range(2):
    for i in range(4): open(f"{folder}/{i}", "rb").read()
""", r"1[2-9]\d{3} metadata operations"),
    "small_random_reads": (None, BEGIN + """
with open(folder + "/tokens.bin", "wb") as f: f.write(bytes(8 << 20))
fd = os.open(folder + "/tokens.bin", os.O_RDONLY)
for i in range(12000): os.pread(fd, 4096, random.randrange(2047) * 4096)
""", r"12\d{3} reads, half of them of at most 4.1\d kB"),
    "double_read": (None, SAVES + """
save(1, [bytes(3 << 20)])
for again in range(2):
    with open(folder + "/ckpt-0001.pt", "rb", buffering=0) as f:
        while f.read(1 << 20): pass
""", r"one process read 6.29 MB of .*ckpt-0001.pt, which holds 3.15 MB"),
    "restore_fan_out": (None, SAVES + """
import subprocess
save(1, [bytes(1 << 20)] * 8)
load = "import sys\\nwith open(sys.argv[1], 'rb', buffering=0) as f:\\n  while f.read(1 << 20): pass"
ranks = [dict(os.environ, RANK=str(rank), WORLD_SIZE="10") for rank in range(10)]
for job in [subprocess.Popen([sys.executable, "-c", load, folder + "/ckpt-0001.pt"], env=rank) for rank in ranks]: job.wait()
""", r"10 processes read 83.9 MB, 10.0 bytes for each byte of .*ckpt-0001.pt"),
    "small_writes": (None, BEGIN + """
with open(folder + "/part.tar", "wb", buffering=0) as f:
    for i in range(3000): f.write(bytes(512))
""", r"3000 writes"),
    "cached_reads": (64, BEGIN + """
for epoch in range(500):
    for i in random.sample(range(64), 64):
        with open(f"{folder}/{i}", "rb", buffering=0) as f: f.read(3000)
""", r"waited .*(no loader workers, \d+ % of the main thread's work is|\d+ %\) for) storage"),
    "loads_alone": (64, BEGIN + """
for epoch in range(4):
    order = random.sample(range(64), 64)
    for n, i in enumerate(order):
        open(f"{folder}/{i}", "rb").read(); sum(range(200000))
        if n % 8 == 7: time.sleep(0.03)
""", r"loading took"),
}


def traced(folder, files, script):
    data = folder / "data"
    data.mkdir()
    for i in range(files or 0):
        (data / str(i)).write_bytes(bytes(3000))
    done = aiotrace.run_traced(aiotrace.python(script, data), folder / "t")
    assert done.returncode == 0, done.stderr
    return {f["id"]: f for f in aiotrace.report(folder / "t")["findings"]}


@pytest.mark.parametrize("name", FIRES)
def test_a_rule_fires(name, tmp_path):
    files, script, evidence = FIRES[name]
    found = traced(tmp_path, files, script)
    assert name in found, sorted(found)
    assert re.search(evidence, found[name]["evidence"]), found[name]
    text = aiotrace.aiotrace("report", tmp_path / "t").stdout
    assert found[name]["title"] in text


SILENT = {
    "nothing": "",
    "a large file from front to back": """
with open(folder + "/big", "wb", buffering=0) as f:
    for i in range(16): f.write(bytes(1 << 20))
with open(folder + "/big", "rb", buffering=0) as f:
    while f.read(1 << 20): pass
""",
    "headers and padding between tensors": """
with open(folder + "/model.pt", "wb", buffering=0) as f:
    for tensor in range(350): f.write(bytes(100)); f.write(bytes(92)); f.write(bytes(150000))
    os.fsync(f.fileno())
""",
    "a synced checkpoint and one restore": """
path = folder + "/model.pt"
with open(path + ".tmp", "wb", buffering=0) as f:
    f.write(bytes(8 << 20)); os.fsync(f.fileno())
os.rename(path + ".tmp", path)
with open(path, "rb", buffering=0) as f:
    while f.read(1 << 20): pass
""",
}


@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_said_where_nothing_is_wrong(name, tmp_path):
    assert traced(tmp_path, 0, BEGIN + SILENT[name]) == {}
    assert "Nothing: no rule" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_waiting_for_operations_in_flight_is_no_metadata(tmp_path):
    """Linux AIO takes two calls for each read, and asks no file system of anything."""
    command = ["fio", "--name=job", f"--filename={tmp_path}/data", "--ioengine=libaio", "--iodepth=32", "--rw=randread", "--bs=4k", "--size=32m",
               "--output-format=json"]
    done = aiotrace.run_traced(command, tmp_path / "t", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    assert sum(c["ops"] for c in report["latency"]["calls"] if c["call"] == "io_submit") > 1000
    assert "metadata_storm" not in {f["id"] for f in report["findings"]}


MADE_FIRST = BEGIN + """
for i in range(1200):
    with open(f"{folder}/{i:04}.jpg", "wb", buffering=0) as f: f.write(bytes(20000))
for i in range(4800):
    fd = os.open(f"{folder}/{i % 40:04}.jpg", os.O_RDONLY); os.pread(fd, 10, random.randrange(15000)); os.close(fd)
for epoch in range(2):
    for i in range(40): open(f"{folder}/{i:04}.jpg", "rb").read()
"""


def test_files_that_the_run_made_itself_count_for_each_stage_that_they_are_in(tmp_path):
    """Most of their bytes are written, at once; they are read in small pieces, opened for each."""
    found = traced(tmp_path, 0, MADE_FIRST)
    assert "small_writes" not in found
    assert re.search(r"\d+ opens of 40 files", found["reopened_files"]["evidence"]), found


def test_background_saves_but_the_last_one_which_is_waited_for_cost_no_share(tmp_path):
    script = SAVES + """
import threading
threads = []
for i in range(4):
    threads.append(threading.Thread(target=save, args=(i, [bytes(4 << 20)] * 12)))
    threads[-1].start()
    if i < 3: time.sleep(0.4)
for t in threads: t.join()
"""
    assert "checkpoint_share" not in traced(tmp_path, 0, script)
    saves = aiotrace.report(tmp_path / "t")["checkpoints"]
    assert [s["mode"] for s in saves].count("background") == 3 and len(saves) == 4


SYNCED = BEGIN + """
for step, flags in enumerate((os.O_DSYNC, os.O_SYNC)):
    fd = os.open(f"{folder}/step{step}.pt", os.O_WRONLY | os.O_CREAT | flags)
    os.write(fd, bytes(2 << 20)); os.close(fd)
open(folder + "/step2.pt", "wb", buffering=0).write(bytes(2 << 20))
os.sync()
"""


def test_a_save_may_be_synced_in_other_ways(tmp_path):
    assert "no_sync" not in traced(tmp_path, 0, SYNCED)
    report = aiotrace.report(tmp_path / "t")
    assert [c["syncs"] for c in report["checkpoints"] if c["bytes"] == 2 << 20] == [0, 0, 0]


SYNCED_LATER = BEGIN + """
for step in range(2):
    path = f"{folder}/step{step}.pt"
    with open(path, "wb", buffering=0) as f: f.write(bytes(2 << 20))
    fd = os.open(path, (os.O_RDONLY, os.O_RDWR)[step]); os.fsync(fd); os.close(fd)
"""


def test_a_save_may_be_synced_by_another_descriptor(tmp_path):
    assert "no_sync" not in traced(tmp_path, 0, SYNCED_LATER)
    report = aiotrace.report(tmp_path / "t")
    assert [(c["syncs"], c["writers"]) for c in report["checkpoints"] if c["bytes"] == 2 << 20] == [(1, 1)] * 2


def test_small_files_written_at_once_are_no_small_pieces(tmp_path):
    script = BEGIN + "for i in range(1200):\n    with open(f'{folder}/{i}.jpg', 'wb', buffering=0) as f: f.write(bytes(500))\n"
    assert "small_writes" not in traced(tmp_path, 0, script)


def test_every_rule_says_what_it_needs_to():
    with open(os.path.join(aiotrace.TOP, "analyzer/finding/rules.def")) as f:
        rules = re.findall(r"^RULE\((\w+), (\w+), \"(.*)\",\n\s+\"(.*)\",\n\s+\"(.*)\"\)", f.read(), re.M)
    assert len(rules) >= 20 and len({r[0] for r in rules}) == len(rules)
    assert {r[1] for r in rules} == {"HIGH", "WARNING", "INFO"}

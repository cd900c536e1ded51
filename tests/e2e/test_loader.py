# SPDX-License-Identifier: Apache-2.0
"""No worker is ever lost, and none is credited with another's reads."""
import json
import os
import sys
from collections import Counter

import pytest

import aiotrace

LOADER = os.path.join(aiotrace.TOP, "tests/e2e/programs/loader.py")


def make_files(folder, count, size=300):
    folder.mkdir()
    for i in range(count):
        (folder / f"{i:05}.bin").write_bytes(bytes([i % 251]) * size)
    return folder.resolve()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_every_read_of_2000_files_x_2_epochs_stands_under_its_worker(method, tmp_path, show):
    folder = make_files(tmp_path / "files", 2000)
    done = aiotrace.run_traced([sys.executable, LOADER, folder, method, 2, 2], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    truth = Counter()
    for pid, path, calls in said["items"]:
        truth[pid, path] += calls
    trace = Counter((op.pid, op.path) for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces"))
                    if op.kind == "read" and op.path.startswith(f"{folder}/"))
    show(f"DataLoader, {method}: {sum((truth & trace).values())} of {sum(truth.values())} data reads "
         f"under the process that did them ({len({pid for pid, _ in truth})} workers)")
    assert trace == truth
    assert sum(truth.values()) == 8000 and said["main"] not in {pid for pid, _ in truth}


def test_the_report_knows_loader_workers_from_the_main_process(tmp_path):
    folder = make_files(tmp_path / "files", 50)
    done = aiotrace.run_traced([sys.executable, LOADER, folder, "fork", 2, 1], tmp_path / "traces")
    said = json.loads(done.stdout)
    workers = {item[0] for item in said["items"]}
    roles = {p["pid"]: p["role"] for p in aiotrace.report(tmp_path / "traces")["run"]["processes"]}
    assert all("worker" in roles[pid] for pid in workers), roles
    assert "worker" not in roles[said["main"]], roles


def test_a_loader_without_workers_reads_under_the_main_process(tmp_path):
    folder = make_files(tmp_path / "files", 50)
    script = ("import sys, os; sys.path.insert(0, sys.argv[2]); import loader; "
              "from torch.utils.data import DataLoader; "
              "print(sum(item[2] for b in DataLoader(loader.Files(sys.argv[1]), collate_fn=list) for item in b), os.getpid())")
    done = aiotrace.run_traced(aiotrace.python(script, folder, os.path.dirname(LOADER)), tmp_path / "traces")
    calls, pid = map(int, done.stdout.split())
    reads = [op for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces"))
             if op.kind == "read" and op.path.startswith(f"{folder}/")]
    assert len(reads) == calls and {op.pid for op in reads} == {pid}


def test_workers_of_a_terminated_pool_keep_their_reads(tmp_path):
    folder = make_files(tmp_path / "files", 60)
    script = """
import multiprocessing, os, sys
def read(path):
    fd = os.open(path, os.O_RDONLY)
    n = os.read(fd, 1000)
    os.close(fd)
    return os.getpid(), path
if __name__ == "__main__":
    pool = multiprocessing.Pool(3)
    for pid, path in pool.imap_unordered(read, sorted(e.path for e in os.scandir(sys.argv[1]))):
        print(pid, path)
    pool.terminate()
"""
    done = aiotrace.run_traced(aiotrace.python(script, folder), tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    truth = Counter(tuple(line.split(" ", 1)) for line in done.stdout.splitlines())
    trace = Counter((str(op.pid), op.path) for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces"))
                    if op.kind == "read" and op.path.startswith(f"{folder}/"))
    assert trace == truth and len(truth) == 60

# SPDX-License-Identifier: Apache-2.0
"""Distributed runs: who is which rank, and who read what."""
import os
import sys
from collections import Counter

import pytest

import aiotrace

# A rank that does not exist: PyTorch 1.13 loses its own default on Python 3.11.
NO_REDIRECTS = ["--redirects=9:3", "--tee=9:3"]
# Debian's PyTorch 2.6 asks by default for a library that it was built without.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "USE_LIBUV": "0"}
RANK = os.path.join(aiotrace.TOP, "tests/e2e/programs/rank.py")


def processes(traces):
    return {p["pid"]: p for p in aiotrace.report(traces)["run"]["processes"]}


def test_torchrun_ranks_are_in_the_report(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for i in range(16):
        (data / f"{i:02}").write_bytes(bytes(100 + i))
    done = aiotrace.run_traced([sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2",
                                *NO_REDIRECTS, RANK, data.resolve()], tmp_path / "traces", ENVIRONMENT)
    if "build without libuv" in done.stderr:
        pytest.skip("torchrun of this PyTorch works nowhere: it asks for libuv and has none")
    assert done.returncode == 0, done.stderr
    said = [line.split() for line in done.stdout.splitlines()]
    ranks = {int(w[4]): w for w in said if w[0] == "rank"}
    workers = {int(w[2]): int(w[1]) for w in said if w[0] == "read"}
    known = processes(tmp_path / "traces")
    assert len(ranks) == 2 and len(workers) == 2
    for pid, (_, rank, local, world, _, total) in ranks.items():
        p = known[pid]
        assert (p["rank"], p["local_rank"], p["world_size"]) == (int(rank), int(local), int(world)), p
        assert "rank" in p["role"] and "worker" not in p["role"], p
        assert p["host"] and known[p["ppid"]]["rank"] is None, p  # the launcher has none
        assert int(total) == sum(100 + i for i in range(16))
    for pid, rank in workers.items():
        p = known[pid]
        assert p["rank"] == rank and "worker" in p["role"] and known[p["ppid"]]["rank"] == rank, p

    truth = Counter((int(w[2]), w[3]) for w in said if w[0] == "read")
    trace = Counter((op.pid, op.path) for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces"))
                    if op.kind == "read" and op.path.startswith(str(data.resolve())))
    assert trace == truth and len(truth) == 16


def test_processes_of_torch_multiprocessing_have_their_rank(tmp_path):
    """The rank is set in the environment after the process began."""
    script = tmp_path / "spawned.py"
    script.write_text("""
import os, torch, torch.distributed, torch.multiprocessing
def main(rank):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1', MASTER_PORT=os.environ['PORT'])
    torch.distributed.init_process_group('gloo')
    torch.distributed.barrier()
    os.write(1, f'{rank} {os.getpid()}\\n'.encode())
if __name__ == '__main__':
    import socket
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); os.environ['PORT'] = str(s.getsockname()[1])
    torch.multiprocessing.spawn(main, nprocs=2)
""")
    done = aiotrace.run_traced([sys.executable, script], tmp_path / "traces", ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    known = processes(tmp_path / "traces")
    said = dict(map(int, line.split()) for line in done.stdout.splitlines())
    assert {rank: known[pid]["rank"] for rank, pid in said.items()} == {0: 0, 1: 1}


@pytest.mark.parametrize("where", ["children", "parent"])
def test_ranks_that_an_argument_tells(where, tmp_path):
    """The environment says only where they meet; a worker has the rank of who made it."""
    script = tmp_path / "told.py"
    script.write_text(f"""
import os, sys, torch, torch.distributed, torch.multiprocessing
def work(rank): os.write(1, f'{{rank}} {{os.getpid()}}\\n'.encode())
def main(rank, port):
    os.environ.update(MASTER_ADDR='127.0.0.1', MASTER_PORT=port)
    torch.distributed.init_process_group('gloo', rank=rank, world_size=3)
    work(rank)
    worker = torch.multiprocessing.Process(target=work, args=(rank,))
    worker.start(); worker.join()
    torch.distributed.barrier()
if __name__ == '__main__':
    import socket
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); port = str(s.getsockname()[1])
    if {where!r} == 'parent': os.environ['MASTER_PORT'] = port
    torch.multiprocessing.spawn(main, (port,), 3)
""")
    done = aiotrace.run_traced([sys.executable, script], tmp_path / "traces", ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    known = processes(tmp_path / "traces")
    said = {int(pid): int(rank) for rank, pid in map(str.split, done.stdout.splitlines())}
    assert {pid: known[pid]["rank"] for pid in said} == said and sorted(said.values()) == [0, 0, 1, 1, 2, 2]
    assert {known[pid]["world_size"] for pid in said} == {3}
    assert sum(p["role"] == "rank main" for p in known.values()) == 3
    assert {p["rank"] for pid, p in known.items() if pid not in said} == {None}


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_ranks_that_say_how_it_went_are_no_loader_workers(method, tmp_path):
    """They load their data themselves, and put what they measured into the launcher's queue."""
    data = tmp_path / "data"
    data.mkdir()
    for i in range(64):
        (data / f"{i:03}.npy").write_bytes(bytes(30000))
    script = tmp_path / "launch.py"
    script.write_text(f"""
import multiprocessing, os, random, sys, time
def main(rank, results):
    os.environ.update(RANK=str(rank), WORLD_SIZE='2')
    names = sorted(os.listdir(sys.argv[1]))[rank::2]
    for epoch in range(3):
        for n, name in enumerate(random.sample(names, len(names)), 1):
            with open(os.path.join(sys.argv[1], name), 'rb') as f: f.read()
            time.sleep(0.025 if n % 8 == 0 else 0.001)
    results.put((rank, epoch))
if __name__ == '__main__':
    context = multiprocessing.get_context({method!r})
    results = context.SimpleQueue()
    ranks = [context.Process(target=main, args=(rank, results)) for rank in range(2)]
    for rank in ranks: rank.start()
    print([results.get() for _ in ranks])
    for rank in ranks: rank.join()
""")
    done = aiotrace.run_traced([sys.executable, script, data], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "traces")
    ranks = [p for p in report["run"]["processes"] if p["rank"] is not None]
    # Processes stand in the order in which they began, and which rank begins first is the scheduler's to say.
    assert sorted(p["rank"] for p in ranks) == [0, 1] and {p["role"] for p in ranks} == {"rank main"}, ranks
    assert report["stall"]["workers"] == 0 and report["stall"]["share"] < 0.6, report["stall"]
    assert report["stall"]["consumers"] == 2
    assert "The 2 main threads loaded their data themselves" in " ".join(aiotrace.aiotrace("report", tmp_path / "traces").stdout.split())

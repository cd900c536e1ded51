# SPDX-License-Identifier: Apache-2.0
"""A replay tells how the job does on another storage: told by running the job there."""
import json
import os
import subprocess
import sys
import time

import pytest

import aiotrace

JOB = """
import os, sys, time
os.chdir(sys.argv[1])
for i in range(40):
    fd = os.open(f"data/{i}", os.O_RDONLY); os.read(fd, 4096); os.read(fd, 4096); os.close(fd)
    time.sleep(0.004)
    if i % 20 == 19:
        fd = os.open("model.tmp", os.O_CREAT | os.O_WRONLY)
        for k in range(8): os.write(fd, bytes(4096))
        os.fsync(fd); os.close(fd); os.rename("model.tmp", f"model-{i}.pt")
"""

LOADER = """
import os, sys, time
os.chdir(sys.argv[1])
r, w = os.pipe()
if os.fork() == 0:  # the only worker: reads, then tells
    for i in range(40):
        fd = os.open(f"data/{i}", os.O_RDONLY); os.read(fd, 4096); os.read(fd, 4096); os.close(fd)
        os.write(w, b"x")
    os._exit(0)
for i in range(40):
    os.read(r, 1); time.sleep(0.002)
os.wait()
"""

WAITED_FOR = f"""
import os, signal, sys, time
signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGCHLD}})
if os.fork() == 0:
    exec({JOB!r}); os._exit(0)
signal.sigwait({{signal.SIGCHLD}}); os.waitpid(-1, os.WNOHANG)
"""


@pytest.fixture
def slow(slow_storage):
    folder, mount = slow_storage
    (folder / "data").mkdir()
    for i in range(40):
        (folder / "data" / str(i)).write_bytes(os.urandom(8192))
    return mount


def took(job, folder, times=1):
    """The least of some times: other programs of the machine make the job slower, and a replay that may come before them hardly."""
    least = float("inf")
    for _ in range(times):
        begun = time.monotonic()
        subprocess.run([sys.executable, "-c", job, folder], check=True, env=aiotrace.clean())
        least = min(least, time.monotonic() - begun)
    return least


def predicted(tmp_path, folder, timing="think"):
    done = aiotrace.aiotrace("replay", "--target", folder / "target", "--timing", timing, "--path", f"{folder}/*", "--json",
                             "--no-record", tmp_path / "t")
    verdict = json.loads(done.stdout)
    assert verdict["complete"], verdict
    aiotrace.aiotrace("replay", "--clean", "--target", folder / "target")
    return verdict


@pytest.mark.parametrize("job", [JOB, LOADER, WAITED_FOR], ids=["alone", "with a worker", "of a process that waits"])
def test_slower_and_faster_storage_is_judged_as_the_job_itself_finds_it(job, slow, tmp_path):
    with slow(4000) as folder:
        assert aiotrace.run_traced([sys.executable, "-c", job, folder], tmp_path / "t").returncode == 0
    start = took("", "/", 5)  # of the interpreter
    real, seen = {}, {}
    for us in (0, 16000):
        with slow(us) as folder:
            real[us] = took(job, folder, 1 if us else 5) - start
            seen[us] = predicted(tmp_path, folder)
    was = seen[0]["recorded_duration_s"]
    assert seen[0]["kept_pace"] and not seen[16000]["kept_pace"]
    assert seen[0]["duration_s"] < 0.8 * was and seen[16000]["duration_s"] > 1.8 * was
    for us in (0, 16000):
        assert 0.7 < seen[us]["duration_s"] / real[us] < 1.4, (us, seen[us]["duration_s"], real)
    reads = [s["replayed"]["latency_ns"]["p50"] for s in seen[16000]["stages"] if s["recorded"]["read_ops"] == 80]
    assert reads and min(reads) >= 15e6
    if job == WAITED_FOR:
        return
    waits = {us: seen[us]["stall"]["replayed"]["waited_s"] for us in (0, 16000)}
    assert waits[0] < 0.5 * seen[0]["stall"]["recorded"]["waited_s"] < 0.3 * waits[16000], (waits, seen[0]["stall"])
    if job == JOB:
        saves = seen[16000]["checkpoints"]
        assert len(saves) == 2 and all(s["recorded"]["duration_s"] < 0.5 * s["replayed"]["duration_s"] for s in saves), saves
        assert all(s["replayed"]["duration_s"] >= 9 * 0.016 and s["replayed"]["share_of_interval"] > 0 for s in saves), saves


@pytest.mark.parametrize("job", [JOB, LOADER], ids=["alone", "with a worker"])
def test_late_starts_are_the_storages_where_it_is_slow_and_not_the_replays(job, slow, tmp_path):
    with slow(0) as folder:
        assert aiotrace.run_traced([sys.executable, "-c", job, folder], tmp_path / "t").returncode == 0
    with slow(16000) as folder:
        verdict = predicted(tmp_path, folder, "original")
    late, own = verdict["start_error_ns"], verdict["start_error_of_replay_ns"]
    assert not verdict["kept_pace"] and late["p50"] > 200e6, verdict
    assert own["p50"] < 0.02 * late["p50"] and own["p99"] < 0.1 * late["p99"], (late, own)

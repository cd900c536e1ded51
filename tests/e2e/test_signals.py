# SPDX-License-Identifier: Apache-2.0
"""Handlers that write while the program is anywhere in the library."""
import platform
import re
from collections import Counter

import pytest

import aiotrace


@pytest.mark.parametrize("threads", [1, 4])
def test_every_write_of_a_handler_is_in_the_trace_or_counted_as_lost(threads, program, tmp_path):
    (tmp_path / "data").write_bytes(bytes(1000))
    done = aiotrace.run_traced([program("alarms"), "1", str(threads)], tmp_path / "traces", cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    writes, reads, opens, streams = map(int, done.stdout.split())
    assert writes > 100 and reads > 1000
    got = Counter((e.call, e.path.rsplit("/", 1)[-1]) for e in aiotrace.stream(tmp_path / "traces"))
    missing = {"write": writes - got["write", "log"], "pread": reads - got["pread", "data"],
               "openat": opens - got["openat", "data"], "close": opens + threads - got["close", "data"]}
    missing.update({call: streams - got[call, "data"] for call in ("fopen", "fread", "stdio.read", "fclose")})
    assert all(n >= 0 for n in missing.values()), missing
    lost = int(re.search(r", (\d+) events lost$", aiotrace.info(tmp_path / "traces"), re.M).group(1))
    assert sum(missing.values()) == lost, (missing, lost)
    assert lost < (writes + reads) / 100


def test_a_handler_on_a_stack_of_its_own_is_not_out_of_room(program, tmp_path):
    (tmp_path / "data").write_bytes(b"x")
    done = aiotrace.run_traced([program("small_stack")], tmp_path / "traces", cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    ticks, rounds = map(int, done.stdout.split())
    names = Counter(e.path.rsplit("/", 1)[-1] for e in aiotrace.stream(tmp_path / "traces"))
    lost = int(re.search(r", (\d+) events lost$", aiotrace.info(tmp_path / "traces"), re.M).group(1))
    assert names["data"] + names["log"] + lost == 3 * (ticks + rounds)
    assert lost < rounds / 10


@pytest.mark.skipif(platform.machine() != "x86_64", reason="steps by a flag of x86-64")
def test_a_profiler_finds_the_caller_from_every_instruction_of_a_call(program, tmp_path):
    (tmp_path / "data").write_bytes(b"x")
    done = aiotrace.run_traced([program("step"), "data"], tmp_path / "traces", cwd=tmp_path, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    steps, astray = map(int, done.stdout.split())
    assert steps > 500 and not astray
    assert [e.call for e in aiotrace.stream(tmp_path / "traces") if e.path.endswith("/data")][-5:] == [
        "open", "pread", "lseek", "read", "close"]

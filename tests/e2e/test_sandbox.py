# SPDX-License-Identifier: Apache-2.0
"""Programs that forbid themselves system calls, on pain of death: the library makes none that would kill them."""
import platform
import sys

import pytest

import aiotrace


@pytest.fixture
def sandbox(program, tmp_path):
    (tmp_path / "data").write_bytes(b"x" * 100)

    def run(*arguments):
        """What it did untraced; the reads in the trace; what the trace says of itself."""
        command = [program("sandbox"), *arguments]
        plain = aiotrace.run(command, cwd=tmp_path)
        traced = aiotrace.run_traced(command, tmp_path / "traces", cwd=tmp_path)
        assert (traced.returncode, traced.stdout, traced.stderr) == (plain.returncode, plain.stdout, plain.stderr)
        events = [e for e in aiotrace.dump(tmp_path / "traces") if e.path.endswith("/data")]
        return plain, sum(e.call in ("pread", "pread64") for e in events), aiotrace.info(tmp_path / "traces")

    return run


def test_a_filter_that_would_kill_ends_tracing(sandbox):
    plain, reads, info = sandbox("kill", "harsh")
    assert plain.returncode == 0 and plain.stdout.count("\n") == 3
    assert reads == 100
    assert "tracing stopped: the program set up a filter of system calls" in info
    assert int(info.rsplit(", ", 1)[1].split()[0]) >= 20000


def test_a_filter_that_refuses_leaves_what_was_recorded(sandbox):
    plain, reads, info = sandbox("errno", "harsh")
    assert plain.returncode == 0 and plain.stdout.count("\n") == 3
    assert 100 <= reads < 20000 and "could not be written: Operation not permitted" in info


def test_the_oldest_filter_ends_tracing(sandbox):
    plain, reads, info = sandbox("strict", "harsh")
    assert (plain.returncode, plain.stdout) == (0, "4950\n4\n")
    assert reads == 100 and "seccomp" in info


@pytest.mark.parametrize("action", ["kill", "errno"])
def test_a_filter_of_young_calls_alone_is_kept_to(action, sandbox):
    plain, reads, info = sandbox(action, "mild")
    assert plain.returncode == 0
    assert reads == 20150 and ", 0 events lost" in info


def test_a_program_that_was_started_behind_a_filter_is_traced_within_it(sandbox):
    plain, reads, info = sandbox("kill", "mild", sys.executable, "-c", "print(len(open('data').read()))")
    assert (plain.returncode, plain.stdout) == (0, "4950\n100\n")
    assert reads == 100 and info.count("\n  process ") == 2


@pytest.mark.skipif(platform.machine() != "x86_64", reason="other processors have no older kin of these calls")
@pytest.mark.parametrize("off", ["", "1"], ids=["traced", "off"])
def test_a_sandbox_that_answers_a_call_by_its_older_kin_is_not_asked_again(off, program, tmp_path):
    (tmp_path / "data").write_bytes(b"x" * 100)

    def command(fifo):
        return [program("answered"), tmp_path / "data", tmp_path / fifo]

    plain = aiotrace.run(command("plain"), cwd=tmp_path)
    traced = aiotrace.run_traced(command("traced"), tmp_path / "t", {"AIOTRACE_OFF": off}, cwd=tmp_path)
    assert (plain.returncode, plain.stdout) == (0, "0 100 0 100 1 0 1\n")
    assert (traced.returncode, traced.stdout, traced.stderr) == (0, plain.stdout, plain.stderr)

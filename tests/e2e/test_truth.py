# SPDX-License-Identifier: Apache-2.0
"""What the report says of its own truth: how much of the kernel's count was
seen, and what the rest is."""
import os
import platform
import subprocess
import sys

import pytest

import aiotrace


def coverage(traces):
    return aiotrace.report(traces)["run"]["coverage"]


def causes(found):
    return {m["cause"]: m for m in found["missing"]}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "data"
    path.write_bytes(os.urandom(4 << 20))
    return path


def test_children_that_were_waited_for_are_in_the_count_and_in_the_trace(data, tmp_path):
    script = """
import os, subprocess, sys
os.read(os.open(sys.argv[1], os.O_RDONLY), 1 << 22)
subprocess.run(["dd", "if=" + sys.argv[1], "of=" + sys.argv[2], "bs=1M", "status=none"], check=True)
if os.fork() == 0:
    os.read(os.open(sys.argv[1], os.O_RDONLY), 1 << 22)
    os._exit(0)
os.wait()
"""
    done = aiotrace.run_traced(aiotrace.python(script, data, tmp_path / "out"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    found = coverage(tmp_path / "t")
    assert found["seen_read_bytes"] > 12 << 20
    assert 0.99 < found["read"] <= 1 and 0.999 < found["write"] <= 1.0001, found


def test_a_child_that_outlived_its_parent_is_counted_by_itself(data, tmp_path):
    """The first child leaves; nobody of ours waits for the second."""
    script = """
import os, sys, time
if os.fork() == 0:
    if os.fork() == 0:
        time.sleep(0.2)
        os.read(os.open(sys.argv[1], os.O_RDONLY), 1 << 22)
        os.write(int(sys.argv[3]), b"x")
    os._exit(0)
os.wait()
os.read(int(sys.argv[2]), 1)
"""
    r, w = os.pipe()
    done = aiotrace.run_traced(aiotrace.python(script, data, r, w), tmp_path / "t", pass_fds=(r, w))
    os.close(r), os.close(w)
    assert done.returncode == 0, done.stderr
    found = coverage(tmp_path / "t")
    assert 4 << 20 < found["seen_read_bytes"] < 5 << 20
    assert 0.98 < found["read"] <= 1, found


def test_a_killed_process_has_a_count_too(data, tmp_path):
    script = """
import os, signal, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(30000):
    os.pread(fd, 4096, i % 1000 * 4096)
os.kill(os.getpid(), signal.SIGKILL)
"""
    done = aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "t")
    assert done.returncode == -9
    found = coverage(tmp_path / "t")
    assert found["seen_read_bytes"] > 20000 * 4096
    assert 0.99 < found["read"] <= 1, found


def test_what_was_not_traced_is_missing_by_name(data, tmp_path):
    """A child without the library: the kernel adds its reads to its parent's."""
    script = """
import os, subprocess, sys
subprocess.run(["cat", sys.argv[1]], env={}, stdout=subprocess.DEVNULL, check=True)
"""
    done = aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    found = coverage(tmp_path / "t")
    assert found["read"] < 0.5
    unseen = causes(found)["unseen_reads"]
    assert abs(unseen["bytes"] - (4 << 20)) < 300000 and "statically linked" in unseen["advice"]
    assert "What to do: look for programs" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_files_left_out_by_a_filter_are_said_to_be(data, tmp_path):
    script = "import os, sys; os.read(os.open(sys.argv[1], os.O_RDONLY), 1 << 22)"
    aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "t", {"AIOTRACE_EXCLUDE": "*/data"})
    found = coverage(tmp_path / "t")
    assert found["read"] < 0.5 and "AIOTRACE_EXCLUDE=*/data" in causes(found)["filter"]["text"]


def test_losses_say_their_cause_and_what_to_do(data, tmp_path):
    script = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(400000): os.pread(fd, 1 + i * i * 7919 % 4001, i * i * 104729 % 4000037)
"""
    aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "t", {"AIOTRACE_MAX_MB": "1"})
    lost = causes(coverage(tmp_path / "t"))["limit"]
    assert lost["events"] > 1000 and "AIOTRACE_MAX_MB" in lost["advice"]
    assert "AIOTRACE_MAX_MB" in aiotrace.info(tmp_path / "t")


STARTED = """
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	const char *list = getenv("LD_PRELOAD"), *run = getenv("AIOTRACE_RUN");
	FILE *file = fopen("data", "r");
	printf("%s %d %d\\n", list ? list : "none", run != NULL, file ? getc(file) : -1);
	return 7;
}
"""

STARTS = """
import os, subprocess, sys
print(os.environ["LD_PRELOAD"], flush=True)
name = os.path.abspath(sys.argv[1])
open("script", "w").write("#!" + name + "\\n"); os.chmod("script", 0o755)
for how in (lambda: subprocess.run([name]).returncode, lambda: subprocess.run(["./script"]).returncode,
            lambda: os.spawnv(os.P_WAIT, name, [name]), lambda: os.WEXITSTATUS(os.system(name)),
            lambda: os.waitstatus_to_exitcode(os.waitpid(os.posix_spawn(name, [name], os.environ), 0)[1]),
            lambda: os.waitstatus_to_exitcode(os.waitpid(os.posix_spawnp(sys.argv[1], [name], os.environ), 0)[1])):
    print(how(), flush=True)
os.environ["PATH"] = os.getcwd()
os.execvp(sys.argv[1], [name])
"""


def starts(tmp_path, name, *flags):
    """A program that runs one that can't be traced in every way, and what that one said of itself."""
    work = tmp_path / "work"
    work.mkdir()
    (work / "data").write_text("A")
    (work / "started.c").write_text(STARTED)
    aiotrace.run(["gcc", "-o", work / name, work / "started.c", *flags], check=True)
    other = tmp_path / "libother.so"
    aiotrace.run(["gcc", "-shared", "-o", other, "-x", "c", "/dev/null"], check=True)
    command = aiotrace.python(STARTS, name)
    both = f"{aiotrace.LIBRARY}:{other}"
    done = aiotrace.run(command, aiotrace.traced(tmp_path / "t", {"LD_PRELOAD": both, "PATH": f"{work}:/usr/bin:/bin"}), cwd=work)
    assert done.returncode == 7 and done.stderr == "", done.stderr
    first, *lines = done.stdout.splitlines()
    assert first == both and lines[1::2] == ["7"] * 6
    missing = causes(coverage(tmp_path / "t"))["untraced_programs"]["text"]
    assert str(work / name) in aiotrace.info(tmp_path / "t") and "can't be traced" in missing
    return lines[::2], both, str(other), missing


@pytest.mark.skipif(platform.machine() != "x86_64", reason="a program with instructions of x86-64")
@pytest.mark.parametrize("how", ["reopen", "dup2", "range", "unshare"])
@pytest.mark.parametrize("reads", [1, 20000])
def test_a_descriptor_replaced_out_of_sight_is_found_out(program, tmp_path, how, reads):
    """By instructions of the program's own: the trace says so, and soon has the right file."""
    for name in ("one", "other"):
        (tmp_path / name).write_bytes(bytes(1000))
    command = [program("stale"), tmp_path / "one", tmp_path / "other", how, reads]
    done = aiotrace.run_traced(command, tmp_path / "t")
    assert done.returncode == 0, done.stderr
    paths = [os.path.basename(e.path) for e in aiotrace.dump(tmp_path / "t") if e.call == "pread"]
    assert len(paths) == 2 * reads and paths[:reads] == ["one"] * reads
    late = paths[reads:].count("one")
    assert paths[reads:] == ["one"] * late + ["other"] * (reads - late) and late < 2000
    assert f"is now {tmp_path}/other: " in aiotrace.info(tmp_path / "t")


def test_programs_of_another_libc_start_as_if_nothing_were_preloaded(tmp_path):
    """Their loader would end them: it does not find what the library needs."""
    loader = tmp_path / "ld-musl-like.so.1"
    own = "/lib64/ld-linux-x86-64.so.2"
    if not os.path.exists(own):
        pytest.skip("the loader has another name here")
    loader.symlink_to(os.path.realpath(own))
    said, _, other, missing = starts(tmp_path, "foreign", f"-Wl,--dynamic-linker={loader}")
    assert said == [f"{other} 1 65"] * 7 and "(of another libc)" in missing


def test_a_command_of_another_libc_is_run_untraced_and_that_is_said(tmp_path):
    loader, program = tmp_path / "ld-musl-like.so.1", tmp_path / "foreign"
    own = "/lib64/ld-linux-x86-64.so.2"
    if not os.path.exists(own):
        pytest.skip("the loader has another name here")
    loader.symlink_to(os.path.realpath(own))
    source = tmp_path / "foreign.c"
    source.write_text('#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(getenv("LD_PRELOAD") ? "some" : "none"); return 7; }')
    subprocess.run(["cc", "-o", program, source, f"-Wl,--dynamic-linker={loader}"], check=True)
    for command in (str(program), "foreign"):
        done = aiotrace.aiotrace("record", "-o", tmp_path / "t", "--", command, check=False,
                                 env=aiotrace.clean({"PATH": f"{tmp_path}:/usr/bin:/bin"}))
        assert (done.returncode, done.stdout) == (7, "none\n") and "another libc" in done.stderr
    done = aiotrace.aiotrace("record", "-o", tmp_path / "t", "--", "sh", "-c", "exit 3", check=False)
    assert (done.returncode, done.stderr) == (3, "")


def test_programs_that_load_nothing_are_named_and_pass_the_library_on(tmp_path):
    said, both, _, missing = starts(tmp_path, "alone", "-static")
    assert said == [f"{both} 1 65"] * 7 and "(statically linked)" in missing


def test_a_child_whose_parent_left_before_it_did_anything_has_that_parent(tmp_path):
    script = """
import os
parent = os.getpid()
if os.fork() == 0:
    while os.getppid() == parent: pass
    print(parent, os.getpid(), flush=True)
os._exit(0)
"""
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    parent, child = map(int, done.stdout.split())
    run = aiotrace.report(tmp_path / "t")["run"]
    assert [p["ppid"] for p in run["processes"] if p["pid"] == child] == [parent]
    assert "absent_parent" not in causes(run["coverage"])


@pytest.mark.parametrize("ignored", [True, False], ids=["ignored", "left alone"])
def test_a_child_that_nobody_waited_for_is_counted_by_itself(ignored, data, tmp_path):
    """The kernel adds it to nobody: its parent is there when it ends, but does not ask."""
    script = """
import os, signal, sys
if sys.argv[2] == "True": signal.signal(signal.SIGCHLD, signal.SIG_IGN)
r, w = os.pipe()
for i in range(2):
    if os.fork() == 0:
        os.read(os.open(sys.argv[1], os.O_RDONLY), 1 << 22)
        os.write(os.open(sys.argv[1] + str(i), os.O_WRONLY | os.O_CREAT), bytes(1 << 20))
        os._exit(0)
os.close(w), os.read(r, 1)
os.read(os.open(sys.argv[1], os.O_RDONLY), 1 << 22)
"""
    done = aiotrace.run_traced(aiotrace.python(script, data, str(ignored)), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    found = coverage(tmp_path / "t")
    assert found["seen_read_bytes"] > 12 << 20
    assert 0.98 < found["read"] <= 1.001 and 0.99 < found["write"] <= 1.001, found

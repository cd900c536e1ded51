# SPDX-License-Identifier: Apache-2.0
"""When tracing can't be done the program runs on, and the log says why."""
import os
import subprocess
import sys
import tempfile

import pytest

import aiotrace

SCRIPT = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
total = sum(len(os.pread(fd, 1 + i % 97, i * 13 % 4000)) for i in range(int(sys.argv[2])))
print(total); sys.exit(5)
"""


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(bytes(8192))
    return path


def run(data, traces, extra=None, count=1000):
    command = aiotrace.python(SCRIPT, data, str(count))
    plain = aiotrace.run(command)
    traced = aiotrace.run_traced(command, traces, extra)
    assert (traced.returncode, traced.stdout) == (plain.returncode, plain.stdout) and plain.returncode == 5
    return traced


def reads(traces, data):
    return [op for op in aiotrace.operations(aiotrace.dump(traces)) if op.path == str(data.resolve())]


@pytest.mark.parametrize("place", ["data/below/a/file", "/proc/nowhere", "/dev/null/x"])
def test_a_folder_that_cannot_be_made_leaves_the_program_alone(place, data, tmp_path):
    silent = run(data, tmp_path / place)
    assert silent.stderr == ""
    told = run(data, tmp_path / place, {"AIOTRACE_LOG": "stderr"})
    assert told.stderr.startswith("aiotrace: ") and place.split("/")[-1] in told.stderr
    assert any(why in told.stderr for why in ("Not a directory", "No such file", "Permission denied"))


def test_a_folder_without_permission_leaves_the_program_alone(data, tmp_path):
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    if os.access(locked, os.W_OK):
        pytest.skip("root may write everywhere")
    assert "Permission denied" in run(data, locked / "traces", {"AIOTRACE_LOG": "stderr"}).stderr


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()

    def mounted(size):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", place], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"a full disk needs a mount, and that needs root: {done.stderr.strip()}")
        return place

    yield mounted
    subprocess.run(["umount", place], capture_output=True)


@pytest.mark.parametrize("size", ["4k", "64k", "300k"])
def test_a_disk_that_is_full_from_the_start(size, data, small_disk):
    told = run(data, small_disk(size) / "traces", {"AIOTRACE_LOG": "stderr"}, count=50000)
    assert "No space left" in told.stderr


def test_a_disk_that_fills_up_keeps_what_was_written_and_counts_the_rest(data, small_disk):
    disk = small_disk("1m")
    script = """
import os, random, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(400000): os.pread(fd, random.randrange(4000), random.randrange(8000))
print('done')
"""
    done = aiotrace.run_traced(aiotrace.python(script, data), disk / "traces", {"AIOTRACE_LOG": "stderr"})
    assert (done.returncode, done.stdout) == (0, "done\n") and "No space left" in done.stderr
    kept = reads(disk / "traces", data)
    assert 8192 <= len(kept) < 400000
    report = aiotrace.report(disk / "traces")
    assert report["run"]["lost_events"] > 0 or "No space left" in aiotrace.info(disk / "traces")


@pytest.mark.parametrize("before", [100, 20000])
def test_a_trace_that_is_out_of_reach_keeps_what_was_recorded(before, data, tmp_path):
    """As after setuid, chroot or a sandbox; here the folder goes elsewhere."""
    script = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(int(sys.argv[4])): os.pread(fd, 1 + i % 1000, i % 8000)
os.rename(sys.argv[2], sys.argv[3])
for i in range(int(sys.argv[4]), 50000): os.pread(fd, 1 + i % 1000, i % 8000)
"""
    there, elsewhere = tmp_path / "traces", tmp_path / "elsewhere"
    done = aiotrace.run_traced(aiotrace.python(script, data, there, elsewhere, str(before)), there)
    assert (done.returncode, done.stderr) == (0, "")
    kept = [(e.offset, e.size) for e in aiotrace.dump(elsewhere) if e.call == "pread64"]
    assert kept == [(i % 8000, 1 + i % 1000) for i in range(len(kept))] and len(kept) >= before
    told = aiotrace.info(elsewhere)
    assert "could not be written: No such file or directory" in told
    lost = aiotrace.report(elsewhere)["run"]["lost_events"]
    assert 50000 <= len(kept) + lost <= 50010, (len(kept), lost)


def test_a_file_size_limit_does_not_kill_the_program(data, tmp_path):
    command = ["sh", "-c", 'ulimit -f 64; exec "$@"', "sh", *aiotrace.python(SCRIPT, data, "50000")]
    done = aiotrace.run_traced(command, tmp_path / "traces", {"AIOTRACE_LOG": "stderr"})
    assert done.returncode == 5 and "File too large" in done.stderr


def test_off_makes_no_trace(data, tmp_path):
    run(data, tmp_path / "traces", {"AIOTRACE_OFF": "1"})
    assert not (tmp_path / "traces").exists()


def test_a_limit_stops_the_trace_and_counts_what_is_missing(data, tmp_path):
    script = "import os, random, sys\nfd = os.open(sys.argv[1], 0)\nfor i in range(600000): os.pread(fd, random.randrange(4000), random.randrange(8000))"
    aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "traces", {"AIOTRACE_MAX_MB": "1"})
    size = sum(os.path.getsize(os.path.join(d, n)) for d, _, names in os.walk(tmp_path / "traces")
               for n in names if n.endswith(".aiot"))
    kept = len(reads(tmp_path / "traces", data))
    lost = aiotrace.report(tmp_path / "traces")["run"]["lost_events"]
    assert size <= 1.1 * (1 << 20) and 8192 < kept < 600000
    assert 0 <= kept + lost - 600000 < 10000  # the interpreter's own calls
    assert "AIOTRACE_MAX_MB" in aiotrace.info(tmp_path / "traces")


@pytest.mark.parametrize("name,value", [("AIOTRACE_MAX_MB", "banana"), ("AIOTRACE_MAX_MB", "-5"), ("AIOTRACE_TIME_NS", "fast"),
                                        ("AIOTRACE_STACKS", "some")])
def test_a_bad_value_is_noted_and_tracing_goes_on(name, value, data, tmp_path):
    run(data, tmp_path / "traces", {name: value})
    assert len(reads(tmp_path / "traces", data)) == 1000
    assert name in aiotrace.info(tmp_path / "traces") and value in aiotrace.info(tmp_path / "traces")


def test_a_time_quantum_rounds_all_times_down_to_a_power_of_two(data, tmp_path):
    run(data, tmp_path / "traces", {"AIOTRACE_TIME_NS": "1000"})
    events = aiotrace.dump(tmp_path / "traces")
    assert len(reads(tmp_path / "traces", data)) == 1000
    assert {e.duration_ns % 512 for e in events} == {0} and any(e.duration_ns for e in events)
    assert len({e.start_ns % 512 for e in events}) == 1


def test_include_and_exclude_choose_paths(tmp_path):
    work = tmp_path.resolve() / "work"
    work.mkdir()
    script = "for n in ('a.jpg', 'b.jpg', 'c.txt'): open(n, 'w').write('x')"

    def paths(extra):
        traces = tmp_path / f"traces{len(os.listdir(tmp_path))}"
        aiotrace.run_traced(aiotrace.python(script), traces, extra, cwd=work)
        return {os.path.basename(op.path) for op in aiotrace.operations(aiotrace.dump(traces)) if op.kind == "write"}

    assert paths({}) >= {"a.jpg", "b.jpg", "c.txt"}
    assert paths({"AIOTRACE_INCLUDE": f"{work}/*.jpg"}) == {"a.jpg", "b.jpg"}
    assert paths({"AIOTRACE_INCLUDE": f"{work}/a*:{work}/c*"}) == {"a.jpg", "c.txt"}
    assert paths({"AIOTRACE_EXCLUDE": f"{work}/*.jpg"}) & {"a.jpg", "b.jpg", "c.txt"} == {"c.txt"}
    assert paths({"AIOTRACE_INCLUDE": f"{work}/*", "AIOTRACE_EXCLUDE": "*/b.jpg"}) == {"a.jpg", "c.txt"}


def test_exe_chooses_programs(data, tmp_path):
    script = "import subprocess, sys; open(sys.argv[1]).read(10); subprocess.run(['dd', 'if=' + sys.argv[1], 'of=/dev/null'])"
    aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "traces", {"AIOTRACE_EXE": "dd"})
    processes = aiotrace.report(tmp_path / "traces")["run"]["processes"]
    assert len(processes) == 1 and reads(tmp_path / "traces", data)


def test_children_join_the_run_wherever_they_work(tmp_path):
    """A relative AIOTRACE_DIR is the first process's."""
    script = "import subprocess, os; os.chdir('/'); subprocess.run(['true']); subprocess.run(['true'], cwd='/tmp')"
    done = subprocess.run(aiotrace.python(script), env=aiotrace.traced("rel"), cwd=tmp_path)
    runs = os.listdir(tmp_path / "rel")
    assert done.returncode == 0 and len(runs) == 1
    assert sum(name.endswith(".aiot") for name in os.listdir(tmp_path / "rel" / runs[0])) == 3


def test_a_file_size_limit_that_comes_later_is_named_and_what_was_recorded_kept(data, tmp_path):
    script = """
import os, resource, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
for i in range(20000):
    if i == 100: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    os.pread(fd, 1 + i % 1000, i % 8000)
"""
    done = aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "traces")
    assert (done.returncode, done.stderr) == (0, "")
    kept = [op.offset for op in reads(tmp_path / "traces", data)]
    assert len(kept) > 5000 and kept == [i % 8000 for i in range(len(kept))]
    told = aiotrace.report(tmp_path / "traces")["run"]["coverage"]["missing"]
    lost = {m["cause"]: m["events"] for m in told}
    assert "limit" not in lost and 20000 <= len(kept) + lost["no_space"] <= 20010, told
    assert "could not be written: File too large" in aiotrace.info(tmp_path / "traces")


def test_a_child_without_memory_for_a_buffer_leaves_no_broken_file(data, tmp_path):
    script = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (1 << 20, 1 << 20))
if os.fork() == 0:
    os.close(os.open(sys.argv[1], os.O_RDONLY))
    os._exit(0)
print(os.wait()[1])
"""
    done = aiotrace.run_traced(aiotrace.python(script, data), tmp_path / "traces")
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")
    aiotrace.aiotrace("info", "--verify", tmp_path / "traces")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts programs as another user")
@pytest.mark.parametrize("mode", [0o755, 0o777])
def test_a_program_of_another_user_is_traced_where_all_may_write(mode):
    nobody = 65534
    if subprocess.run(["cat", aiotrace.LIBRARY], user=nobody, capture_output=True).returncode:
        pytest.skip("another user can't read the library")
    script = "import subprocess, sys; print(subprocess.run(['cat', sys.argv[1]], user=65534, capture_output=True))"
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        os.mkdir(f"{folder}/t")
        os.chmod(f"{folder}/t", mode)
        with open(f"{folder}/data", "w") as f:
            f.write("text")
        done = aiotrace.run_traced(aiotrace.python(script, f"{folder}/data"), f"{folder}/t")
        assert "stdout=b'text', stderr=b''" in done.stdout, done
        seen = [op.result for op in aiotrace.operations(aiotrace.dump(f"{folder}/t")) if op.path.endswith("/data")]
        assert seen == ([4, 0] if mode == 0o777 else [])
        run, = os.listdir(f"{folder}/t")
        assert (os.stat(f"{folder}/t/{run}").st_mode & 0o1002 == 0o1002) == (mode == 0o777)

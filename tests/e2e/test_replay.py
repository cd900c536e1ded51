# SPDX-License-Identifier: Apache-2.0
"""A replay does what was recorded: told by tracing it, and by its own record."""
import collections
import ctypes
import json
import mmap
import os
import re
import signal
import subprocess
import sys
import time

import pytest

import aiotrace
import format as trace_format

JOB = """
import mmap, os, sys, threading, time
os.chdir(sys.argv[1])
os.makedirs("out/deep")
r, w = os.pipe()
child = os.fork()
if child == 0:  # a loader: makes files, then tells of each
    os.close(r)
    for i in range(20):
        fd = os.open(f"out/deep/{i}", os.O_CREAT | os.O_EXCL | os.O_RDWR)
        os.write(fd, b"x" * (1000 + i)); os.pwrite(fd, b"y" * 50, 3000); os.fsync(fd); os.close(fd)
        os.write(w, b"!")
    os._exit(0)
os.close(w)
for i in range(20):
    os.read(r, 1)
    fd = os.open(f"out/deep/{i}", os.O_RDONLY)
    os.read(fd, 700); os.lseek(fd, 10, os.SEEK_CUR); os.read(fd, 5000); os.read(fd, 5000); os.fstat(fd); os.close(fd)
    os.rename(f"out/deep/{i}", f"out/deep/done-{i}")
os.waitpid(child, 0)
def work(n):
    fd = os.open("data", os.O_RDONLY)
    for k in range(100): os.pread(fd, 512 + n, (k * 7919 + n) % 60000)
    buffers = [bytearray(100), bytearray(200)]
    os.preadv(fd, buffers, 5000 * n); os.readv(fd, buffers); os.close(fd)
    with open(f"out/log-{n}", "ab") as f: f.write(b"line" * 10)
threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
[t.start() for t in threads]; [t.join() for t in threads]
with open("data", "rb") as f: m = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ)
for at in range(0, 65536, 4096): m[at]
for name in os.listdir("out/deep"): os.unlink("out/deep/" + name)
os.rmdir("out/deep")
try: os.stat("never")
except OSError: pass
"""

SLOW_JOB = """
import os, sys, time
os.chdir(sys.argv[1])
for i in range(int(sys.argv[2])):
    fd = os.open(f"made-{i}", os.O_CREAT | os.O_WRONLY)
    os.write(fd, bytes(100_000)); os.close(fd); time.sleep(0.02)
"""

READS = ("read", "pread", "pread64", "readv", "preadv", "preadv64", "preadv64v2", "io_uring.read", "io_uring.readv")
WRITES = ("write", "pwrite", "pwrite64", "writev", "pwritev", "pwritev64", "pwritev64v2", "io_uring.write")


def record(tmp_path, job=JOB, *arguments):
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "data").write_bytes(os.urandom(65536))
    done = aiotrace.run_traced(aiotrace.python(job, folder, *map(str, arguments)), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    return folder


def replay(tmp_path, *options, check=True, **more):
    done = aiotrace.aiotrace("replay", "--target", tmp_path / "target", "--json", "-o", tmp_path / "replays", *options,
                             tmp_path / "t", check=check, **more)
    return json.loads(done.stdout) if check else done


def moved(events, below, strip=""):
    """What each thread read and wrote of each file, in its order."""
    by_file = collections.defaultdict(lambda: collections.defaultdict(list))
    for e in events:
        kind = "read" if e.call in READS else "write" if e.call in WRITES else None
        if kind and e.level in ("fd", "uring") and strip in e.path:
            path = e.path.split(strip, 1)[1] if strip else e.path
            if path.startswith(below):
                by_file[path][e.pid, e.tid].append((kind, e.offset, e.size, e.result))
    return {path: sorted(threads.values()) for path, threads in by_file.items()}


@pytest.mark.parametrize("engine", ["sync", "uring"])
@pytest.mark.parametrize("timing", ["original", "think", "fast"])
def test_a_replay_moves_the_same_bytes_in_the_same_order(timing, engine, tmp_path):
    folder = str(record(tmp_path))
    replay(tmp_path, "--no-record", "--timing", "fast")  # writes the data, which then is there
    again = aiotrace.run_traced([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--json", "--timing", timing,
                                 "--engine", engine, "-o", tmp_path / "replays", tmp_path / "t"], tmp_path / "again")
    assert again.returncode == 0, again.stderr
    verdict = json.loads(again.stdout)
    assert verdict["complete"] and verdict["errors"] == [] and verdict["not_failed_as_recorded"] == 0, verdict
    assert verdict["operations_done"] == verdict["operations_planned"]
    assert verdict["bytes_done"] == verdict["bytes_planned"]
    recorded = moved(aiotrace.dump(tmp_path / "t"), folder)
    assert len(recorded) == 24
    assert moved(aiotrace.dump(tmp_path / "again"), folder, "/client-0") == recorded
    assert moved(aiotrace.dump(verdict["recording"]), folder, "/client-0") == recorded


def test_a_faster_run_is_still_a_legal_one(tmp_path):
    """Reader and writer are two processes that a pipe alone keeps in order."""
    record(tmp_path)
    for _ in range(10):
        verdict = replay(tmp_path, "--timing", "fast", "--no-record")
        assert verdict["complete"] and not verdict["errors"], verdict
        assert verdict["bytes_done"] == verdict["bytes_planned"]


def test_a_slow_writer_holds_its_readers_up(program, tmp_path):
    record(tmp_path)
    slow = program("slow", "-shared", "-fPIC", "-ldl", name_as="slow.so")
    env = aiotrace.clean({"LD_PRELOAD": str(slow), "SLOW_US": "3000"})
    verdict = replay(tmp_path, "--timing", "fast", env=env)
    assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"], verdict
    assert verdict["duration_s"] > 40 * 0.003


def test_a_slow_target_is_judged_slow_by_its_factor(program, tmp_path):
    record(tmp_path, SLOW_JOB, 20)
    slow = program("slow", "-shared", "-fPIC", "-ldl", name_as="slow.so")
    took = {}
    for us in (6000, 100_000):
        verdict = replay(tmp_path, "--timing", "think", "--no-record", "--path", "*/job/made-*",
                         env=aiotrace.clean({"LD_PRELOAD": str(slow), "SLOW_US": str(us)}))
        assert verdict["kept_pace"] is False or us == 6000, verdict
        took[us] = max(s["replayed"]["latency_ns"]["p50"] for s in verdict["stages"])
        assert took[us] >= us * 1000
    assert took[100_000] / took[6000] > 4  # on a machine that is busy, the shorter one suffers more


def test_the_plan_says_what_will_be_there_and_what_not(tmp_path):
    folder = record(tmp_path)
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", f"{folder}*", tmp_path / "t").stdout)
    assert plan["files"] == 1 and plan["bytes"] == 65536  # all else was made by the job
    assert plan["space_bytes"] == 65536 + 20 * 3050 + 3 * 40
    assert plan["by_kind"]["rename"] == plan["by_kind"]["unlink"] == plan["by_kind"]["fsync"] == 20
    assert plan["by_kind"]["preadv"] == plan["by_kind"]["readv"] == 3
    assert any("pipes" in r["why"] and r["events"] >= 40 for r in plan["not_replayed"])
    text = aiotrace.aiotrace("replay", "--dry-run", tmp_path / "t").stdout
    assert "Not replayed" in text and "rename" in text
    assert not (tmp_path / "target").exists()


def test_stages_times_and_clients_can_be_chosen(tmp_path):
    folder = record(tmp_path)
    two = replay(tmp_path, "--scale", "2", "--share", "--timing", "fast")
    assert two["operations_done"] == 2 * two["plan"]["operations"] and two["complete"], two
    shared = f"{tmp_path}/target/client-%d{folder}/data"
    assert os.path.exists(shared % 0) and not os.path.exists(shared % 1)
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    some = replay(tmp_path, "--path", "*/data", "--timing", "fast")
    assert set(some["plan"]["by_kind"]) <= {"open", "close", "pread", "preadv", "readv", "read", "fstat", "lseek", "mmap",
                                            "mapped read", "munmap", "stat"}
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    none = replay(tmp_path, "--from", "1000", check=False)
    assert none.returncode == 1 and "nothing to replay" in none.stderr


def test_contents_do_not_compress_unless_asked_to(tmp_path):
    import zlib
    folder = record(tmp_path)
    for ratio, least, most in (("1", 0.95, 1.1), ("4", 0.2, 0.3)):
        replay(tmp_path, "--compressible", ratio, "--timing", "fast", "--no-record")
        data = (tmp_path / "target" / "client-0" / str(folder)[1:] / "data").read_bytes()
        assert len(data) == 65536 and least < len(zlib.compress(data)) / 65536 < most
        aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")


def test_a_target_is_used_again_and_cleaned_of_what_was_made_alone(tmp_path):
    folder = record(tmp_path)
    target = tmp_path / "target"
    replay(tmp_path, "--timing", "fast", "--no-record")
    data = target / "client-0" / str(folder)[1:] / "data"
    before = data.read_bytes()
    assert replay(tmp_path, "--timing", "fast", "--no-record", "--loop", "2")[1]["complete"]
    assert data.read_bytes() == before
    (target / "client-0" / str(folder)[1:] / "mine").write_text("kept")
    done = aiotrace.aiotrace("replay", "--clean", "--target", target)
    assert "were left there" in done.stderr and not data.exists()
    assert [str(p.relative_to(target)) for p in sorted(target.rglob("*")) if p.is_file()] == [
        "aiotrace-replay", "aiotrace-replay.names", f"client-0{folder}/mine"]
    (target / "client-0" / str(folder)[1:] / "mine").unlink()
    aiotrace.aiotrace("replay", "--clean", "--target", target)
    assert list(target.iterdir()) == []


def resident(path):
    """Pages of a file in the page cache, as a share."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open(path, "r+b") as f, mmap.mmap(f.fileno(), 0) as m:
        pages = len(m) // 4096
        seen = (ctypes.c_ubyte * pages)()
        at = (ctypes.c_char * len(m)).from_buffer(m)
        assert libc.mincore(ctypes.c_void_p(ctypes.addressof(at)), ctypes.c_size_t(len(m)), seen) == 0
        del at
    return sum(page & 1 for page in seen) / pages


FIRST_PAGE = """
import os, sys
os.chdir(sys.argv[1])
fd = os.open("data", os.O_RDONLY)
for i in range(3): os.pread(fd, 4096, 0)
"""


@pytest.mark.parametrize("state", ["warm", "cold"])
def test_a_run_begins_with_what_the_recorded_one_found_in_the_page_cache(state, tmp_path):
    folder = tmp_path / "job"
    folder.mkdir()
    with open(folder / "data", "wb") as f:
        f.write(os.urandom(8 << 20))
        f.flush()
        os.fsync(f.fileno())
        if state == "cold":
            os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if (resident(folder / "data") == 1) != (state == "warm"):
        pytest.skip("this file system does not keep and drop pages as asked")
    assert aiotrace.run_traced(aiotrace.python(FIRST_PAGE, folder), tmp_path / "t").returncode == 0
    mine = ("--no-record", "--path", f"{folder}/*", "--timing", "fast")
    verdict = replay(tmp_path, *mine)
    there = f"{tmp_path}/target/client-0{folder}/data"
    assert verdict["cache"] == {"begun": "recorded", "found_warm_files": int(state == "warm"),
                                "found_warm_bytes": (8 << 20) * (state == "warm")}
    assert resident(there) == 1 if state == "warm" else resident(there) < 0.5
    assert replay(tmp_path, *mine, "--cache", "cold")["cache"]["begun"] == "cold" and resident(there) < 0.5
    assert replay(tmp_path, *mine, "--cache", "warm")["cache"]["begun"] == "warm" and resident(there) == 1


def test_pages_from_memory_and_from_storage_are_told_apart(tmp_path):
    record(tmp_path)
    seen = {}
    for cache in ("cold", "warm"):
        trace = replay(tmp_path, "--timing", "fast", "--cache", cache)["recording"]
        faults = [e for e in aiotrace.dump(trace) if e.call.startswith("fault.")]
        assert all((e.duration_ns > 0) == (e.call == "fault.major") for e in faults)
        seen[cache] = {e.call for e in faults}
    assert seen["warm"] == {"fault.minor"}


def test_a_stages_throughput_counts_its_pauses_but_none_of_hours(tmp_path):
    """Ten reads of 1 MB, 0.05 s apart; then a minute later another ten."""
    rows = [(10_000, OPEN, 1, 1, -1, 0, 3, 0)]
    for k in range(20):
        at = 20_000 + k * 50_000_000 + 60_000_000_000 * (k >= 10)
        rows.append((at, READ, 1, 1, k << 20, 1 << 20, 1 << 20, 0))
    hostile(tmp_path, [(b"/data/a.bin", 1, 20 << 20)], rows)
    verdict = replay(tmp_path, "--timing", "fast")
    stage, = [s for s in verdict["stages"] if s["recorded"]["read_ops"]]
    seconds = 18 * 0.05 + 0.1
    assert stage["recorded"]["read_ops"] == 20 and abs(stage["recorded"]["throughput"] / ((20 << 20) / seconds) - 1) < 0.001
    assert stage["replayed"]["throughput"] > stage["recorded"]["throughput"]


def test_files_that_the_last_replay_made_are_not_removed_before_the_next(tmp_path):
    """On ext4, that makes what is made then slow."""
    record(tmp_path, SLOW_JOB, 20)
    replay(tmp_path, "--timing", "fast", "--no-record")
    for _ in range(2):
        again = aiotrace.run_traced([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--timing", "fast", "--no-record",
                                     tmp_path / "t"], tmp_path / "again")
        assert again.returncode == 0, again.stderr
    events = aiotrace.dump(tmp_path / "again")
    assert sum("/made-" in e.path and e.call.startswith("open") and e.result >= 0 for e in events) >= 40
    assert not [e for e in events if e.call.startswith("unlink") and "/made-" in e.path and e.result == 0]
    aside = tmp_path / "target" / "aiotrace-replay.gone"
    assert len(list(aside.iterdir())) == 40 and not any(p.stat().st_size for p in aside.iterdir())
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    assert list((tmp_path / "target").iterdir()) == []


def test_a_folder_that_is_not_ours_is_refused(tmp_path):
    record(tmp_path)
    target = tmp_path / "target"
    target.mkdir()
    (target / "thesis").write_text("precious")
    done = replay(tmp_path, check=False)
    assert done.returncode == 1 and "not made by aiotrace replay" in done.stderr
    assert os.listdir(target) == ["thesis"]
    done = aiotrace.aiotrace("replay", "--clean", "--target", target, check=False)
    assert done.returncode == 1 and os.listdir(target) == ["thesis"]


def test_usage_is_checked():
    for wrong in (["--timing", "soon", "--target", "x"], ["--scale", "0", "--target", "x"], [], ["--speed", "0", "--target", "x"],
                  ["--stage", "lunch", "--target", "x"], ["--engine", "steam", "--target", "x"]):
        assert aiotrace.aiotrace("replay", *wrong, check=False).returncode == 2, wrong


# ---- traces that mean harm ----

OPEN, READ, UNLINK, STAT, WRITE = 2, 31, 133, 150, 51
CALLS = [(OPEN, 1, 0, "open64"), (READ, 3, 1, "pread"), (UNLINK, 0, 0, "unlink"), (STAT, 0, 0, "stat"), (WRITE, 4, 1, "pwrite")]


def hostile(tmp_path, files, rows):
    (tmp_path / "t").mkdir(exist_ok=True)
    records = [trace_format.call_record(*c) for c in CALLS]
    records += [trace_format.file_record(i + 1, path, kind, size) for i, (path, kind, size) in enumerate(files)]
    (tmp_path / "t" / "host.7.0.aiot").write_bytes(
        trace_format.header(7) + trace_format.definitions(records) + trace_format.raw_events(rows))


@pytest.mark.parametrize("path", [
    b"/a/../../../../%s/victim", b"../victim", b"/..", b"/a/./victim", b"relative", b"/dev/sda", b"/proc/1/mem", b"/", b"//x",
    b"/" + b"n" * 300, b"/x" * 2500, b"/sys/power/state",
])
def test_paths_that_lead_astray_are_not_followed(path, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("safe")
    if b"%s" in path:
        path = path % str(tmp_path).encode()[1:]
    hostile(tmp_path, [(path, 1, 10), (b"/good", 1, 10)],
            [(10_000, OPEN, 2, 1, -1, 0, 3, 0), (20_000, READ, 2, 1, 0, 10, 10, 0), (30_000, OPEN, 1, 2, -1, 0, 4, 0o1002),
             (40_000, WRITE, 1, 2, 0, 10, 10, 0), (50_000, UNLINK, 1, 0, -1, 0, 0, 0), (60_000, STAT, 1, 0, -1, 0, 0, 0)])
    verdict = replay(tmp_path)
    assert verdict["complete"] and verdict["operations_done"] == 2
    assert sum(r["events"] for r in verdict["plan"]["not_replayed"]) == 4
    assert victim.read_text() == "safe"
    assert {p.name for p in tmp_path.iterdir()} == {"t", "target", "replays", "victim"}


def test_a_link_in_the_target_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("safe")
    hostile(tmp_path, [(b"/way/file", 1, 4)], [(10_000, OPEN, 1, 1, -1, 0, 3, 2), (20_000, WRITE, 1, 1, 0, 4, 4, 0),
                                              (30_000, UNLINK, 1, 0, -1, 0, 0, 0)])
    replay(tmp_path)
    way = tmp_path / "target" / "client-0" / "way"
    way.rmdir()
    way.symlink_to(victim)
    done = replay(tmp_path, check=False)
    assert done.returncode == 1 and "way/file" in done.stderr
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    assert (victim / "file").read_text() == "safe"


@pytest.mark.parametrize("offset, size, result, known", [
    (1 << 62, 4096, 4096, -1), (0, 1 << 62, 1 << 62, -1), (0, 4096, 4096, 1 << 62), (0, 4096, 1 << 40, -1), ((1 << 63) - 1, 1, 1, -1),
    (1 << 59, 4096, 4096, -1)])
def test_sizes_that_no_storage_has_are_refused(offset, size, result, known, tmp_path):
    hostile(tmp_path, [(b"/huge", 1, known), (b"/good", 1, 10)],
            [(5_000, OPEN, 2, 2, -1, 0, 3, 0), (10_000, OPEN, 1, 1, -1, 0, 3, 0), (20_000, READ, 1, 1, offset, size, result, 0)])
    done = replay(tmp_path, check=False)
    if done.returncode:
        assert "needs" in done.stderr and "name a larger target" in done.stderr, done.stderr
    else:
        assert any("no file has" in r["why"] for r in json.loads(done.stdout)["plan"]["not_replayed"])
    used = sum(p.stat().st_blocks * 512 for p in (tmp_path / "target").rglob("*"))
    assert used < 1 << 20


# ---- trouble on the way ----

CAN_MOUNT = subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
mounting = pytest.mark.skipif(not CAN_MOUNT, reason="mounting is not allowed here")


def in_trouble(tmp_path, trouble):
    """Replays onto a small tmpfs, and lets trouble come when the third file was made."""
    made = f"target/client-0{tmp_path}/job/made-2"
    script = f"""
mkdir -p target && mount -t tmpfs -o size=8m small target
"$PROGRAM" replay --target target --json -o replays t >out 2>err & replay=$!
while [ ! -e "{made}" ]; do kill -0 $replay || exit 99; sleep 0.01; done
{trouble}
wait $replay && status=0 || status=$?
mount -o remount,size=64m target 2>/dev/null || true; rm -f target/filler
echo $status >status
ls target >left 2>/dev/null || true
"""
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, env=aiotrace.clean({"PROGRAM": aiotrace.PROGRAM}),
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done, (tmp_path / "err").read_text())
    return (int((tmp_path / "status").read_text()), json.loads((tmp_path / "out").read_text()), (tmp_path / "err").read_text())


@mounting
@pytest.mark.parametrize("trouble, words", [
    ("dd if=/dev/zero of=target/filler bs=64k 2>/dev/null", "No space left on device"),
    ("mount -o remount,ro target || umount -l target", None),
    ("umount -l target", "was unmounted or moved"),
    ("kill -INT $replay", "interrupted"),
])
def test_trouble_ends_in_a_message_and_a_verdict_on_what_was_done(trouble, words, tmp_path):
    record(tmp_path, SLOW_JOB, 50)
    status, verdict, errors = in_trouble(tmp_path, trouble)
    assert status == 1
    if words:
        assert words in errors, errors
    if "unmounted" not in errors:
        assert not verdict["complete"] and 0 < verdict["operations_done"] < verdict["operations_planned"], verdict
        assert "a next replay puts them right" in errors
    assert verdict["recording"] and aiotrace.report(tmp_path / verdict["recording"])["run"]["duration_s"] > 0


def autogroup():
    with open("/proc/self/autogroup") as f:
        return f.read()


@pytest.mark.skipif(os.geteuid() != 0 or not os.path.exists("/proc/self/autogroup"), reason="priority is for root, of sessions")
def test_a_killed_replay_leaves_nobody_its_priority_and_nothing_running(tmp_path):
    record(tmp_path, SLOW_JOB, 500)
    before = autogroup()
    with subprocess.Popen([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--no-record", tmp_path / "t"],
                          env=aiotrace.clean(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as replay:
        made = tmp_path / "target" / "client-0" / str(tmp_path)[1:] / "job" / "made-2"
        while not made.exists():
            assert replay.poll() is None, replay.stdout.read()
            time.sleep(0.01)
        replay.kill()
        replay.stdout.read()  # ends when nobody has it open any more
    assert autogroup() == before
    assert not made.with_name("made-499").exists()


@mounting
def test_a_target_without_room_is_refused_before_anything_is_written(tmp_path):
    folder = record(tmp_path)
    os.truncate(folder / "data", 50 << 20)
    done = aiotrace.run_traced(aiotrace.python("import sys\nopen(sys.argv[1], 'rb').read()", folder / "data"), tmp_path / "t2")
    assert done.returncode == 0
    script = 'mkdir target && mount -t tmpfs -o size=8m small target && "$PROGRAM" replay --target target t2; echo $?; du -s target'
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, env=aiotrace.clean({"PROGRAM": aiotrace.PROGRAM}),
                          capture_output=True, text=True, timeout=60)
    assert re.search(r"needs 52.4 MB, there are 8.\d+ MB", done.stderr), done.stderr
    status, used = done.stdout.split()[:2]
    assert status == "1" and int(used) < 100


def test_what_is_not_allowed_is_counted_and_the_rest_goes_on(tmp_path):
    if os.geteuid() != 0 or subprocess.run(["setpriv", "--version"], capture_output=True).returncode:
        pytest.skip("wants root, and setpriv")
    folder = record(tmp_path)
    replay(tmp_path, "--timing", "fast", "--no-record")
    for at, _, names in os.walk(tmp_path):
        os.chmod(at, 0o777)
        for name in names:
            os.chmod(os.path.join(at, name), 0o666)
    for up in (tmp_path.parent, tmp_path.parent.parent):
        os.chmod(up, 0o755)
    inner = tmp_path / "target" / "client-0" / str(folder)[1:] / "out"
    inner.mkdir(exist_ok=True)
    os.chmod(inner, 0o555)
    done = aiotrace.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", aiotrace.PROGRAM, "replay", "--target",
                         tmp_path / "target", "--no-record", "--json", "--timing", "fast", tmp_path / "t"])
    assert "Permission denied" in done.stdout + done.stderr, done


# ---- comparing, and other engines ----

def test_recordings_are_compared_and_conditions_fail(tmp_path):
    record(tmp_path)
    again = replay(tmp_path, "--timing", "fast")["recording"]
    both = (tmp_path / "t", again)
    metrics = json.loads(aiotrace.aiotrace("compare", "--json", *both).stdout)["metrics"]
    writes = max((m for m in metrics if m["metric"] == "write_ops" and m["stage"] != "ipc"), key=lambda m: m["a"])
    assert writes["a"] == writes["b"] >= 40 and writes["ratio"] == 1
    stage = writes["stage"]
    for condition, status in ((f"{stage}.write_ops == 1x", 1), (f"{stage}.write_ops > 1x", 0), (f"{stage}.write_bytes < -1%", 0),
                              ("duration_s < 1x", 1), ("lost_events > 0", 0), ("train.nonsense > 1", 2), ("duration_s", 2),
                              ("duration_s > 3 apples", 2), ("checkpoint_s > 1000x", 0)):
        done = aiotrace.aiotrace("compare", "--fail-if", condition, *both, check=False)
        assert done.returncode == status, (condition, done.stdout, done.stderr)
    assert "B/A" in aiotrace.aiotrace("compare", *both).stdout


def test_fio_does_the_exported_job(tmp_path):
    folder = record(tmp_path)
    aiotrace.aiotrace("export", "--format", "fio", "-o", tmp_path / "fio", "--path", f"{folder}*", tmp_path / "t")
    (tmp_path / "on").mkdir()
    done = aiotrace.run(["fio", "--output-format=json", tmp_path / "fio" / "job.fio"], cwd=tmp_path / "on")
    assert done.returncode == 0, done.stderr
    jobs = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][1:]
    recorded = collections.Counter()
    for e in aiotrace.dump(tmp_path / "t"):
        kind = "read" if e.call in READS else "write" if e.call in WRITES else None
        if kind and e.path.startswith(str(folder)) and e.result > 0:
            recorded[kind] += 1
    assert sum(j["write"]["total_ios"] for j in jobs) == recorded["write"]
    faults = sum(1 for e in aiotrace.dump(tmp_path / "t") if e.call.startswith("fault"))
    assert sum(j["read"]["total_ios"] for j in jobs) - faults == recorded["read"]
    readme = (tmp_path / "fio" / "README").read_text()
    assert "20 of rename" in readme and "20 of unlink" in readme


def test_asynchronous_reads_keep_their_depth(program, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(os.urandom(4096 * 500))
    binary = program("uring", "-luring", name_as="uring_shared")
    done = aiotrace.run_traced([binary, file, "16", "500"], tmp_path / "t")
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    verdict = replay(tmp_path, "--timing", "think")
    assert verdict["complete"] and verdict["bytes_done"] == 4096 * 500 and not verdict["io_uring_refused"]
    for traces in (tmp_path / "t", verdict["recording"]):
        rows = [e for e in aiotrace.dump(traces) if e.level == "uring" and e.call == "io_uring.read"]
        assert sorted(e.offset for e in rows) == list(range(0, 4096 * 500, 4096))
    order = [[e.offset for e in aiotrace.dump(t) if e.call == "io_uring.read"] for t in (tmp_path / "t", verdict["recording"])]
    assert order[0] == order[1]

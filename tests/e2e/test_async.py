# SPDX-License-Identifier: Apache-2.0
"""Asynchronous I/O against fio's own counts: operations, bytes, offsets."""
import errno
import json
import os
import platform
import shutil
import subprocess
import sys

import pytest

import aiotrace

SIZE = 4 << 20
BLOCK = 4096
FIO = shutil.which("fio")
pytestmark = pytest.mark.skipif(not FIO, reason="no fio here")
HOOKED = pytest.mark.skipif(platform.machine() != "x86_64", reason="instructions are hooked on x86-64 alone")


def fio(folder, traces, engine, rw, depth=1, direct=0, more=()):
    """fio's count of a job under the tracer, and the trace's events of its file."""
    job = ["fio", "--name=job", f"--directory={folder}", f"--size={SIZE}", f"--bs={BLOCK}", f"--rw={rw}", f"--ioengine={engine}",
           f"--iodepth={depth}", f"--direct={direct}", "--randrepeat=1", "--output-format=json", "--invalidate=0", *more]
    aiotrace.run([*job, "--create_only=1"])
    done = aiotrace.run_traced(job, traces, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][0]
    return counts, [e for e in aiotrace.stream(traces) if e.path.endswith("/job.0.0")]


CLASSES = aiotrace.classes()


def moved(events, level, kind):
    """Operations that succeeded at this level: how many, their bytes, themselves."""
    chosen = [e for e in events if e.level == level and e.result >= 0 and CLASSES[e.call] == kind]
    return len(chosen), sum(e.result for e in chosen), chosen


def lost(traces):
    return aiotrace.report(traces)["run"]["lost_events"]


def check(counts, events, level):
    for kind in ("read", "write"):
        ops, size, chosen = moved(events, level, kind)
        assert (ops, size) == (counts[kind]["total_ios"], counts[kind]["io_bytes"])
        for e in chosen:
            assert e.offset % BLOCK == 0 and 0 <= e.offset < SIZE and e.size == e.result == BLOCK
            assert e.duration_ns > 0


@pytest.mark.parametrize("direct", [0, 1])
@pytest.mark.parametrize("rw", ["randread", "randwrite", "randrw"])
@pytest.mark.parametrize("engine,level", [("psync", "fd"), ("pvsync2", "fd")])
def test_synchronous_engines_agree_with_fio(engine, level, rw, direct, tmp_path):
    counts, events = fio(tmp_path, tmp_path / "traces", engine, rw, direct=direct)
    check(counts, events, level)
    assert lost(tmp_path / "traces") == 0


@pytest.mark.parametrize("depth", [1, 8, 64])
@pytest.mark.parametrize("rw,direct", [("randread", 0), ("randwrite", 1), ("randrw", 0), ("randrw", 1)])
def test_posix_aio_agrees_with_fio(rw, direct, depth, tmp_path):
    counts, events = fio(tmp_path, tmp_path / "traces", "posixaio", rw, depth, direct)
    check(counts, events, "aio")
    assert not moved(events, "fd", "read")[0] and not moved(events, "fd", "write")[0]
    assert lost(tmp_path / "traces") == 0


@pytest.mark.parametrize("depth", [1, 8, 64])
@pytest.mark.parametrize("rw,direct", [("randread", 0), ("randwrite", 1), ("randrw", 0), ("randrw", 1)])
def test_libaio_agrees_with_fio(rw, direct, depth, tmp_path):
    counts, events = fio(tmp_path, tmp_path / "traces", "libaio", rw, depth, direct, ["--iodepth_batch=4"])
    check(counts, events, "aio")
    assert lost(tmp_path / "traces") == 0


def test_libaio_of_several_threads(tmp_path):
    counts, events = fio(tmp_path, tmp_path / "traces", "libaio", "randrw", 8,
                         more=["--thread", "--numjobs=4", "--filename=job.0.0", "--group_reporting"])
    check(counts, events, "aio")
    assert lost(tmp_path / "traces") == 0


def test_completions_that_fio_takes_from_the_ring_itself_are_counted_as_lost(tmp_path):
    """userspace_reap: no call shows them. The count says how many there were."""
    counts, events = fio(tmp_path, tmp_path / "traces", "libaio", "randread", 8, more=["--userspace_reap"])
    ops, _, _ = moved(events, "aio", "read")
    assert ops + lost(tmp_path / "traces") == counts["read"]["total_ios"]


def iolog(path):
    """The reads and writes of a job, as fio's own log has them."""
    fields = (line.split() for line in path.read_text().splitlines())
    return sorted((f[-3], int(f[-2]), int(f[-1])) for f in fields if len(f) >= 4 and f[-3] in ("read", "write"))


def data_of(events):
    return sorted((CLASSES[e.call], e.offset, e.result) for e in events
                  if e.level == "uring" and CLASSES[e.call] in ("read", "write"))


def each_block_once(events):
    """fio's random map touches each block of the file once."""
    offsets = [e.offset for e in events if e.level == "uring" and e.result == BLOCK]
    assert len(offsets) == len(set(offsets))
    for e in events:
        if e.level == "uring" and CLASSES[e.call] in ("read", "write"):
            assert e.offset % BLOCK == 0 and 0 <= e.offset < SIZE and e.size == e.result == BLOCK
            assert e.duration_ns > 0


@pytest.fixture
def busy():
    """Both cores, and more, have other work."""
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(os.cpu_count())]
    yield
    for other in others:
        other.kill()
        other.wait()


@HOOKED
@pytest.mark.parametrize("depth", [1, 8, 64])
@pytest.mark.parametrize("rw,direct,more", [
    ("randread", 0, []), ("randrw", 0, []), ("randrw", 1, []), ("read", 1, []),
    ("randwrite", 1, ["--registerfiles", "--fixedbufs"]), ("randrw", 1, ["--nonvectored=0"])], ids=str)
def test_io_uring_of_fio_is_seen_completely(rw, direct, more, depth, tmp_path, busy):
    """fio enters the kernel by an instruction of its own."""
    log = tmp_path / "log"
    counts, events = fio(tmp_path, tmp_path / "traces", "io_uring", rw, depth, direct, [*more, f"--write_iolog={log}"])
    check(counts, events, "uring")
    assert data_of(events) == iolog(log)
    assert lost(tmp_path / "traces") == 0


@HOOKED
@pytest.mark.parametrize("more", [["--thread"], []], ids=["threads", "processes"])
def test_io_uring_of_several_jobs_of_fio_is_seen_completely(more, tmp_path, busy):
    counts, events = fio(tmp_path, tmp_path / "traces", "io_uring", "randrw", 8,
                         more=[*more, "--numjobs=3", "--filename=job.0.0", "--group_reporting"])
    check(counts, events, "uring")
    assert lost(tmp_path / "traces") == 0


@pytest.mark.parametrize("depth", [1, 8, 64])
@pytest.mark.parametrize("rw,direct", [("randread", 0), ("randrw", 1)])
def test_fio_with_a_polling_kernel_is_seen_or_counted_as_lost(rw, direct, depth, tmp_path, show):
    """The kernel takes entries without a call; completions may be overwritten before the next one."""
    counts, events = fio(tmp_path, tmp_path / "traces", "io_uring", rw, depth, direct, ["--sqthread_poll"])
    total = counts["read"]["total_ios"] + counts["write"]["total_ios"]
    seen = sum(moved(events, "uring", kind)[0] for kind in ("read", "write"))
    assert seen + lost(tmp_path / "traces") == total
    each_block_once(events)
    show(f"fio io_uring {rw} depth {depth} direct {direct} --sqthread_poll: {seen} of {total} operations seen")


RAW = 20000


def raw(binary, depth, threads, words, tmp_path, extra=None):
    """Runs programs/uring_raw.c; what it says of each operation, and what the trace says."""
    (tmp_path / "file").write_bytes(b"x" * RAW * 512)
    command = ["nice", binary, tmp_path / "file", RAW, depth, threads, *words.split()]
    done = aiotrace.run_traced(command, tmp_path / "traces", extra, timeout=100)
    if done.returncode == 77:
        pytest.skip("no such ring here")
    assert done.returncode == 0, done.stderr
    said = sorted(tuple(int(n) for n in line.split()) for line in done.stdout.splitlines())
    assert len(said) == RAW
    events = [e for e in aiotrace.stream(tmp_path / "traces") if e.level == "uring"]
    return said, events, done.stderr


@HOOKED
@pytest.mark.parametrize("depth,threads", [(1, 1), (8, 4)])
@pytest.mark.parametrize("words", ["call", "", "early", "call shared", "shared early", "call direct", "call files", "index",
                                   "fork", "early index files direct", "own", "call own direct", "own index shared", "only",
                                   "call only files direct", "big", "call big own", "big direct", "resize", "call resize direct"], ids=lambda w: w.replace(" ", "_") or "plain")
def test_rings_without_a_library_are_seen_completely(words, depth, threads, program, tmp_path, busy):
    said, events, _ = raw(program("uring_raw", "-O2", name_as="raw"), depth, threads, words, tmp_path)
    assert sorted((e.offset, e.result) for e in events) == said
    assert {e.path for e in events} == {str(tmp_path / "file")} and lost(tmp_path / "traces") == 0


@HOOKED
@pytest.mark.parametrize("flags", [["-O0"], ["-O2", "-DHELPER"], ["-O2", "-no-pie"], ["-O3", "-fcf-protection=full"],
                                   ["-O2", "-DPADDED"]], ids=" ".join)
def test_however_the_program_was_compiled(flags, program, tmp_path, busy):
    said, events, _ = raw(program("uring_raw", *flags, name_as="raw" + "".join(flags)), 4, 2, "call", tmp_path)
    assert sorted((e.offset, e.result) for e in events) == said
    assert lost(tmp_path / "traces") == 0


@pytest.mark.parametrize("depth,threads", [(1, 1), (8, 2)])
def test_a_polling_kernel_is_seen_where_calls_are_made_by_number(depth, threads, program, tmp_path):
    said, events, _ = raw(program("uring_raw", "-O2", "-DLIBC", name_as="raw_libc"), depth, threads, "sqpoll", tmp_path)
    assert sorted((e.offset, e.result) for e in events) == said
    assert {e.path for e in events} == {str(tmp_path / "file")} and lost(tmp_path / "traces") == 0


@HOOKED
def test_no_thread_of_the_library_is_needed(program, tmp_path):
    _, _, said = raw(program("uring_raw", "-O2", name_as="raw"), 1, 1, "tasks", tmp_path)
    assert said == "2 threads\n"


PLUGIN_OF_RINGS = """
#define main uring_main
#include "SOURCE"
int play(const char *name, const char *threads, const char *word)
{
	char *arguments[] = {"plugin", (char *)name, "500", "4", (char *)threads, (char *)word, NULL};
	return uring_main(6, arguments);
}
"""


@HOOKED
def test_a_library_that_enters_rings_may_be_closed_and_opened_again(tmp_path):
    source = os.path.join(aiotrace.TOP, "tests/e2e/programs/uring_raw.c")
    (tmp_path / "plugin.c").write_text(PLUGIN_OF_RINGS.replace("SOURCE", source))
    (tmp_path / "file").write_bytes(b"x" * 500 * 512)
    for name in ("one.so", "two.so"):
        assert aiotrace.run(["cc", "-O2", "-D_GNU_SOURCE", "-shared", "-fPIC", "-pthread", "-o", tmp_path / name,
                             tmp_path / "plugin.c"]).returncode == 0
    script = f"""
import ctypes, _ctypes
for turn in range(6):
    library = ctypes.CDLL('{tmp_path}/' + ('one.so', 'two.so')[turn % 2])
    status = library.play(b'{tmp_path}/file', b'2', (b'call', b'shared', b'call')[turn % 3])
    assert status == 0, status
    _ctypes.dlclose(library._handle)
"""
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "traces", timeout=60)
    assert done.returncode == 0, done.stderr
    said = sorted(tuple(int(n) for n in line.split()) for line in done.stdout.splitlines())
    events = [e for e in aiotrace.stream(tmp_path / "traces") if e.level == "uring"]
    assert sorted((e.offset, e.result) for e in events) == said and len(said) == 3000
    assert lost(tmp_path / "traces") == 0


def test_without_the_helper_thread_all_of_fio_s_operations_are_counted_as_lost(tmp_path):
    job = ["fio", "--name=job", f"--directory={tmp_path}", "--size=1m", "--bs=4k", "--rw=randread", "--ioengine=io_uring",
           "--iodepth=4", "--output-format=json"]
    done = aiotrace.run_traced(job, tmp_path / "traces", {"AIOTRACE_POLL": "0"})
    assert done.returncode == 0, done.stderr
    seen = sum(e.level == "uring" for e in aiotrace.stream(tmp_path / "traces"))
    assert seen + lost(tmp_path / "traces") == 256 and lost(tmp_path / "traces") > 0


COUNT = 2000
WAYS = ["", "fixed", "vector", "write", "vector write", "peek", "sqpoll", "sqpoll fixed write", "late", "open", "same"]


def uring(binary, words, tmp_path, extra=None):
    """Runs programs/uring.c; what it says of each operation, and the events of its file."""
    (tmp_path / "file").write_bytes(b"x" * COUNT * BLOCK)
    done = aiotrace.run_traced([binary, tmp_path / "file", 32, COUNT, *words.split()], tmp_path / "traces", extra, timeout=60)
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    said = [tuple(line.split()) for line in done.stdout.splitlines()]
    events = [e for e in aiotrace.stream(tmp_path / "traces") if e.level == "uring"]
    return said, events


@pytest.fixture
def shared(program):
    return program("uring", "-luring", name_as="uring_shared")


@pytest.fixture
def static(program):
    return program("uring", "-Wl,-Bstatic", "-luring", "-Wl,-Bdynamic", name_as="uring_static")


@pytest.mark.parametrize("words", WAYS, ids=lambda w: w.replace(" ", "_") or "plain")
def test_liburing_as_a_shared_library_is_seen_completely(words, shared, tmp_path):
    said, events = uring(shared, words, tmp_path)
    data = [e for e in events if CLASSES[e.call] == ("write" if "write" in words else "read")]
    got = [("-" if "same" in words else str(e.offset), str(e.result)) for e in data]
    assert sorted(got) == sorted(said) and len(got) == COUNT
    assert {e.path for e in data} == {str(tmp_path / "file")} and {e.size for e in data} == {BLOCK}
    assert len({e.offset for e in data}) == COUNT
    assert lost(tmp_path / "traces") == 0
    assert [e.call for e in events if e not in data] == (["io_uring.openat", "io_uring.close"] if "open" in words else [])


def test_operations_at_the_file_position_follow_one_another(shared, tmp_path):
    said, events = uring(shared, "position", tmp_path)
    assert len(events) == COUNT == len(said)
    assert sum(e.result for e in events) == sum(int(result) for _, result in said)


@pytest.mark.parametrize("linked", ["-luring", pytest.param("-Wl,-Bstatic -luring -Wl,-Bdynamic", marks=HOOKED)])
def test_splices_are_about_the_side_that_is_no_pipe(linked, program, tmp_path):
    (tmp_path / "from").write_bytes(os.urandom(64 * 4096))
    binary = program("uring_splice", *linked.split(), name_as="splice" + str(len(linked)))
    done = aiotrace.run_traced([binary, tmp_path / "from", tmp_path / "to"], tmp_path / "t")
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    events = [e for e in aiotrace.dump(tmp_path / "t") if e.level == "uring"]
    read = [(e.offset, e.result) for e in events if e.call == "io_uring.splice" and e.path == str(tmp_path / "from")]
    written = [(e.offset, e.result) for e in events if e.call == "io_uring.splice.out" and e.path == str(tmp_path / "to")]
    assert read == [((i // 2 if i % 2 else i * 3) * 4096, 4096) for i in range(20)]
    assert written == [((i // 2 if i % 2 else 40 - i) * 4096, 4096) for i in range(20)]
    assert len(events) == 40


@HOOKED
@pytest.mark.parametrize("words", ["", "late", "fixed", "late fixed", "vector write", "late peek", "leave", "late leave vector",
                                   "same", "late same"], ids=lambda w: w.replace(" ", "_") or "plain")
def test_liburing_linked_statically_is_seen_completely(words, static, tmp_path, busy):
    """Found by the file that is opened before or after it was set up."""
    said, events = uring(static, words, tmp_path)
    got = [("-" if "same" in words else str(e.offset), str(e.result)) for e in events]
    assert sorted(got) == sorted(said) and len({e.offset for e in events}) == COUNT
    assert {e.path for e in events} == {str(tmp_path / "file")}
    assert lost(tmp_path / "traces") == 0


@pytest.mark.parametrize("words,extra", [("sqpoll", None), ("late sqpoll", None), ("open", None), ("late", {"AIOTRACE_POLL": "0"}),
                                         ("leave", {"AIOTRACE_POLL": "0"})], ids=str)
def test_what_is_not_seen_of_liburing_linked_statically_is_counted_as_lost(words, extra, static, tmp_path, show):
    """A polling kernel, a ring that no call follows, or nothing hooked."""
    said, events = uring(static, words, tmp_path, extra)
    data = [e for e in events if CLASSES[e.call] == "read"]
    others = 2 if "open" in words else 0
    assert len(events) + lost(tmp_path / "traces") == COUNT + others
    assert {(str(e.offset), str(e.result)) for e in data} <= set(said)
    assert {e.path for e in events} <= {str(tmp_path / "file"), ""}
    assert len({e.offset for e in data}) == len(data)
    show(f"liburing linked statically, {words} {extra or ''}: {len(data)} of {COUNT} operations seen")


@pytest.mark.parametrize("linked", ["-luring", "-Wl,-Bstatic,-luring,-Bdynamic"], ids=["shared", "static"])
def test_registered_files_that_operations_change_and_chains_that_say_little(linked, program, tmp_path):
    """Of operations without a completion, those are seen of which what is linked behind them tells."""
    for name in "abc":
        (tmp_path / name).write_bytes(b"x" * 8192)
    slots = program("uring_slots", *linked.split(), name_as="slots" + str(len(linked)))
    done = aiotrace.run_traced([slots, tmp_path], tmp_path / "traces")
    if done.returncode == 77:
        pytest.skip("no such ring here")
    assert done.returncode == 0, done.stderr
    said = [(str(tmp_path / name), int(offset), int(result)) for name, offset, result in map(str.split, done.stdout.splitlines())]
    events = [e for e in aiotrace.stream(tmp_path / "traces") if e.path.startswith(str(tmp_path) + "/")]
    data = [e for e in events if CLASSES[e.call] in ("read", "write") and e.result >= 0]
    assert sorted((e.path, e.offset, e.result) for e in data) == sorted(said)
    assert [e.errno for e in events if e.call == "io_uring.read" and e.result < 0] == [errno.ECANCELED]
    assert sum(e.call == "io_uring.fsync" for e in events) == 1 and lost(tmp_path / "traces") == 3
    assert "(IOSQE_CQE_SKIP_SUCCESS) are among the lost" in aiotrace.run([aiotrace.PROGRAM, "info", tmp_path / "traces"]).stdout


@pytest.mark.parametrize("way,level", [("liburing", "uring"), ("syscall", "uring"), ("libaio", "aio")])
def test_a_signal_that_jumps_out_of_a_waiting_call_ends_nothing_else(way, level, program, tmp_path):
    (tmp_path / "file").write_bytes(b"x" * 100 * BLOCK)
    jumper = program("uring_jump", "-luring", "-laio", name_as="uring_jump")
    done = aiotrace.run_traced([jumper, way, tmp_path / "file", 30], tmp_path / "traces", timeout=60)
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    said = sorted(tuple(int(n) for n in line.split()) for line in done.stdout.splitlines())
    events = [e for e in aiotrace.stream(tmp_path / "traces") if e.level == level]
    assert sorted((e.offset, e.result) for e in events) == said and len(said) == 93
    assert {e.path for e in events} == {str(tmp_path / "file")} and lost(tmp_path / "traces") == 0


def test_cufile_that_is_opened_at_run_time_is_seen_and_its_own_reads_are_not(program, tmp_path):
    library = os.path.join(aiotrace.BUILD, "snippets/lib/libcufile.so")
    command = [program("cufile", "-ldl"), tmp_path / "file", library]
    (tmp_path / "file").write_bytes(b"x" * 200000)
    plain = aiotrace.run(command)
    traced = aiotrace.run_traced(command, tmp_path / "traces")
    assert (traced.stdout, traced.stderr, traced.returncode) == (plain.stdout, plain.stderr, plain.returncode)
    assert plain.returncode == 0 and plain.stdout.startswith("before: 0")
    events = [e for e in aiotrace.dump(tmp_path / "traces") if e.path == str(tmp_path / "file")]
    data = [(e.level, e.call, e.offset, e.size, e.result) for e in events if CLASSES[e.call] in ("read", "write")]
    assert data == [*(("cufile", "cuFileRead", at * 8192, 4096, 4096) for at in range(16)),
                    ("cufile", "cuFileWrite", 50, 100, 100), ("cufile", "cuFileReadAsync", 3000, 1000, 1000),
                    ("fd", "pread", 77, 10, 10)]
    assert lost(tmp_path / "traces") == 0


PLUGIN = """
#include <libaio.h>
#include <fcntl.h>
int work(const char *path)
{
	static char buffer[4096];
	io_context_t context = 0;
	struct iocb block, *list[] = {&block};
	struct io_event event;
	if (io_setup(4, &context) < 0) return -1;
	io_prep_pread(&block, open(path, O_RDONLY), buffer, 4096, 4096);
	return io_submit(context, 1, list) == 1 && io_getevents(context, 1, 1, &event, NULL) == 1 ? (int)event.res : -2;
}
"""


def test_a_library_that_only_a_plugin_loads_works_and_is_seen(tmp_path):
    """As the operators of deep-learning frameworks do: libaio is not in the program's own search order."""
    (tmp_path / "plugin.c").write_text(PLUGIN)
    (tmp_path / "file").write_bytes(b"x" * 10000)
    done = aiotrace.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "plugin.so", tmp_path / "plugin.c", "-laio"])
    if done.returncode != 0:
        pytest.skip("no libaio here")
    script = f"import ctypes; print(ctypes.CDLL('{tmp_path}/plugin.so').work(b'{tmp_path}/file'))"
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "traces")
    assert (done.stdout, done.stderr) == ("4096\n", "")
    events = [e for e in aiotrace.dump(tmp_path / "traces") if e.level == "aio"]
    assert [(e.call, e.path, e.offset, e.result) for e in events] == [("libaio.read", str(tmp_path / "file"), 4096, 4096)]


@pytest.mark.parametrize("linked", ["-luring", "-Wl,-Bstatic,-luring,-Bdynamic"], ids=["shared", "static"])
def test_rings_that_come_and_go_among_files_and_forks_do_no_harm(linked, program, tmp_path):
    storm = program("uring_storm", *linked.split(), name_as="storm" + str(len(linked)))
    (tmp_path / "file").write_bytes(b"x" * 100 * BLOCK)
    for turn in range(5):
        traces = tmp_path / f"traces{turn}"
        done = aiotrace.run_traced([storm, tmp_path / "file"], traces, timeout=60)
        if done.returncode == 77:
            pytest.skip("no io_uring here")
        assert (done.returncode, done.stdout, done.stderr) == (0, "calm\n", "")
        events = [e for e in aiotrace.stream(traces) if e.level == "uring"]
        # Seen too late, a descriptor's number may be another's: then the file is not named.
        names = {str(tmp_path / "file"), *([] if linked == "-luring" else [""])}
        assert {e.path for e in events} <= names and all(e.result == e.size == BLOCK for e in events)
        assert len(events) <= 16000
        if linked == "-luring":
            assert len(events) + lost(traces) >= 16000

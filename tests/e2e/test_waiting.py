# SPDX-License-Identifier: Apache-2.0
"""Who waits for whom: pipes joined by their inodes, and waits by kind."""
import errno

import aiotrace


def waits(report, pid):
    return next(w for w in report["waiting"] if w["pid"] == pid)["main_thread"]


def test_a_reader_of_a_pipe_waits_for_the_process_that_writes_it(tmp_path):
    script = """
import os, time
r, w = os.pipe()
print(os.fstat(r).st_ino, os.getpid(), flush=True)
pid = os.fork()
if pid == 0:
    os.close(r)
    time.sleep(0.3)
    os.write(w, b"x" * 500)
    os._exit(0)
os.read(r, 1000)
os.waitpid(pid, 0)
print(pid)
"""
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    inode, parent, child = map(int, done.stdout.split())
    report = aiotrace.report(tmp_path / "t")
    ends = {e["pid"]: e for e in next(p["ends"] for p in report["pipes"] if p["path"] == f"pipe:[{inode}]")}
    assert ends[child]["write_bytes"] == ends[parent]["read_bytes"] == 500
    assert 0.25 < ends[parent]["main_thread_wait_s"] < 0.6
    assert 0.25 < waits(report, parent)["pipe_s"] < 0.6
    assert f"pid {child}, pipe:[{inode}]" in aiotrace.aiotrace("report", tmp_path / "t").stdout


def test_each_kind_of_waiting_is_its_own(tmp_path):
    script = """
import os, select, socket, sys, threading, time
print(os.getpid(), flush=True)
r, w = os.pipe()
threading.Timer(0.2, os.write, (w, b"x")).start()
select.select([r], [], []); os.read(r, 1)                               # 0.2 s pipe
a, b = socket.socketpair()
threading.Timer(0.2, b.send, (b"x",)).start()
a.recv(10)                                                              # 0.2 s socket
done = threading.Lock(); done.acquire()
threading.Timer(0.2, done.release).start()
done.acquire()                                                          # 0.2 s lock
pid = os.fork()
if pid == 0: time.sleep(0.2); os._exit(0)
os.waitpid(pid, 0)                                                      # 0.2 s child
"""
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    kinds = waits(aiotrace.report(tmp_path / "t"), int(done.stdout))
    for kind in ("pipe_s", "socket_s", "lock_s", "child_s"):
        assert 0.15 < kinds[kind] < 0.45, (kind, kinds)
    assert kinds["storage_s"] < 0.1


def test_a_lock_by_number_is_waited_for_as_others_are(tmp_path):
    """FUTEX_WAIT by syscall(2), as the locks of Rust and C++ make it, for 0.2 s; a wake, and a wait that ends at once."""
    script = """
import ctypes, os
libc, word, FUTEX = ctypes.CDLL(None), ctypes.c_uint32(0), {"x86_64": 202, "aarch64": 98}[os.uname().machine]
libc.syscall(FUTEX, ctypes.byref(word), 128, 0, ctypes.byref((ctypes.c_long * 2)(0, 200000000)), None, 0)
libc.syscall(FUTEX, ctypes.byref(word), 129, 1, None, None, 0)
libc.syscall(FUTEX, ctypes.byref(word), 128, 5, None, None, 0)
print(os.getpid())
"""
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    assert [e.errno for e in aiotrace.dump(tmp_path / "t") if e.call == "futex"] == [errno.ETIMEDOUT]
    assert 0.15 < waits(aiotrace.report(tmp_path / "t"), int(done.stdout))["lock_s"] < 0.45


def test_what_reads_and_writes_in_one_call_is_waited_for_once(tmp_path):
    script = """
import os, sys
data = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)
os.write(data, bytes(64 << 20))
for i in range(4):
    to = os.open(f"{sys.argv[1]}.{i}", os.O_WRONLY | os.O_CREAT)
    os.sendfile(to, data, 0, 64 << 20)
print(os.getpid())
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path / "data"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    truth = sum(e.duration_ns for e in aiotrace.dump(tmp_path / "t") if str(tmp_path) in (e.path or "") and e.call != "sendfile.out")
    assert waits(aiotrace.report(tmp_path / "t"), int(done.stdout))["storage_s"] < truth / 1e9 * 1.2


def test_a_consumer_that_waits_for_its_loader_workers_stalls(tmp_path):
    script = """
import sys, time
from torch.utils.data import DataLoader, Dataset
class Slow(Dataset):
    def __len__(self): return 40
    def __getitem__(self, i):
        open(sys.argv[1], "rb").read()
        time.sleep(float(sys.argv[2]))
        return i
for batch in DataLoader(Slow(), batch_size=4, num_workers=2): time.sleep(float(sys.argv[3]))
"""
    data = tmp_path / "data"
    data.write_bytes(bytes(50000))
    shares = {}
    for name, load, train in (("loading", 0.02, 0.0), ("training", 0.0, 0.08)):
        done = aiotrace.run_traced(aiotrace.python(script, data, load, train), tmp_path / name)
        assert done.returncode == 0, done.stderr
        shares[name] = aiotrace.report(tmp_path / name)["stall"]
    assert shares["loading"]["share"] > 0.6 and shares["loading"]["consumer_wait_s"] > 0.2, shares
    assert shares["training"]["share"] < 0.3, shares
    assert "from loader workers" in aiotrace.aiotrace("report", tmp_path / "loading").stdout


def test_no_worker_no_stall(tmp_path):
    aiotrace.run_traced(["true"], tmp_path / "t")
    assert aiotrace.report(tmp_path / "t")["stall"] is None


def test_children_without_a_trace_are_missing_by_number(tmp_path):
    script = "import subprocess\nfor i in range(3): subprocess.run(['true'], env={})\nsubprocess.run(['true'])"
    aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    missing = {m["cause"]: m["text"] for m in aiotrace.report(tmp_path / "t")["run"]["coverage"]["missing"]}
    assert missing["untraced_children"].startswith("3 child processes were waited for")


def test_idle_threads_take_no_buffers(program, tmp_path):
    """100 threads that only wait, and two that pass a turn 2000 times."""
    done = aiotrace.run_traced([program("cond_ping"), 2000, 100], tmp_path / "t")
    assert done.returncode == 0, done.stderr
    events = aiotrace.dump(tmp_path / "t")
    assert len({e.tid for e in events}) <= 2
    assert all(e.duration_ns >= 100000 for e in events if e.call == "pthread_cond_wait")


def test_signals_and_limits_end_waiting_as_they_would(tmp_path):
    script = """
import errno, os, select, signal, socket
signal.signal(signal.SIGALRM, lambda *a: 1 / 0)
signal.setitimer(signal.ITIMER_REAL, 0.05)
try: select.poll().poll(5000)
except ZeroDivisionError: print("interrupted")
print(select.select([], [], [], 0.01), select.epoll().poll(0.01))
a, b = socket.socketpair(); b.close()
print(a.recv(10))
try: a.send(b"x")
except BrokenPipeError as e: print(e.errno == errno.EPIPE)
try: os.waitpid(-1, 0)
except ChildProcessError: print("no child")
"""
    plain = aiotrace.run(aiotrace.python(script))
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    assert (done.stdout, done.stderr, done.returncode) == (plain.stdout, plain.stderr, 0)
    assert done.stdout.splitlines()[0] == "interrupted"

# SPDX-License-Identifier: Apache-2.0
"""Jobs that are recorded and replayed, and traces made by hand."""
import collections
import json
import os

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


OPEN, READ, UNLINK, STAT, WRITE = 2, 31, 133, 150, 51
CALLS = [(OPEN, 1, 0, "open64"), (READ, 3, 1, "pread"), (UNLINK, 0, 0, "unlink"), (STAT, 0, 0, "stat"), (WRITE, 4, 1, "pwrite")]


def hostile(tmp_path, files, rows):
    (tmp_path / "t").mkdir(exist_ok=True)
    records = [trace_format.call_record(*c) for c in CALLS]
    records += [trace_format.file_record(i + 1, path, kind, size) for i, (path, kind, size) in enumerate(files)]
    (tmp_path / "t" / "host.7.0.aiot").write_bytes(
        trace_format.header(7) + trace_format.definitions(records) + trace_format.raw_events(rows))

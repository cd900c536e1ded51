# SPDX-License-Identifier: Apache-2.0
"""Programs that move file positions in every way, against strace."""
import os
import sys

import pytest

import aiotrace

sys.path.insert(0, os.path.join(aiotrace.TOP, "tests/compare"))
import compare  # noqa: E402

PROGRAMS = {
    "dup_shares_the_position": """
a = os.open("data", os.O_RDONLY); b = os.dup(a); c = os.dup2(a, 50)
for fd in (a, b, c, a): os.read(fd, 100)
os.lseek(b, -50, os.SEEK_CUR); os.read(a, 10); os.close(a); os.read(c, 10)
d = os.open("data", os.O_RDONLY); os.read(d, 7); os.dup2(b, d); os.read(d, 7)
""",
    "lseek_from_everywhere": """
fd = os.open("data", os.O_RDWR)
for where, whence in ((500, 0), (100, 1), (-200, 2), (5000, 0), (0, 2)):
    os.lseek(fd, where, whence); os.read(fd, 30); os.write(fd, b"xyz"); os.read(fd, 3)
try: os.lseek(fd, -9, 0)
except OSError: pass
os.read(fd, 1)
""",
    "append_follows_the_end": """
a = os.open("log", os.O_CREAT | os.O_WRONLY | os.O_APPEND); b = os.open("log", os.O_RDWR | os.O_APPEND)
os.write(a, b"1" * 10); os.write(b, b"2" * 20); os.write(a, b"3"); os.lseek(b, 5, 0); os.read(b, 4); os.write(b, b"4")
os.read(b, 4); os.truncate("log", 7); os.write(a, b"5" * 3)
with open("data", "a") as f: f.write("tail")
""",
    "append_from_parent_and_child": """
fd = os.open("log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
for i in range(3):
    if os.fork() == 0:
        os.write(fd, b"child" * (i + 1)); os._exit(0)
    os.wait(); os.write(fd, b"parent")
""",
    "fork_shares_the_position": """
fd = os.open("data", os.O_RDONLY); os.read(fd, 11)
for i in range(3):
    if os.fork() == 0:
        os.read(fd, 100 + i); os._exit(0)
    os.wait(); os.read(fd, 10)
""",
    "seek_in_a_child_moves_the_parent": """
fd = os.open("data", os.O_RDONLY); os.read(fd, 11)
if os.fork() == 0:
    os.lseek(fd, 500, 0); os._exit(0)
os.wait(); os.read(fd, 10)
""",
    "positional_calls_leave_the_position": """
fd = os.open("data", os.O_RDWR)
os.read(fd, 10); os.pread(fd, 20, 300); os.pwrite(fd, b"x" * 30, 400); os.read(fd, 10)
bufs = [bytearray(5), bytearray(6)]
os.preadv(fd, bufs, 600); os.readv(fd, bufs); os.pwritev(fd, bufs, 700); os.writev(fd, bufs); os.read(fd, 1)
os.pread(fd, 100, 990); os.pread(fd, 100, 5000); os.read(fd, 0)
""",
    "copies_inside_the_kernel": """
import shutil
shutil.copyfile("data", "a"); shutil.copyfile("data", "sub/b")
src = os.open("data", os.O_RDONLY); dst = os.open("c", os.O_CREAT | os.O_RDWR)
os.copy_file_range(src, dst, 100); os.copy_file_range(src, dst, 50, 200, 300); os.copy_file_range(src, dst, 9999)
os.copy_file_range(src, dst, 10)
os.sendfile(dst, src, 10, 20); os.write(dst, b"end")
""",
    "threads_with_files_of_their_own": """
import threading
def work(i):
    fd = os.open(f"t{i}", os.O_CREAT | os.O_RDWR)
    for n in range(200): os.write(fd, bytes(n + i))
    os.lseek(fd, 0, 0)
    for n in range(200): os.read(fd, n * i)
    os.close(fd)
threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
[t.start() for t in threads]; [t.join() for t in threads]
""",
    "relative_paths_after_chdir": """
os.chdir("sub"); open("x", "w").write("1" * 10); os.chdir(".."); open("sub/../y", "w").write("2" * 20)
d = os.open("sub", os.O_RDONLY); os.fchdir(d); open("z", "w").write("3" * 30)
fd = os.open("x", os.O_RDONLY, dir_fd=d); os.read(fd, 5)
os.rename("z", "../z"); open("../z").read(); open("../data", "rb").read(10)
""",
    "close_range_over_everything_then_on": """
before = os.open("data", os.O_RDONLY); os.read(before, 10)
os.closerange(3, 65536)
fd = os.open("after", os.O_CREAT | os.O_RDWR); os.write(fd, b"a" * 100); os.lseek(fd, 1, 0); os.read(fd, 200)
libc = __import__("ctypes").CDLL(None, use_errno=True)
libc.close_range(3, 0xffffffff, 0)
fd = os.open("after", os.O_RDWR); os.read(fd, 10); os.write(fd, b"b" * 10)
try: os.read(fd + 1, 10)
except OSError: pass
""",
    "descriptors_inherited_by_programs": """
import subprocess
with open("data", "rb", buffering=0) as f, open("copy", "wb", buffering=0) as out:
    f.read(100); subprocess.run(["dd", "bs=64", "count=3", "status=none"], stdin=f, stdout=out, check=True); f.read(10); out.write(b"end")
fd = os.open("data", os.O_RDONLY); os.read(fd, 5)
subprocess.run([sys.executable, "-S", "-E", "-c", f"import os; os.read({fd}, 9)"], pass_fds=[fd], check=True); os.read(fd, 5)
""",
    "posix_spawn_with_files_opened_in_libc": """
pid = os.posix_spawn("/bin/dd", ["dd", "bs=100", "count=2", "status=none"], os.environ, file_actions=[
    (os.POSIX_SPAWN_OPEN, 0, "data", os.O_RDONLY, 0), (os.POSIX_SPAWN_OPEN, 1, "spawned", os.O_CREAT | os.O_WRONLY, 0o644)])
assert os.waitpid(pid, 0)[1] == 0
""",
    "a_shell_with_redirections": """
import subprocess
subprocess.run(["sh", "-c", "dd if=data bs=10 count=1 status=none >>log; dd bs=7 count=2 status=none <data >>log; (dd bs=1 count=3; dd bs=2 count=2) 2>/dev/null <data >two"], check=True)
""",
    "memory_maps": """
import mmap
with open("data", "r+b") as f:
    with mmap.mmap(f.fileno(), 0) as m: m[5:10] = b"hello"
    with mmap.mmap(f.fileno(), 100, access=mmap.ACCESS_READ) as m: m[:5]
""",
    "failing_calls": """
def fails(call, *args):
    try: call(*args)
    except OSError: pass
r = os.open("data", os.O_RDONLY); w = os.open("data", os.O_WRONLY); d = os.open("sub", os.O_RDONLY)
fails(os.write, r, b"123"); fails(os.read, w, 10); fails(os.read, d, 10); fails(os.pread, w, 10, 5)
os.read(r, 10)
""",
    "a_name_with_everything_in_it": """
for name in ("with space", 'quote"d', "comma,semi;", "umlaut-ä", "new\\nline", "<angle>", "(paren)", "back\\\\slash"):
    with open(name, "w") as f: f.write(name)
    with open(name) as f: f.read()
""",
    "a_file_removed_while_it_is_open": """
fd = os.open("gone", os.O_CREAT | os.O_RDWR); os.write(fd, b"x" * 10); os.unlink("gone")
os.write(fd, b"y" * 10); os.lseek(fd, 0, 0); os.read(fd, 100)
fd = os.open("gone", os.O_CREAT | os.O_RDWR); os.write(fd, b"z" * 5)
""",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    (folder / "data").write_bytes(bytes(range(250)) * 4)
    (folder / "sub").mkdir()
    return folder


@pytest.mark.parametrize("name", PROGRAMS)
def test_offsets_are_those_of_strace(name, template, tmp_path):
    script = tmp_path / "program.py"
    script.write_text("import os, sys\n" + PROGRAMS[name])
    result = compare.compare([sys.executable, script], tmp_path, template)
    assert result.first.done.returncode == 0, result.first.done.stderr.decode()[-2000:]
    assert result.equal, result.differences()
    assert None not in {op.offset for op in result.first.ops}


def test_a_vfork_child_reads_and_writes_by_descriptors_of_its_own(program, template, tmp_path):
    result = compare.compare([program("vfork_io")], tmp_path, template)
    assert result.first.done.stdout == result.second.done.stdout == b"3\n0\n"
    assert result.equal, result.differences()
    assert {os.path.basename(op.path) for op in result.second.ops} == {"data", "log", "out", "made", "there"}
    assert len({op.path for op in result.second.ops}) == 6
    assert ", 0 events lost" in aiotrace.info(tmp_path / "traces")


def test_a_descriptor_that_another_process_was_sent_is_moved_by_both(template, tmp_path):
    """The truth is the kernel's position before each read, of fdinfo."""
    script = """
import os, socket
def at(fd):
    with open(f"/proc/self/fdinfo/{fd}") as f: return int(f.readline().split()[1])
def read(fd, size):
    print(os.getpid(), at(fd), size, flush=True); os.read(fd, size)
ours, theirs = socket.socketpair()
if os.fork() == 0:
    for _ in range(2):
        fd = socket.recv_fds(theirs, 1, 4)[1][0]
        for size in (21, 22): read(fd, size)
        os.lseek(fd, 300, 0); read(fd, 23); theirs.send(b"x")
    os._exit(0)
for make in (lambda: os.open("data", os.O_RDONLY), lambda: os.dup(fd)):
    fd = make(); read(fd, 10); socket.send_fds(ours, [b"x"], [fd]); ours.recv(1)
    for size in (31, 32): read(fd, size)
os.wait()
"""
    done = aiotrace.run_traced([sys.executable, "-c", script], tmp_path / "traces", cwd=template)
    assert done.returncode == 0, done.stderr
    truth = sorted(tuple(map(int, line.split())) for line in done.stdout.splitlines())
    events = [e for e in aiotrace.dump(tmp_path / "traces") if e.call == "read" and e.path == str(template / "data")]
    assert sorted((e.pid, e.offset, e.size) for e in events) == truth

# SPDX-License-Identifier: Apache-2.0
"""Calls with wrong arguments: result and errno as without the tracer, and the
trace says what they were."""
import os
import resource
import subprocess
import sys

import pytest

import aiotrace

sys.path.insert(0, os.path.join(aiotrace.TOP, "tests/compare"))
import compare  # noqa: E402


def work(folder):
    place = folder / "work"
    subprocess.run(["rm", "-rf", place], check=True)
    place.mkdir()
    (place / "data").write_bytes(b"one line\n" * 3)
    return place


def test_every_wrong_call_fails_as_it_does_untraced(program, tmp_path):
    plain = aiotrace.run([program("bad_input")], cwd=work(tmp_path))
    assert plain.returncode == 0 and plain.stdout.count("\n") > 350
    traced = aiotrace.run_traced([program("bad_input")], tmp_path / "traces", cwd=work(tmp_path))
    assert traced.stdout.splitlines() == plain.stdout.splitlines()
    assert (traced.returncode, traced.stderr) == (0, "")


def test_wrong_calls_are_in_the_trace(program, tmp_path):
    place = work(tmp_path).resolve()
    aiotrace.run_traced([program("bad_input")], tmp_path / "traces", cwd=place)
    events = aiotrace.dump(tmp_path / "traces")
    failed = {(e.call, os.path.basename(e.path), e.errno) for e in events if e.result < 0}
    assert {("read", "data", 14), ("readv", "data", 14), ("readv", "data", 22), ("pread64", "data", 14),
            ("pwrite", "data", 22), ("lseek", "data", 22), ("read", "", 9)} <= failed
    assert any(e.call == "open" and e.path == "" and e.errno == 14 for e in events)
    assert any(e.path.endswith("/not \udcff\udcfe utf-8 \udc80") for e in events)
    assert any(e.path.endswith('/new\nline, "quotes"') for e in events)
    wrote = [(os.path.basename(e.path), e.offset, e.result) for e in events if e.call == "write" and e.result > 0]
    assert wrote[-3:] == [("other", 0, 10), ("third", 0, 5), ("other", 10, 4)]
    assert ", 0 events lost" in aiotrace.info(tmp_path / "traces")


PLACES = {
    "names_by_descriptor": """
fd = os.open("data", os.O_RDWR)
for name in (f"/proc/self/fd/{fd}", f"/dev/fd/{fd}", f"/proc/{os.getpid()}/fd/{fd}"):
    again = os.open(name, os.O_RDONLY); os.read(again, 5); os.close(again)
with open(f"/dev/fd/{fd}", "rb") as f: f.read()
""",
    "deleted_and_renamed_files": """
fd = os.open("data", os.O_RDWR); os.rename("data", "renamed"); os.read(fd, 5)
made = os.open("made", os.O_CREAT | os.O_RDWR); os.write(made, b"x" * 10); os.unlink("made"); os.write(made, b"y" * 5)
os.lseek(made, 3, 0); os.read(made, 100); new = os.open("made", os.O_CREAT | os.O_RDWR); os.write(new, b"z")
os.symlink("renamed", "link") if not os.path.islink("link") else None
""",
    "relative_names_from_many_folders": """
os.makedirs("a/b/c", exist_ok=True)
for step in ("a", "b", "../b", "c", "../../..", "./a/./b//c"):
    os.chdir(step)
    with open("here", "wb", buffering=0) as f: f.write(step.encode())
d = os.open("..", os.O_RDONLY); os.read(os.open("../b/c/here", os.O_RDONLY, dir_fd=d), 10) if os.path.exists("../../b/c/here") else None
os.fchdir(d)
with open("here", "rb", buffering=0) as f: f.read()
""",
    "working_folders_that_are_renamed_and_removed": """
import subprocess
write = lambda name: os.write(os.open(name, os.O_CREAT | os.O_WRONLY), name.encode())
os.mkdir("a"); os.chdir("a"); write("x"); os.rename("../a", "../b"); write("y")
subprocess.run(["mv", "../b", "../c"], check=True); write("z"); os.unlink("x")
with open("y", "rb", buffering=0) as f: f.read()
os.mkdir("d"); os.chdir("d"); write("w"); os.unlink("w"); os.rmdir("../d")
try: write("v")
except OSError: pass
os.chdir("../.."); write("u")
""",
    "folders_that_are_renamed_and_replaced": """
os.makedirs("a/b"); d = os.open("a", os.O_RDONLY); fd = os.open("a/b/x", os.O_CREAT | os.O_RDWR); os.write(fd, b"1")
os.rename("a", "c"); os.write(fd, b"22"); os.makedirs("a/b"); os.write(os.open("a/b/x", os.O_CREAT | os.O_RDWR), b"333")
os.write(os.open("c/b/x", os.O_RDWR), b"4444"); os.write(os.open("b/y", os.O_CREAT | os.O_WRONLY, dir_fd=d), b"55555")
""",
    "files_that_are_replaced_and_linked": """
for i in range(3):
    with open("tmp", "wb", buffering=0) as f: f.write(bytes(i + 1))
    old = os.open("data", os.O_RDONLY); os.rename("tmp", "data"); os.read(old, 7); os.read(os.open("data", os.O_RDONLY), 9)
os.link("data", "other"); a = os.open("data", os.O_RDWR); b = os.open("other", os.O_RDWR); os.write(b, b"zz"); os.read(a, 3)
os.unlink("data"); os.read(a, 4); os.read(b, 4); os.read(os.open(f"/proc/self/fd/{a}", os.O_RDONLY), 1)
named = os.open("so named (deleted)", os.O_CREAT | os.O_RDWR); os.read(os.open(f"/proc/self/fd/{named}", os.O_RDONLY), 2)
os.makedirs("r/s/t"); os.symlink("r/s/t", "short"); os.chdir("short"); os.write(os.open("../up", os.O_CREAT | os.O_WRONLY), b"1")
os.chdir(".."); os.write(os.open("./t/..//there", os.O_CREAT | os.O_WRONLY), b"22")
""",
    "descriptors_closed_behind_the_back": """
libc = __import__("ctypes").CDLL(None)
a = os.open("data", os.O_RDONLY); b = os.open("data", os.O_RDONLY); os.read(a, 5); os.read(b, 6); libc.close_range(a, a, 0)
c = os.open("one", os.O_CREAT | os.O_RDWR); assert c == a; os.write(c, b"1"); os.read(b, 3)
libc.syscall(436, b, b, 0); d = os.open("two", os.O_CREAT | os.O_RDWR); assert d == b; os.write(d, b"22")
libc.close_range(c, 0xffffffff, 4); os.write(c, b"333")
e = os.open("data", os.O_RDONLY); os.read(e, 5); os.dup2(c, e); os.write(e, b"4444"); os.dup2(e, 200); os.close(c); os.write(200, b"55555")
""",
    "the_longest_names": """
name = "n" * 255
with open(name, "wb", buffering=0) as f: f.write(b"1")
deep = "/".join(["d" * 200] * 18); os.makedirs(deep, exist_ok=True)
with open(deep + "/" + "f" * 150, "wb", buffering=0) as f: f.write(b"2")
for step in deep.split("/"): os.chdir(step)
with open("f" * 150, "rb", buffering=0) as f: f.read()
""",
    "names_of_any_bytes": """
for name in (b"\\xff\\xfe", b"a\\x80b", b"\\x01\\x02", b"tab\\tnew\\nline", "\\u00e4\\u4e2d".encode()):
    with open(name, "wb", buffering=0) as f: f.write(name)
""",
}


@pytest.mark.parametrize("name", PLACES)
def test_names_are_those_of_strace(name, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "data").write_bytes(b"x" * 100)
    script = tmp_path / "program.py"
    script.write_text("import os, sys\n" + PLACES[name])
    result = compare.compare([sys.executable, script], tmp_path, source)
    assert result.first.done.returncode == 0, result.first.done.stderr.decode()[-2000:]
    assert result.equal, result.differences()


def test_a_million_open_files(program, tmp_path):
    """Or as many as this machine allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with open("/proc/sys/fs/nr_open") as f:
        most = int(f.read())
    with open("/proc/meminfo") as f:
        free = next(int(line.split()[1]) for line in f if line.startswith("MemAvailable"))
    count = min(1000000, (most if os.geteuid() == 0 else hard) - 100, free // 4)
    script = """
import os, resource, sys
count = int(sys.argv[1])
try: resource.setrlimit(resource.RLIMIT_NOFILE, (count + 100, count + 100))
except (ValueError, OSError):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(count, hard - 50)
fds = [os.open("data", os.O_RDONLY) for _ in range(count)]
for i in (0, count // 2, count - 1):
    os.read(fds[i], i % 7 + 1); os.read(fds[i], 2)
os.closerange(fds[0], fds[-1])
os.read(fds[-1], 3)
print(len(fds))
"""
    done = aiotrace.run_traced(aiotrace.python(script, str(count)), tmp_path / "traces", cwd=work(tmp_path), timeout=300)
    assert done.returncode == 0, done.stderr
    count = int(done.stdout)
    events = [e for e in aiotrace.stream(tmp_path / "traces") if os.path.basename(e.path) == "data"]
    assert sum(e.call == "open64" or e.call == "open" for e in events) == count
    expected = [op for i in (0, count // 2, count - 1) for op in ((0, i % 7 + 1), (i % 7 + 1, 2))]
    reads = [(e.offset, e.result) for e in events if e.call == "read"]
    assert reads == expected + [((count - 1) % 7 + 3, 3)]


@pytest.mark.parametrize("seed", range(1, 13))
def test_calls_in_any_order_are_those_of_strace(program, seed, tmp_path):
    """Seeds for which the calls alone tell how long files are: where appending went, strace does not say."""
    command = [program("odd_calls"), seed, 150]
    result = compare.compare(command, tmp_path, made_up=r"#\d+")
    assert len(result.first.done.stdout.splitlines()) > 100
    assert result.second.done.stdout == result.first.done.stdout and result.second.done.stderr == b""
    assert result.equal, result.differences()
    assert ", 0 events lost" in aiotrace.info(tmp_path / "traces")


def test_calls_in_any_order_return_what_they_do_untraced(program, tmp_path):
    for seed in range(100, 130):
        said = []
        for run in (lambda c, **o: aiotrace.run(c, **o), lambda c, **o: aiotrace.run_traced(c, tmp_path / "traces", **o)):
            place = tmp_path / "work"
            subprocess.run(["rm", "-rf", place], check=True)
            place.mkdir()
            done = run([program("odd_calls"), seed, 300], cwd=place)
            said.append((done.stdout, done.stderr, done.returncode))
        assert said[0] == said[1] and said[0][2] == 0, f"seed {seed}"

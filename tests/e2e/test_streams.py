# SPDX-License-Identifier: Apache-2.0
"""What libc's streams, and programs that use them, do in the kernel: against
strace, operation by operation."""
import collections
import os
import shutil
import subprocess
import sys

import pytest

import aiotrace

sys.path.insert(0, os.path.join(aiotrace.TOP, "tests/compare"))
import compare  # noqa: E402

PROGRAMS = {
    "numpy_reads_and_writes_by_streams": """
import numpy as np
a = np.arange(100000.); a.tofile("a.bin"); np.fromfile("a.bin"); np.fromfile("a.bin", count=10, offset=800)
np.save("x.npy", a); np.load("x.npy"); np.savez("z.npz", a=a, b=a[:10]); np.load("z.npz")["b"]
with open("mix", "w+b") as f:
    f.write(b"abc"); a.tofile(f); f.write(b"tail"); f.seek(3); np.fromfile(f, count=20); f.read(5)
np.savetxt("t.txt", a[:500]); np.loadtxt("t.txt"); np.genfromtxt("t.txt")
""",
    "shutil_copies_a_tree": """
import shutil
shutil.copytree("tree", "copy"); shutil.move("copy", "moved"); shutil.make_archive("archive", "gztar", "tree")
shutil.rmtree("moved"); shutil.copy2("tree/one", "again"); shutil.disk_usage(".")
""",
    "tarfile_and_zipfile": """
import tarfile, zipfile
with tarfile.open("t.tar", "w") as t: t.add("tree")
with tarfile.open("t.tar") as t: t.extractall("untarred"); t.extractfile("tree/one").read()
with zipfile.ZipFile("z.zip", "w", zipfile.ZIP_DEFLATED) as z: z.write("tree/one"); z.write("tree/sub/two")
with zipfile.ZipFile("z.zip") as z: z.extractall("unzipped"); z.read("tree/one")
""",
    "sqlite": """
import sqlite3
db = sqlite3.connect("db"); db.execute("create table t (a, b)")
for i in range(20):
    db.executemany("insert into t values (?, ?)", [(n, "x" * n) for n in range(50)]); db.commit()
db.execute("pragma journal_mode=wal"); db.execute("delete from t where a < 20"); db.commit()
list(db.execute("select sum(a) from t")); db.execute("vacuum"); db.close()
""",
    "temporary_files": """
import tempfile
tempfile.tempdir = os.getcwd()
with tempfile.TemporaryFile() as f: f.write(b"x" * 100); f.seek(0); f.read()
with tempfile.NamedTemporaryFile() as f: f.write(b"y" * 10000); f.flush(); os.stat(f.name)
""",
    "a_pipeline_of_programs": """
import subprocess
subprocess.run("sort -r lines.txt | uniq -c | awk '{print $1, $2}' > counts; tee again < counts | tail -5 > top", shell=True, check=True)
subprocess.run("grep -c 1 <lines.txt >count; wc -l lines.txt >>count; tac lines.txt | cut -c1-3 > cut", shell=True, check=True)
p = subprocess.Popen(["cat", "lines.txt", "-"], stdin=subprocess.PIPE, stdout=open("cat", "wb")); p.communicate(b"more")
os.system("dd if=lines.txt of=dd bs=100 count=7 status=none"); os.popen("cat lines.txt").read()
""",
    "a_pool_that_is_terminated": """
import multiprocessing as mp, time
def work(i):
    with open(f"w{i}", "wb", buffering=0) as f: f.write(bytes(i + 1)); f.write(bytes(10))
    with open("lines.txt") as f: return len(f.readline())
if __name__ == "__main__":
    pool = mp.get_context("fork").Pool(3); pool.map(work, range(12), chunksize=1); pool.terminate(); pool.join()
""",
}

COMMANDS = {
    "cp": ["cp", "-r", "tree", "copy"],
    "dd": ["dd", "if=lines.txt", "of=out", "bs=1000", "conv=fsync", "status=none"],
    "tar": ["tar", "-cf", "out.tar", "tree", "lines.txt"],
    "untar": ["tar", "-xf", "some.tar"],
    "sort": ["sort", "-S", "20k", "-T", ".", "lines.txt", "-o", "sorted"],
    "split": ["split", "-l", "100", "lines.txt", "part."],
    "gzip": ["gzip", "-k", "lines.txt"],
    "sed": ["sed", "-i", "s/1/one/", "lines.txt"],
    "shred": ["shred", "-n", "1", "tree/one"],
}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    (folder / "lines.txt").write_text("".join(f"{i * 7919 % 1000} line\n" for i in range(2000)))
    (folder / "tree" / "sub").mkdir(parents=True)
    (folder / "tree" / "one").write_bytes(bytes(range(256)) * 40)
    (folder / "tree" / "sub" / "two").write_bytes(b"two" * 100)
    subprocess.run(["tar", "-cf", "some.tar", "tree"], cwd=folder, check=True)
    return folder


def equal(result):
    assert result.first.done.returncode == 0, result.first.done.stderr.decode()[-2000:]
    assert result.second.done.stdout == result.first.done.stdout
    assert result.equal, result.differences()


def test_streams_do_in_the_kernel_what_strace_says(program, tmp_path):
    result = compare.compare([program("streams")], tmp_path)
    equal(result)
    work = os.path.realpath(tmp_path / "work")
    assert {op.call for op in result.second.ops} >= {"stdio.read", "stdio.write"}
    assert [op.result for op in result.second.ops if op.path == work + "/left"] == [len("left open")]
    assert [op.result for op in result.second.ops if op.path == work + "/output"] == [len("at exit 1\n")]


def test_calls_by_number_are_those_of_strace(program, tmp_path):
    equal(compare.compare([program("by_number")], tmp_path))


@pytest.mark.parametrize("where", ["the_program", "a_library"])
def test_functions_of_libcs_names_that_call_by_number(where, program, tmp_path):
    binary = program("own_calls")
    if where == "a_library":
        library = program("own_calls", "-shared", "-fPIC", "-DLIBRARY", name_as="libown_calls.so")
        binary = program("own_calls", "-DELSEWHERE", library, f"-Wl,-rpath,{library.parent}", name_as="own_calls_elsewhere")
    (tmp_path / "data").write_bytes(b"x" * 10)
    done = aiotrace.run_traced([binary], tmp_path / "traces", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "0\n4\n6\n"), done.stderr
    events = [e for e in aiotrace.dump(tmp_path / "traces") if os.path.basename(e.path) == "data"]
    assert [(e.call, e.offset, e.result) for e in events] == [
        ("openat", -1, events[0].result), ("fstat", -1, 0), ("read", 0, 4), ("read", 4, 6), ("close", -1, 0)]


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_do_what_strace_says(name, template, tmp_path):
    script = tmp_path / "program.py"
    script.write_text("import os, sys\n" + PROGRAMS[name])
    equal(compare.compare([sys.executable, script], tmp_path, template, r"(?<=/)(tmp\w{8}|#\d+)$"))


@pytest.mark.parametrize("name", COMMANDS)
def test_system_programs_do_what_strace_says(name, template, tmp_path):
    if not shutil.which(COMMANDS[name][0]):
        pytest.skip(f"no {COMMANDS[name][0]} here")
    equal(compare.compare(COMMANDS[name], tmp_path, template, r"(?<=/)(sort|sed)\w{6}$"))


def test_calls_on_streams_are_not_added_to_the_report(program, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    aiotrace.run_traced([program("streams")], tmp_path / "traces", cwd=work)
    events = aiotrace.dump(tmp_path / "traces")
    assert {"fread", "fgets", "fprintf", "__getdelim"} <= {e.call for e in events if e.level == "stdio"}
    ops = aiotrace.operations(events)
    files = {f["path"]: f for f in aiotrace.report(tmp_path / "traces")["files"]}
    for name in ("a", "large", "lines"):
        path = str((work / name).resolve())
        for kind in ("read", "write"):
            mine = [op for op in ops if op.path == path and op.kind == kind]
            assert files[path][f"{kind}_ops"] == len(mine)
            assert files[path][f"{kind}_bytes"] == sum(op.result for op in mine if isinstance(op.result, int))


def test_every_byte_of_a_call_is_told(program, tmp_path):
    """What the program took from the streams and gave to them, summed over the calls."""
    work = tmp_path / "work"
    work.mkdir()
    script = tmp_path / "lines.c"
    script.write_text("""
#include <stdio.h>
int main(void) {
	char line[100];
	FILE *out = fopen("out", "w"), *in;
	for (int i = 0; i < 5000; i++) fprintf(out, "%d\\n", i);
	fclose(out);
	in = fopen("out", "r");
	while (fgets(line, sizeof line, in)) ;
	rewind(in);
	while (fread(line, 7, 13, in) == 13) ;
	return 0;
}
""")
    subprocess.run(["cc", "-O1", "-o", tmp_path / "lines", script], check=True)
    aiotrace.run_traced([tmp_path / "lines"], tmp_path / "traces", cwd=work)
    total = (work / "out").stat().st_size
    moved = {}
    for e in aiotrace.dump(tmp_path / "traces"):
        if e.path.endswith("/out"):
            moved[e.call] = moved.get(e.call, 0) + max(e.result, 0)
    assert {c: moved[c] for c in ("fprintf", "fgets", "fread", "stdio.write")} == dict.fromkeys(
        ("fprintf", "fgets", "fread", "stdio.write"), total)
    assert moved["stdio.read"] == 2 * total


def test_a_libc_whose_streams_are_made_otherwise(program, tmp_path):
    """A table that holds none of libc's functions stands in for it: then the calls count, and a note says so."""
    source = tmp_path / "other.c"
    source.write_text("void *_IO_file_jumps[32];\n")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", tmp_path / "other.so", source], check=True)
    work = tmp_path / "work"
    work.mkdir()
    env = aiotrace.traced(tmp_path / "traces", {"LD_PRELOAD": f"{aiotrace.LIBRARY}:{tmp_path}/other.so"})
    done = aiotrace.run(["sort", "/etc/passwd", "-o", "sorted"], env=env, cwd=work)
    assert done.returncode == 0, done.stderr
    ops = [op for op in aiotrace.operations(aiotrace.dump(tmp_path / "traces")) if op.path.endswith("/sorted")]
    assert sum(op.result for op in ops if op.kind == "write") == (work / "sorted").stat().st_size
    assert "streams of this libc" in aiotrace.info(tmp_path / "traces")


@pytest.mark.skipif(not os.path.exists("/etc/nsswitch.conf"), reason="libc has nothing to read for itself here")
def test_what_libc_reads_for_itself_stands_at_the_file_it_read(tmp_path):
    """It opens and closes in its own inside, one file after the other under the same number."""
    script = "import os, pwd, time; time.tzset(); pwd.getpwnam('root'); [os.pread(os.open('/etc/passwd', 0), 9, 0) for _ in range(9)]"
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path)
    assert done.returncode == 0, done.stderr
    read = collections.Counter()
    for event in aiotrace.stream(tmp_path):
        if event.call == "stdio.read":
            read[event.path] += event.result
    assert read["/etc/nsswitch.conf"] == os.path.getsize("/etc/nsswitch.conf")
    assert 0 < read["/etc/passwd"] <= os.path.getsize("/etc/passwd")
    assert "no call showed" not in aiotrace.info(tmp_path)

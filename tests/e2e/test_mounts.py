# SPDX-License-Identifier: Apache-2.0
"""Each file is shown on the mount that it lies on."""
import os
import subprocess
import sys

import pytest

import aiotrace

READ = """
import os, sys
for path in sys.argv[1:]:
    fd = os.open(path, os.O_RDONLY)
    while os.read(fd, 1 << 20): pass
    os.close(fd)
"""
CAN_MOUNT = subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
mounting = pytest.mark.skipif(not CAN_MOUNT, reason="mounting is not allowed here")


def mounts(traces):
    return {m["mount"]: m for m in aiotrace.report(traces)["mounts"]}


def mount_of(traces, path):
    return next(f["mount"] for f in aiotrace.report(traces)["files"] if f["path"] == str(path))


def kernel_says(path):
    """findmnt's view: mount point, type, source."""
    done = subprocess.run(["findmnt", "-n", "-o", "TARGET,FSTYPE,SOURCE", "-T", path], capture_output=True, text=True)
    return done.stdout.split()


def in_namespace(script, folder, *arguments):
    """Runs a shell script where its mounts are seen by nobody else."""
    return subprocess.run(["unshare", "-m", "sh", "-ec", script, "sh", *map(str, arguments)], cwd=folder,
                          env=aiotrace.clean({"LIBRARY": aiotrace.LIBRARY, "READ": READ, "PYTHON": sys.executable}), capture_output=True, text=True,
                          timeout=120)


def test_a_disk_and_memory_are_told_apart(tmp_path):
    shm = f"/dev/shm/aiotrace-test-{os.getpid()}"
    (tmp_path / "disk").write_bytes(bytes(3000))
    with open(shm, "wb") as f:
        f.write(bytes(5000))
    try:
        aiotrace.run_traced(aiotrace.python(READ, tmp_path / "disk", shm), tmp_path / "t")
        point, kind, source = kernel_says(tmp_path)
    finally:
        os.unlink(shm)
    found = mounts(tmp_path / "t")
    assert (found["/dev/shm"]["class"], found["/dev/shm"]["type"]) == ("memory", "tmpfs")
    assert found["/dev/shm"]["read_bytes"] == 5000 and found["/dev/shm"]["read_latency_ns"]["p50"] > 0
    assert (found[point]["type"], found[point]["source"]) == (kind, source)
    assert mount_of(tmp_path / "t", tmp_path / "disk") == point
    assert "Mounts" in aiotrace.aiotrace("report", tmp_path / "t").stdout


@mounting
def test_overlays_binds_links_and_names_with_blanks(tmp_path):
    script = """
mkdir lower upper work merged bind "a b" tmp
echo lower >lower/one
mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged || exit 77
echo upper >merged/two
mount -t tmpfs blank "a b"
echo blank >"a b/three"
mount -t tmpfs other tmp
echo other >tmp/four
mount --bind lower bind
ln -s "$PWD/a b/three" link
AIOTRACE_DIR=t LD_PRELOAD=$LIBRARY $PYTHON -c "$READ" merged/one merged/two link tmp/four bind/one
"""
    base = tmp_path.resolve()
    done = in_namespace(script, base)
    if done.returncode == 77:
        pytest.skip("no overlay here")
    assert done.returncode == 0, done.stderr
    found = mounts(base / "t")
    assert found[f"{base}/merged"]["class"] == "overlay"
    for path, mount in (("merged/one", "merged"), ("merged/two", "merged"), ("link", "a b"), ("tmp/four", "tmp"),
                        ("bind/one", "bind")):
        assert mount_of(base / "t", base / path) == f"{base}/{mount}", path


@mounting
def test_what_is_mounted_while_the_program_runs_is_its_own_place(tmp_path):
    """In a process and in a child that it forks afterwards."""
    work = tmp_path.resolve() / "work"
    work.mkdir()
    program = """
import os, subprocess
os.makedirs("late"); before = os.open("here", os.O_CREAT | os.O_WRONLY); os.write(before, b"1" * 10)
subprocess.run(["mount", "-t", "tmpfs", "guest", "late"], check=True)
os.write(os.open("late/one", os.O_CREAT | os.O_WRONLY), b"2" * 20); os.mkdir("late/sub")
if os.fork() == 0:
    os.write(os.open("late/sub/two", os.O_CREAT | os.O_WRONLY), b"3" * 30); os.write(before, b"4" * 40); os._exit(0)
os.wait()
"""
    done = in_namespace('AIOTRACE_DIR="$1" LD_PRELOAD="$LIBRARY" "$PYTHON" -c "$2"', work, tmp_path / "t", program)
    assert done.returncode == 0, done.stderr
    assert mount_of(tmp_path / "t", work / "late/one") == mount_of(tmp_path / "t", work / "late/sub/two") == str(work / "late")
    found = mounts(tmp_path / "t")
    place = found[str(work / "late")]
    assert (place["type"], place["source"], place["write_bytes"]) == ("tmpfs", "guest", 50)
    assert found[mount_of(tmp_path / "t", work / "here")]["write_bytes"] == 50


@mounting
def test_hundreds_of_mounts_stand_in_one_trace_of_the_run_only(tmp_path):
    script = """
mount -t tmpfs many "$PWD" && cd "$PWD"
i=0
while [ $i -lt 400 ]; do
    mkdir -p m/$i-a-long-name-as-the-volumes-of-containers-have-them-0123456789abcdef
    i=$((i + 1))
done
for m in m/*; do mount -t tmpfs v "$m"; done
echo last >"$m/file"; echo $PWD/$m/file >"$1/name"
AIOTRACE_DIR=$1/t LD_PRELOAD=$LIBRARY $PYTHON -c '
import os, subprocess, sys
subprocess.run(["cat", sys.argv[1]], check=True)
if os.fork() == 0:
    os.read(os.open(sys.argv[1], os.O_RDONLY), 10)
    os._exit(0)
os.wait()' "$m/file"
"""
    inside = tmp_path / "inside"
    inside.mkdir()
    done = in_namespace(script, inside, tmp_path.resolve())
    assert done.returncode == 0, done.stderr
    path = (tmp_path / "name").read_text().strip()
    assert mount_of(tmp_path / "t", path) == os.path.dirname(path)
    assert mounts(tmp_path / "t")[os.path.dirname(path)]["read_ops"] == 3
    sizes = sorted(os.path.getsize(os.path.join(at, name)) for at, _, names in os.walk(tmp_path / "t") for name in names)
    assert len(sizes) == 3 and 2 * sizes[-2] < sizes[-1], sizes


@mounting
def test_more_mounts_than_fit_are_noted(tmp_path):
    script = """
mount -t tmpfs many "$PWD" && cd "$PWD"
mkdir m; d=m
for i in 1 2 3 4 5 6 7 8 9; do d=$d/a-long-name-as-the-volumes-of-containers-have-them-0123456789abcdef-$i; done
i=0
mkdir -p $d
while [ $i -lt 420 ]; do mount -t tmpfs v $d; i=$((i + 1)); done
AIOTRACE_DIR=$1/t LD_PRELOAD=$LIBRARY $PYTHON -c "$READ" /etc/passwd
"""
    inside = tmp_path / "inside"
    inside.mkdir()
    done = in_namespace(script, inside, tmp_path.resolve())
    assert done.returncode == 0, done.stderr
    assert "more mounts than the trace takes in" in aiotrace.info(tmp_path / "t")
    aiotrace.aiotrace("info", "--verify", tmp_path / "t")


@mounting
def test_the_root_of_a_chroot_that_is_no_mount_has_the_file_system_below_it(tmp_path):
    """The kernel's list leaves out what lies above the root."""
    root = tmp_path / "root"
    listed = subprocess.run(["ldd", aiotrace.LIBRARY, "/bin/cat"], capture_output=True, text=True, check=True).stdout
    for path in {"/bin/cat", aiotrace.LIBRARY, *(w for w in listed.split() if w.startswith("/") and not w.endswith(":"))}:
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-L", path, place], check=True)
    (root / "proc").mkdir()
    (root / "data").write_bytes(b"x" * 1000)
    done = in_namespace('mount -t proc proc "$1/proc"\n'
                        'LD_PRELOAD="$LIBRARY" AIOTRACE_DIR=/traces /usr/sbin/chroot "$1" /bin/cat /data', tmp_path, root)
    assert done.returncode == 0 and done.stdout == "x" * 1000, done.stderr
    assert mount_of(root / "traces", "/data") == "/"
    found = mounts(root / "traces")["/"]
    kind = kernel_says(root)[1]
    assert found["read_bytes"] == 1000 and found["type"] == ("ext4" if kind.startswith("ext") else kind)

# SPDX-License-Identifier: Apache-2.0
"""The samples as fio's jobs: fio's own counts are those of the plan, and the README accounts for all else."""
import collections
import json
import os
import re
import shutil
import sys

import pytest

import aiotrace
import handmade
from replays import READS, WRITES

pytestmark = pytest.mark.skipif(not shutil.which("fio"), reason="no fio here")
FIELDS = ("total_ios", "io_bytes", "io_kbytes")


def run_fio(folder, on):
    """fio's counts by job and direction."""
    on.mkdir()
    done = aiotrace.run(["fio", "--output-format=json", folder / "job.fio"], cwd=on)
    assert done.returncode == 0, done.stderr
    jobs = json.loads(done.stdout[done.stdout.index("{"):])["jobs"]
    assert all(j["error"] == 0 for j in jobs)
    return {j["jobname"]: {way: tuple(j[way][f] for f in FIELDS) for way in ("read", "write")} for j in jobs if j["jobname"] != "prepare"}


def logged(log):
    """What a log asks for, counted as fio counts."""
    sums = {"read": [0, 0], "write": [0, 0]}
    for line in log.read_text().splitlines():
        words = line.split()
        if words[2] in sums:
            sums[words[2]][0] += 1
            sums[words[2]][1] += int(words[4])
    return {way: (count, size, size // 1024) for way, (count, size) in sums.items()}


def recorded_bytes(traces, work):
    """What the job moved; of mapped pages, as much as the file has."""
    sums = collections.Counter()
    for e in aiotrace.dump(traces):
        if not e.path.startswith(work):
            continue
        if e.call in READS or e.call in WRITES:
            sums["read" if e.call in READS else "write"] += max(e.result, 0)
        elif e.call.startswith("fault"):
            sums["read"] += max(min(e.size, os.path.getsize(e.path) - e.offset), 0)
    return sums


@pytest.mark.parametrize("name", ["demo", "image_folder", "token_memmap", "checkpoint", "etl", "inference"])
def test_fio_counts_what_the_plan_of_a_sample_has(name, tmp_path):
    work = os.path.realpath(tmp_path) + "/work"
    traces, folder = tmp_path / "t", tmp_path / "fio"
    sample = os.path.join(aiotrace.TOP, "samples", name + ".py")
    done = aiotrace.run_traced([sys.executable, sample, work], traces)
    assert done.returncode == 0, done.stderr
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", work + "*", traces).stdout)
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, "--path", work + "*", traces)
    counts = run_fio(folder, tmp_path / "on")
    assert counts == {log.stem: logged(log) for log in folder.glob("thread-*.log")}

    readme = (folder / "README").read_text()
    left = collections.Counter({kind: int(n) for n, kind in re.findall(r"^- (\d+) of ([^:\n]+)$", readme, re.M)})
    exported, planned = map(int, re.match(r"(\d+) of (\d+) operations", readme).groups())
    assert planned == plan["operations"] == sum(plan["by_kind"].values()) == exported + left.total()
    for way in ("read", "write"):
        kinds = [k for k in plan["by_kind"] if k.endswith(way) or k.endswith(way + "v")]
        assert sum(c[way][0] for c in counts.values()) == sum(plan["by_kind"][k] - left[k] for k in kinds), kinds
        assert sum(c[way][1] for c in counts.values()) == recorded_bytes(traces, work)[way]


RENAMES = """
import os, threading
def read(path):
    fd = os.open(path, os.O_RDONLY); n = len(os.read(fd, 1 << 20)); os.close(fd); return n
def found():
    os.rename("given", "x"); assert read("x") == 777
    os.rename("x", "y"); assert read("y") == 777
    os.rename("folder", "other"); assert read("other/in/f") == 888
t = threading.Thread(target=found); t.start(); t.join()
fd = os.open("new.tmp", os.O_CREAT | os.O_WRONLY); os.write(fd, bytes(1000)); os.rename("new.tmp", "new"); os.write(fd, bytes(500)); os.close(fd)
assert read("new") == 1500
fd = os.open("given", os.O_CREAT | os.O_EXCL | os.O_WRONLY); os.write(fd, bytes(100)); os.close(fd)
assert read("given") == 100 and read("y") == 777
"""


def test_what_the_run_renamed_is_read_in_full_from_what_it_found(tmp_path):
    job, traces, folder = tmp_path / "job", tmp_path / "t", tmp_path / "fio"
    (job / "folder" / "in").mkdir(parents=True)
    (job / "given").write_bytes(bytes(777))
    (job / "folder" / "in" / "f").write_bytes(bytes(888))
    done = aiotrace.run_traced(aiotrace.python(RENAMES), traces, cwd=job)
    assert done.returncode == 0, done.stderr
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, "--path", f"{job}/*", traces)
    counts = run_fio(folder, tmp_path / "on")
    assert sum(c["read"][1] for c in counts.values()) == recorded_bytes(traces, str(job))["read"] == 3 * 777 + 888 + 1500 + 100
    assert sum(c["write"][1] for c in counts.values()) == 1600
    prefix = str(job)[1:].replace("/", "_") + "_"
    sizes = {re.sub(r"\.\d+", "", p.name[len(prefix):]): p.stat().st_size for p in (tmp_path / "on").iterdir()}
    assert sizes == {"given": 777, "folder_in_f": 888, "new.tmp.made": 1500, "new.made": 1500, "given.made": 100}


def test_pages_of_a_thread_that_only_maps_are_read(tmp_path):
    made, folder = tmp_path / "t", tmp_path / "fio"
    made.mkdir()
    run = handmade.Process(made).open("/disk/weights", extent=10 << 12)
    for page in range(10):
        run.add(handmade.FAULT.number, "/disk/weights", page << 12, 4096, 4096)
    run.save()
    aiotrace.aiotrace("export", "--format", "fio", "-o", folder, made)
    assert [c["read"][:2] for c in run_fio(folder, tmp_path / "on").values()] == [(10, 10 << 12)]


def test_a_file_that_is_nearly_all_hole_is_not_written_in_full(tmp_path):
    handmade.Process(tmp_path).read("/disk/holes", 5 << 40, 4096, stage="train").save()
    aiotrace.aiotrace("export", "--format", "fio", "-o", tmp_path / "fio", tmp_path)
    writes = [line.split() for line in (tmp_path / "fio/prepare.log").read_text().splitlines() if " write " in line]
    assert [(int(w[3]), int(w[4])) for w in writes] == [((5 << 40) + 4096 - (1 << 20), 1 << 20)]
    assert "above 1 TiB only the last MiB" in (tmp_path / "fio/README").read_text()

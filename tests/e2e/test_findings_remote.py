# SPDX-License-Identifier: Apache-2.0
"""Findings about network file systems: a job on one has them, the same job on a local one has not."""
import os
import re

import pytest

import aiotrace

BEGIN = "import mmap, os, random, sys\nrandom.seed(1)\nos.chdir(sys.argv[1])\n"
SAVE = BEGIN + """
with open("model.pt.tmp", "wb", buffering=0) as f:
    f.write(bytes({header}))
    for i in range(150): f.write(bytes(65536))
    os.fsync(f.fileno())
os.rename("model.pt.tmp", "model.pt")
"""
# rule: (the job, its evidence, the same job so that it is right there)
JOBS = {
    "small_random_remote": (BEGIN + """
fd = os.open("tokens.bin", os.O_RDONLY)
for i in range(1500): os.pread(fd, 4096, random.randrange(4095) * 4096)
with open("log.tar", "wb", buffering=0) as f:
    for i in range(2000): f.write(bytes(4096))
""", r"1500 reads of 4.10 kB on average on .*/mounted \(fuse.slowfs\), [01] % of them consecutive", BEGIN + """
with open("tokens.bin", "rb", buffering=0) as f:
    while f.read(8192): pass
"""),
    "mapped_remote": (BEGIN + """
with open("tokens.bin", "rb") as f: tokens = mmap.mmap(f.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ)
tokens.madvise(mmap.MADV_RANDOM)
for page in random.sample(range(4096), 200): tokens[page * 4096]
""", r"200 page faults of .*/mounted/tokens.bin waited for .*/mounted \(fuse.slowfs\)", BEGIN + """
with open("tokens.bin", "rb", buffering=0) as f:
    while f.read(1 << 20): pass
"""),
    "unaligned_saves": (SAVE.format(header=64), r"150 of 151 writes begin inside a page", SAVE.format(header=4096)),
}


def findings(job, folder, trace):
    (folder / "tokens.bin").write_bytes(os.urandom(16 << 20))
    done = aiotrace.run_traced(aiotrace.python(job, folder), trace)
    assert done.returncode == 0, done.stderr
    return {f["id"]: f["evidence"] for f in aiotrace.report(trace)["findings"]}


@pytest.mark.parametrize("rule", JOBS)
def test_a_rule_of_network_file_systems_fires_there_alone(rule, slow_storage, tmp_path):
    if rule == "mapped_remote" and not aiotrace.faults_are_told():
        pytest.skip("perf_event_open is refused on this machine")
    local, mount = slow_storage
    job, evidence, better = JOBS[rule]
    with mount(100) as remote:
        found = findings(job, remote, tmp_path / "fires")
        assert re.search(evidence, found.get(rule, "")), found
        assert rule not in findings(better, remote, tmp_path / "better")
    assert rule not in findings(job, local, tmp_path / "local")


def test_reads_that_wait_for_no_device_of_this_machine_are_said_to(slow_storage, tmp_path):
    local, mount = slow_storage
    (local / "data").write_bytes(os.urandom(4 << 20))
    job = BEGIN + """
fd = os.open("data", os.O_RDONLY)
for i in range(64): os.pread(fd, 65536, i * 65536)
"""
    said = "that waited: for a file system that is on no device"
    with mount(300) as remote:
        assert aiotrace.run_traced(aiotrace.python(job, remote), tmp_path / "remote").returncode == 0
        report = aiotrace.report(tmp_path / "remote")
        assert report["cache"]["storage_bytes"] > 3 << 20
        assert said in aiotrace.aiotrace("report", tmp_path / "remote").stdout
    assert aiotrace.run_traced(aiotrace.python(job, local), tmp_path / "local").returncode == 0
    assert said not in aiotrace.aiotrace("report", tmp_path / "local").stdout

# SPDX-License-Identifier: Apache-2.0
"""Patterns, ratios and bursts of fio jobs, against what fio itself says it did."""
import json
import os

import pytest

import aiotrace

KINDS = ("consecutive", "sequential", "strided", "random")
SIZE = 32 << 20


def fio(folder, *job, traced=None):
    """Runs a job over a file of 32 MiB. Returns fio's result and its own log of operations."""
    data = folder / "a0001"
    if not data.exists():
        data.write_bytes(bytes(range(256)) * (SIZE >> 8))
    command = ["fio", "--name=job", f"--filename={data}", "--ioengine=psync", "--thread=0", "--invalidate=0",
               "--fallocate=none", "--randrepeat=1", f"--size={SIZE}", f"--write_iolog={folder / 'iolog'}",
               "--output-format=json", "--fsync_on_close=0", *job]
    done = aiotrace.run_traced(command, folder / "t", cwd=folder)
    assert done.returncode == 0, done.stderr
    with open(folder / "iolog") as log:
        parts = [line.split() for line in log]
    ops = [(p[-3], int(p[-2]), int(p[-1])) for p in parts if len(p) >= 4 and p[-3] in ("read", "write")]
    return json.loads(done.stdout[done.stdout.index("{"):])["jobs"][0], ops


def classified(ops):
    """Shares of the kinds of access, of operations and of bytes, by their definitions."""
    last, counts, sizes = {}, dict.fromkeys(KINDS, 0), dict.fromkeys(KINDS, 0)
    for way, offset, size in ops:
        if way not in last:
            distance, kind = 0, "random" if offset else "consecutive"
        else:
            end, before = last[way]
            distance = offset - end
            kind = ("consecutive" if distance == 0 else "strided" if distance == before
                    else "sequential" if distance > 0 else "random")
        last[way] = offset + size, distance
        counts[kind] += 1
        sizes[kind] += size
    return ({k: counts[k] / len(ops) for k in KINDS},
            {k: sizes[k] / sum(size for _, _, size in ops) for k in KINDS})


def file_and_stages(folder):
    report = aiotrace.report(folder / "t")
    path = str((folder / "a0001").resolve())
    return next(f for f in report["files"] if f["path"] == path), report


JOBS = {
    "read": (["--rw=read", "--bs=64k"], "sequential"),
    "write": (["--rw=write", "--bs=128k"], "sequential"),
    "randread": (["--rw=randread", "--bs=4k"], "random"),
    "randwrite": (["--rw=randwrite", "--bs=16k"], "random"),
    "strided": (["--rw=read:64k", "--bs=64k"], "strided"),
    "zoned": (["--rw=read", "--bs=64k", "--zonemode=strided", "--zonesize=1m", "--zonerange=1m", "--zoneskip=1m"], "sequential"),
    "zipf": (["--rw=randread", "--bs=4k", "--random_distribution=zipf:1.1"], "random"),
    "sizes": (["--rw=read", "--bsrange=4k-128k"], "sequential"),
    "split sizes": (["--rw=randread", "--bssplit=4k/60:64k/30:256k/10"], "random"),
    "odd sizes": (["--rw=write", "--bsrange=1001-90001", "--bs_unaligned"], "sequential"),
    "pareto": (["--rw=randread", "--bs=4k", "--random_distribution=pareto:0.9"], "random"),
    "normal": (["--rw=randwrite", "--bs=8k", "--random_distribution=normal:20"], "random"),
    "zones": (["--rw=randread", "--bs=4k", "--random_distribution=zoned:50/10:50/90"], "random"),
    "not in a map": (["--rw=randread", "--bs=4k", "--norandommap", "--io_size=16m"], "random"),
    "wide strides": (["--rw=read:960k", "--bs=64k"], "strided"),
    "strided writes": (["--rw=write:192k", "--bs=64k"], "strided"),
    "few operations a second": (["--rw=randread", "--bs=4k", "--rate_iops=2000", "--io_size=4m"], "random"),
    "poisson": (["--rw=randwrite", "--bs=4k", "--rate_iops=2000", "--rate_process=poisson", "--io_size=4m"], "random"),
    "mixed": (["--rw=randread", "--percentage_random=40", "--bs=16k"], None),
    "rates": (["--rw=read", "--bs=256k", "--rate=200m"], "sequential"),
    **{f"rw {share}/{100 - share}": (["--rw=rw", f"--rwmixread={share}", "--bs=32k"], None) for share in (90, 70, 50, 30, 10)},
    **{f"randrw {share}/{100 - share}": (["--rw=randrw", f"--rwmixread={share}", "--bs=4k"], "random") for share in (90, 10)},
}


@pytest.mark.parametrize("name", JOBS)
def test_a_job_s_pattern_is_what_fio_did(name, tmp_path):
    job, expected = JOBS[name]
    result, ops = fio(tmp_path, *job)
    got, report = file_and_stages(tmp_path)
    counts, sizes = classified(ops)
    assert got["read_ops"] == result["read"]["total_ios"] and got["write_ops"] == result["write"]["total_ios"]
    assert got["read_bytes"] == result["read"]["io_bytes"] and got["write_bytes"] == result["write"]["io_bytes"]
    for kind in KINDS:
        assert got["pattern"][kind] == pytest.approx(counts[kind], abs=0.001), (kind, counts)
        assert got["pattern"]["of_bytes"][kind] == pytest.approx(sizes[kind], abs=0.001), (kind, sizes)
    assert expected is None or got["pattern"]["class"] == expected
    aligned = sum((offset | size) % 4096 == 0 for _, offset, size in ops) / len(ops)
    assert got["pattern"]["aligned_4096"] == pytest.approx(aligned, abs=0.001)


@pytest.mark.parametrize("engine", ["libaio", "posixaio", "pvsync", "mmap"])
@pytest.mark.parametrize("rw", ["read", "randread", "randwrite"])
def test_a_job_s_class_does_not_depend_on_its_engine(engine, rw, tmp_path):
    """Asynchronous operations end in any order and are begun in that of the job; of a mapped file only faults are seen, as
    far apart as what each brings in."""
    size = "32m" if engine == "mmap" else "8m"
    if engine == "mmap" and not aiotrace.faults_are_told():
        pytest.skip("page faults are not told here")
    result, ops = fio(tmp_path, f"--rw={rw}", "--bs=16k", f"--size={size}", f"--ioengine={engine}", "--iodepth=8")
    got, report = file_and_stages(tmp_path)
    way = "write" if "write" in rw else "read"
    if engine != "mmap":  # faults are not accesses
        seen = got[way + "_ops"] + report["run"]["lost_events"]
        assert result[way]["total_ios"] - 8 <= seen <= result[way]["total_ios"] + 8
    assert got["pattern"]["class"] == got["all_clients"]["class"] == ("sequential" if rw == "read" else "random"), got["pattern"]


def test_four_jobs_on_one_file_are_random_each_and_together(tmp_path):
    result, _ = fio(tmp_path, "--rw=randread", "--bs=4k", "--numjobs=4", "--group_reporting", "--io_size=4m")
    got, _ = file_and_stages(tmp_path)
    assert got["read_ops"] == result["read"]["total_ios"] == 4 * 1024
    assert got["pattern"]["class"] == got["all_clients"]["class"] == "random"


def test_four_streams_on_one_file_are_sequential_each_and_not_together(tmp_path):
    result, _ = fio(tmp_path, "--rw=read", "--bs=64k", "--numjobs=4", "--group_reporting", "--size=8m", "--offset_increment=8m",
                    "--thinktime=300")
    got, _ = file_and_stages(tmp_path)
    assert got["read_bytes"] == result["read"]["io_bytes"] == 32 << 20
    assert got["pattern"]["class"] == "sequential" and got["all_clients"]["consecutive"] < 0.7


def test_seeks_are_counted_by_distance(tmp_path):
    _, ops = fio(tmp_path, "--rw=randread", "--bs=4k")
    _, report = file_and_stages(tmp_path)
    stage = max(report["stages"], key=lambda s: s["read_bytes"] * (s["stage"] != "runtime"))
    expected = {}
    for (_, before, size), (_, offset, _) in zip(ops, ops[1:]):
        distance = offset - before - size
        if distance:
            kind = 0 if abs(distance) < 4096 else (abs(distance).bit_length() - 13) // 2 + 1
            key = (4096 << 2 * (kind - 1) if kind else 1, "forward" if distance > 0 else "back")
            expected[key] = expected.get(key, 0) + 1
    got = {(s["from_bytes"], way): s[way] for s in stage["pattern"]["seeks"] for way in ("forward", "back") if s[way]}
    assert got == expected
    assert stage["read_size"]["histogram"] == [{"from_bytes": 4096, "ops": len(ops)}]


def test_storage_sees_clients_of_a_file_together(tmp_path):
    """Two processes read alternate blocks: each strides, storage sees one stream."""
    (tmp_path / "blob.bin").write_bytes(bytes(4 << 20))
    script = """
import os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
ours, theirs = os.pipe(), os.pipe()
me = os.fork() == 0
mine, other = (ours[0], theirs[1]) if me else (theirs[0], ours[1])
fd = os.open(sys.argv[1], os.O_RDONLY)
if me: os.write(other, b"x")
for block in range(int(me), 64, 2):
    os.read(mine, 1)
    os.pread(fd, 65536, block * 65536)
    os.write(other, b"x")
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path / "blob.bin"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    stage = max((s for s in report["stages"] if s["stage"] not in ("runtime", "ipc")), key=lambda s: s["read_bytes"])
    assert stage["pattern"]["strided"] > 0.9
    assert stage["pattern"]["all_clients"]["consecutive"] > 0.95
    place = max(report["mounts"], key=lambda m: m["read_bytes"])
    assert place["all_clients"]["consecutive"] > 0.9


def bursts_by_log(path, pause_ms):
    """The duty cycle that fio's log of latencies tells: ends in ms, durations in ns."""
    spans = []
    with open(path) as log:
        for line in log:
            end, ns = line.split(",")[:2]
            spans.append((float(end) - int(ns) / 1e6, float(end)))
    on, begin, last, count = 0.0, spans[0][0], spans[0][1], 1
    for start, end in spans[1:]:
        if start - last > pause_ms:
            on += last - begin
            begin = start
            count += 1
        last = end
    return (on + last - begin) / (last - spans[0][0]), count


BURSTS = {
    "reads": ("read", "1m", 60, 128, "3g"),
    "random writes": ("randwrite", "256k", 50, 256, "768m"),
    "reads and writes": ("randrw", "512k", 80, 128, "768m"),
}


@pytest.mark.parametrize("name", BURSTS)
def test_bursts_and_pauses_are_as_fio_made_them(name, tmp_path):
    rw, size, pause_ms, blocks, whole = BURSTS[name]
    result, ops = fio(tmp_path, f"--rw={rw}", f"--bs={size}", f"--thinktime={pause_ms}ms", f"--thinktime_blocks={blocks}",
                      "--thinktime_blocks_type=complete", f"--io_size={whole}", "--write_lat_log=log", "--log_offset=0")
    _, report = file_and_stages(tmp_path)
    stages = [s for s in report["stages"] if s["stage"] not in ("runtime", "ipc")]
    stage = max(stages, key=lambda s: s["read_bytes"] + s["write_bytes"])
    duty, count = bursts_by_log(tmp_path / "log_lat.1.log", pause_ms / 2)
    bursts = stage["burstiness"]["bursts"]
    assert count == len(ops) // blocks
    if stage["read_ops"] + stage["write_ops"] == len(ops):  # no other stage has a part of them
        assert bursts["count"] == count
        assert bursts["duty_cycle"] == pytest.approx(duty, rel=0.05)
        assert bursts["mean_bytes"] == pytest.approx(sum(size for _, _, size in ops) / count, rel=0.001)
    assert bursts["mean_off_s"] >= pause_ms / 1000
    steady = stage["burstiness"]["windows"]
    assert [w["window_s"] for w in steady] == [0.01, 0.1, 1, 10]


def test_operations_in_flight_are_counted_over_time(tmp_path):
    fio(tmp_path, "--rw=randread", "--bs=128k", "--numjobs=4", "--group_reporting", "--io_size=64m", "--thinktime=500")
    _, report = file_and_stages(tmp_path)
    stage = max((s for s in report["stages"] if s["stage"] not in ("runtime", "ipc")), key=lambda s: s["read_bytes"])
    ops = [e for e in aiotrace.dump(tmp_path / "t") if e.stage == stage["stage"] and e.call.startswith(("read", "pread", "write"))]
    edges = sorted([(e.start_ns, 1) for e in ops] + [(e.start_ns + e.duration_ns, -1) for e in ops])
    time, depth, at = {}, 0, edges[0][0]
    for when, step in edges:
        time[depth] = time.get(depth, 0) + when - at
        depth, at = depth + step, when
    whole = sum(time.values())
    got = {t["in_flight"]: t["share"] for t in stage["concurrency"]["time"]}
    for depth in range(4):
        assert got.get(depth, 0) == pytest.approx(time.get(depth, 0) / whole, abs=0.001)
    busy = whole - time.get(0, 0)
    assert stage["concurrency"]["mean_while_busy"] == pytest.approx(sum(d * t for d, t in time.items()) / busy, rel=0.001)


def test_operations_in_flight_from_one_block_into_the_next_are_in_order(tmp_path):
    """Blocks are written as operations end: what began earlier may stand in a later one."""
    result, ops = fio(tmp_path, "--rw=read", "--bs=4k", "--ioengine=libaio", "--iodepth=32", "--io_size=96m")
    last = begun = 0
    for e in aiotrace.stream(tmp_path / "t"):
        assert e.start_ns >= last
        last = e.start_ns
        begun += e.call == "libaio.read"
    assert begun == result["read"]["total_ios"] == 3 * SIZE >> 12
    got, _ = file_and_stages(tmp_path)
    assert got["pattern"]["consecutive"] == pytest.approx(1, abs=0.001)


def test_a_file_s_clients_are_taken_together_file_by_file(tmp_path):
    """One file is read by two processes in turns, another one by one alone: only the first one differs for storage."""
    for name in ("shared", "own"):
        (tmp_path / name).write_bytes(bytes(4 << 20))
    script = """
import os, sys
me = os.open(sys.argv[1], os.O_RDONLY), os.open(sys.argv[1], os.O_RDONLY)
own = os.open(sys.argv[2], os.O_RDONLY)
for block in range(64):
    os.pread(me[block % 2], 65536, block * 65536)
    os.pread(own, 65536, block * 31 % 64 * 65536)
"""
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path / "shared", tmp_path / "own"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    files = {os.path.basename(f["path"]): f for f in aiotrace.report(tmp_path / "t")["files"]}
    assert files["shared"]["pattern"]["strided"] > 0.9 and files["shared"]["all_clients"]["consecutive"] > 0.95
    assert files["shared"]["all_clients"]["aligned_4096"] == 1
    for kind in KINDS:
        assert files["own"]["pattern"][kind] == files["own"]["all_clients"][kind]


def test_ratio_and_concurrency_over_time_are_those_of_the_events(tmp_path):
    """First it is written, then read: by four processes at a time."""
    fio(tmp_path, "--rw=write", "--bs=256k", "--name=next", "--stonewall", f"--filename={tmp_path / 'a0001'}", "--rw=randread",
        "--bs=64k", "--numjobs=4", "--thinktime=200", "--ioengine=psync", f"--size={SIZE}")
    report = aiotrace.report(tmp_path / "t")
    events = [e for e in aiotrace.dump(tmp_path / "t") if e.stage not in ("runtime", "ipc")
              and aiotrace.classes().get(e.call) in ("read", "write") and e.level != "stdio"]
    for timeline, ours in [(report["timeline"], events)] + [
            (s["timeline"], [e for e in events if e.stage == s["stage"]]) for s in report["stages"]]:
        if not ours:
            continue
        start = report["run"]["start_ns"] + round(timeline["from_s"] * 1e9)
        width = timeline["window_s"] * 1e9
        reads, writes, busy = {}, {}, {}
        for e in ours:
            at = int((e.start_ns - start) // width)
            way = reads if aiotrace.classes()[e.call] == "read" else writes
            way[at] = way.get(at, 0) + 1
            begin, end = e.start_ns - start, e.start_ns - start + e.duration_ns
            while begin < end:
                next_one = min(end, (int(begin // width) + 1) * width)
                busy[int(begin // width)] = busy.get(int(begin // width), 0) + next_one - begin
                begin = next_one
        count = len(timeline["ops"])
        assert timeline["read_ops"] == [reads.get(i, 0) for i in range(count)]
        assert timeline["ops"] == [reads.get(i, 0) + writes.get(i, 0) for i in range(count)]
        assert timeline["in_flight"] == pytest.approx([busy.get(i, 0) / width for i in range(count)], abs=1e-6)
        moved = {way: sum(max(0, e.result) for e in ours if aiotrace.classes()[e.call] == way) for way in ("read", "write")}
        assert sum(timeline["read_bytes"]) == pytest.approx(moved["read"])
        assert sum(timeline["write_bytes"]) == pytest.approx(moved["write"])
    assert "in flight" in aiotrace.aiotrace("report", tmp_path / "t").stdout

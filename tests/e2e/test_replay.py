# SPDX-License-Identifier: Apache-2.0
"""A replay does what was recorded: told by tracing it, and by its own record."""
import collections
import json
import os

import pytest

import aiotrace
from replays import OPEN, READ, READS, SLOW_JOB, STAT, UNLINK, WRITE, WRITES, hostile, moved, record, replay


@pytest.mark.parametrize("engine", ["sync", "uring"])
@pytest.mark.parametrize("timing", ["original", "think", "fast"])
def test_a_replay_moves_the_same_bytes_in_the_same_order(timing, engine, tmp_path):
    folder = str(record(tmp_path))
    replay(tmp_path, "--no-record", "--timing", "fast")  # writes the data, which then is there
    again = aiotrace.run_traced([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--json", "--timing", timing,
                                 "--engine", engine, "-o", tmp_path / "replays", tmp_path / "t"], tmp_path / "again")
    assert again.returncode == 0, again.stderr
    verdict = json.loads(again.stdout)
    assert verdict["complete"] and verdict["errors"] == [] and verdict["not_failed_as_recorded"] == 0, verdict
    assert verdict["operations_done"] == verdict["operations_planned"]
    assert verdict["bytes_done"] == verdict["bytes_planned"]
    recorded = moved(aiotrace.dump(tmp_path / "t"), folder)
    assert len(recorded) == 24
    assert moved(aiotrace.dump(tmp_path / "again"), folder, "/client-0") == recorded
    assert moved(aiotrace.dump(verdict["recording"]), folder, "/client-0") == recorded


def test_a_faster_run_is_still_a_legal_one(tmp_path):
    """Reader and writer are two processes that a pipe alone keeps in order."""
    record(tmp_path)
    for _ in range(10):
        verdict = replay(tmp_path, "--timing", "fast", "--no-record")
        assert verdict["complete"] and not verdict["errors"], verdict
        assert verdict["bytes_done"] == verdict["bytes_planned"]


def test_a_slow_writer_holds_its_readers_up(program, tmp_path):
    record(tmp_path)
    slow = program("slow", "-shared", "-fPIC", "-ldl", name_as="slow.so")
    env = aiotrace.clean({"LD_PRELOAD": str(slow), "SLOW_US": "3000"})
    verdict = replay(tmp_path, "--timing", "fast", env=env)
    assert verdict["complete"] and verdict["bytes_done"] == verdict["bytes_planned"], verdict
    assert verdict["duration_s"] > 40 * 0.003


def test_a_slow_target_is_judged_slow_by_its_factor(program, tmp_path):
    record(tmp_path, SLOW_JOB, 20)
    slow = program("slow", "-shared", "-fPIC", "-ldl", name_as="slow.so")
    took = {}
    for us in (6000, 100_000):
        verdict = replay(tmp_path, "--timing", "think", "--no-record", "--path", "*/job/made-*",
                         env=aiotrace.clean({"LD_PRELOAD": str(slow), "SLOW_US": str(us)}))
        assert verdict["kept_pace"] is False or us == 6000, verdict
        took[us] = max(s["replayed"]["latency_ns"]["p50"] for s in verdict["stages"])
        assert took[us] >= us * 1000
    assert took[100_000] / took[6000] > 4  # on a machine that is busy, the shorter one suffers more


def test_the_plan_says_what_will_be_there_and_what_not(tmp_path):
    folder = record(tmp_path)
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", f"{folder}*", tmp_path / "t").stdout)
    assert plan["files"] == 1 and plan["bytes"] == 65536  # all else was made by the job
    assert plan["space_bytes"] == 65536 + 20 * 3050 + 3 * 40
    assert plan["by_kind"]["rename"] == plan["by_kind"]["unlink"] == plan["by_kind"]["fsync"] == 20
    assert plan["by_kind"]["preadv"] == plan["by_kind"]["readv"] == 3
    assert any("pipes" in r["why"] and r["events"] >= 40 for r in plan["not_replayed"])
    text = aiotrace.aiotrace("replay", "--dry-run", tmp_path / "t").stdout
    assert "Not replayed" in text and "rename" in text
    assert not (tmp_path / "target").exists()


def test_stages_times_and_clients_can_be_chosen(tmp_path):
    folder = record(tmp_path)
    two = replay(tmp_path, "--scale", "2", "--share", "--timing", "fast")
    assert two["operations_done"] == 2 * two["plan"]["operations"] and two["complete"], two
    shared = f"{tmp_path}/target/client-%d{folder}/data"
    assert os.path.exists(shared % 0) and not os.path.exists(shared % 1)
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    some = replay(tmp_path, "--path", "*/data", "--timing", "fast")
    assert set(some["plan"]["by_kind"]) <= {"open", "close", "pread", "preadv", "readv", "read", "fstat", "lseek", "mmap",
                                            "mapped read", "munmap", "stat"}
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    none = replay(tmp_path, "--from", "1000", check=False)
    assert none.returncode == 1 and "nothing to replay" in none.stderr


def test_a_stage_s_operations_are_those_that_dump_says(tmp_path):
    (tmp_path / "target").mkdir()
    done = aiotrace.run_traced(aiotrace.python("""
import os, sys
names = [f"{sys.argv[1]}/{i:02}.jpg" for i in range(20)]
for name in names:
    with open(name, "wb") as f: f.write(os.urandom(100000))
for name in names * 3:
    assert os.stat(name).st_size == 100000
    with open(name, "rb") as f: f.read()
""", tmp_path), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    for stage in ("ingest", "train"):
        said = [e.call for e in aiotrace.dump(tmp_path / "t") if e.stage == stage and e.path.endswith(".jpg")]
        plan = json.loads(aiotrace.aiotrace("replay", "--target", tmp_path / "target", "--stage", stage, "--dry-run", "--json",
                                            tmp_path / "t").stdout)
        assert plan["by_kind"].get("stat", 0) == sum("stat" in call and not call.startswith("f") for call in said)


def test_contents_do_not_compress_unless_asked_to(tmp_path):
    import zlib
    folder = record(tmp_path)
    for ratio, least, most in (("1", 0.95, 1.1), ("4", 0.2, 0.3)):
        replay(tmp_path, "--compressible", ratio, "--timing", "fast", "--no-record")
        data = (tmp_path / "target" / "client-0" / str(folder)[1:] / "data").read_bytes()
        assert len(data) == 65536 and least < len(zlib.compress(data)) / 65536 < most
        aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")


def test_a_target_is_used_again_and_cleaned_of_what_was_made_alone(tmp_path):
    folder = record(tmp_path)
    target = tmp_path / "target"
    replay(tmp_path, "--timing", "fast", "--no-record")
    data = target / "client-0" / str(folder)[1:] / "data"
    before = data.read_bytes()
    assert replay(tmp_path, "--timing", "fast", "--no-record", "--loop", "2")[1]["complete"]
    assert data.read_bytes() == before
    (target / "client-0" / str(folder)[1:] / "mine").write_text("kept")
    done = aiotrace.aiotrace("replay", "--clean", "--target", target)
    assert "were left there" in done.stderr and not data.exists()
    assert [str(p.relative_to(target)) for p in sorted(target.rglob("*")) if p.is_file()] == [
        "aiotrace-replay", "aiotrace-replay.names", f"client-0{folder}/mine"]
    (target / "client-0" / str(folder)[1:] / "mine").unlink()
    aiotrace.aiotrace("replay", "--clean", "--target", target)
    assert list(target.iterdir()) == []


def test_a_folder_that_is_not_ours_is_refused(tmp_path):
    record(tmp_path)
    target = tmp_path / "target"
    target.mkdir()
    (target / "thesis").write_text("precious")
    done = replay(tmp_path, check=False)
    assert done.returncode == 1 and "not made by aiotrace replay" in done.stderr
    assert os.listdir(target) == ["thesis"]
    done = aiotrace.aiotrace("replay", "--clean", "--target", target, check=False)
    assert done.returncode == 1 and os.listdir(target) == ["thesis"]


def test_usage_is_checked():
    for wrong in (["--timing", "soon", "--target", "x"], ["--scale", "0", "--target", "x"], [], ["--speed", "0", "--target", "x"],
                  ["--stage", "lunch", "--target", "x"], ["--engine", "steam", "--target", "x"]):
        assert aiotrace.aiotrace("replay", *wrong, check=False).returncode == 2, wrong


# ---- traces that mean harm ----

ASTRAY = [(10_000, OPEN, 2, 1, -1, 0, 3, 0), (20_000, READ, 2, 1, 0, 10, 10, 0), (30_000, OPEN, 1, 2, -1, 0, 4, 0o1002),
          (40_000, WRITE, 1, 2, 0, 10, 10, 0), (50_000, UNLINK, 1, 0, -1, 0, 0, 0), (60_000, STAT, 1, 0, -1, 0, 0, 0)]


@pytest.mark.parametrize("path", [
    b"../victim", b"/..", b"relative", b"/dev/sda", b"/proc/1/mem", b"/", b"/a/../dev/sda", b"/a/../..", b"/" + b"n" * 300, b"/x" * 2500, b"/sys/power/state",
])
def test_paths_that_lead_astray_are_not_followed(path, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("safe")
    hostile(tmp_path, [(path, 1, 10), (b"/good", 1, 10)], ASTRAY)
    verdict = replay(tmp_path)
    assert verdict["complete"] and verdict["operations_done"] == 2
    assert sum(r["events"] for r in verdict["plan"]["not_replayed"]) == 4
    assert victim.read_text() == "safe"
    assert {p.name for p in tmp_path.iterdir()} == {"t", "target", "replays", "victim"}


@pytest.mark.parametrize("path", [b"/a/../../../../%s/victim", b"%s/./victim", b"//%s//victim", b"/..%s/x/../victim"])
def test_paths_that_lead_back_end_inside_the_target(path, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("safe")
    hostile(tmp_path, [(path % str(tmp_path).encode(), 1, 10), (b"/good", 1, 10)], ASTRAY[:4])
    verdict = replay(tmp_path)
    assert verdict["complete"] and verdict["operations_done"] == 4 and not verdict["plan"]["not_replayed"]
    assert victim.read_text() == "safe"
    assert os.path.getsize(f"{tmp_path}/target/client-0{victim}") == 10


def test_a_link_in_the_target_is_not_followed(tmp_path):
    victim = tmp_path / "victim"
    victim.mkdir()
    (victim / "file").write_text("safe")
    hostile(tmp_path, [(b"/way/file", 1, 4)], [(10_000, OPEN, 1, 1, -1, 0, 3, 2), (20_000, WRITE, 1, 1, 0, 4, 4, 0),
                                              (30_000, UNLINK, 1, 0, -1, 0, 0, 0)])
    replay(tmp_path)
    way = tmp_path / "target" / "client-0" / "way"
    way.rmdir()
    way.symlink_to(victim)
    done = replay(tmp_path, check=False)
    assert done.returncode == 1 and "way/file" in done.stderr
    aiotrace.aiotrace("replay", "--clean", "--target", tmp_path / "target")
    assert (victim / "file").read_text() == "safe"


@pytest.mark.parametrize("offset, size, result, known", [
    (1 << 62, 4096, 4096, -1), (0, 1 << 62, 1 << 62, -1), (0, 4096, 4096, 1 << 62), (0, 4096, 1 << 40, -1), ((1 << 63) - 1, 1, 1, -1),
    (1 << 59, 4096, 4096, -1)])
def test_sizes_that_no_storage_has_are_refused(offset, size, result, known, tmp_path):
    hostile(tmp_path, [(b"/huge", 1, known), (b"/good", 1, 10)],
            [(5_000, OPEN, 2, 2, -1, 0, 3, 0), (10_000, OPEN, 1, 1, -1, 0, 3, 0), (20_000, READ, 1, 1, offset, size, result, 0)])
    done = replay(tmp_path, check=False)
    if done.returncode:
        assert "needs" in done.stderr and "name a larger target" in done.stderr, done.stderr
    else:
        assert any("no file has" in r["why"] for r in json.loads(done.stdout)["plan"]["not_replayed"])
    used = sum(p.stat().st_blocks * 512 for p in (tmp_path / "target").rglob("*"))
    assert used < 1 << 20


# ---- comparing, and other engines ----

def test_recordings_are_compared_and_conditions_fail(tmp_path):
    record(tmp_path)
    again = replay(tmp_path, "--timing", "fast")["recording"]
    both = (tmp_path / "t", again)
    metrics = json.loads(aiotrace.aiotrace("compare", "--json", *both).stdout)["metrics"]
    writes = max((m for m in metrics if m["metric"] == "write_ops" and m["stage"] != "ipc"), key=lambda m: m["a"])
    assert writes["a"] == writes["b"] >= 40 and writes["ratio"] == 1
    stage = writes["stage"]
    for condition, status in ((f"{stage}.write_ops == 1x", 1), (f"{stage}.write_ops > 1x", 0), (f"{stage}.write_bytes < -1%", 0),
                              ("duration_s < 1x", 1), ("lost_events > 0", 0), ("train.nonsense > 1", 2), ("duration_s", 2),
                              ("duration_s > 3 apples", 2), ("checkpoint_s > 1000x", 0), ("run.duration_s < 1x", 1),
                              ("duration_s > nan", 2), ("duration_s > inf", 2), ("train.duration_s > 1", 2), ("read_ops > 1", 2),
                              ("train.the > 1", 2), ("train. > 1", 2), (".duration_s > 1", 2), ("", 2), ("t" * 99 + ".read_ops > 1", 2)):
        done = aiotrace.aiotrace("compare", "--fail-if", condition, *both, check=False)
        assert done.returncode == status, (condition, done.stdout, done.stderr)
    assert "B/A" in aiotrace.aiotrace("compare", *both).stdout


def test_fio_does_the_exported_job(tmp_path):
    folder = record(tmp_path)
    aiotrace.aiotrace("export", "--format", "fio", "-o", tmp_path / "fio", "--path", f"{folder}*", tmp_path / "t")
    (tmp_path / "on").mkdir()
    done = aiotrace.run(["fio", "--output-format=json", tmp_path / "fio" / "job.fio"], cwd=tmp_path / "on")
    assert done.returncode == 0, done.stderr
    jobs = json.loads(done.stdout[done.stdout.index("{"):])["jobs"][1:]
    recorded = collections.Counter()
    for e in aiotrace.dump(tmp_path / "t"):
        kind = "read" if e.call in READS else "write" if e.call in WRITES else None
        if kind and e.path.startswith(str(folder)) and e.result > 0:
            recorded[kind] += 1
    assert sum(j["write"]["total_ios"] for j in jobs) == recorded["write"]
    faults = sum(1 for e in aiotrace.dump(tmp_path / "t") if e.call.startswith("fault"))
    assert sum(j["read"]["total_ios"] for j in jobs) - faults == recorded["read"]
    readme = (tmp_path / "fio" / "README").read_text()
    assert "20 of rename" in readme and "20 of unlink" in readme


def test_asynchronous_reads_keep_their_depth(program, tmp_path):
    file = tmp_path / "file"
    file.write_bytes(os.urandom(4096 * 500))
    binary = program("uring", "-luring", name_as="uring_shared")
    done = aiotrace.run_traced([binary, file, "16", "500"], tmp_path / "t")
    if done.returncode == 77:
        pytest.skip("no io_uring here")
    assert done.returncode == 0, done.stderr
    verdict = replay(tmp_path, "--timing", "think")
    assert verdict["complete"] and verdict["bytes_done"] == 4096 * 500 and not verdict["io_uring_refused"]
    for traces in (tmp_path / "t", verdict["recording"]):
        rows = [e for e in aiotrace.dump(traces) if e.level == "uring" and e.call == "io_uring.read"]
        assert sorted(e.offset for e in rows) == list(range(0, 4096 * 500, 4096))
    order = [[e.offset for e in aiotrace.dump(t) if e.call == "io_uring.read"] for t in (tmp_path / "t", verdict["recording"])]
    assert order[0] == order[1]

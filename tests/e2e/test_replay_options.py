# SPDX-License-Identifier: Apache-2.0
"""What a replay can be asked for: less of the job, faster, past the page cache, without contents, with progress shown."""
import json
import os
import pty
import re
import subprocess

import pytest

import aiotrace
from replays import OPEN, READ, hostile, record, replay
from test_replay_trouble import mounting


def twenty_reads(tmp_path):
    """A read of 4 KiB each 0.05 s, of a file of 80 KiB."""
    rows = [(1_000_010_000, OPEN, 1, 1, -1, 0, 3, 0)]
    rows += [(1_000_020_000 + k * 50_000_000, READ, 1, 1, k << 12, 4096, 4096, 0) for k in range(20)]
    hostile(tmp_path, [(b"/data/a.bin", 1, 20 << 12)], rows)


def test_speed_divides_times_and_pauses(tmp_path):
    twenty_reads(tmp_path)
    for timing in ("original", "think"):
        verdict = replay(tmp_path, "--timing", timing, "--speed", "5")
        assert verdict["complete"] and 19 * 0.05 / 5 <= verdict["duration_s"] < 19 * 0.05, verdict


ENDING = """
import os, sys, threading, time
os.chdir(sys.argv[1])
def touch(name): os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
touch("first")
child = os.fork()
if not child: touch("child"); time.sleep(0.4); os._exit(0)
touch("second")
os.waitpid(child, 0)
if sys.argv[2] == "on": touch("third")
"""


@pytest.mark.parametrize("timing, more", [("think", "on"), ("think", "no"), ("original", "no")])
def test_what_a_child_took_to_end_passes_before_its_parent_goes_on_or_ends(timing, more, tmp_path):
    folder = record(tmp_path, ENDING, more)
    verdict = replay(tmp_path, "--timing", timing, "--path", f"{folder}/*")
    assert verdict["duration_s"] >= 0.4, verdict


def test_a_part_of_the_time_is_replayed(tmp_path):
    twenty_reads(tmp_path)
    trace = replay(tmp_path, "--timing", "fast", "--from", "0.2", "--to", "0.5")["recording"]
    reads = [e.offset for e in aiotrace.dump(trace) if e.level == "fd" and e.size]
    assert reads == [k << 12 for k in range(4, 10)]


def test_a_stage_is_replayed_alone(tmp_path):
    folder = record(tmp_path)
    plan = json.loads(aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", f"{folder}/*", tmp_path / "t").stdout)
    stages = {e.stage for e in aiotrace.dump(tmp_path / "t") if e.path.startswith(str(folder)) and e.level == "fd"} - {"ipc"}
    parts = 0
    for stage in stages | {"other"}:
        done = aiotrace.aiotrace("replay", "--dry-run", "--json", "--path", f"{folder}/*", "--stage", stage, tmp_path / "t")
        parts += json.loads(done.stdout)["operations"]
    assert stages and parts == plan["operations"]
    verdict = replay(tmp_path, "--timing", "fast", "--stage", sorted(stages)[0], "--path", f"{folder}/*")
    assert {s["stage"] for s in verdict["stages"]} == {sorted(stages)[0]}


def test_direct_reads_do_not_fill_the_page_cache_and_move_the_same_bytes(tmp_path):
    twenty_reads(tmp_path)
    verdict = replay(tmp_path, "--timing", "fast", "--direct", "--no-record")
    assert verdict["complete"] and verdict["bytes_done"] == 20 << 12 and verdict["unaligned"] == 0
    traced = aiotrace.run_traced([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--timing", "fast", "--direct", "--no-record",
                                  tmp_path / "t"], tmp_path / "again")
    assert traced.returncode == 0
    if "O_DIRECT was refused" not in traced.stdout:
        events = aiotrace.aiotrace("dump", "--format", "jsonl", "--path", "*/data/a.bin", tmp_path / "again").stdout
        assert events.count('"pread') == 20


PIECES = """
import os, sys
fd = os.open(sys.argv[1] + "/data", os.O_RDWR)
os.lseek(fd, 61440, 0)
for size in (100, 3996): assert len(os.read(fd, size)) == size
os.write(fd, b"x" * 4096); os.write(fd, b"y" * 10); os.close(fd)
"""


@pytest.mark.parametrize("engine", ["sync", "uring"])
def test_what_is_no_whole_block_is_done_with_direct_too_and_calls_go_on_behind_it(engine, tmp_path):
    folder = record(tmp_path, PIECES)
    verdict = replay(tmp_path, "--timing", "fast", "--direct", "--engine", engine, "--path", f"{folder}/*")
    assert verdict["complete"] and verdict["bytes_done"] == 100 + 3996 + 4096 + 10 and not verdict["failed"], verdict
    there = os.stat(f"{tmp_path}/target/client-0{folder}/data")
    assert there.st_size == 65536 + 4096 + 10
    assert verdict["unaligned"] == 3 or "O_DIRECT was refused" in json.dumps(verdict)


APPENDS = """
import mmap, os, sys
bytes_ = memoryview(mmap.mmap(-1, 8192))
try: fd = os.open(sys.argv[1] + "/log", os.O_CREAT | os.O_WRONLY | os.O_APPEND | os.O_DIRECT); os.write(fd, bytes_[:512])
except OSError: fd = os.open(sys.argv[1] + "/log", os.O_CREAT | os.O_WRONLY | os.O_APPEND); os.write(fd, bytes_[:512])
for _ in range(5): os.writev(fd, [bytes_[:512], bytes_[512:1536]])
"""


@pytest.mark.parametrize("engine", ["sync", "uring"])
def test_vectors_past_the_page_cache_are_cut_between_blocks(engine, tmp_path):
    folder = record(tmp_path, APPENDS)
    verdict = replay(tmp_path, "--timing", "fast", "--engine", engine, "--path", f"{folder}/*")
    assert verdict["complete"] and verdict["bytes_done"] == 512 + 5 * 1536 and not verdict["failed"], verdict
    assert os.path.getsize(f"{tmp_path}/target/client-0{folder}/log") == 512 + 5 * 1536


def test_sparse_files_have_their_sizes_and_no_blocks(tmp_path):
    hostile(tmp_path, [(b"/data/a.bin", 1, 1 << 40)], [(10_000, OPEN, 1, 1, -1, 0, 3, 0), (20_000, READ, 1, 1, 1 << 39, 4096, 4096, 0)])
    verdict = replay(tmp_path, "--timing", "fast", "--sparse", "--no-record")
    assert verdict["complete"] and verdict["bytes_done"] == 4096
    there = os.stat(tmp_path / "target/client-0/data/a.bin")
    assert there.st_size == 1 << 40 and there.st_blocks * 512 < 1 << 20


def test_progress_is_shown_on_a_terminal_and_only_there(tmp_path):
    twenty_reads(tmp_path)
    above, below = pty.openpty()
    done = subprocess.run([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--no-record", "--timing", "fast", tmp_path / "t"],
                          env=aiotrace.clean(), stdout=subprocess.PIPE, stderr=below, timeout=60)
    os.close(below)
    shown = os.read(above, 65536).decode()
    os.close(above)
    assert done.returncode == 0 and re.search(r"preparing: +\d+ %, \d+ of \d+ names", shown), shown
    assert replay(tmp_path, "--timing", "fast", check=False).stderr == ""


@mounting
def test_a_target_without_inodes_is_refused_before_anything_is_written(tmp_path):
    hostile(tmp_path, [(b"/data/%d" % i, 1, 0) for i in range(200)], [(10_000 + i, OPEN, i + 1, i + 1, -1, 0, 3, 0) for i in range(200)])
    script = ('mkdir target && mount -t tmpfs -o nr_inodes=100 small target && "$PROGRAM" replay --target target --no-record t; echo $?; '
              'find target | wc -l')
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, env=aiotrace.clean({"PROGRAM": aiotrace.PROGRAM}),
                          capture_output=True, text=True, timeout=60)
    status, names = done.stdout.split()[-2:]
    assert status == "1" and re.search(r"makes 200 names, there are \d+ inodes", done.stderr) and int(names) < 10, done


@pytest.mark.parametrize("trouble, words", [("kill -INT $replay", "interrupted while preparing"),
                                            ("dd if=/dev/zero of=target/filler bs=64k 2>/dev/null", "No space left on device")])
@mounting
def test_trouble_while_preparing_is_said_and_can_be_cleaned(trouble, words, tmp_path):
    hostile(tmp_path, [(b"/data/%d" % i, 1, 1 << 20) for i in range(400)], [(10_000 + i, OPEN, i + 1, i + 1, -1, 0, 3, 0) for i in range(400)])
    script = f"""
mkdir target && mount -t tmpfs -o size=450m small target
"$PROGRAM" replay --target target --no-record t >/dev/null 2>err & replay=$!
while [ ! -e target/client-0/data/3 ]; do kill -0 $replay || exit 99; done
{trouble}
wait $replay; echo $?
rm -f target/filler
"$PROGRAM" replay --clean --target target; ls -A target | wc -l
"""
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, env=aiotrace.clean({"PROGRAM": aiotrace.PROGRAM}),
                          capture_output=True, text=True, timeout=120)
    if done.returncode == 99:
        pytest.skip("prepared before trouble could come")
    assert done.stdout.split()[0] == "1" and done.stdout.split()[-1] == "0", done
    assert words in (tmp_path / "err").read_text()

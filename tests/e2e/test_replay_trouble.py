# SPDX-License-Identifier: Apache-2.0
"""A full disk, a target that goes, interrupts: a message, a verdict on what was done, and nothing left behind."""
import contextlib
import glob
import json
import os
import re
import shutil
import subprocess
import time

import pytest

import aiotrace
from replays import SLOW_JOB, record, replay

CAN_MOUNT = subprocess.run(["unshare", "-m", "true"], capture_output=True).returncode == 0
mounting = pytest.mark.skipif(not CAN_MOUNT, reason="mounting is not allowed here")


def in_trouble(tmp_path, trouble):
    """Replays onto a small tmpfs, and lets trouble come when the third file was made."""
    made = f"target/client-0{tmp_path}/job/made-2"
    script = f"""
mkdir -p target && mount -t tmpfs -o size=8m small target
"$PROGRAM" replay --target target --json -o replays t >out 2>err & replay=$!
while [ ! -e "{made}" ]; do kill -0 $replay || exit 99; sleep 0.01; done
{trouble}
wait $replay && status=0 || status=$?
mount -o remount,size=64m target 2>/dev/null || true; rm -f target/filler
echo $status >status
ls target >left 2>/dev/null || true
"""
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, env=aiotrace.clean({"PROGRAM": aiotrace.PROGRAM}),
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done, (tmp_path / "err").read_text())
    return (int((tmp_path / "status").read_text()), json.loads((tmp_path / "out").read_text()), (tmp_path / "err").read_text())


@mounting
@pytest.mark.parametrize("trouble, words", [
    ("dd if=/dev/zero of=target/filler bs=64k 2>/dev/null", "No space left on device"),
    ("mount -o remount,ro target || umount -l target", None),
    ("umount -l target", "was unmounted or moved"),
    ("kill -INT $replay", "interrupted"),
])
def test_trouble_ends_in_a_message_and_a_verdict_on_what_was_done(trouble, words, tmp_path):
    record(tmp_path, SLOW_JOB, 50)
    status, verdict, errors = in_trouble(tmp_path, trouble)
    assert status == 1
    if words:
        assert words in errors, errors
    if "unmounted" not in errors:
        assert not verdict["complete"] and 0 < verdict["operations_done"] < verdict["operations_planned"], verdict
        assert "a next replay puts them right" in errors
    assert verdict["recording"] and aiotrace.report(tmp_path / verdict["recording"])["run"]["duration_s"] > 0


def autogroup():
    with open("/proc/self/autogroup") as f:
        return f.read()


@pytest.mark.skipif(os.geteuid() != 0 or not os.path.exists("/proc/self/autogroup"), reason="priority is for root, of sessions")
def test_a_killed_replay_leaves_nobody_its_priority_and_nothing_running(tmp_path):
    record(tmp_path, SLOW_JOB, 500)
    before = autogroup()
    with subprocess.Popen([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--no-record", tmp_path / "t"],
                          env=aiotrace.clean(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as replay:
        made = tmp_path / "target" / "client-0" / str(tmp_path)[1:] / "job" / "made-2"
        while not made.exists():
            assert replay.poll() is None, replay.stdout.read()
            time.sleep(0.01)
        replay.kill()
        replay.stdout.read()  # ends when nobody has it open any more
    assert autogroup() == before
    assert not made.with_name("made-499").exists()


MAY_COME_FIRST = shutil.which("chrt") and subprocess.run(["chrt", "--rr", "1", "true"], capture_output=True).returncode == 0


def policies(pid):
    """Of all threads of a process's children."""
    found = set()
    for task in glob.glob(f"/proc/{pid}/task/*/children"):
        for child in open(task).read().split():
            for thread in os.listdir(f"/proc/{child}/task"):
                with contextlib.suppress(ProcessLookupError):
                    found.add(os.sched_getscheduler(int(thread)))
    return found


@pytest.mark.skipif(not MAY_COME_FIRST, reason="threads may not come before others here, or there is no chrt")
def test_threads_that_mostly_sleep_come_before_other_programs(tmp_path):
    record(tmp_path, SLOW_JOB, 100)
    with subprocess.Popen([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--no-record", tmp_path / "t"],
                          env=aiotrace.clean(), stdout=subprocess.DEVNULL) as replay:
        while os.SCHED_RR not in policies(replay.pid):
            assert replay.poll() is None
            time.sleep(0.001)
        assert replay.wait() == 0
    assert os.sched_getscheduler(0) == os.SCHED_OTHER


@mounting
def test_a_target_without_room_is_refused_before_anything_is_written(tmp_path):
    folder = record(tmp_path)
    os.truncate(folder / "data", 50 << 20)
    done = aiotrace.run_traced(aiotrace.python("import sys\nopen(sys.argv[1], 'rb').read()", folder / "data"), tmp_path / "t2")
    assert done.returncode == 0
    script = 'mkdir target && mount -t tmpfs -o size=8m small target && "$PROGRAM" replay --target target t2; echo $?; du -s target'
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=tmp_path, env=aiotrace.clean({"PROGRAM": aiotrace.PROGRAM}),
                          capture_output=True, text=True, timeout=60)
    assert re.search(r"needs 52.4 MB, there are 8.\d+ MB", done.stderr), done.stderr
    status, used = done.stdout.split()[:2]
    assert status == "1" and int(used) < 100


def test_what_is_not_allowed_is_counted_and_the_rest_goes_on(tmp_path):
    if os.geteuid() != 0 or subprocess.run(["setpriv", "--version"], capture_output=True).returncode:
        pytest.skip("wants root, and setpriv")
    folder = record(tmp_path)
    replay(tmp_path, "--timing", "fast", "--no-record")
    for at, _, names in os.walk(tmp_path):
        os.chmod(at, 0o777)
        for name in names:
            os.chmod(os.path.join(at, name), 0o666)
    for up in (tmp_path.parent, tmp_path.parent.parent):
        os.chmod(up, 0o755)
    inner = tmp_path / "target" / "client-0" / str(folder)[1:] / "out"
    inner.mkdir(exist_ok=True)
    os.chmod(inner, 0o555)
    done = aiotrace.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", aiotrace.PROGRAM, "replay", "--target",
                         tmp_path / "target", "--no-record", "--json", "--timing", "fast", tmp_path / "t"])
    assert "Permission denied" in done.stdout + done.stderr, done


def test_a_target_that_nobody_may_look_into_is_named_as_that(tmp_path):
    if os.geteuid() != 0 or subprocess.run(["setpriv", "--version"], capture_output=True).returncode:
        pytest.skip("wants root, and setpriv")
    record(tmp_path)
    (tmp_path / "target").mkdir(mode=0o700)
    for at in (tmp_path / "t", tmp_path, tmp_path.parent, tmp_path.parent.parent):
        os.chmod(at, 0o755)
    other = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", aiotrace.PROGRAM, "replay", "--target", tmp_path / "target"]
    done = aiotrace.run([*other, "--no-record", tmp_path / "t"])
    assert done.returncode == 1 and done.stderr.endswith("target: Permission denied\n"), done
    done = aiotrace.run([*other, "--clean"])
    assert done.returncode == 1 and "Permission denied; nothing was removed" in done.stderr, done


CUT_JOB = """
import os, sys, time
os.chdir(sys.argv[1])
open("begun", "w").close()
time.sleep(1)
fd = os.open("data", os.O_RDONLY)
for i in range(16):
    os.pread(fd, 4096, i * 4096)
"""


def test_a_run_whose_files_were_cut_meanwhile_is_not_complete(tmp_path):
    job = record(tmp_path, CUT_JOB)
    made = tmp_path / "target" / "client-0" / str(job)[1:]
    with subprocess.Popen([aiotrace.PROGRAM, "replay", "--target", tmp_path / "target", "--json", "--no-record", "--path",
                           f"{job}/*", tmp_path / "t"], env=aiotrace.clean(), stdout=subprocess.PIPE) as replay:
        while not (made / "begun").exists():
            assert replay.poll() is None
            time.sleep(0.01)
        os.truncate(made / "data", 5 * 4096)
        verdict = json.loads(replay.stdout.read())
    assert verdict["operations_done"] == verdict["operations_planned"] and not verdict["failed"], verdict
    assert verdict["bytes_done"] == 5 * 4096 and verdict["bytes_planned"] == 16 * 4096
    assert not verdict["complete"] and not verdict["kept_pace"] and f"{11 * 4096} bytes" in verdict["verdict"], verdict

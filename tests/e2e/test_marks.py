# SPDX-License-Identifier: Apache-2.0
"""A program's own word on its stages counts for all that happens under it, and
goes with the threads and processes that it makes. Each file's name says which
stage its writing was under."""
import json
import os
import re
import shutil
import subprocess
import sys

import pytest

import aiotrace

INCLUDE = os.path.join(aiotrace.TOP, "include")
ONE_LINE = 'mark = getattr(__import__("ctypes").CDLL(None), "aiotrace_mark", bool)'


def stages_of_writes(events):
    return {os.path.basename(e.path): e.stage for e in events if e.call in ("write", "stdio.write", "aio_write") and "." in e.path}


def disagreeing(folder, *traces, but=()):
    """Files whose stage is not what their name says, or of those that no mark covers (other.WHY) not what it is when
    marks are ignored; and how many there are."""
    found, judged = (stages_of_writes(e for e in aiotrace.stream(*options, *traces) if e.path.startswith(str(folder)))
                     for options in ([], ["--ignore-marks"]))
    said = {name: judged[name] if name.startswith("other.") else name.split(".")[0] for name in found}
    return {name: stage for name, stage in found.items() if said[name] != stage and name not in but}, len(found)


@pytest.fixture(scope="module")
def marked(program, tmp_path_factory):
    folder = tmp_path_factory.mktemp("marked")
    (folder / "files").mkdir()
    done = aiotrace.run_traced([program("marks", "-I" + INCLUDE), folder / "files"], folder / "traces")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder


def test_marks_nest_and_go_with_threads_forks_execs_and_submissions(marked):
    wrong, count = disagreeing(marked / "files", marked / "traces")
    assert not wrong
    assert count == len(os.listdir(marked / "files")) - 1 == 21  # but "mapped"


def test_all_of_a_marked_call_on_a_file_is_of_its_stage(marked):
    calls = {e.call: e.stage for e in aiotrace.stream(marked / "traces") if e.path.endswith("/checkpoint.inner")}
    assert set(calls) == {"open", "write", "close"} and set(calls.values()) == {"checkpoint"}


def test_pages_touched_before_a_mark_changes_stand_under_the_one_that_was(marked):
    faults = [e for e in aiotrace.stream(marked / "traces") if e.call.startswith("fault.")]
    if not faults:
        pytest.skip("this machine tells of no faults")
    halves = {(e.offset >= 256 << 10, e.stage) for e in faults}
    assert halves == {(False, "train"), (True, "inference")}


def test_marks_stand_in_the_trace_with_the_stage_they_lead_to(marked):
    marks = [e for e in aiotrace.stream(marked / "traces") if e.call == "mark"]
    assert [e.stage for e in marks[:4]] == ["train", "other", "other", "other"]
    assert {"train", "checkpoint", "restore", "prepare", "inference", "ingest"} <= {e.stage for e in marks}
    assert not any(e.path for e in marks) and {e.level for e in marks} == {"meta"}


def test_the_report_is_certain_of_what_is_marked(marked):
    stages = {s["stage"]: s for s in aiotrace.report(marked / "traces")["stages"]}
    assert stages["checkpoint"]["confidence"] == 1
    assert [why for why in stages["checkpoint"]["why"] if "marked as such by the program (3 files)" in why]
    ignored = {s["stage"]: s for s in report_ignoring(marked / "traces")["stages"]}
    assert not any("marked" in why for s in ignored.values() for why in s["why"])


def report_ignoring(traces):
    return json.loads(aiotrace.aiotrace("report", "--json", "--ignore-marks", traces).stdout)


def test_ignored_marks_leave_the_same_events_and_other_stages(marked):
    dumps = [list(aiotrace.parse(aiotrace.aiotrace("dump", "--format", "csv", *more, marked / "traces").stdout.splitlines()))
             for more in ([], ["--ignore-marks"])]
    assert [e._replace(stage="") for e in dumps[0]] == [e._replace(stage="") for e in dumps[1]]
    assert {e.stage for e in dumps[0] if e.call == "mark"} > {"other"} == {e.stage for e in dumps[1] if e.call == "mark"}


def test_a_name_that_is_no_stage_is_noted(marked):
    assert 'no stage is named "nonsense"' in aiotrace.info(marked / "traces")


def test_dump_of_a_stage_finds_what_is_marked(marked):
    lines = aiotrace.aiotrace("dump", "--stage", "restore", marked / "traces").stdout.splitlines()
    assert {os.path.basename(p) for line in lines for p in re.findall(r'"([^"]+)"', line)} == \
        {"restore.changed-inside", "restore.null-ended"}


def test_without_the_library_a_mark_does_nothing(program, tmp_path):
    done = aiotrace.run([program("marks", "-I" + INCLUDE), tmp_path])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("compiler", ["g++", "clang++"])
def test_a_stage_lasts_as_long_as_an_object_of_cpp(compiler, tmp_path):
    if not shutil.which(compiler):
        pytest.skip(f"no {compiler} here")
    source = tmp_path / "scope.cpp"
    source.write_text('#include <fstream>\n#include <aiotrace/mark.h>\n'
                      'int main(int, char **a) { std::string f = a[1];\n'
                      '{ aiotrace::stage saving("checkpoint"); std::ofstream(f + "/checkpoint.in") << 1; }\n'
                      'std::ofstream(f + "/other.out") << 1; }\n')
    subprocess.run([compiler, "-Wall", "-Wextra", "-Werror", "-I" + INCLUDE, source, "-o", tmp_path / "scope"], check=True)
    assert aiotrace.run_traced([tmp_path / "scope", tmp_path], tmp_path / "traces").returncode == 0
    events = [e for e in aiotrace.stream(tmp_path / "traces") if e.path.endswith((".in", ".out")) and "write" in e.call]
    assert {os.path.basename(e.path): e.stage for e in events} == {"checkpoint.in": "checkpoint", "other.out": "other"}


PYTHON = ONE_LINE + """
import multiprocessing, subprocess, sys, threading
folder = sys.argv[1]
def touch(name):
    with open(f"{folder}/{name}", "w") as f:
        f.write("x")
def child():
    touch("train.spawned")
def save(go):
    go.wait()
    touch("checkpoint.in-the-background")
if __name__ == "__main__":
    touch("other.before")
    mark(b"train")
    touch("train.bytes")
    mark("checkpoint")
    touch("checkpoint.text")
    go = threading.Event()
    thread = threading.Thread(target=save, args=[go])
    thread.start()
    mark(b"train")
    go.set()
    thread.join()
    worker = multiprocessing.get_context("spawn").Process(target=child)
    worker.start()
    worker.join()
    subprocess.run([sys.executable, "-c", f"open('{folder}/train.subprocess', 'w').write('x')"], check=True)
    mark(None)
    touch("other.after")
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "marks.py"
    path.write_text(PYTHON)
    (tmp_path / "files").mkdir()
    return [sys.executable, path, tmp_path / "files"]


def test_one_line_of_python_marks_with_bytes_or_text(script, tmp_path):
    done = aiotrace.run_traced(script, tmp_path / "traces")
    assert (done.returncode, done.stderr) == (0, "")
    wrong, count = disagreeing(tmp_path / "files", tmp_path / "traces")
    assert not wrong and count == 7


def test_one_line_of_python_does_nothing_untraced(script):
    done = aiotrace.run(script)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_line_is_the_one_of_the_readme():
    with open(os.path.join(aiotrace.TOP, "README.md")) as f:
        assert ONE_LINE in f.read()


def test_a_variable_marks_a_program_from_outside(script, tmp_path):
    command = aiotrace.python("import sys; open(sys.argv[1], 'w').write('x')", tmp_path / "files/prepare.by-variable")
    assert aiotrace.run_traced(command, tmp_path / "traces", {"AIOTRACE_MARK": "prepare"}).returncode == 0
    assert disagreeing(tmp_path / "files", tmp_path / "traces") == ({}, 1)
    assert {e.stage for e in aiotrace.stream(tmp_path / "traces") if e.path.endswith(".pyc")} == {"runtime"}


def test_a_variable_that_names_no_stage_is_noted_and_left_out(tmp_path):
    command = aiotrace.python("import sys; open(sys.argv[1], 'w').write('x')", tmp_path / "other.by-variable")
    assert aiotrace.run_traced(command, tmp_path / "traces", {"AIOTRACE_MARK": "dinner"}).returncode == 0
    assert "AIOTRACE_MARK names no stage" in aiotrace.info(tmp_path / "traces")
    assert disagreeing(tmp_path, tmp_path / "traces") == ({}, 1)


def test_installed_headers_hold_the_marks(tmp_path):
    subprocess.run(["make", "-s", "-C", aiotrace.TOP, "install", f"BUILD={aiotrace.BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/usr"],
                   check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "usr/include/aiotrace/mark.h").exists()

# SPDX-License-Identifier: Apache-2.0
"""The command line's contract."""
import json
import os
import subprocess

import jsonschema
import pytest

import aiotrace

INTEGER, NUMBER, TEXT = {"type": "integer"}, {"type": "number"}, {"type": "string"}


def record_of(**fields):
    return {"type": "object", "required": list(fields), "properties": fields}


def many(item):
    return {"type": "array", "items": item}


MAYBE = {"type": ["number", "null"]}
PATTERN = record_of(**{"class": {"enum": ["sequential", "strided", "random", "mixed", "none", None]}},
                    consecutive=MAYBE, sequential=MAYBE, strided=MAYBE, random=MAYBE)
COUNTS = dict(read_ops=INTEGER, write_ops=INTEGER, read_bytes=INTEGER, write_bytes=INTEGER)
STAGES = ["ingest", "prepare", "train", "checkpoint", "restore", "inference", "runtime", "ipc", "other"]
REPORT = record_of(
    run=record_of(duration_s=NUMBER, lost_events=INTEGER, coverage=record_of(read=MAYBE, write=MAYBE),
                  processes=many(record_of(pid=INTEGER, ppid=INTEGER, host=TEXT, role=TEXT,
                                           rank={"type": ["integer", "null"]}, local_rank={"type": ["integer", "null"]},
                                           world_size={"type": ["integer", "null"]}))),
    stages=many(record_of(stage={"enum": STAGES}, meta_ops=INTEGER, pattern=PATTERN, confidence=NUMBER, why=many(TEXT),
                          latency_ns=record_of(p50=MAYBE, p99=MAYBE, max=MAYBE),
                          bandwidth=record_of(mean=MAYBE, peak=MAYBE, window_s=NUMBER), **COUNTS)),
    files=many(record_of(path=TEXT, pattern=PATTERN, **COUNTS)),
    checkpoints=many(record_of(path=TEXT, bytes=INTEGER, start_s=NUMBER, duration_s=NUMBER, bandwidth=MAYBE)),
    restores=many(record_of(path=TEXT, bytes=INTEGER)))


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli").resolve()
    (folder / "data").write_bytes(bytes(10000))
    script = ("import os, subprocess\nfd = os.open('data', os.O_RDONLY)\n"
              "for i in range(100): os.pread(fd, 50, i * 90)\n"
              "open('out', 'wb').write(b'x' * 5000); subprocess.run(['dd', 'if=data', 'of=copy', 'bs=1000', 'status=none'])")
    done = aiotrace.run([aiotrace.PROGRAM, "record", "-o", folder / "traces", "--", *aiotrace.python(script)], cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder / "traces"


@pytest.mark.parametrize("command,status", [(["true"], 0), (["sh", "-c", "exit 42"], 42), (["/nonexistent/program"], 127),
                                            (["no-such-program-here"], 127), (["/etc/passwd"], 126)])
def test_record_ends_as_the_command_ends(command, status, tmp_path):
    done = aiotrace.run([aiotrace.PROGRAM, "record", "-o", tmp_path / "t", "--", *command])
    assert done.returncode == status
    assert (status < 100) == (done.stderr == "")
    assert status < 100 or command[0] in done.stderr


def test_a_command_behind_a_folder_that_may_not_be_searched_is_not_found(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    as_nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.getuid() == 0 else []
    env = aiotrace.clean({"PATH": f"{closed}:/usr/bin:/bin"})
    done = aiotrace.run([*as_nobody, aiotrace.PROGRAM, "record", "--", "no-such-program-here"], env=env, cwd="/")
    assert (done.returncode, done.stderr) == (127, "aiotrace: no-such-program-here: command not found\n")


def test_record_into_a_folder_that_cannot_be_made_runs_the_command_untraced(tmp_path):
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "below"
    done = aiotrace.run([aiotrace.PROGRAM, "record", "-o", folder, "--", "sh", "-c", "echo out; exit 3"])
    assert (done.returncode, done.stdout) == (3, "out\n")
    assert done.stderr == f"aiotrace: {folder}: Not a directory; running untraced, choose another folder with -o\n"


def test_record_makes_the_folders_above(tmp_path):
    aiotrace.run([aiotrace.PROGRAM, "record", "-o", "a/b/c", "--", "sh", "-c", "cd /; cat /etc/passwd"], cwd=tmp_path)
    assert any(e.path == "/etc/passwd" for e in aiotrace.dump(tmp_path / "a/b/c"))


def test_record_dies_of_the_command_s_signal(tmp_path):
    assert aiotrace.run([aiotrace.PROGRAM, "record", "-o", tmp_path, "sh", "-c", "kill -15 $$"]).returncode == -15


def test_record_leaves_output_and_input_alone(tmp_path):
    done = aiotrace.run([aiotrace.PROGRAM, "record", "-o", tmp_path, "--", "sh", "-c", "cat; echo err >&2"], input="in\n", stdin=None)
    assert (done.stdout, done.stderr) == ("in\n", "err\n")


@pytest.mark.parametrize("arguments,status", [([], 2), (["nonsense"], 2), (["dump", "--nonsense"], 2), (["record"], 2),
                                              (["dump", "--format", "xml"], 2), (["help"], 0), (["--help"], 0), (["dump", "--help"], 0)])
def test_usage(arguments, status):
    done = aiotrace.aiotrace(*arguments, check=False)
    assert done.returncode == status
    assert "Usage" in done.stdout if status == 0 else "aiotrace" in done.stderr and not done.stdout


@pytest.mark.parametrize("verb", ["dump", "report", "info"])
def test_a_trace_that_is_not_there_is_named(verb, tmp_path):
    missing = tmp_path / "missing"
    done = aiotrace.aiotrace(verb, missing, check=False)
    assert done.returncode == 1 and str(missing) in done.stderr and len(done.stderr.splitlines()) == 1
    empty = aiotrace.aiotrace(verb, check=False, cwd=tmp_path)
    assert empty.returncode == 1 and "aiotrace.data" in empty.stderr and len(empty.stderr.splitlines()) == 1


def test_json_report_has_the_contract_s_fields(traces):
    report = aiotrace.report(traces)
    jsonschema.validate(report, REPORT)
    assert len({stage["stage"] for stage in report["stages"]}) == len(report["stages"])
    events = aiotrace.dump(traces)
    for stage in report["stages"]:
        mine = [e for e in events if e.stage == stage["stage"]]
        for kind in ("read", "write"):
            ops = [op for op in aiotrace.operations(mine) if op.kind == kind]
            moved = sum(op.result for op in ops if isinstance(op.result, int))
            assert (stage[f"{kind}_ops"], stage[f"{kind}_bytes"]) == (len(ops), moved), stage["stage"]


def test_files_of_the_report_are_those_of_the_program(traces):
    files = {os.path.basename(f["path"]): f for f in aiotrace.report(traces)["files"] if str(traces.parent) in f["path"]}
    got = {n: (f["read_ops"], f["read_bytes"], f["write_ops"], f["write_bytes"]) for n, f in files.items()}
    assert got["out"] == (0, 0, 1, 5000) and got["copy"] == (0, 0, 10, 10000)
    assert got["data"] == (111, 15000, 0, 0)  # 100 by Python; 10 and the end by dd
    assert files["copy"]["pattern"]["consecutive"] == 1


def test_text_report_and_info_name_what_matters(traces):
    text = aiotrace.aiotrace("report", traces).stdout
    assert "read" in text and "data" in text
    info = aiotrace.info(traces)
    assert "dd" in info and "ended in order" in info
    assert aiotrace.aiotrace("info", "--verify", traces).returncode == 0


def test_dump_formats_say_the_same(traces):
    rows = list(aiotrace.stream(traces))
    lines = [json.loads(line) for line in aiotrace.aiotrace("dump", "--format", "jsonl", traces).stdout.splitlines()]
    assert [{k: line[k] for k in aiotrace.Event._fields} for line in lines] == [e._asdict() for e in rows]
    assert len(aiotrace.aiotrace("dump", traces).stdout.splitlines()) == len(rows)
    assert [e.start_ns for e in rows] == sorted(e.start_ns for e in rows)


def filtered(traces, *arguments):
    return list(aiotrace.parse(aiotrace.aiotrace("dump", "--format", "csv", *arguments, traces).stdout.splitlines()))


def test_dump_filters(traces):
    rows = list(aiotrace.stream(traces))
    pid = rows[-1].pid
    assert filtered(traces, "--pid", str(pid)) == [e for e in rows if e.pid == pid]
    assert filtered(traces, "--path", "*/data") == [e for e in rows if e.path.endswith("/data")]
    assert filtered(traces, "--stage", "runtime") == [e for e in rows if e.stage == "runtime"] != rows
    times = [line.split()[0] for line in aiotrace.aiotrace("dump", traces).stdout.splitlines()]
    half = times.index(times[len(rows) // 2])
    assert 0 < half and filtered(traces, "--from", times[half]) == rows[half:]
    assert filtered(traces, "--to", times[half]) == rows[:half]


def test_the_newest_run_is_taken_without_an_argument(tmp_path):
    for word in ("first", "second"):
        subprocess.run([aiotrace.PROGRAM, "record", "--", "sh", "-c", f"echo {word} >{word}"], cwd=tmp_path, env=aiotrace.clean(), check=True)
    assert len(os.listdir(tmp_path / "aiotrace.data")) == 2
    text = aiotrace.aiotrace("info", cwd=tmp_path).stdout
    assert "second" in text and "first" not in text


def test_time_and_duration_are_those_of_the_clock(tmp_path):
    script = "import os, time; print(time.time_ns()); r, w = os.pipe(); os.write(w, b'x'); fd = os.open('/dev/null', 0); print(time.time_ns())"
    done = aiotrace.run_traced(aiotrace.python(script), tmp_path / "t")
    before, after = map(int, done.stdout.split())
    opened, = (e for e in aiotrace.dump(tmp_path / "t") if e.path == "/dev/null" and e.call.startswith("open"))
    assert before <= opened.start_ns + 1_000_000 and opened.start_ns + opened.duration_ns <= after + 1_000_000


def test_install_puts_everything_where_record_finds_it(tmp_path):
    make = ["make", "-s", "-C", aiotrace.TOP, f"BUILD={aiotrace.BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/opt/x"]
    if aiotrace.PROGRAM != os.path.join(aiotrace.BUILD, "aiotrace"):
        pytest.skip("another build is tested")
    subprocess.run([*make, "install"], check=True, stdout=subprocess.DEVNULL, env=aiotrace.clean())
    program = tmp_path / "opt/x/bin/aiotrace"
    done = aiotrace.run([program, "record", "-o", tmp_path / "t", "cat", "/etc/passwd"])
    assert done.returncode == 0 and any(e.path == "/etc/passwd" for e in aiotrace.dump(tmp_path / "t"))
    subprocess.run([*make, "uninstall"], check=True, stdout=subprocess.DEVNULL, env=aiotrace.clean())
    assert [n for _, _, names in os.walk(tmp_path / "opt") for n in names] == []


@pytest.mark.parametrize("verb", [["dump"], ["replay", "--dry-run"], ["export", "--format", "csv"]], ids=lambda v: v[0])
def test_a_time_that_ends_before_it_begins_is_refused(verb, traces):
    assert aiotrace.run([aiotrace.PROGRAM, *verb, "--from", "0", "--to", "5", traces]).returncode == 0
    done = aiotrace.run([aiotrace.PROGRAM, *verb, "--from", "5", "--to", "2", traces])
    assert (done.returncode, done.stdout) == (2, "") and "--to must be more than --from" in done.stderr

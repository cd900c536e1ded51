# SPDX-License-Identifier: Apache-2.0
"""What the program says where it is used wrongly, or can't write what it has to say."""
import subprocess

import pytest

import aiotrace


@pytest.fixture(scope="module")
def traces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("misuse")
    done = aiotrace.run([aiotrace.PROGRAM, "record", "-o", folder / "traces", "--", "cat", "/etc/passwd"])
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "traces"


@pytest.mark.parametrize("arguments, option, may_be", [
    (["dump", "--format", "xml"], "--format", "text (default), csv or jsonl"),
    (["dump", "--from", "nan"], "--from", "only events that start S seconds"),
    (["dump", "--pid", "x"], "--pid", "only this process"),
    (["report", "--stage", "xml"], "--stage", "only this stage: ingest, prepare, train"),
    (["export", "--format", "csv", "--by", "size"], "--by", "by bytes (default), ops, or time"),
    (["export", "--format", "csv", "--to", "x"], "--to", "only these operations"),
    (["replay", "--timing", "slow"], "--timing", "original (default)"),
    (["replay", "--scale", "0"], "--scale", "N clients at once"),
    (["replay", "--pid", "-1"], "--pid", "only these operations")])
def test_a_wrong_value_is_named_with_its_option_and_what_it_may_be(arguments, option, may_be):
    done = aiotrace.run([aiotrace.PROGRAM, *arguments])
    first, *rest = done.stderr.splitlines()
    assert (done.returncode, done.stdout, first) == (2, "", f"aiotrace {arguments[0]}: {option} can't be '{arguments[-1]}'")
    assert may_be in " ".join(done.stderr.split()) and len(rest) <= 4 and rest[-1] == f"Try 'aiotrace help {arguments[0]}'."


@pytest.mark.parametrize("arguments, says", [(["--format", "chrome", "--by", "ops"], "--by is for folded, not for chrome"),
                                             (["--format", "fio", "-o", "x", "--stacks"], "--stacks is for chrome and csv, not for fio"),
                                             (["--format", "folded", "--path", "x"], "only --stage selects in this format: folded")])
def test_an_option_that_a_format_has_no_use_for_is_told(arguments, says):
    done = aiotrace.run([aiotrace.PROGRAM, "export", *arguments])
    assert (done.returncode, done.stderr) == (2, f"aiotrace export: {says}\nTry 'aiotrace help export'.\n")


def test_options_that_are_none_are_told_in_the_program_s_name():
    for verb in ("record", "report", "dump", "info", "plan", "compare", "export", "replay"):
        done = aiotrace.run([aiotrace.PROGRAM, verb, "--bogus"])
        assert (done.returncode, done.stderr) == (2, f"aiotrace {verb}: unrecognized option '--bogus'\nTry 'aiotrace help {verb}'.\n")


@pytest.mark.parametrize("arguments", [["report"], ["report", "--json"], ["dump"], ["info"], ["plan", "--params", "7B"], ["compare", "T"],
                                       ["export", "--format", "chrome"], ["export", "--format", "folded"], ["replay", "--dry-run"],
                                       ["replay", "--dry-run", "--json"], ["help"], ["help", "dump"], ["--version"]])
def test_what_a_full_disk_does_not_take_is_a_failure(arguments, traces):
    takes_trace = arguments[0] not in ("plan", "help", "--version")
    command = [traces if a == "T" else a for a in arguments] + [traces] * takes_trace
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([aiotrace.PROGRAM, *command], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, "aiotrace: standard output: No space left on device\n")


def test_a_small_file_of_something_else_is_no_trace_that_was_cut(tmp_path, traces):
    notes, cut = tmp_path / "notes.txt", tmp_path / "cut.aiot"
    cut.write_bytes(next(traces.rglob("*.aiot")).read_bytes()[:30])
    for text in (b"x", b"hello, world\n"):
        notes.write_bytes(text)
        done = aiotrace.run([aiotrace.PROGRAM, "report", notes])
        assert done.returncode == 1 and "not an aiotrace trace" in done.stderr and "remove" not in done.stderr
    assert "cut within the header" in aiotrace.run([aiotrace.PROGRAM, "report", cut]).stderr


def test_what_is_wrong_with_many_files_is_said_once(tmp_path):
    for n in range(40):
        (tmp_path / f"host.{n}.0.aiot").write_bytes(b"nothing of the kind" * 100)
    for n in range(3):
        (tmp_path / f"host.{50 + n}.0.aiot").touch()
    lines = aiotrace.run([aiotrace.PROGRAM, "report", tmp_path]).stderr.splitlines()
    assert sum("not an aiotrace trace" in line for line in lines) == 6 and sum("file is empty" in line for line in lines) == 3
    assert any(line.startswith("aiotrace: 35 more: offset 0: not an aiotrace trace") for line in lines) and len(lines) == 9


@pytest.mark.parametrize("arguments, extra", [(["-o", "file"], {}), ([], {"AIOTRACE_DIR": "file"}), ([], {})])
def test_record_says_where_no_run_can_be_kept_and_runs_untraced(arguments, extra, tmp_path):
    for name in ("file", "aiotrace.data"):
        (tmp_path / name).touch()
    done = aiotrace.run([aiotrace.PROGRAM, "record", *arguments, "--", "echo", "out"], env=aiotrace.clean(extra), cwd=tmp_path)
    folder = "file" if arguments or extra else "aiotrace.data"
    assert (done.returncode, done.stdout) == (0, "out\n")
    assert done.stderr == f"aiotrace: {folder}: Not a directory; running untraced, choose another folder with -o\n"


def test_record_says_nothing_of_folders_where_it_is_not_to_trace(tmp_path):
    (tmp_path / "aiotrace.data").touch()
    done = aiotrace.run([aiotrace.PROGRAM, "record", "--", "echo", "out"], env=aiotrace.clean({"AIOTRACE_OFF": "1"}), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "out\n", "")

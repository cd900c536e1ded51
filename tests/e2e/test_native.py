# SPDX-License-Identifier: Apache-2.0
"""Native stacks are what backtrace() says they are, and have the names and lines of
the source; joined with Python's, each stands where it ran."""
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from test_stacks import INTERPRETERS, KNOWN, PROGRAM, compare, frames, minor, rows

import aiotrace

PROGRAMS = os.path.join(aiotrace.TOP, "tests/e2e/programs")
NATIVE, BOTH = {"AIOTRACE_STACKS": "native"}, {"AIOTRACE_STACKS": "both"}
BUILDS = {"O0": ["-O0"], "O2": ["-O2"], "O2, frame pointers": ["-O2", "-fno-omit-frame-pointer"], "O3": ["-O3"], "static pie off": ["-O2", "-no-pie"]}


def newer_libc():
    """What is asked of the dynamic loader came with glibc 2.35."""
    version = os.confstr("CS_GNU_LIBC_VERSION").split()[1].split(".")
    return os.uname().machine == "x86_64" and (int(version[0]), int(version[1])) >= (2, 35)


pytestmark = pytest.mark.skipif(not newer_libc(), reason="native stacks need x86-64 and glibc 2.35")


@pytest.fixture
def data(tmp_path):
    path = tmp_path / "data.bin"
    path.write_bytes(bytes(5000))
    return path


def reads(traces, data):
    return {int(r["offset"]): r["stack"].split(";") for r in rows(traces) if r["path"] == str(data) and r["call"].startswith("pread")}


def own(frames, binary):
    """The frames of the program itself, whose file is gone: program+0x1234."""
    return [f for f in frames if f.startswith(binary.name + "+0x")]


@pytest.mark.parametrize("build", BUILDS)
@pytest.mark.parametrize("scenario", ["plain", "through_libc", "signals", "threads", "coroutines", "forks"])
def test_native_frames_are_those_of_backtrace(build, scenario, program, data, tmp_path, show):
    binary = tmp_path / "native"
    shutil.copy(program("native", "-g", *BUILDS[build], name_as="native " + build), binary)
    done = aiotrace.run_traced([binary, data, scenario], tmp_path / "traces", NATIVE)
    assert done.returncode == 0, done.stderr
    os.unlink(binary)  # so that addresses stay addresses
    seen, wrong = reads(tmp_path / "traces", data), {}
    base = 0x400000 if "-no-pie" in BUILDS[build] else 0
    said = [line.split() for line in done.stdout.splitlines()]
    for n, *frames in said:
        truth = [f if not base else "{}+{:#x}".format(f.split("+")[0], int(f.split("+")[1], 16) + base)
                 for f in own(frames[::-1], binary)]
        # The innermost frame is at another call: backtrace()'s beside ours.
        if own(seen[int(n)], binary)[:-1] != truth:
            wrong[n] = (seen[int(n)], truth)
    show(f"{scenario}, {build}: {len(said) - len(wrong)} of {len(said)} stacks as backtrace() says")
    assert len(said) >= 3 and not wrong, list(wrong.items())[0]


def test_the_last_step_is_known_by_name(program, data, tmp_path):
    binary = program("native", "-g", "-O2", name_as="native O2 named")
    done = aiotrace.run_traced([binary, data, "plain"], tmp_path / "traces", NATIVE)
    assert done.returncode == 0, done.stderr
    stacks = reads(tmp_path / "traces", data).values()
    with open(os.path.join(PROGRAMS, "native.c")) as f:
        line = 1 + [i for i, text in enumerate(f) if "if (pread(fd, &byte, 1, n) != 1)" in text][0]
    assert {s[-1].split("/")[-1] for s in stacks} == {f"native.c:{line}:touch"}
    assert any([f.split(":")[-1] for f in s].count("down") == 61 for s in stacks)


def test_walks_end_where_nothing_is_known(program, data, tmp_path):
    """Code without tables, and with tables that lie: no crash, and no frame made up."""
    binary = program("native", "-g", "-O2", name_as="native O2 odd")
    for scenario, inner in (("made", "touch"), ("lies", "read_only")):
        done = aiotrace.run_traced([binary, data, scenario], tmp_path / scenario, NATIVE)
        assert done.returncode == 0, done.stderr
        stacks = reads(tmp_path / scenario, data).values()
        assert stacks
        for stack in stacks:
            assert stack[0] == "..." and stack[-1].endswith(":" + inner) and len(stack) == 3, stack


def python_frames(stack):
    """Without the native ones; "..." first where some were left out."""
    return [f for f in frames(stack) if f[0].endswith(".py") or f[0][0] == "<" or f[0] == "..."]


def lines_of(source):
    with open(os.path.join(PROGRAMS, source)) as f:
        return {m.group(1): i for i, line in enumerate(f, 1) if (m := re.search(r"; // (\w+)$", line))}


@pytest.fixture(scope="module")
def cpp(tmp_path_factory):
    binary = tmp_path_factory.mktemp("cpp") / "native_cpp"
    subprocess.run(["g++", "-O2", "-g", "-o", binary, os.path.join(PROGRAMS, "native.cpp")], check=True)
    return binary


def test_cpp_has_names_lines_and_inlined_functions(cpp, data, tmp_path):
    done = aiotrace.run_traced([cpp, data], tmp_path / "traces", NATIVE)
    assert done.returncode == 0, done.stderr
    at = lines_of("native.cpp")
    stacks = [(r["call"], [f.split("/")[-1] for f in r["stack"].split(";")]) for r in rows(tmp_path / "traces") if r["path"] == str(data)]
    one = dict(stacks)
    assert one["open"][-1] == f"native.cpp:{at['opens']}:data::Reader::raw"
    assert one["pread"][-2:] == [f"native.cpp:{at['calls']}:data::Reader::raw", f"native.cpp:{at['inlined']}:data::Reader::whole"]
    streamed = next(frames for call, frames in stacks if call == "read")
    assert f"native.cpp:{at['streams']}:long data::Reader::stream<long>" in streamed or \
        f"native.cpp:{at['streams']}:data::Reader::stream<long>" in streamed, streamed
    site = max(aiotrace.report(tmp_path / "traces")["call_sites"], key=lambda s: s["read_bytes"])
    assert site["site"].startswith(f"native.cpp:{at['streams']} in ") and site["read_bytes"] == 5000, site


def test_a_changed_program_lends_no_names(cpp, data, tmp_path):
    binary = tmp_path / "loader"
    shutil.copy(cpp, binary)
    done = aiotrace.run_traced([binary, data], tmp_path / "traces", NATIVE)
    assert done.returncode == 0, done.stderr
    assert any("data::Reader" in r["stack"] for r in rows(tmp_path / "traces"))
    subprocess.run(["g++", "-O1", "-g", "-DNDEBUG", "-o", binary, os.path.join(PROGRAMS, "native.cpp")], check=True)
    stacks = [r["stack"] for r in rows(tmp_path / "traces") if r["stack"]]
    assert stacks and not any("Reader" in s or "native.cpp" in s for s in stacks)
    assert all("loader+0x" in s for s in stacks)
    assert aiotrace.report(tmp_path / "traces")["call_sites"][0]["site"].startswith("loader+0x")
    binary.unlink()
    os.mkfifo(binary)  # what stands there now is not waited for
    assert [r["stack"] for r in rows(tmp_path / "traces") if r["stack"]] == stacks


@pytest.mark.parametrize("version", [v for v in INTERPRETERS if minor(v) in KNOWN])
def test_python_frames_stand_where_they_ran(version, data, tmp_path, show):
    program = os.path.join(PROGRAMS, "native_python.py")
    done = aiotrace.run_traced([INTERPRETERS[version], program, data], tmp_path / "traces", BOTH)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    seen = reads(tmp_path / "traces", data)
    joined = 0
    for n, truth in enumerate(said, 1):
        frames = seen[n]
        if frames[0] == "...":
            frames = frames[1:]
        python = [(f.rsplit(":", 2)[0], f.rsplit(":", 2)[-1]) for f in frames if ".py:" in f or f.startswith("<string>:")]
        assert python == [tuple(t) for t in truth], (n, frames)
        names = [f.rsplit(":", 1)[-1] for f in frames]
        assert not any("_PyEval_EvalFrameDefault" in name for name in names), names
        if not any("libc.so" in f or "qsort" in f or "libc-start" in f for f in frames):
            continue
        joined += 1
        # From the innermost: the C function stands right between the two.
        places = [i for i, f in enumerate(frames) if f.endswith(":compare")]
        for i in places:
            outer = max(k for k in range(i) if frames[k].endswith(":sort"))
            assert any("ffi" in f for f in frames[outer + 1:i]), frames[outer:i + 1]
            assert not any(".py:" in f for f in frames[outer + 1:i])
        ordered = [i for i, f in enumerate(frames) if f.endswith((":sort", ":compare"))]
        for a, b in zip(ordered, ordered[1:]):
            if frames[a].endswith(":compare"):  # Python calls Python, or C of the interpreter
                assert not any("ffi" in f for f in frames[a + 1:b]), frames
    show(f"CPython {version}: {len(said)} stacks, {joined} of them with native frames in their places")
    assert joined >= len(said) // 2


@pytest.mark.parametrize("version", [v for v in INTERPRETERS if minor(v) in KNOWN])
def test_python_stacks_are_the_same_with_native_frames_between(version, data, tmp_path, show):
    """Scenarios of test_stacks.py, with the native frames left out again."""
    compared = 0
    for scenario in ("generators", "coroutines", "functions", "through_c", "threads", "executed", "forked", "deep"):
        done = aiotrace.run_traced([INTERPRETERS[version], PROGRAM, data, scenario], tmp_path / scenario, BOTH)
        assert done.returncode == 0, (scenario, done.stderr)
        said = [json.loads(line) for line in done.stdout.splitlines()]
        compared += compare(said, tmp_path / scenario, str(data), python_frames)
    show(f"CPython {version}: {compared} Python stacks the same among native frames")


def test_stacks_without_debug_information_have_names(data, tmp_path):
    done = aiotrace.run_traced([sys.executable, "-c", "import os, sys; fd = os.open(sys.argv[1], 0); os.pread(fd, 1, 1)", data],
                               tmp_path / "traces", NATIVE)
    assert done.returncode == 0, done.stderr
    opened = next(r["stack"] for r in rows(tmp_path / "traces") if r["path"] == str(data) and r["call"].startswith("open"))
    assert re.search(r";[\w.+-]*python[\w.]*:Py_BytesMain;", opened) or "libpython" in opened, opened


def test_off_reads_nothing(program, data, tmp_path):
    binary = program("native", "-g", "-O2", name_as="native O2 off")
    aiotrace.run_traced([binary, data, "plain"], tmp_path / "traces", {"AIOTRACE_STACKS": "off"})
    aiotrace.run_traced([binary, data, "plain"], tmp_path / "traces", {"AIOTRACE_STACKS": "python"})
    assert not any(r["stack"] for r in rows(tmp_path / "traces"))


def test_a_storm_of_threads_forks_libraries_and_signals_goes_unharmed(program, data, tmp_path, show):
    """No deadlock, no crash, and every read in the trace."""
    binary = program("native_storm", "-O2", "-g", "-ldl")
    plugins = [program("native_plugin", "-O2", "-shared", "-fPIC", name_as="plugin.so")]
    command = [binary, data, *plugins, "400"]
    done = aiotrace.run_traced(command, tmp_path / "traces", NATIVE, timeout=240)
    assert done.returncode == 0 and not done.stderr, (done.returncode, done.stderr)
    stacks = [r["stack"] for r in rows(tmp_path / "traces") if r["path"] == str(data) and r["call"] == "pread"]
    show(f"{len(stacks)} reads, {sum(map(bool, stacks))} of them with a stack, {len(set(stacks))} different ones")
    # A signal may come while the library works for the call that it interrupts: what it reads is counted as lost.
    lost = aiotrace.report(tmp_path / "traces")["run"]["lost_events"]
    assert len(stacks) <= int(done.stdout) <= len(stacks) + lost, aiotrace.info(tmp_path / "traces")
    assert lost <= 100
    # None ends elsewhere than in a function that reads.
    odd = [s for s in stacks if s and s.split(":")[-1] not in ("touch", "plugin_look", "plugin_read")]
    assert not odd, odd[:3]


@pytest.mark.parametrize("seed", range(1, 5))
def test_tables_made_of_chance_lead_nowhere_and_do_no_harm(seed, data, tmp_path, show):
    """300 functions whose tables say anything: the program does what it does untraced, and each read is told."""
    source, binary = tmp_path / "hostile.c", tmp_path / "hostile"
    source.write_bytes(subprocess.run([sys.executable, os.path.join(PROGRAMS, "native_hostile.py"), "300", str(seed)],
                                      stdout=subprocess.PIPE, check=True).stdout)
    subprocess.run(["gcc", "-O1", "-o", binary, source], check=True)
    untraced = subprocess.run([binary, data], stdout=subprocess.PIPE, text=True, check=True).stdout
    done = aiotrace.run_traced([binary, data], tmp_path / "traces", NATIVE)
    assert (done.returncode, done.stdout) == (0, untraced)
    stacks = [r["stack"].split(";") for r in rows(tmp_path / "traces") if r["path"] == str(data) and r["call"] == "pread"]
    assert len(stacks) == int(untraced)
    told = [s for s in stacks if s != [""]]
    show(f"{len(told)} stacks of {min(map(len, told))} to {max(map(len, told))} frames")
    assert len(told) >= 100 and {s[-1].split(":")[-1] for s in told} == {"touch"}

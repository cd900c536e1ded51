# SPDX-License-Identifier: Apache-2.0
"""The stack of every call is what traceback says it is, on every interpreter."""
import csv
import glob
import json
import os
import shutil
import subprocess
import sys

import pytest

import aiotrace

PROGRAM = os.path.join(aiotrace.TOP, "tests/e2e/programs/stacks.py")
KNOWN = range(8, 16)
SCENARIOS = ["plain", "initialised", "generators", "coroutines", "functions", "through_c", "threads", "executed", "reused", "alike", "reloaded", "imported", "forked", "deep"]


def interpreters():
    """Every CPython 3 of this machine by its version, this one among them."""
    names = [sys.executable, *(shutil.which(f"python3.{n}") for n in range(6, 20)),
             *glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python")), *glob.glob("/opt/python/*/bin/python")]
    found = {}
    for name in filter(None, names):
        done = subprocess.run([name, "-c", "import sys; print('%d.%d.%d' % sys.version_info[:3], sys.implementation.name)"],
                              stdout=subprocess.PIPE, text=True)
        if done.returncode == 0 and done.stdout.endswith(" cpython\n"):
            found.setdefault(done.stdout.split()[0], name)
    return found


def minor(version):
    return int(version.split(".")[1])


INTERPRETERS = interpreters()
on_every_known = pytest.mark.parametrize("version", [v for v in INTERPRETERS if minor(v) in KNOWN])


def rows(*traces):
    done = aiotrace.aiotrace("dump", "--format", "csv", "--stacks", *traces)
    names, *lines = done.stdout.splitlines()
    import csv
    csv.field_size_limit(1 << 30)
    return list(csv.DictReader([names, *lines]))


def frames(stack):
    """A dumped stack as a list of (file, line, function)."""
    parts = [part.rsplit(":", 2) for part in stack.split(";") if part]
    return [(part[0], int(part[1]), part[2]) if len(part) == 3 else (part[0], 0, "") for part in parts]


def written(text):
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")


def compare(said, traces, path, frames=frames):
    """Every stack that the program told of is that of its event."""
    traced = {(int(r["pid"]), int(r["offset"])): r["stack"] for r in rows(traces)
              if r["call"].startswith("pread") and r["path"] == path}
    wrong = {}
    for line in said:
        for n, stack in line["stacks"].items():
            key = line["pid"], int(n)
            if key not in traced:  # a forked child repeats what its parent told
                assert len(said) > 1, key
                continue
            truth = [(f, l, name) for f, l, name in stack]
            seen = frames(traced[key])
            if seen[0][0] == "...":
                seen, truth = seen[1:], truth[-len(seen) + 1:]
                assert len(seen) >= 256
            if seen != truth:
                wrong[key] = (seen[-5:], truth[-5:])
    assert not wrong, f"{len(wrong)} wrong, such as {list(wrong.items())[:3]}"
    return len(traced)


@on_every_known
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_stack_is_what_traceback_says(version, scenario, tmp_path, show):
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(100))
    done = aiotrace.run_traced([INTERPRETERS[version], PROGRAM, data, scenario], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    said = [json.loads(line) for line in done.stdout.splitlines()]
    compared = compare(said, tmp_path / "traces", str(data))
    show(f"CPython {version}, {scenario}: {compared} stacks as traceback says")
    assert compared >= len(said)
    assert compared == len({(line["pid"], n) for line in said for n in line["stacks"]}) or scenario == "forked"


def way(n):
    """The lines that stacks.py's left and right go through for n."""
    names, lines = ("left", "right"), []
    with open(PROGRAM) as f:
        first = {name: i for i, line in enumerate(f, 1) for name in names if line.startswith(f"def {name}(")}
    level = 0
    while n:
        name = names[level % 2]
        lines.append((name, first[name] + (1 if n % 2 else 2)))
        n, level = (n // 2 if n % 2 else n // 2 - 1), level + 1
    name = names[level % 2]
    return lines + [(name, first[name] + 2)]


def test_100_000_different_stacks_are_all_right(tmp_path, show):
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(100))
    done = aiotrace.run_traced([sys.executable, PROGRAM, data, "many"], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    seen = {int(r["offset"]): r["stack"] for r in rows(tmp_path / "traces") if r["path"] == str(data) and r["call"] == "pread64"}
    assert len(seen) == 100000
    wrong = [n for n in range(100000)
             if [(name, line) for _, line, name in frames(seen[n + 1])][2:-1] != way(n)]
    show(f"100,000 stacks, {len(set(seen.values()))} different, {len(wrong)} wrong")
    assert not wrong, f"{len(wrong)} wrong, such as {seen[wrong[0] + 1]} for {way(wrong[0])}"
    assert len(set(seen.values())) == 100000


@on_every_known
def test_an_interpreter_ends_as_ever_while_daemon_threads_work(version, tmp_path, show):
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(100))
    command = [INTERPRETERS[version], PROGRAM, data, "finalizing"]
    for i in range(4):
        done = aiotrace.run_traced(command, tmp_path / f"traces{i}")
        assert done.returncode == 0 and not done.stderr, (i, done.returncode, done.stderr)
    events = [r for r in rows(tmp_path / "traces0") if r["path"] == str(data) and r["call"].startswith("pread")]
    odd = [r["stack"] for r in events if r["stack"] and not r["stack"].endswith((":down", ":finalizing"))]
    show(f"CPython {version}: {len(events)} reads until the end, {sum(not r['stack'] for r in events)} of them without a stack")
    assert not odd, odd[:3]
    assert sum(bool(r["stack"]) for r in events) >= 2000


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_stacks_of_loader_workers(method, tmp_path, show):
    folder = tmp_path / "files"
    folder.mkdir()
    for i in range(200):
        (folder / f"{i}.bin").write_bytes(bytes(i + 1))
    program = os.path.join(aiotrace.TOP, "tests/e2e/programs/loader_stacks.py")
    done = aiotrace.run_traced([sys.executable, program, folder, method], tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    said = {(pid, path): [(f, l, name) for f, l, name in stack] for pid, path, stack in json.loads(done.stdout)}
    seen = {(int(r["pid"]), r["path"]): frames(r["stack"]) for r in rows(tmp_path / "traces")
            if r["call"] == "read" and r["path"].startswith(f"{folder}/")}
    assert len(said) == 200 and set(seen) == set(said)
    wrong = [key for key, stack in said.items() if seen[key] != stack]
    show(f"DataLoader, {method}: {len(said) - len(wrong)} of {len(said)} stacks as traceback says")
    assert not wrong, (seen[wrong[0]], said[wrong[0]])


@pytest.mark.parametrize("version", [v for v in INTERPRETERS if minor(v) not in KNOWN])
def test_an_unknown_version_has_no_stacks_and_a_note(version, tmp_path):
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(100))
    done = aiotrace.run_traced([INTERPRETERS[version], "-c", "import os, sys; os.pread(os.open(sys.argv[1], 0), 1, 1)", data],
                               tmp_path / "traces")
    assert done.returncode == 0, done.stderr
    assert f"no Python stacks of CPython {version}: " in aiotrace.info(tmp_path / "traces")
    assert not any(r["stack"] for r in rows(tmp_path / "traces"))


def test_stacks_can_be_off(tmp_path):
    data = tmp_path / "data.bin"
    data.write_bytes(bytes(100))
    done = aiotrace.run_traced([sys.executable, PROGRAM, data, "plain"], tmp_path / "traces", {"AIOTRACE_STACKS": "off"})
    assert done.returncode == 0, done.stderr
    assert not any(r["stack"] for r in rows(tmp_path / "traces"))
    assert "Python stacks" not in aiotrace.info(tmp_path / "traces")


SAMPLE = """
import os, sys, torch
def write_it(path, data):
    with open(path, "wb", buffering=0) as f:
        f.write(data)                       # line 5
class Reader:
    def read(self, path):
        with open(path, "rb", buffering=0) as f:
            return f.read(1 << 20)          # line 9
folder = sys.argv[1]
write_it(f"{folder}/a.dat", bytes(1 << 20))
for _ in range(5):
    Reader().read(f"{folder}/a.dat")        # line 13
torch.save({"w": torch.zeros(300000)}, f"{folder}/state.pt")  # line 14
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    (folder / "program.py").write_text(SAMPLE.lstrip("\n"))
    done = aiotrace.run_traced([sys.executable, folder / "program.py", folder], folder / "traces")
    assert done.returncode == 0, done.stderr
    return folder


def test_the_report_names_the_line_that_did_it(sample):
    sites = [s for s in aiotrace.report(sample / "traces")["call_sites"] if s["stage"] not in ("runtime", "ipc")]
    reads = max(sites, key=lambda s: s["read_bytes"])
    assert (reads["site"], reads["read_bytes"], reads["read_ops"]) == ("program.py:8 in Reader.read", 5 << 20, 5), sites
    assert [(f["line"], f["function"]) for f in reads["stack"]] == [(12, "<module>"), (8, "Reader.read")]
    saved = next(s for s in sites if s["libraries"] == "torch" and s["write_bytes"])
    assert (saved["site"], saved["stage"]) == ("program.py:13 in <module>", "checkpoint") and saved["write_bytes"] >= 1200000
    assert any(s["site"] == "program.py:4 in write_it" and s["write_bytes"] == 1 << 20 for s in sites), sites
    text = aiotrace.aiotrace("report", "--tree", sample / "traces").stdout
    assert "program.py:13 in <module> > torch" in text
    assert "torch/serialization.py (" in text  # among the reasons


@pytest.mark.parametrize("by,weigh", [("bytes", lambda r: max(int(r["result"]), 0) if r["kind"] in ("read", "write") else 0),
                                      ("ops", lambda r: 1), ("time", lambda r: int(r["duration_ns"]))])
def test_folded_stacks_add_up_to_the_events(sample, by, weigh):
    done = aiotrace.aiotrace("export", "--format", "folded", "--by", by, sample / "traces")
    folded = {}
    for line in done.stdout.splitlines():
        stack, _, weight = line.rpartition(" ")
        folded[stack] = folded.get(stack, 0) + int(weight)
    kinds = aiotrace.classes()
    total = sum(weigh({**r, "kind": kinds[r["call"]]}) for r in rows(sample / "traces")
                if r["level"] != "stdio" and not r["call"].startswith("fault."))
    assert sum(folded.values()) == total and len(folded) > 10


def test_the_top_call_site_of_each_stage_of_the_demo_is_its_line(tmp_path, show):
    samples = os.path.join(aiotrace.TOP, "samples")
    done = aiotrace.run_traced([sys.executable, os.path.join(samples, "demo.py"), tmp_path / "data"], tmp_path / "traces", timeout=300)
    assert done.returncode == 0, done.stderr
    top = {}
    for site in aiotrace.report(tmp_path / "traces")["call_sites"]:
        top.setdefault(site["stage"], site)
    expected = {"prepare": ("etl.py", "shard"), "train": ("image_folder.py", "ImageFolder.__getitem__"),
                "checkpoint": ("checkpoint.py", "save"), "restore": ("checkpoint.py", "restore"),
                "inference": ("inference.py", "main"), "ingest": ("etl.py", "make_raw")}
    seen = {stage: (os.path.basename(top[stage]["file"]), top[stage]["site"].split(" in ")[1]) for stage in expected}
    show(", ".join(f"{stage}: {top[stage]['site']}" for stage in expected))
    assert seen == expected


# The line that a person would name, by its text, and the library that it goes through.
SAMPLE_LINES = {
    "image_folder": {"ingest": (".save(f", "PIL"), "train": ("Image.open(f)", "PIL")},
    # No call of it moves bytes: the mapping is made in one line, and let go of in the one that takes the next batch.
    "token_memmap": {"ingest": ("f.write(", ""), "train": (("np.memmap(path", "numpy"), ("= batch(path", ""))},
    "checkpoint": {"checkpoint": ("torch.save(", "torch"), "restore": ("torch.load(", "torch")},
    "etl": {"ingest": ("f.write(", ""), "prepare": (("tar.add(", "tarfile"), ("for line in f", ""))},
    "inference": {"inference": ("torch.load(", "torch"), "checkpoint": ("torch.save(", "torch"), "ingest": (".save(f", "PIL")},
}


@pytest.mark.parametrize("stacks", ["python", "both"])
@pytest.mark.parametrize("name", SAMPLE_LINES)
def test_the_top_call_site_of_each_stage_of_a_sample_is_the_line_a_person_would_name(name, stacks, tmp_path, show):
    done = aiotrace.run_traced([sys.executable, os.path.join(aiotrace.TOP, f"samples/{name}.py"), tmp_path / "data"],
                               tmp_path / "traces", {"AIOTRACE_STACKS": stacks}, timeout=300)
    assert done.returncode == 0, done.stderr
    top = {}
    for site in aiotrace.report(tmp_path / "traces")["call_sites"]:
        top.setdefault(site["stage"], site)
    for stage, lines in SAMPLE_LINES[name].items():
        site = top[stage]
        with open(site["file"]) as f:
            text = f.read().splitlines()[site["line"] - 1]
        show(f"{name}, {stacks}, {stage}: {site['site']}: {text.strip()}")
        lines = lines if isinstance(lines[0], tuple) else (lines,)
        assert any(line in text and site["libraries"].split(" > ")[0] == library for line, library in lines), (site["site"], text, site["libraries"])


def test_code_that_a_library_makes_up_is_not_the_users(tmp_path):
    """As numpy's <__array_function__ internals>, below which every np.save stands."""
    script = """
import os, sys
exec(compile("def passed_on(f, *more): return f(*more)", "<made up internals>", "exec"))
def loads():
    fd = os.open(sys.argv[1], os.O_RDONLY)
    for i in range(50): passed_on(os.pread, fd, 1000, i * 1000)
loads()
"""
    (tmp_path / "data").write_bytes(bytes(100_000))
    done = aiotrace.run_traced(aiotrace.python(script, tmp_path / "data"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    (site,) = [s for s in aiotrace.report(tmp_path / "t")["call_sites"] if s["read_bytes"] == 50_000]
    assert site["function"] == "loads" and site["file"] == "<string>", site

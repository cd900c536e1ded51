# SPDX-License-Identifier: Apache-2.0
"""The samples under strace -f and under the tracer: per file the same reads,
writes and mappings, with the same offsets, sizes and results."""
import os
import sys

import pytest

import aiotrace

sys.path.insert(0, os.path.join(aiotrace.TOP, "tests/compare"))
import compare  # noqa: E402

SAMPLES = os.path.join(aiotrace.TOP, "samples")


def compared(name, folder):
    return compare.compare([sys.executable, os.path.join(SAMPLES, name + ".py"), "{}"], folder)


def check(result):
    assert result.first.done.returncode == 0, result.first.done.stderr.decode()[-2000:]
    assert result.second.done.stdout == result.first.done.stdout
    assert result.equal, result.table() + "\n" + result.differences()


def test_demo_is_traced_as_strace_sees_it(tmp_path, show):
    result = compared("demo", tmp_path)
    show("samples/demo.py, strace -f against aiotrace\n" + result.table())
    check(result)
    kinds = {(op.kind, os.path.splitext(op.path)[1]) for op in result.first.ops}
    assert {("read", ".jpg"), ("write", ".tmp"), ("read", ".pt"), ("map", ".bin")} <= kinds


@pytest.mark.parametrize("name", ["image_folder", "token_memmap", "checkpoint", "etl", "inference"])
def test_sample_is_traced_as_strace_sees_it(name, tmp_path):
    check(compared(name, tmp_path))


def test_report_of_the_demo_has_the_counts_of_strace(tmp_path):
    """Data reads, checkpoint writes and restore reads, by file, in report --json."""
    result = compared("demo", tmp_path)
    report = aiotrace.report(tmp_path / "traces")
    files = {f["path"]: f for f in report["files"]}
    for path, ops in result.truth.items():
        got = files[path]
        for kind in ("read", "write"):
            mapped = (got["mapped"] or {}) if kind == "read" else {}  # what strace can't see
            faults, faulted = mapped.get("major", 0) + mapped.get("minor", 0), mapped.get("bytes_faulted", 0)
            assert got[f"{kind}_ops"] - faults == compare.count(ops, kind), (path, kind)
            assert got[f"{kind}_bytes"] - faulted == compare.bytes_of(ops, kind), (path, kind)

    work = os.path.realpath(tmp_path / "work")
    saved = {p: ops for p, ops in result.truth.items() if p.endswith(".pt.tmp")}
    listed = {c["path"].removesuffix(".tmp"): c["bytes"] for c in report["checkpoints"]}
    for path, ops in saved.items():
        assert listed.get(path.removesuffix(".tmp")) == compare.bytes_of(ops, "write")
    restored = {r["path"]: r["bytes"] for r in report["restores"]}
    last = f"{work}/checkpoints/step00002.pt"
    assert restored.get(last) == compare.bytes_of(result.truth[last], "read")
    stages = {s["stage"]: s for s in report["stages"]}
    images = sum(compare.count(ops, "read") for p, ops in result.truth.items() if p.endswith(".jpg"))
    mapped = stages["train"]["mapped"]
    assert mapped, (report["run"]["mapped"], [f for f in report["files"] if f["mapped"] or f["path"].endswith(".bin")])
    calls = stages["train"]["read_ops"] - mapped["major"] - mapped["minor"]
    assert 0 < calls <= images + sum(
        compare.count(ops, "read") for p, ops in result.truth.items() if p.endswith(".bin"))
    assert stages["checkpoint"]["write_bytes"] >= sum(compare.bytes_of(ops, "write") for ops in saved.values())


def test_a_lost_operation_is_found(tmp_path):
    """The comparison itself: it can fail."""
    base = os.path.realpath(tmp_path)
    command = aiotrace.python("import sys; open(sys.argv[1] + '/x', 'w').write('x' * 100)", base + "/work")
    truth = compare.by_strace(command, base, None)
    assert [(op.kind, op.offset, op.size, op.result) for op in truth.ops] == [("write", 0, 100, 100)]
    assert compare.Comparison(base, truth, truth).equal
    for wrong in ([], truth.ops * 2, [truth.ops[0]._replace(offset=1)], [truth.ops[0]._replace(result=99)]):
        assert not compare.Comparison(base, truth, compare.Run(wrong, truth.done)).equal

# SPDX-License-Identifier: Apache-2.0
"""What is synced, renamed and read back like a checkpoint, and holds no model's state, is in
no table of checkpoints; what does, however it is called, is."""
import os
import shutil
import subprocess

import pytest

import aiotrace

TRAIN = """
import os, sys
data = open("tokens", "rb", buffering=0)
def learn():
    for at in range(64): os.pread(data.fileno(), 4096, (at * 37 % 64) * 4096)
def keep(name, size, pieces=4):
    with open(name + ".new", "wb", buffering=0) as f:
        for _ in range(pieces): f.write(os.urandom(size // pieces))
        os.fsync(f.fileno())
    os.rename(name + ".new", name)
for epoch in range(3):
    learn()
    keep("settings", 53, 1)
    keep("state", 400_000)
"""


def saves(traces):
    report = aiotrace.report(traces)
    return {os.path.basename(part["path"]) for key in ("checkpoints", "restores") for part in report[key]}


def test_small_settings_that_are_replaced_beside_a_state_are_none(tmp_path):
    work = tmp_path / "work"  # a folder with a number behind its name might be a checkpoint's own
    work.mkdir()
    (work / "tokens").write_bytes(os.urandom(64 * 4096))
    assert aiotrace.run_traced(aiotrace.python(TRAIN), tmp_path / "t", cwd=work).returncode == 0
    assert saves(tmp_path / "t") == {"state"}


DATABASE = """
import sqlite3
for mode in ("delete", "wal"):
    db = sqlite3.connect("rows")
    db.execute(f"pragma journal_mode={mode}")
    db.execute("create table if not exists t(a integer primary key, b blob)")
    for turn in range(4):
        with db: db.executemany("insert into t(b) values(randomblob(?))", [(3000,)] * 200)
        db.execute("select sum(length(b)) from t").fetchall()
        with db: db.execute("update t set b=randomblob(2000) where a%3=0")
    db.execute("vacuum")
    db.close()
"""


def test_a_database_and_its_journals_are_none(tmp_path):
    assert aiotrace.run_traced(aiotrace.python(DATABASE), tmp_path / "t", cwd=tmp_path).returncode == 0
    assert any("rows-journal" in e.path for e in aiotrace.dump(tmp_path / "t"))
    assert not saves(tmp_path / "t")


@pytest.mark.skipif(not shutil.which("git"), reason="needs git")
def test_what_git_clones_is_none(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for n in range(150):
        name = source / f"{'abcdefghijklmnop'[n % 16]}{'qrstuvwxyz'[n // 16]}"
        name.write_bytes(os.urandom(20_000) if n % 30 == 0 else name.name.encode() * 100)
    (source / "weights.c").write_bytes(b"int weight;\n" * 2000)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], cwd=source, check=True)
    done = aiotrace.run_traced(["git", "clone", "-q", "--no-local", source, tmp_path / "copy"], tmp_path / "t", cwd=tmp_path)
    assert done.returncode == 0 and (tmp_path / "copy" / "weights.c").exists()
    assert not saves(tmp_path / "t")

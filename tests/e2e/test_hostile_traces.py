# SPDX-License-Identifier: Apache-2.0
"""Runs drawn by lot: well-formed traces of what no program would do. No verb crashes, hangs or says what is no number;
make sanitize sees what else goes wrong."""
import json
import random
import struct

import pytest

import aiotrace
from handmade import MS, NUMBERS, STAGES, Process

EDGES = [0, 1, 7, 4095, 4096, 1 << 31, (1 << 32) - 1, 1 << 40, 1 << 62, (1 << 63) - 1, -1, -4096, -(1 << 63)]
SAVED = ("step1/model.pt", "step2/model.pt", "step2/model.pt.tmp", "rows", "rows-journal", "latest", "a", "a.b", "0001.jpg", "x.bin")
CALLS = aiotrace.table() + aiotrace.EVENTS
VERBS = [["report"], ["report", "--json"], ["dump", "--format", "csv"], ["dump", "--format", "jsonl", "--stacks"], ["info", "--verify"],
         ["plan"], ["export", "--format", "chrome", "--stacks", "-o", "OUT"], ["export", "--format", "folded"],
         ["export", "--format", "fio", "-o", "OUT"], ["replay", "--dry-run", "--json", "--target", "OUT"]]


def edge(chance, usual, often=0.03):
    return chance.choice(EDGES) if chance.random() < often else usual


def an_event(p, chance, path):
    call = chance.choice(CALLS).number if chance.random() < 0.5 else chance.choice(("open64", "read", "write", "fsync", "rename", "close"))
    size = chance.choice((0, 100, 4096, 1 << 20))
    p.add(call, path, edge(chance, chance.randrange(9) * size), edge(chance, size) & (1 << 64) - 1,
          edge(chance, chance.choice((size, -2))), aux=edge(chance, chance.randrange(1, 12)) & 0xFFFFFFFF,
          took=edge(chance, chance.choice((0, 1000, MS))) & (1 << 64) - 1, gap=edge(chance, chance.choice((0, 1000, 10 * MS)), 0.005),
          stage=chance.choice((None, None, *STAGES)), flags=chance.choice((0, 0, 8, 16, 32, 64, 255)),
          tid=chance.randrange(1, chance.choice((4, 60))))
    p.now &= (1 << 62) - 1


def records(chance):
    """Definitions that repeat others', lie, or are cut short."""
    more = [(2, struct.pack("<HBB", c.number, NUMBERS["CLASS_" + c.klass], NUMBERS["LEVEL_" + c.level]) + c.name.encode()) for c in CALLS]
    more += [(7, struct.pack("<II", chance.randrange(9), 1) + b"idle"), (1, struct.pack("<IBBHQQq", 2, 3, 0, 0, 0, 0, -1) + b"pipe:[1]"),
             (16, struct.pack("<IIB7x", 1, 3, 0) + b"/x/torch/serialization.py\0save"), (17, struct.pack("<III", 0, 0, 1)),
             (24, struct.pack("<QQIIII", 0, edge(chance, 9) & (1 << 64) - 1, 3, chance.choice((0, 13)), 0, 0)),
             (6, struct.pack("<7q", *(edge(chance, 0) for _ in range(7)))),
             *((5, struct.pack("<8q", *(edge(chance, 5000, 0.2) for _ in range(8)))) for _ in range(3)),
             *((chance.randrange(27), chance.randbytes(chance.randrange(40))) for _ in range(chance.choice((0, 5))))]
    return chance.sample(more, len(more))


def draw(folder, seed):
    chance = random.Random(seed)
    pids = [chance.choice((1, 2, 100 + i)) for i in range(chance.choice((1, 2, 5)))]
    for i, pid in enumerate(pids):
        p = Process(folder, pid=pid, ppid=chance.choice((0, *pids)), start=edge(chance, 10 ** 9) & (1 << 62) - 1, origin=chance.randrange(2),
                    **{"env.RANK": str(edge(chance, i)), "env.WORLD_SIZE": str(edge(chance, 2))})
        p.more = records(chance)
        p.path = folder / f"host.{i}.0.aiot"
        paths = [f"{chance.choice(('/disk', '/nfs', '/dev/shm', '/usr/lib'))}/{name}" for name in chance.sample(SAVED, 6)] + [None, "pipe:[1]"]
        for _ in range(chance.choice((1, 40, 400))):
            an_event(p, chance, chance.choice(paths))
        p.save(ended=chance.random() < 0.7)


def no_number(text):
    raise ValueError(text)


@pytest.mark.parametrize("seed", range(12))
def test_a_run_drawn_by_lot_is_told_somehow(seed, tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    draw(run, seed)
    for i, verb in enumerate([*VERBS, ["compare", "--json", run]]):
        out = tmp_path / f"out{i}"
        if verb[0] == "replay":
            out.mkdir()
        done = aiotrace.aiotrace(*(out if word == "OUT" else word for word in verb), run, check=False, timeout=60)
        assert done.returncode in (0, 1), (verb, done.returncode, done.stderr[-2000:])
        if "--json" in verb and done.stdout:
            json.loads(done.stdout, parse_constant=no_number)

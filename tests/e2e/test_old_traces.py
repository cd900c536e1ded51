# SPDX-License-Identifier: Apache-2.0
"""Traces recorded by earlier versions say for ever what they said then."""
import csv
import hashlib
import os

import aiotrace
import format
import pytest

GOLDEN = os.path.join(aiotrace.TOP, "tests", "golden")

# What an event is; stages and the like are judgements, which may get better.
FACTS = ("start_ns", "duration_ns", "host", "pid", "tid", "call", "path", "offset", "size", "result", "errno", "level",
         "handle")

# Of each version's trace: its events, their digest, the transforms that it uses.
KEPT = {"version1": (1938, "0166fce96b182f802d3ccc071a2b535681e51b653e76bd7fc2805246c11990f0", {0, 1, 2, 3, 4}),
        "version2": (3427, "33f68c197b127983d07dcc6161b52241c8d50ffa63db48bcc9db7ad448ab68b6", {0, 1, 2, 5, 6, 7, 8})}


def facts(trace):
    rows = csv.DictReader(aiotrace.aiotrace("dump", "--format", "csv", trace).stdout.splitlines())
    return ["\t".join(r[name] for name in FACTS) for r in rows]


def transforms(path):
    """Those of the columns of all event blocks."""
    with open(path, "rb") as f:
        data = f.read()
    found = set()
    for b in format.blocks(data):
        at, end = b.offset + format.BLOCK.size, b.offset + format.BLOCK.size + b.payload_bytes
        while b.type == 2 and at < end:
            found.add((data[at], data[at + 1]))
            at += 16 + int.from_bytes(data[at + 4:at + 8], "little")
    return found


@pytest.mark.parametrize("version", KEPT)
def test_a_trace_of_an_earlier_version_has_the_events_it_always_had(version):
    rows = facts(f"{GOLDEN}/{version}")
    assert (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()) == KEPT[version][:2]


@pytest.mark.parametrize("version", KEPT)
def test_that_trace_uses_the_transforms_that_its_version_wrote(version):
    used = set.union(*(transforms(f"{GOLDEN}/{version}/{name}") for name in os.listdir(f"{GOLDEN}/{version}")))
    assert {transform for _, transform in used} == KEPT[version][2]


@pytest.mark.parametrize("version", KEPT)
def test_that_trace_is_sound_to_the_last_block(version):
    done = aiotrace.aiotrace("info", "--verify", f"{GOLDEN}/{version}")
    assert "every block is sound" in done.stdout and not done.stderr

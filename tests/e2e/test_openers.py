# SPDX-License-Identifier: Apache-2.0
"""Threads that open and close at the same time get each other's descriptors: whose a read or a close is, is known."""
import csv

import aiotrace

FILES = 40_000


def test_reads_and_closes_belong_to_the_opening_of_their_thread(program, tmp_path):
    for i in range(FILES):
        (tmp_path / str(i)).write_bytes(b"x")
    done = aiotrace.run_traced([program("openers"), tmp_path, str(FILES), "8"], tmp_path / "t")
    assert done.returncode == 0, done.stderr
    openings, others, counts = {}, [], {"read": 0, "close": 0}
    text = aiotrace.aiotrace("dump", "--format", "csv", "--path", f"{tmp_path}/*", tmp_path / "t").stdout
    for e in sorted(csv.DictReader(text.splitlines()), key=lambda e: int(e["start_ns"])):
        who = e["tid"], e["path"]
        if e["call"].startswith("open"):
            openings[e["handle"]] = who
        elif e["call"] in counts:
            counts[e["call"]] += 1
            if openings.get(e["handle"]) != who:
                others.append(e)
    assert len(openings) == FILES and counts == {"read": FILES, "close": FILES}
    assert not others, others[:3]


def test_closing_what_never_was_open_costs_no_memory(program, tmp_path):
    done = aiotrace.run_traced([program("close_all")], tmp_path / "t")
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4000

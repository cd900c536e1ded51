# SPDX-License-Identifier: Apache-2.0
"""Damaged traces: a line that says file, offset and what to do; what can be
read is read; never a crash."""
import os
import random
import re
import shutil

import pytest

import aiotrace
import format
from xxh64 import xxh64

VERBS = [["dump", "--format", "csv"], ["report"], ["report", "--json"], ["info", "--verify"]]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A trace file with several blocks of events and of definitions."""
    folder = tmp_path_factory.mktemp("sound")
    script = """
import os, sys, threading
def work():
    for i in range(10000): os.pread(fd, 1 + i % 50, i)
    for i in range(200): open(f"f{i % 40}", "a").write("x")
fd = os.open("data", os.O_RDONLY)
work(); t = threading.Thread(target=work); t.start(); t.join()
"""
    (folder / "data").write_bytes(bytes(20000))
    done = aiotrace.run_traced(aiotrace.python(script), folder / "traces", cwd=folder)
    assert done.returncode == 0, done.stderr
    files = [os.path.join(d, n) for d, _, names in os.walk(folder / "traces") for n in names]
    assert [f.rsplit(".", 1)[1] for f in files] == ["aiot"]
    return files[0]


@pytest.fixture(scope="module")
def data(sound):
    with open(sound, "rb") as f:
        return f.read()


def ask(path, verbs=VERBS):
    done = [aiotrace.aiotrace(*verb, path, check=False) for verb in verbs]
    for verb, d in zip(verbs, done):
        assert d.returncode in (0, 1), (verb, d.returncode, d.stderr[-2000:])
    return done


def events_of(done):
    return list(aiotrace.parse(done.stdout.splitlines()))


def write(tmp_path, sound, data):
    path = tmp_path / os.path.basename(sound)
    path.write_bytes(data)
    return path


def complaint(done, path):
    """The one line on stderr."""
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert str(path) in lines[0], lines[0]
    return lines[0]


def test_xxh64_is_the_published_one():
    # the test vectors of the xxHash specification's sanity buffer, seed 0
    value, buffer = 2654435761, bytearray()
    for _ in range(222):
        buffer.append(value >> 56 & 255)
        value = value * 11400714785074694797 & (1 << 64) - 1
    assert [xxh64(bytes(buffer[:n])) for n in (0, 1, 4, 14, 222)] == [
        0xEF46DB3751D8E999, 0xE934A84ADB052768, 0x9136A0DCA57457EE, 0x8282DCC4994E35C8, 0xB641AE8CB691C174]


def test_the_trace_is_what_the_specification_says(sound, data):
    parts = format.blocks(data)
    assert {1, 2} <= {b.type for b in parts}
    events = events_of(ask(sound)[0])
    assert sum(b.count for b in parts if b.type in (2, 3)) == len(events) > 20000
    for stream in {b.stream for b in parts}:
        expected = 0
        for b in sorted((b for b in parts if b.stream == stream and b.type in (2, 3)), key=lambda b: b.sequence):
            assert b.sequence == expected
            expected += b.count


def test_an_empty_trace_is_refused_in_one_line(sound, tmp_path):
    path = write(tmp_path, sound, b"")
    for done in ask(path):
        assert done.returncode == 1
        complaint(done, path)


@pytest.mark.parametrize("junk", [b"x", b"AIOTRACE", bytes(128), b"\x7fELF" * 100, b"AIOTRACE" + b"\xff" * 1000],
                         ids=["a_letter", "the_magic_alone", "zeroes", "an_elf_file", "the_magic_and_ones"])
def test_a_file_that_is_no_trace_is_refused_in_one_line(junk, sound, tmp_path):
    path = write(tmp_path, sound, junk)
    for done in ask(path):
        assert done.returncode == 1
        complaint(done, path)


def test_a_trace_cut_anywhere_is_read_up_to_the_cut(sound, data, tmp_path):
    parts = format.blocks(data)
    ends = [b.offset + format.BLOCK.size + b.payload_bytes for b in parts]
    chance = random.Random(1)
    cuts = sorted({0, 1, 64, 127, 128, 129, len(data) - 1} | {e + d for e in ends for d in (-1, 0, 1, 63, 64, 65)} |
                  {chance.randrange(len(data)) for _ in range(30)})
    for cut in (c for c in cuts if 0 <= c < len(data)):
        path = write(tmp_path, sound, data[:cut])
        whole = [b for b, end in zip(parts, ends) if end <= cut and b.type in (2, 3)]
        done = ask(path, VERBS[:1] if cut % 5 else VERBS)
        got = events_of(done[0]) if done[0].stdout else []
        assert len(got) == sum(b.count for b in whole), cut
        if cut not in ends and cut != format.HEADER:
            assert re.search(r"\d", complaint(done[0], path).replace(str(path), "")), cut


def test_a_flipped_bit_costs_at_most_its_block(sound, data, tmp_path):
    parts = format.blocks(data)
    total = sum(b.count for b in parts if b.type in (2, 3))
    chance = random.Random(2)
    places = [chance.randrange(128, len(data)) for _ in range(60)]
    for b in parts:
        places += [b.offset + chance.randrange(64) for _ in range(3)] + [b.offset + 64]
    for place in places:
        hit = max((b for b in parts if b.offset <= place), key=lambda b: b.offset)
        damaged = bytearray(data)
        damaged[place] ^= 1 << chance.randrange(8)
        path = write(tmp_path, sound, bytes(damaged))
        done, = ask(path, VERBS[:1])
        lost = hit.count if hit.type in (2, 3) else 0
        assert len(events_of(done)) == total - lost, (place, hit)
        line = complaint(done, path)
        assert str(hit.offset) in line, (line, place, hit)


def test_a_flipped_bit_in_the_header_is_refused_or_told(sound, data, tmp_path):
    for place in range(128):
        damaged = bytearray(data)
        damaged[place] ^= 1 << place % 8
        path = write(tmp_path, sound, bytes(damaged))
        done, = ask(path, VERBS[:1])
        complaint(done, path)


def test_flipped_bits_everywhere_never_crash(sound, data, tmp_path):
    chance = random.Random(3)
    for _ in range(25):
        damaged = bytearray(data)
        for _ in range(chance.choice((2, 20, 500))):
            damaged[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path = write(tmp_path, sound, bytes(damaged))
        for done in ask(path):
            assert done.stderr and all(line.startswith("aiotrace: ") for line in done.stderr.splitlines())


def test_payloads_that_lie_never_crash(sound, data, tmp_path):
    """Checksums are right, contents are not."""
    chance = random.Random(4)
    parts = format.blocks(data)
    for _ in range(120):
        b = chance.choice(parts)
        start = b.offset + format.BLOCK.size
        payload = bytearray(data[start:start + b.payload_bytes])
        for _ in range(chance.choice((1, 3, 40))):
            payload[chance.randrange(len(payload))] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
        payload = payload[:chance.choice((len(payload), chance.randrange(len(payload) + 1)))]
        count = chance.choice((b.count, b.count, 0, 1, 1 << 20, 0xFFFFFFFF))
        lie = format.block(b.type, bytes(payload), count, b.stream, b.sequence)
        path = write(tmp_path, sound, data[:b.offset] + lie + data[start + b.payload_bytes:])
        ask(path, [chance.choice(VERBS)])


def test_a_newer_version_is_refused_with_both_numbers(sound, data, tmp_path):
    path = write(tmp_path, sound, format.with_header(data, version=9, min_reader=7))
    for done in ask(path):
        line = complaint(done, path)
        assert done.returncode == 1 and re.search(r"needs a reader of version 7, this aiotrace reads version \d", line)


def test_a_newer_version_that_we_may_read_is_read(sound, data, tmp_path):
    path = write(tmp_path, sound, format.with_header(data, version=9))
    done, = ask(path, VERBS[:1])
    assert done.returncode == 0 and len(events_of(done)) == len(events_of(ask(sound, VERBS[:1])[0]))


def test_unknown_blocks_are_skipped(sound, data, tmp_path):
    path = write(tmp_path, sound, data[:128] + format.block(77, b"from the future") + data[128:])
    done, = ask(path, VERBS[:1])
    assert done.returncode == 0 and len(events_of(done)) == len(events_of(ask(sound, VERBS[:1])[0]))


def test_one_bad_file_does_not_hide_the_others(sound, data, tmp_path):
    (tmp_path / "good.1.0.aiot").write_bytes(data)
    bad = tmp_path / "bad.2.0.aiot"
    bad.write_bytes(b"nothing")
    done, = ask(tmp_path, VERBS[:1])
    assert done.returncode == 0 and events_of(done)
    complaint(done, bad)


def test_a_damaged_live_file_never_crashes(program, tmp_path):
    """What a killed process left, cut and flipped."""
    import signal
    import subprocess
    from test_kill import ENTRY, counters, wait_for
    (tmp_path / "data").write_bytes(bytes(8192))
    (tmp_path / "counters").write_bytes(bytes(ENTRY.size * 2))
    child = subprocess.Popen([program("hammer"), tmp_path / "data", tmp_path / "counters", "1", "2"],
                             env=aiotrace.traced(tmp_path / "traces"))
    wait_for(lambda: all(done > 500 for _, _, done in counters(tmp_path / "counters")))
    child.send_signal(signal.SIGKILL)
    child.wait()
    live, = (os.path.join(d, n) for d, _, names in os.walk(tmp_path / "traces") for n in names if n.endswith(".live"))
    with open(live, "rb") as f:
        whole = f.read()
    copy = tmp_path / "copy"
    shutil.copytree(os.path.dirname(live), copy)
    chance = random.Random(5)
    for cut in [0, 1, 40, 100, 4095, 4096, 4100, 8192, 8200, 500000, len(whole) - 1]:
        (copy / os.path.basename(live)).write_bytes(whole[:cut])
        ask(copy)
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(chance.choice((1, 50))):
            damaged[chance.choice((chance.randrange(4096 + 64), chance.randrange(len(whole))))] ^= 1 << chance.randrange(8)
        (copy / os.path.basename(live)).write_bytes(damaged)
        ask(copy, [chance.choice(VERBS)])


def test_a_copy_beside_a_trace_counts_once(tmp_path, sound, data):
    write(tmp_path, sound, data)
    whole = events_of(ask(tmp_path)[0])
    (tmp_path / "copy.aiot").write_bytes(data)
    done = ask(tmp_path)
    assert events_of(done[0]) == whole
    assert "copy.aiot" in done[1].stderr and "the same process" in done[1].stderr
    assert done[3].returncode == 1


def test_a_pipe_and_a_folder_named_like_traces_hold_nobody_up(tmp_path, sound, data):
    write(tmp_path, sound, data)
    whole = events_of(ask(tmp_path)[0])
    os.mkfifo(tmp_path / "pipe.aiot")
    (tmp_path / "folder.aiot").mkdir()
    done = ask(tmp_path)
    assert events_of(done[0]) == whole
    assert done[0].stderr.count("not a regular file") == 2

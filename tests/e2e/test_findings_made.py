# SPDX-License-Identifier: Apache-2.0
"""Findings about what is not at hand here: network file systems, many ranks, slow disks. Each run is made by hand, once
so that its rule fires, and once so that it just does not."""
import os
import re
import struct

import pytest

import aiotrace
from handmade import FAULT, HIT, MS, STORAGE, Process


def random_reads(folder, point, count, size=4096, order=lambda i: i * 7919 % 100_000):
    p = Process(folder)
    p.open(f"{point}/tokens.bin", extent=100_000 * 4096)
    for i in range(count):
        p.read(f"{point}/tokens.bin", order(i) * 4096, size, took=300_000, stage="train")
    p.save()


def faults(folder, point, count):
    p = Process(folder)
    p.open(f"{point}/tokens.bin", extent=1 << 30)
    for i in range(count):
        p.add(FAULT.number, f"{point}/tokens.bin", i * 40960, 4096, 4096, aux=1, took=2 * MS, stage="train")
    p.save()


def save(p, path, pieces, took=MS, gap=1000, skew=0):
    p.open(path, write=True, stage="checkpoint")
    at = skew
    for size in pieces:
        p.write(path, at, size, took=took, gap=gap, stage="checkpoint")
        at += size
    p.add("fsync", path, took=MS, stage="checkpoint").add("close", path, stage="checkpoint")


def unaligned_saves(folder, point, skew):
    p = Process(folder)
    for number in range(3):
        save(p, f"{point}/step{number}.pt", [65536] * 80, skew=skew)
        p.now += 10_000 * MS
    p.save()


def slow_saves(folder, gap, ranks=1, piece=0):
    """Fast where they write, with pauses in between; `piece`: writing one of 1 MiB takes so long, not of 64 MiB 40 ms."""
    pieces, took = ([1 << 20] * 100, piece) if piece else ([64 << 20] * 20, 40 * MS)
    for rank in range(ranks):
        p = Process(folder, pid=10 + rank, **({"env.RANK": str(rank), "env.WORLD_SIZE": str(ranks)} if ranks > 1 else {}))
        for number in range(2):
            save(p, f"/disk/step{number}/{rank}.pt" if ranks > 1 else f"/disk/step{number}.pt", pieces, took=took, gap=gap)
            p.now += 300_000 * MS
        p.save()


def throttled_save(folder, other):
    """Memory takes the first pieces at once, storage the others at its own speed; `other`: of another save."""
    p = Process(folder)
    for number, slow in enumerate((400, other)):
        p.open(f"/disk/step{number}.pt", write=True, stage="checkpoint")
        for i in range(20):
            p.write(f"/disk/step{number}.pt", i * (64 << 20), 64 << 20, took=(10 if i < 4 else slow) * MS, gap=1000, stage="checkpoint")
        p.add("close", f"/disk/step{number}.pt", stage="checkpoint")
        p.now += 300_000 * MS
    p.save()


def saves_at(folder, speeds):
    """In MB/s, of 256 MB each, which are synced."""
    p = Process(folder)
    for number, speed in enumerate(speeds):
        path = f"/disk/step{number}.pt"
        p.open(path, write=True, stage="checkpoint")
        for i in range(16):
            p.write(path, i << 24, 1 << 24, took=(16 * 1000 // speed) * MS, stage="checkpoint")
        p.add("fsync", path, took=MS, stage="checkpoint")
        p.add("close", path, stage="checkpoint")
        p.now += 300_000 * MS
    p.save()


def frequent_saves(folder, took):
    """Twenty saves, each a sixth of the time from one to the next, in a run of a minute."""
    p = Process(folder)
    p.open("/disk/data").read("/disk/data", 0, 65536, stage="train")
    p.now += 50_000 * MS
    for number in range(20):
        save(p, f"/disk/step{number}.pt", [1 << 20] * 2, took=took)
        p.now += 10 * took
    p.save()


def one_writer(folder, ranks):
    for rank in range(2):
        p = Process(folder, pid=10 + rank, **{"env.RANK": str(rank), "env.WORLD_SIZE": "2"})
        p.open("/disk/data").read("/disk/data", 0, 65536, stage="train")
        if rank < ranks:
            save(p, f"/disk/step1/rank{rank}.distcp", [16 << 20] * 5)
        p.save()


def restores(folder, ranks, piece=4 << 20):
    saver = Process(folder, pid=9)
    save(saver, "/disk/step1.pt", [piece] * 4)
    saver.save()
    for rank in range(ranks):
        p = Process(folder, pid=10 + rank, start=60_000_000_000, **{"env.RANK": str(rank), "env.WORLD_SIZE": str(ranks)})
        p.open("/disk/step1.pt", extent=4 * piece, stage="restore")
        for i in range(4):
            p.read("/disk/step1.pt", i * piece, piece, took=MS, stage="restore")
        p.save()


def epochs(folder, cached, direct=False, dropped=False, hit_took=50_000):
    """cached: by epoch, whether it finds its data in the page cache."""
    p = Process(folder)
    for hit in cached:
        for i in range(64):
            path = f"/disk/{i * 29 % 64:03}.jpg"
            p.open(path, extent=300_000, stage="train")
            if direct:
                p.add("open64", path, result=3, aux=os.O_DIRECT, stage="train")
            p.read(path, 0, 300_000, took=hit_took if hit else 2 * MS, stage="train", flags=HIT if hit else STORAGE)
            if dropped:
                p.add("posix_fadvise64", path, aux=os.POSIX_FADV_DONTNEED, stage="train")
            p.add("close", path, stage="train")
    p.save()


def loop(folder, slow):
    """A main thread that reads 1200 files, one in sixty from storage, which takes that long."""
    p = Process(folder)
    for i in range(1200):
        path, late = f"/disk/{i * 29 % 1200:04}.jpg", i % 60 == 7
        p.open(path, extent=300_000, stage="train")
        p.read(path, 0, 300_000, took=slow if late else 100_000, stage="train", flags=STORAGE if late else HIT)
        p.add("close", path, stage="train")
    p.save()


def tail(folder, took, small=65536):
    """small: what is read fast; if not the same, that is why it is."""
    p = Process(folder)
    p.open("/disk/shard.tar", extent=1 << 30)
    for i in range(2000):
        slow = i % 50 == 25
        p.read("/disk/shard.tar", i * 65536, 65536 if slow else small, took=took if slow else 400_000, stage="train")
    p.save()


def losses(folder, cause):
    p = Process(folder)
    p.open("/disk/shard.tar").read("/disk/shard.tar", 0, 65536)
    p.more.append((6, struct.pack("<7Q", *(12 * (i == cause) for i in range(7)))))
    p.save()


def slow_ranks(folder, slow):
    for rank in range(4):
        p = Process(folder, pid=10 + rank, **{"env.RANK": str(rank), "env.WORLD_SIZE": "4"})
        p.open("/nfs/shard.tar", extent=1 << 30)
        for i in range(200):
            p.read("/nfs/shard.tar", i << 20, 1 << 20, took=slow if rank == 3 else 6 * MS, stage="train")
        p.save()


# rule: (what makes it fire, the evidence expected, what just does not)
MADE = {
    "small_random_remote": (lambda f: random_reads(f, "/nfs", 1200), r"1200 reads of 4.10 kB on average on /nfs \(nfs4\), \d+ % of them consecutive",
                            [lambda f: random_reads(f, "/disk", 1200), lambda f: random_reads(f, "/nfs", 900),
                             lambda f: random_reads(f, "/nfs", 1200, order=lambda i: i), lambda f: random_reads(f, "/lustre", 1200, 65536)]),
    "mapped_remote": (lambda f: faults(f, "/lustre", 150), r"150 page faults of /lustre/tokens.bin waited for /lustre \(lustre\)",
                      [lambda f: faults(f, "/disk", 150), lambda f: faults(f, "/nfs", 60)]),
    "unaligned_saves": (lambda f: unaligned_saves(f, "/nfs", 64), r"240 of 240 writes begin inside a page",
                        [lambda f: unaligned_saves(f, "/nfs", 0), lambda f: unaligned_saves(f, "/disk", 64)]),
    "slow_save": (lambda f: slow_saves(f, 400 * MS), r"153 MB/s over the whole save, 671 MB/s over the fastest 0.1 s of writing",
                  [lambda f: slow_saves(f, 1000), lambda f: throttled_save(f, 400)]),
    "slow_save, ranks": (lambda f: slow_saves(f, 500 * MS, 8), r"over the fastest 0.1 s of writing", []),
    "slow_save, between its writes": (lambda f: slow_saves(f, 30 * MS, piece=MS), r"33.8 MB/s over the whole save, 1\.\d+ GB/s in its writes and syncs, which take \d %",
                                      [lambda f: slow_saves(f, 2 * MS, piece=MS)]),
    "slow_save, by another": (lambda f: throttled_save(f, 40), r"208 MB/s over the whole save, 1.9\d GB/s over another one",
                              [lambda f: throttled_save(f, 300)]),
    "slow_save, not the largest": (lambda f: saves_at(f, [1000] * 9 + [100]), r"10\d MB/s over the whole save, 1.04 GB/s over another one",
                                   [lambda f: saves_at(f, [1000] * 9 + [500]), lambda f: saves_at(f, [1000] * 20 + [100])]),
    "checkpoint_share": (lambda f: frequent_saves(f, 20 * MS), r"17\.\d % of the interval", [lambda f: frequent_saves(f, MS // 10)]),
    "one_writer": (lambda f: one_writer(f, 1), r"one of 2 ranks writes 83.9 MB at", [lambda f: one_writer(f, 2)]),
    "restore_fan_out": (lambda f: restores(f, 10), r"10 processes read 168 MB, 10.0 bytes for each byte of /disk/step1.pt",
                        [lambda f: restores(f, 8), lambda f: restores(f, 10, 65536)]),
    "cached_reads": (lambda f: loop(f, 200_000), r"waited 12\d ms of 12\d ms", [lambda f: loop(f, 20 * MS)]),
    "storage_bound": (lambda f: loop(f, 20 * MS), r"waited 5\d\d ms of 5\d\d ms", [lambda f: loop(f, 200_000)]),
    "cold_start": (lambda f: epochs(f, [False, True, True]), r"0 % of the first epoch's bytes, 100 % of later ones",
                   [lambda f: epochs(f, [True, True, True]), lambda f: epochs(f, [False, False, False]),
                    lambda f: epochs(f, [False, True, True], hit_took=2 * MS)]),
    "cache_thrash": (lambda f: epochs(f, [False, False, False]), r"0 % of later epochs' bytes came from the page cache; LRU of .* would serve .*67 %",
                     [lambda f: epochs(f, [False, True, True]), lambda f: epochs(f, [False] * 3, direct=True),
                      lambda f: epochs(f, [False] * 3, dropped=True)]),
    "long_tail": (lambda f: tail(f, 60 * MS), r"p50 4\d\d us, p99 (59|60).\d ms, max 60.0 ms of 2000 reads of 65.5 kB and more",
                  [lambda f: tail(f, 15 * MS), lambda f: tail(f, 60 * MS, small=4096)]),
    "incomplete": (lambda f: losses(f, 4), r"12 events were lost", [lambda f: losses(f, 0)]),
    "slow_worker": (lambda f: slow_ranks(f, 15 * MS), r"pid 13 on made \(.*\): 15.0 ms of storage an operation, the median of 4 is 6.00 ms",
                    [lambda f: slow_ranks(f, 11 * MS)]),
}


def findings(folder):
    return {f["id"]: f for f in aiotrace.report(folder)["findings"]}


@pytest.mark.parametrize("rule", MADE)
def test_a_rule_fires_with_its_numbers_and_just_not_without_cause(rule, tmp_path):
    fires, evidence, silent = MADE[rule]
    rule = rule.split(",")[0]
    (tmp_path / "fires").mkdir()
    fires(tmp_path / "fires")
    found = findings(tmp_path / "fires")
    assert rule in found, found
    assert re.search(evidence, found[rule]["evidence"]), found[rule]["evidence"]
    for number, run in enumerate(silent):
        folder = tmp_path / f"silent{number}"
        folder.mkdir()
        run(folder)
        assert rule not in findings(folder), number

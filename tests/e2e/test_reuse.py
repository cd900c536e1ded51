# SPDX-License-Identifier: Apache-2.0
"""Miss-ratio curves of recorded runs, against an exact LRU cache that is fed the run's own reads."""
from collections import OrderedDict

import pytest

import aiotrace

PAGE = 4096
BEGIN = """
import os, random, sys
random.seed(3)
folder = sys.argv[1]
def made(name, size):
    with open(f"{folder}/{name}", "wb") as f: f.truncate(size)
    return os.open(f"{folder}/{name}", os.O_RDONLY)
"""
RUNS = {
    "shuffled epochs of small files": BEGIN + """
files = [made(f"{i:04}.jpg", 20000 + i * 97 % 60000) for i in range(600)]
for epoch in range(4):
    for fd in random.sample(files, len(files)): os.pread(fd, 100000, 0)
""",
    "popular and rare records of a large file": BEGIN + """
fd = made("data.mdb", 400 << 20)
for i in range(60000):
    record = int(random.paretovariate(0.6)) * 7919 % 50000 if random.random() < 0.7 else random.randrange(50000)
    os.pread(fd, 6000, record * 8000)
""",
    "tokens by an index, and a loop over shards": BEGIN + """
tokens, index = made("tokens.bin", 256 << 20), made("tokens.idx", 4 << 20)
shards = [made(f"{i}.tar", 3 << 20) for i in range(6)]
for i in range(12000):
    at = random.randrange(65000)
    os.pread(index, 16, at * 64)
    os.pread(tokens, 8192, at * 4096)
for turn in range(3):
    for fd in shards:
        for at in range(0, 3 << 20, 1 << 18): os.pread(fd, 1 << 18, at)
""",
}


def exact_misses(reads, pages):
    """Misses of an LRU cache of so many pages, empty at first."""
    cache, misses = OrderedDict(), 0
    for page in reads:
        if page in cache:
            cache.move_to_end(page)
        else:
            misses += 1
            cache[page] = True
            if len(cache) > pages:
                cache.popitem(last=False)
    return misses


@pytest.mark.parametrize("name", RUNS)
def test_the_curve_is_that_of_an_exact_cache(name, tmp_path, show):
    data = (tmp_path / "data").resolve()
    data.mkdir()
    done = aiotrace.run_traced(aiotrace.python(RUNS[name], data), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    stage = max((s for s in report["stages"] if s["reuse"]), key=lambda s: s["read_bytes"] * (s["stage"] != "runtime"))
    reads = []
    for e in aiotrace.dump(tmp_path / "t"):
        if e.stage == stage["stage"] and e.call.startswith("pread") and e.result > 0:
            reads += [(e.path, page) for page in range(e.offset // PAGE, (e.offset + e.result - 1) // PAGE + 1)]
    reuse, worst = stage["reuse"], 0
    assert reuse["unique_bytes"] == pytest.approx(len(set(reads)) * PAGE, rel=0.05)
    assert reuse["reread_bytes"] == pytest.approx(reuse["read_bytes"] - reuse["unique_bytes"])
    points = reuse["miss_ratio"]
    assert len(points) >= 4
    for point in points[::max(1, len(points) // 6)] + points[-1:]:
        exact = exact_misses(reads, int(point["cache_bytes"] // PAGE)) / len(reads)
        worst = max(worst, abs(exact - point["miss_ratio"]))
        assert abs(exact - point["miss_ratio"]) <= 0.02, (point, exact)
    show(f"miss-ratio curve, {name}: within {worst:.4f} of an exact LRU cache of {len(reads)} page reads, "
         f"sampling {reuse['sampling_rate']:g}")

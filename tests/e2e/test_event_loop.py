# SPDX-License-Identifier: Apache-2.0
"""Training in an event loop: what it awaits there is its data, or steps that threads or timers take."""
import json

import pytest

import aiotrace
from test_stall import RULES

AWAITED = """
import asyncio, os, sys
paths = sorted(os.path.join(sys.argv[1], name) for name in os.listdir(sys.argv[1]))
def get(path):
    fd = os.open(path, os.O_RDONLY)
    try: return os.read(fd, 40000)
    finally: os.close(fd)
async def fill(queue):
    for at in range(0, len(paths), 4):
        await queue.put(await asyncio.gather(*[asyncio.to_thread(get, path) for path in paths[at:at + 4]]))
async def main():
    for epoch in range(3):
        queue = asyncio.Queue(2)
        task = asyncio.create_task(fill(queue))
        for at in range(0, len(paths), 4):
            await queue.get()
            await asyncio.sleep(float(sys.argv[2]))
        await task
asyncio.run(main())
"""


def test_steps_that_an_event_loop_awaits_are_not_blamed_on_its_loaders(program, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    for i in range(64):
        (data / f"{i:04}.jpg").write_bytes(bytes(40000))
    library = program("slow_read", "-shared", "-fPIC", name_as="slow_read.so")
    done = aiotrace.run_traced(aiotrace.python(AWAITED, data, 0.02), tmp_path / "t",
                               {"LD_PRELOAD": f"{aiotrace.LIBRARY} {library}", "SLOW_BYTES": "40000", "SLOW_US": "3000"})
    assert done.returncode == 0, done.stderr
    report = aiotrace.report(tmp_path / "t")
    assert report["stall"]["cause"] is None and not {f["id"] for f in report["findings"]} & set(RULES.values()), report["stall"]
    assert "for its loaders or for timers and" in " ".join(aiotrace.aiotrace("report", tmp_path / "t").stdout.split())


BESIDE = """
import asyncio, json, os, sys, time
paths = sorted(os.path.join(sys.argv[1], name) for name in os.listdir(sys.argv[1]))
step, decode = float(sys.argv[2]), float(sys.argv[3])
def get(path):
    with open(path, "rb", buffering=0) as f: return f.read(40000)
async def sample(path):
    data = await asyncio.to_thread(get, path)
    if decode: await asyncio.to_thread(time.sleep, decode)
    return data
async def fill(queue):
    for at in range(0, len(paths), 8):
        await queue.put(await asyncio.gather(*[sample(path) for path in paths[at:at + 8]]))
async def main():
    waited, begun = 0, time.perf_counter()
    for epoch in range(3):
        queue = asyncio.Queue(2)
        task = asyncio.create_task(fill(queue))
        for at in range(0, len(paths), 8):
            since = time.perf_counter()
            await queue.get()
            waited += time.perf_counter() - since
            await asyncio.to_thread(time.sleep, step)
        await task
    print(json.dumps(waited / (time.perf_counter() - begun)))
asyncio.run(main())
"""


def beside(program, tmp_path, step, decode, late_us):
    data = tmp_path / "data"
    data.mkdir()
    for i in range(64):
        (data / f"{i:04}.jpg").write_bytes(bytes(40000))
    library = program("slow_read", "-shared", "-fPIC", name_as="slow_read.so")
    done = aiotrace.run_traced(aiotrace.python(BESIDE, data, step, decode), tmp_path / "t",
                               {"LD_PRELOAD": f"{aiotrace.LIBRARY} {library}", "SLOW_BYTES": "40000", "SLOW_US": str(late_us)})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), aiotrace.report(tmp_path / "t")["stall"]


@pytest.mark.parametrize("step, late_us, cause", [(0.05, 0, "compute-bound"), (0.01, 30000, "storage-bound")])
def test_steps_that_threads_take_are_no_waiting_for_data(program, tmp_path, step, late_us, cause):
    share, stall = beside(program, tmp_path, step, 0, late_us)
    assert stall["cause"] == cause and stall["share"] == pytest.approx(share, abs=0.05), (stall, share)


def test_work_of_threads_on_each_sample_may_be_decoding(program, tmp_path):
    share, stall = beside(program, tmp_path, 0.01, 0.01, 0)
    assert stall["or_timers"] and stall["cause"] is None and stall["share"] > share


DECODES = """
import asyncio, json, os, sys, time
def spin(s):
    end = time.perf_counter() + s
    while time.perf_counter() < end: pass
def read(name):
    with open(os.path.join(sys.argv[1], name), "rb", buffering=0) as f: return f.read()
async def batch(names):
    for data in await asyncio.gather(*(asyncio.to_thread(read, name) for name in names)): spin(0.004)
async def main():
    names, waited = sorted(os.listdir(sys.argv[1])), 0
    begin = time.perf_counter()
    for epoch in range(3):
        for i in range(0, len(names), 8):
            at = time.perf_counter()
            await batch(names[i:i + 8])
            waited += time.perf_counter() - at
            time.sleep(0.03)
    return waited / (time.perf_counter() - begin)
print(json.dumps(asyncio.run(main())))
"""


def test_what_the_main_thread_decodes_of_what_threads_read_is_preprocessing(tmp_path):
    (tmp_path / "data").mkdir()
    for i in range(64):
        (tmp_path / f"data/{i:02}").write_bytes(bytes(40000))
    done = aiotrace.run_traced(aiotrace.python(DECODES, tmp_path / "data"), tmp_path / "t")
    assert done.returncode == 0, done.stderr
    stall, share = aiotrace.report(tmp_path / "t")["stall"], json.loads(done.stdout)
    assert stall["cause"] == "preprocessing-bound" and stall["threads"], stall
    assert stall["share"] == pytest.approx(share, abs=0.05), (stall, share)
    assert [e["cause"] for e in stall["epochs"]] == ["preprocessing-bound"] * 3

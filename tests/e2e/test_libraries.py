# SPDX-License-Identifier: Apache-2.0
"""Libraries that training programs read and write with, and workers however
they start: against strace, operation by operation."""
import os
import sys

import pytest

import aiotrace

sys.path.insert(0, os.path.join(aiotrace.TOP, "tests/compare"))
import compare  # noqa: E402

# The modules that a program needs, and the program.
PROGRAMS = {
    "open_and_read": ("", """
with open("data", "rb") as f: f.read(); f.seek(10); f.read(5)
with open("data") as f: f.read(100); f.readline(); list(f)
with open("data", "rb", buffering=0) as f: f.readinto(bytearray(300)); f.readall()
with open("text", "w") as f: print("line", file=f); f.writelines(["a", "b" * 9000])
open("data", "rb").read()
"""),
    "pil": ("PIL numpy", """
import numpy as np
from PIL import Image
pixels = np.random.default_rng(0).integers(0, 255, (120, 90, 3), dtype=np.uint8)
for name in ("a.png", "a.jpg", "a.bmp", "a.tiff", "a.webp"): Image.fromarray(pixels).save(name)
for name in ("a.png", "a.jpg", "a.bmp", "a.tiff", "a.webp"):
    with Image.open(name) as i: i.convert("L").resize((8, 8)); print(np.asarray(i).shape)
with open("a.jpg", "rb") as f: Image.open(f).load()
with Image.open("a.jpg") as i: i.draft("RGB", (30, 30)); i.load()
"""),
    "numpy_memmap": ("numpy", """
import numpy as np
made = np.memmap("m.bin", dtype="u2", mode="w+", shape=(300, 1000)); made[5] = 7; made.flush()
print(np.memmap("m.bin", dtype="u2", mode="r", offset=6000, shape=(10, 100)).sum())
np.save("n.npy", np.arange(5000)); print(np.load("n.npy", mmap_mode="r")[::50].sum())
"""),
    "torch_save_and_load": ("torch", """
import io, torch
torch.manual_seed(0)
state = {"w": torch.randn(300, 200), "b": torch.arange(50), "step": 3}
torch.save(state, "zip.pt"); torch.save(state, "legacy.pt", _use_new_zipfile_serialization=False)
with open("object.pt", "wb") as f: torch.save(state, f)
with open("object_legacy.pt", "wb") as f: torch.save(state, f, _use_new_zipfile_serialization=False)
for name in ("zip.pt", "legacy.pt", "object.pt", "object_legacy.pt"):
    print(float(torch.load(name)["w"].sum()))
    with open(name, "rb") as f: print(float(torch.load(f, map_location="cpu")["w"].sum()))
    print(len(torch.load(io.BytesIO(open(name, "rb").read()))))
"""),
    "torch_jit": ("torch", """
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(40, 30), torch.nn.ReLU())
torch.jit.trace(model, torch.zeros(1, 40)).save("traced.pt"); torch.jit.save(torch.jit.script(model), "scripted.pt")
print(float(torch.jit.load("traced.pt")(torch.ones(1, 40)).sum()))
with open("scripted.pt", "rb") as f: print(float(torch.jit.load(f)(torch.ones(1, 40)).sum()))
"""),
    "h5py": ("h5py numpy", """
import h5py, numpy as np
x = np.arange(20000.).reshape(200, 100)
with h5py.File("x.h5", "w") as f:
    f["plain"] = x; f.create_dataset("chunks", data=x, chunks=(10, 100), compression="gzip")
with h5py.File("x.h5", "a") as f: f["more"] = x[:5]; f["plain"][3] = 0
with h5py.File("x.h5", "r") as f: print(f["plain"][50].sum(), f["chunks"][::7].sum(), f["more"][...].sum())
with h5py.File("core.h5", "w", driver="core") as f: f["x"] = x
with h5py.File("x.h5", "r", driver="stdio") as f: print(f["plain"][100:120].sum())
"""),
    "lmdb": ("lmdb", """
import lmdb
with lmdb.open("db", map_size=1 << 24) as env:
    for k in range(5):
        with env.begin(write=True) as t:
            for i in range(40): t.put(b"%05d" % (k * 40 + i), bytes([i]) * 500 * (i % 9 + 1))
with lmdb.open("db", readonly=True, lock=False) as env, env.begin() as t: print(sum(len(v) for _, v in t.cursor()))
with lmdb.open("mapped", map_size=1 << 22, writemap=True, sync=False) as env, env.begin(write=True) as t: t.put(b"k", b"v" * 9000)
"""),
    "shutil_copyfile": ("", """
import shutil
shutil.copyfile("data", "copy"); shutil.copy("data", "folder"); shutil.copytree("folder", "tree")
with open("data", "rb") as a, open("by_object", "wb") as b: shutil.copyfileobj(a, b, 1000)
"""),
}

WORKERS = """
import multiprocessing as mp, os, sys

def work(i):
    with open("data", "rb", buffering=0) as f:
        f.seek(i * 10); f.read(100 + i)
    with open(f"from{i}", "wb", buffering=0) as f: f.write(bytes(i + 1))
    return i

def drain(queue):
    for i in iter(queue.get, None): work(i)

if __name__ == "__main__":
    context = mp.get_context(sys.argv[1])
    with context.Pool(2) as pool: print(sum(pool.imap_unordered(work, range(12))))
    queue = context.Queue()
    process = context.Process(target=drain, args=(queue,)); process.start()
    for i in [20, 21, None]: queue.put(i)
    process.join(); print(process.exitcode)
    idle = context.Process(target=work, args=(30,), daemon=True); idle.start(); idle.join()
"""

LOADER = """
import sys, torch

class Data(torch.utils.data.Dataset):
    def __len__(self): return 40
    def __getitem__(self, i):
        with open("data", "rb") as f: f.seek(i * 7); return f.read(50)[0]

if __name__ == "__main__":
    loader = torch.utils.data.DataLoader(Data(), batch_size=4, shuffle=False, num_workers=2,
                                         multiprocessing_context=sys.argv[1], persistent_workers=True)
    for epoch in range(2): print(sum(int(b.sum()) for b in loader))
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    folder = tmp_path_factory.mktemp("template")
    (folder / "data").write_bytes(b"".join(b"%d line\n" % (i * 7919 % 1000) for i in range(2000)))
    (folder / "folder").mkdir()
    (folder / "folder" / "one").write_bytes(bytes(range(256)) * 40)
    return folder


# Storages are named by their addresses in legacy files, and stand in the order of these.
DIFFER_FROM_RUN_TO_RUN = ("torch_save_and_load",)


def check(script, arguments, template, folder, same_run=False):
    path = folder / "program.py"
    path.write_text(script)
    result = compare.compare([sys.executable, path, *arguments], folder, template, same_run=same_run)
    assert result.first.done.returncode == 0, result.first.done.stderr.decode()[-2000:]
    assert result.second.done.stdout == result.first.done.stdout
    assert result.equal, result.differences()


@pytest.mark.parametrize("name", PROGRAMS)
def test_libraries_do_what_strace_says(name, template, tmp_path):
    modules, script = PROGRAMS[name]
    for module in modules.split():
        pytest.importorskip(module)
    check(script, [], template, tmp_path, name in DIFFER_FROM_RUN_TO_RUN)


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_do_what_strace_says(method, template, tmp_path):
    check(WORKERS, [method], template, tmp_path)


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_loader_workers_do_what_strace_says(method, template, tmp_path):
    pytest.importorskip("torch")
    check(LOADER, [method], template, tmp_path)

# SPDX-License-Identifier: Apache-2.0
"""h5py: contiguous, chunked and compressed data sets, appended, read in random order."""
import h5py
import numpy as np

from told import inside, tell

order = np.random.default_rng(0)
images = order.integers(0, 255, (200, 32, 32), dtype=np.uint8)
with h5py.File(inside("data.h5"), "w") as f:
    f["contiguous"] = images
    f.create_dataset("chunked", data=images, chunks=(10, 32, 32))
    f.create_dataset("gzip", data=images, chunks=(16, 32, 32), compression="gzip")
    f.attrs["labels"] = np.arange(200)
with h5py.File(inside("data.h5"), "a") as f:
    grown = f.create_dataset("grown", (0, 100), maxshape=(None, 100), chunks=(50, 100), dtype="f4")
    for i in range(5):
        grown.resize(grown.shape[0] + 40, axis=0)
        grown[-40:] = i
        f.flush()
with h5py.File(inside("data.h5"), "r") as f:
    for name in ("contiguous", "chunked", "gzip", "grown"):
        tell(name, f[name][...])
    tell("random", [f["chunked"][i] for i in order.permutation(200)[:50]])
    tell("labels", f.attrs["labels"])
with h5py.File(inside("core.h5"), "w", driver="core") as f:
    f["x"] = images
with h5py.File(inside("core.h5"), "r", driver="stdio") as f:
    tell("stdio driver", f["x"][50:60])

# SPDX-License-Identifier: Apache-2.0
"""zarr: arrays in a folder, sharded, and in a zip file."""
import numpy as np
import zarr

from told import inside, tell

values = np.random.default_rng(0).standard_normal((300, 200)).astype("f4")
root = zarr.open_group(inside("group.zarr"), mode="w")
plain = root.create_array("plain", shape=values.shape, chunks=(50, 100), dtype="f4")
plain[:] = values
sharded = root.create_array("sharded", shape=values.shape, chunks=(10, 100), shards=(100, 200), dtype="f4")
sharded[:] = values
plain[10:20, 5:15] = 0
root.attrs["step"] = 7

root = zarr.open_group(inside("group.zarr"), mode="r")
tell("plain", root["plain"][:])
tell("sharded", root["sharded"][:])
tell("a row of shards", root["sharded"][105:115, 50:60], root.attrs["step"])
with zarr.storage.ZipStore(inside("array.zip"), mode="w") as store:
    zarr.create_array(store, data=values, chunks=(100, 200))
with zarr.storage.ZipStore(inside("array.zip"), mode="r") as store:
    tell("zip", zarr.open_array(store, mode="r")[:])

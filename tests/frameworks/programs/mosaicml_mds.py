# SPDX-License-Identifier: Apache-2.0
"""mosaicml-streaming: MDS shards, some compressed, from a "remote" folder into
a local cache, by two loader workers, two epochs."""
import sys
import types

# The image sets derive from torchvision's and are not what is tried here.
sys.modules["streaming.vision"] = types.ModuleType("streaming.vision")

import numpy as np
from streaming import MDSWriter, StreamingDataLoader, StreamingDataset

from told import inside, tell


def main():
    order = np.random.default_rng(0)
    for name, compression in (("plain", None), ("packed", "zstd:3")):
        with MDSWriter(out=inside(name, "remote"), columns={"i": "int", "x": "ndarray:float32"}, size_limit=1 << 15,
                       compression=compression, hashes=["sha1"]) as out:
            for i in range(80):
                out.write({"i": i, "x": order.standard_normal(300 + i).astype("f4")})
        data = StreamingDataset(remote=inside(name, "remote"), local=inside(name, "local"), shuffle=True,
                                shuffle_seed=3, batch_size=4, num_canonical_nodes=1)
        for epoch in range(2):
            loader = StreamingDataLoader(data, batch_size=4, num_workers=2, collate_fn=list)
            rows = sorted((row for batch in loader for row in batch), key=lambda row: row["i"])
            tell(f"{name}, epoch {epoch}", rows)
        tell(f"{name}, by number", data[17], data[63])


if __name__ == "__main__":
    main()

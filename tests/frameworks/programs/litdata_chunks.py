# SPDX-License-Identifier: Apache-2.0
"""litdata: chunks written by optimize, streamed by two loader workers."""
import numpy as np
import litdata
from litdata.streaming import StreamingDataLoader, StreamingDataset

from told import inside, tell


def sample(i):
    return {"i": i, "x": np.random.default_rng(i).standard_normal(300 + i).astype("f4")}


def main():
    litdata.optimize(fn=sample, inputs=list(range(80)), output_dir=inside("chunks"), num_workers=2,
                     chunk_bytes=1 << 15, reorder_files=False, verbose=False, start_method="fork")
    data = StreamingDataset(inside("chunks"), shuffle=False)  # in the order in which two workers finished
    tell("backwards", sorted((data[n] for n in range(79, -1, -1)), key=lambda row: row["i"]))
    for epoch in range(2):
        loader = StreamingDataLoader(StreamingDataset(inside("chunks"), shuffle=True, seed=3), batch_size=4,
                                     num_workers=2, collate_fn=list)
        rows = sorted((row for batch in loader for row in batch), key=lambda row: row["i"])
        tell(f"epoch {epoch}", rows)


if __name__ == "__main__":
    main()

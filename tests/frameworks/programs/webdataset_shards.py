# SPDX-License-Identifier: Apache-2.0
"""webdataset: shards written, read in order, by workers, and through pipe:."""
import numpy as np
import torch
import webdataset as wds

from told import inside, tell


def samples(source, **options):
    data = wds.WebDataset(source, shardshuffle=False, **options).decode().to_tuple("__key__", "npy", "cls")
    return data


def main():
    order = np.random.default_rng(0)
    with wds.ShardWriter(inside("shard-%04d.tar"), maxcount=25, verbose=0) as sink:
        for i in range(100):
            sink.write({"__key__": f"{i:05}", "npy": order.standard_normal(200 + i).astype("f4"), "cls": i % 10})
    shards = inside("shard-{0000..0003}.tar")
    tell("in order", list(samples(shards)))
    tell("shuffled", list(samples(shards).shuffle(30, rng=__import__("random").Random(1))))
    loader = torch.utils.data.DataLoader(samples(shards), batch_size=None, num_workers=2)
    tell("by two workers", sorted(loader, key=lambda s: s[0]))
    tell("pipe", list(samples([f"pipe:cat {inside('shard-0002.tar')}", f"pipe:dd if={inside('shard-0001.tar')} bs=4k status=none"])))


if __name__ == "__main__":
    main()

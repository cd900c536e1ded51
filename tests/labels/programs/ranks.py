# SPDX-License-Identifier: Apache-2.0
"""torch.distributed.checkpoint in two ranks, saved twice and loaded once. Rank 0
makes the data. By torchrun or, as Debian's is broken, by itself: ranks.py FOLDER."""
import os
import socket
import subprocess
import sys

import numpy as np
import torch
import torch.distributed as dist

try:
    import torch.distributed.checkpoint as dcp
except ModuleNotFoundError:  # before 2.0
    import torch.distributed._shard.checkpoint as dcp

from label import stage


def main(folder):
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    if rank == 0:
        with stage("ingest"):
            np.random.default_rng(0).standard_normal(2_000_000 // 4, dtype=np.float32).tofile(f"{folder}/data")
    dist.barrier()
    state = {f"layer{i}": torch.randn(300, 300) for i in range(6)}
    for epoch in range(2):
        with stage("train"):
            random = np.random.default_rng(rank + epoch)
            with open(f"{folder}/data", "rb", buffering=0) as f:
                for at in random.integers(0, 240, 120):
                    f.seek(int(at) * 8192)
                    f.read(8192)
        with stage("checkpoint"):
            path = f"{folder}/step{epoch}"
            if hasattr(dcp, "save"):
                dcp.save(state, checkpoint_id=path)
            else:
                os.makedirs(path, exist_ok=True)
                dcp.save_state_dict(state, dcp.FileSystemWriter(path))
        dist.barrier()
    with stage("restore"):
        if hasattr(dcp, "load"):
            dcp.load(state, checkpoint_id=f"{folder}/step1")
        else:
            dcp.load_state_dict(state, dcp.FileSystemReader(f"{folder}/step1"))
    dist.barrier()


if __name__ == "__main__":
    torch.set_num_threads(1)
    if "RANK" in os.environ:
        main(sys.argv[1])
    else:
        with socket.socket() as probe:
            probe.bind(("localhost", 0))
            port = str(probe.getsockname()[1])
        ranks = [subprocess.Popen([sys.executable, __file__, sys.argv[1]],
                                  env={**os.environ, "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2",
                                       "MASTER_ADDR": "localhost", "MASTER_PORT": port}) for rank in range(2)]
        sys.exit(max(rank.wait() for rank in ranks))

# SPDX-License-Identifier: Apache-2.0
"""torch.distributed.checkpoint, one checkpoint saved at once, two behind the
training's back, all loaded again. To be started by torchrun."""
import os

import torch
import torch.distributed as dist
import torch.distributed.checkpoint as dcp
from torch.distributed.checkpoint.state_dict_saver import AsyncCheckpointerType
from torch.distributed.device_mesh import init_device_mesh
from torch.distributed.tensor import Shard, distribute_tensor, zeros

from told import digest, inside


def state(mesh, step):
    torch.manual_seed(step)
    return {"sharded": distribute_tensor(torch.randn(1024, 64), mesh, [Shard(0)]),
            "replicated": torch.randn(333), "step": step}


def empty(mesh):
    return {"sharded": zeros(1024, 64, device_mesh=mesh, placements=[Shard(0)]), "replicated": torch.zeros(333), "step": 0}


def main():
    dist.init_process_group("gloo")
    rank = dist.get_rank()
    mesh = init_device_mesh("cpu", (dist.get_world_size(),))

    def load(name):
        loaded = empty(mesh)
        dcp.load(loaded, checkpoint_id=inside(name))
        said = [digest(loaded["sharded"].to_local(), loaded["replicated"], loaded["step"])] * dist.get_world_size()
        dist.all_gather_object(said, said[rank])
        if rank == 0:
            print(f"{name}: {' '.join(said)}", flush=True)

    dcp.save(state(mesh, 1), checkpoint_id=inside("sync"))
    load("sync")
    behind = dist.new_group(backend="gloo")
    for kind in (AsyncCheckpointerType.THREAD, AsyncCheckpointerType.PROCESS):
        name = f"async-{kind.value}"
        saving = dcp.async_save(state(mesh, 2), checkpoint_id=inside(name), async_checkpointer_type=kind,
                                process_group=behind)
        saving.result()
        dist.barrier()
        load(name)
    dist.destroy_process_group()
    if rank == 0:
        print(sorted(os.listdir(inside("sync"))), flush=True)


if __name__ == "__main__":
    main()

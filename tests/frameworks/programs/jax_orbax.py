# SPDX-License-Identifier: Apache-2.0
"""jax with orbax-checkpoint: saved at once and behind the training's back, restored."""
import os

import jax
import jax.numpy as jnp
import orbax.checkpoint as ocp

from told import inside, tell


def state(step):
    key = jax.random.key(step)
    return {"w": jax.random.normal(key, (400, 300)), "b": jnp.arange(300.0), "step": step}


def main():
    with ocp.StandardCheckpointer() as one:
        one.save(inside("one"), state(0))
        one.wait_until_finished()
        tell("one", jax.tree.map(jax.device_get, one.restore(inside("one"))))
    options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=True)
    with ocp.CheckpointManager(inside("managed"), options=options) as manager:
        for step in range(4):
            manager.save(step, args=ocp.args.StandardSave(state(step)))
        manager.wait_until_finished()
        restored = manager.restore(3, args=ocp.args.StandardRestore(state(3)))
        tell("managed", jax.tree.map(jax.device_get, restored))
    print(sorted(os.listdir(inside("managed"))))


if __name__ == "__main__":
    main()

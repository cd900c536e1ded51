# SPDX-License-Identifier: Apache-2.0
"""transformers: a Trainer on a tiny model with random weights, its checkpoints,
resumed, loaded in shards. No hub."""
import os

import numpy as np
import torch
import transformers

from told import inside, tell


class Tokens(torch.utils.data.Dataset):
    def __init__(self):
        self.tokens = np.memmap(inside("tokens.bin"), dtype=np.uint16, mode="r")

    def __len__(self):
        return 64

    def __getitem__(self, i):
        row = torch.from_numpy(self.tokens[i * 32:(i + 1) * 32].astype(np.int64))
        return {"input_ids": row, "labels": row}


def train(steps, resume):
    transformers.set_seed(0)
    config = transformers.GPT2Config(vocab_size=500, n_positions=32, n_embd=32, n_layer=2, n_head=2,
                                     bos_token_id=0, eos_token_id=0)
    settings = transformers.TrainingArguments(
        output_dir=inside("out"), max_steps=steps, save_steps=2, per_device_train_batch_size=4, use_cpu=True,
        report_to=[], disable_tqdm=True, dataloader_num_workers=2, logging_steps=100)
    trainer = transformers.Trainer(transformers.GPT2LMHeadModel(config), settings, train_dataset=Tokens())
    trainer.remove_callback(transformers.PrinterCallback)  # it prints times
    trainer.train(resume_from_checkpoint=resume)
    return trainer


def main():
    transformers.utils.logging.set_verbosity_error()
    np.random.default_rng(0).integers(0, 500, 64 * 32, dtype=np.uint16).tofile(inside("tokens.bin"))
    tell("four steps", train(4, None).model.state_dict())
    trainer = train(6, inside("out", "checkpoint-2"))
    tell("six steps, from the second", trainer.model.state_dict())
    print(sorted(os.listdir(inside("out", "checkpoint-6"))))
    trainer.model.save_pretrained(inside("shards"), max_shard_size="40KB")
    tell("in shards", transformers.GPT2LMHeadModel.from_pretrained(inside("shards")).state_dict())
    print(len(os.listdir(inside("shards"))))


if __name__ == "__main__":
    main()

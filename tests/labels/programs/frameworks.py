# SPDX-License-Identifier: Apache-2.0
"""Lightning, transformers and Orbax, their parts marked: frameworks.py NAME FOLDER."""
import logging
import os
import sys
import warnings

import numpy as np

from label import marked, stage


def mark(name, owner, *functions):
    for function in functions:
        setattr(owner, function, marked(name, getattr(owner, function)))


def lightning(folder):
    import lightning
    import torch
    from lightning.fabric.loggers import csv_logs
    from lightning.pytorch.callbacks import ModelCheckpoint
    from lightning.pytorch.loggers import CSVLogger
    from lightning.pytorch.trainer.connectors.checkpoint_connector import _CheckpointConnector

    logging.disable(logging.WARNING)
    mark("checkpoint", lightning.Trainer, "save_checkpoint")
    mark("restore", _CheckpointConnector, "resume_start")
    mark("other", CSVLogger, "save", "log_hyperparams", "log_metrics")
    mark("other", csv_logs._ExperimentWriter, "__init__", "save")

    class Files(torch.utils.data.Dataset):
        def __len__(self):
            return 64

        def __getitem__(self, i):
            return torch.from_numpy(np.fromfile(f"{folder}/data/{i}", dtype=np.float32))

    class Model(lightning.LightningModule):
        def __init__(self):
            super().__init__()
            self.layer = torch.nn.Linear(1000, 200)

        def training_step(self, batch, number):
            loss = self.layer(batch).square().mean()
            self.log("loss", loss)
            return loss

        def validation_step(self, batch, number):
            self.log("held", self.layer(batch).mean())

        def configure_optimizers(self):
            return torch.optim.Adam(self.parameters())

    def fit(epochs, checkpoint=None):
        keep = ModelCheckpoint(dirpath=f"{folder}/saved", filename="{epoch}-{step}", save_top_k=-1, save_last=True)
        trainer = lightning.Trainer(max_epochs=epochs, accelerator="cpu", devices=1, callbacks=[keep], log_every_n_steps=4,
                                    logger=CSVLogger(f"{folder}/logs", version=0), enable_progress_bar=False,
                                    enable_model_summary=False, default_root_dir=f"{folder}/root")
        loaders = [torch.utils.data.DataLoader(Files(), batch_size=8, shuffle=shuffle, num_workers=2) for shuffle in (True, False)]
        with stage("train"):
            trainer.fit(Model(), *loaders, ckpt_path=checkpoint)

    os.mkdir(f"{folder}/data")
    with stage("ingest"):
        for i in range(64):
            np.random.default_rng(i).standard_normal(1000, dtype=np.float32).tofile(f"{folder}/data/{i}")
    fit(2)
    fit(3, f"{folder}/saved/last.ckpt")


def transformers(folder):
    import torch
    import transformers
    from transformers import Trainer, TrainerState

    class Tokens(torch.utils.data.Dataset):
        def __len__(self):
            return 2000

        def __getitem__(self, i):
            tokens = np.memmap(f"{folder}/tokens.bin", dtype=np.uint16, mode="r")
            row = torch.from_numpy(tokens[i * 64:(i + 1) * 64].astype(np.int64))
            return {"input_ids": row, "labels": row}

    mark("checkpoint", Trainer, "_save_checkpoint", "save_model")
    mark("restore", Trainer, "_load_from_checkpoint", "_load_optimizer_and_scheduler", "_load_rng_state")
    TrainerState.load_from_json = staticmethod(marked("restore", TrainerState.load_from_json))

    def train(steps, resume):
        config = transformers.GPT2Config(vocab_size=500, n_positions=64, n_embd=64, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
        settings = transformers.TrainingArguments(
            output_dir=f"{folder}/out", max_steps=steps, save_steps=10, save_total_limit=2, per_device_train_batch_size=8, use_cpu=True,
            report_to=[], disable_tqdm=True, dataloader_num_workers=2, logging_steps=100)
        trainer = Trainer(transformers.GPT2LMHeadModel(config), settings, train_dataset=Tokens())
        trainer.remove_callback(transformers.PrinterCallback)
        with stage("train"):
            trainer.train(resume_from_checkpoint=resume)
        with stage("checkpoint"):
            trainer.save_model(f"{folder}/final")

    transformers.utils.logging.set_verbosity_error()
    with stage("ingest"):
        np.random.default_rng(0).integers(0, 500, 2000 * 64, dtype=np.uint16).tofile(f"{folder}/tokens.bin")
    train(30, None)
    train(40, f"{folder}/out/checkpoint-30")


def orbax(folder):
    import jax
    import jax.numpy as jnp
    import orbax.checkpoint as ocp

    def state(step):
        return {"w": jax.random.normal(jax.random.key(step), (600, 400)), "b": jnp.arange(400.0), "step": step}

    with stage("ingest"):
        np.random.default_rng(0).standard_normal(1_000_000, dtype=np.float32).tofile(f"{folder}/data")
    with ocp.CheckpointManager(f"{folder}/saved", options=ocp.CheckpointManagerOptions(max_to_keep=2)) as manager:
        for step in range(4):
            with stage("train"), open(f"{folder}/data", "rb", buffering=0) as f:
                for at in np.random.default_rng(step).integers(0, 400, 200):
                    f.seek(int(at) * 10_000)
                    f.read(10_000)
            with stage("checkpoint"):
                manager.save(step, args=ocp.args.StandardSave(state(step)))
                manager.wait_until_finished()
        with stage("restore"):
            manager.restore(3, args=ocp.args.StandardRestore(state(3)))


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    globals()[sys.argv[1]](sys.argv[2])

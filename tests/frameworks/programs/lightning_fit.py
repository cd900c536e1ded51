# SPDX-License-Identifier: Apache-2.0
"""Lightning: a tiny fit with checkpoints and a log, resumed from the last one."""
import logging
import os
import warnings

import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger

from told import inside, tell


class Files(torch.utils.data.Dataset):
    def __len__(self):
        return 32

    def __getitem__(self, i):
        with open(inside("data", f"{i}.bin"), "rb") as f:
            return torch.frombuffer(bytearray(f.read()), dtype=torch.float32)


class Model(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(100, 50)

    def training_step(self, batch, number):
        loss = self.layer(batch).square().mean()
        self.log("loss", loss)
        return loss

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters())


def fit(epochs, checkpoint=None):
    lightning.seed_everything(0)
    model = Model()
    keep = ModelCheckpoint(dirpath=inside("checkpoints"), filename="{epoch}-{step}", save_top_k=-1, save_last=True)
    trainer = lightning.Trainer(max_epochs=epochs, accelerator="cpu", devices=1, callbacks=[keep], log_every_n_steps=1,
                                logger=CSVLogger(inside("logs"), version=0), enable_progress_bar=False,
                                enable_model_summary=False, default_root_dir=inside("root"))
    loader = torch.utils.data.DataLoader(Files(), batch_size=8, shuffle=True, num_workers=2)
    trainer.fit(model, loader, ckpt_path=checkpoint)
    return model


def main():
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    os.mkdir(inside("data"))
    torch.manual_seed(1)
    for i in range(32):
        with open(inside("data", f"{i}.bin"), "wb") as f:
            f.write(torch.randn(100).numpy().tobytes())
    tell("two epochs", fit(2).state_dict())
    tell("a third", fit(3, inside("checkpoints", "last.ckpt")).state_dict())
    print(sorted(os.listdir(inside("checkpoints"))))


if __name__ == "__main__":
    main()

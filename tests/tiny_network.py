"""A tiny network, galaxies it can learn from, and a stage, for tests of the training engine."""

import os
import signal
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from galaxyzoo.engine import training
from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.training import Learner, pooled_rmse, train_stage
from trees import GALAXY_ZOO_2

BACKBONE = "test_resnet"  # timm's own tiny network
MODEL = {"backbone": BACKBONE, "weights": "pretrained", "head": "fastai", "output": "sigmoid"}
STAGE = {
    "name": "all_32",
    "size": 32,
    "epochs": 2,
    "lr": 3e-3,
    "freeze": False,
    "batch_norm": "trained",
    "dropout": 0.1,
    "loss": "mean_squared_error",
    "weight_decay": 1e-4,
    "batch_size": 16,
    "accumulate": 1,
    "hand_on_moments": False,
    "schedule": "one_cycle",
    "keep": "last",
    "layer_decay": None,
    "gradient_clip": None,
    "class_weights": None,
    "vote_weights": None,
    "ema": None,
}
AUGMENTATION = {
    "rotation": 360.0,
    "rotation_probability": 1.0,
    "flip": True,
    "zoom": [1.0, 1.1],
    "middle": None,
    "zoom_about": "centre",
    "shift": 0.0,
    "brightness": 0.0,
    "contrast": 0.0,
}
CPU = torch.device("cpu")


def galaxies(count: int = 64, device: torch.device = CPU, streamed: bool = False) -> Galaxies:
    """Pictures whose brightness is what their labels say."""
    rng = np.random.default_rng(0)
    brightness = rng.random(count, dtype=np.float32)
    noise = rng.random((count, 32, 32, 3), dtype=np.float32)
    pixels = 255 * (0.9 * brightness[:, None, None, None] + 0.1 * noise)
    labels = np.repeat(brightness[:, None], 37, axis=1)
    home = CPU if streamed else device
    return Galaxies(
        torch.from_numpy(pixels.astype(np.uint8)).permute(0, 3, 1, 2).to(home),
        torch.from_numpy(labels).to(home),
        device,
        streamed,
    )


def pictures_of(data: Galaxies) -> np.ndarray:
    """The pictures (N, wide, wide, bands) uint8 of a stage's galaxies, as its batches have them."""
    batches = data.batches(data.rows(np.arange(len(data))).split(2))
    return torch.cat([images for images, *_ in batches]).permute(0, 2, 3, 1).cpu().numpy()


def new_tiny_network(backbone: str = BACKBONE, dropout: float = 0.1) -> GalaxyNetwork:
    """The same network at every call."""
    torch.manual_seed(0)
    network = GalaxyNetwork(backbone, "fastai", "sigmoid", GALAXY_ZOO_2, dropout)
    network.set_size(32)
    return network


def train(
    network: GalaxyNetwork,
    data: Galaxies | None = None,
    stage: dict = STAGE,
    seed: int = 0,
    saved: SavedState | None = None,
    augmentation: dict = AUGMENTATION,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run a stage and return its tables; its state is in a folder of its own, or one given."""
    data = data or galaxies()
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        saved = saved or SavedState(Path(folder) / "stage.state", {}, save_minutes=5)
        learner = Learner(network, data, stage, augmentation, seed)
        train_stage(learner, data, saved, lambda *both: tables.append(both))
    return tables[-1]


def train_until_killed(moment: str, path: Path, streamed: bool) -> None:
    """Train until this process kills itself in the second epoch, its state saved at every batch.

    `moment` is `last batch`, right after that batch is saved, or `validation`.
    """
    saved = SavedState(path, {}, save_minutes=0)
    save, batches = saved.save, len(galaxies()) // STAGE["batch_size"]
    validations = iter(range(STAGE["epochs"]))

    def save_and_kill(state: dict) -> None:
        save(state)
        if len(state["history"]) == 1 and len(state["losses"]) == batches:
            os.kill(os.getpid(), signal.SIGKILL)

    def kill_in_the_second(*arguments: object) -> float:
        if next(validations) == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return pooled_rmse(*arguments)

    if moment == "last batch":
        saved.save = save_and_kill
    else:
        training.pooled_rmse = kill_in_the_second
    train(new_tiny_network(), galaxies(streamed=streamed), saved=saved)


def weights_after(stage: dict, **options) -> dict[str, torch.Tensor]:
    """Weights of the tiny network after a stage with some keys of its own."""
    network = new_tiny_network()
    train(network, stage=STAGE | stage, **options)
    return network.state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    """Whether two state dicts are equal bit for bit."""
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)

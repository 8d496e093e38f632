"""Training and prediction against the bare network on a single batch already in memory."""

import math
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from benchmarks.pairs import PAIRS, Speeds, compare, timed
from benchmarks.pictures import crops_and_labels
from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.dataset import load_galaxies
from galaxyzoo.engine.depthwise import SmallMapGradients
from galaxyzoo.engine.devices import best_device
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.prediction import predict_by_views
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.schedule import one_cycle
from galaxyzoo.engine.training import Learner, adam, train_stage
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS

STAGE = {
    "name": "benchmark",
    "epochs": 1,
    "lr": 1e-4,
    "freeze": False,
    "batch_norm": "trained",
    "dropout": 0.1,
    "loss": "mean_squared_error",
    "weight_decay": 1e-4,
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
    "zoom": [1.0, 1.2],
    "middle": None,
    "zoom_about": "centre",
    "shift": 0.0,
    "brightness": 0.0,
    "contrast": 0.0,
}
SMALL_PX = 64
TTA = {"rotations": 4, "flips": True, "zooms": [1.0]}


def ready_network(backbone: str, size_px: int, dtype: torch.dtype) -> GalaxyNetwork:
    """A network with random weights, as at the start of a stage."""
    network = GalaxyNetwork(backbone, "fastai", "sigmoid", tree_from(QUESTIONS), STAGE["dropout"])
    network.set_size(size_px)
    network.body_dtype = dtype
    return network.to(best_device(), memory_format=torch.channels_last)


def one_batch(batch_size: int, size_px: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pictures (batch, 3, size, size) float32 and labels (batch, 37) on the device."""
    crops, labels = crops_and_labels(batch_size, size_px)
    images = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
    return images.to(best_device()), torch.from_numpy(labels).float().to(best_device())


def training_speeds(
    backbone: str,
    size_px: int,
    dtype: torch.dtype,
    batch_size: int,
    batches: int,
    ema: float | None = None,
    bare_deterministic: bool = True,
    pairs: int = PAIRS,
) -> Speeds:
    """Epochs of a stage against as many bare steps: forward, backward, optimiser."""
    learner = ready_learner(backbone, size_px, dtype, batch_size, min(batches, 16), ema)
    losses, epochs = learner.no_losses(), math.ceil(batches / learner.batches)

    def ours() -> None:
        best_device(deterministic=True)
        for epoch in range(epochs):
            learner.train_epoch(epoch, losses, 0, one_cycle, lambda done: None)
        losses.tolist()  # which waits for a GPU

    steps = bare_steps(backbone, size_px, dtype, batch_size, epochs * learner.batches)

    def bare() -> None:
        best_device(bare_deterministic)
        steps()

    return compare(ours, bare, epochs * learner.batches * batch_size, pairs)


def ready_learner(
    backbone: str,
    size_px: int,
    dtype: torch.dtype,
    batch_size: int,
    batches: int,
    ema: float | None = None,
) -> Learner:
    """A learner at the start of a stage, with some batches of pictures to train on."""
    stage = STAGE | {"size": size_px, "batch_size": batch_size, "ema": ema}
    rows = np.arange(batches * batch_size)
    crops, labels = crops_and_labels(len(rows), size_px)
    data = load_galaxies(crops, labels, rows, size_px, 1.0, best_device(), stream=False)
    return Learner(ready_network(backbone, size_px, dtype), data, stage, AUGMENTATION, seed=0)


def bare_steps(
    backbone: str,
    size_px: int,
    dtype: torch.dtype,
    batch_size: int,
    batches: int,
    compiled: bool = False,
    small_maps: bool = True,
) -> Callable[[], None]:
    """A function that takes `batches` training steps, all on the same batch.

    Without `small_maps`, all gradients are torch's own.
    """
    network = ready_network(backbone, size_px, dtype).train()
    if compiled:
        network.compile()
    optimiser = adam(network, STAGE)
    images, labels = one_batch(batch_size, size_px)
    gradients = SmallMapGradients() if small_maps else nullcontext()

    def steps() -> None:
        for _ in range(batches):
            with gradients:
                loss = functional.mse_loss(network(images), labels)
            loss.backward()
            optimiser.step()
            optimiser.zero_grad()
        synchronise()

    return steps


def bfloat16_speeds(backbone: str, size_px: int, batch_size: int, batches: int) -> Speeds:
    """Bare steps in bfloat16 (as `ours`) against float32 (as `bare`)."""
    half, single = (
        bare_steps(backbone, size_px, dtype, batch_size, batches)
        for dtype in (torch.bfloat16, torch.float32)
    )
    return compare(half, single, batches * batch_size, pairs=3)


def compiled_speeds(backbone: str, size_px: int, batch_size: int, batches: int) -> Speeds:
    """Bare steps of a compiled network (as `ours`) against one that is not; compiling not timed."""
    compiled, plain = (
        bare_steps(backbone, size_px, torch.float32, batch_size, batches, compiled)
        for compiled in (True, False)
    )
    return compare(compiled, plain, batches * batch_size, pairs=5)


def small_map_speeds(backbone: str, size_px: int, batch_size: int, batches: int) -> Speeds:
    """Bare steps with the gradients of small maps (as `ours`) against torch's own (as `bare`)."""
    ours, torchs = (
        bare_steps(backbone, size_px, torch.float32, batch_size, batches, small_maps=small_maps)
        for small_maps in (True, False)
    )
    return compare(ours, torchs, batches * batch_size, pairs=5)


def bfloat16_prediction_speeds(
    backbone: str, size_px: int, batch_size: int, batches: int
) -> Speeds:
    """Bare forward passes in bfloat16 (as `ours`) against float32 (as `bare`)."""
    images, _ = one_batch(batch_size, size_px)

    def passes(dtype: torch.dtype) -> Callable[[], None]:
        network = ready_network(backbone, size_px, dtype).eval()

        @torch.no_grad()
        def predict() -> None:
            for _ in range(batches):
                network(images)
            synchronise()

        return predict

    half, single = passes(torch.bfloat16), passes(torch.float32)
    return compare(half, single, batches * batch_size, pairs=5)


def tta_speeds(backbone: str, size_px: int, batch_size: int, batches: int) -> Speeds:
    """Test-time augmentation against as many bare forward passes; images are galaxies x views."""
    network = ready_network(backbone, size_px, torch.float32).eval()
    galaxies, maps = batches * batch_size, tta_maps(TTA)
    crops, _ = crops_and_labels(galaxies, 224)
    images, _ = one_batch(batch_size, size_px)

    @torch.no_grad()
    def bare() -> None:
        for _ in range(batches * len(maps)):
            network(images)
        synchronise()

    def ours() -> None:
        predict_by_views(
            network, crops, np.arange(galaxies), maps, [1, len(maps)], batch_size, best_device()
        )

    return compare(ours, bare, galaxies * len(maps))


def linearity_speeds(backbone: str, size_px: int, batch_size: int) -> Speeds:
    """Twice the galaxies (as `ours`) against twice the views; equal if time is linear in both."""
    network = ready_network(backbone, size_px, torch.float32).eval()
    crops, _ = crops_and_labels(2 * batch_size, size_px)
    maps, device = tta_maps(TTA), best_device()

    def galaxies() -> None:
        rows, half = np.arange(2 * batch_size), maps[: len(maps) // 2]
        predict_by_views(network, crops, rows, half, [1, len(half)], batch_size, device)

    def views() -> None:
        predict_by_views(
            network, crops, np.arange(batch_size), maps, [1, len(maps)], batch_size, device
        )

    return compare(galaxies, views, batch_size * len(maps), pairs=5)


def save_seconds(backbone: str, size_px: int) -> float:
    """Median seconds to save a stage's state: write, sync and rename."""
    learner = ready_learner(backbone, size_px, torch.float32, batch_size=2, batches=1)
    learner.train_epoch(1, learner.no_losses(), 0, one_cycle, lambda done: None)
    with tempfile.TemporaryDirectory(dir="results") as folder:
        saved = SavedState(Path(folder) / "benchmark.state", {}, save_minutes=5)
        return statistics.median(
            timed(lambda: saved.save({"learner": learner.state()})) for _ in range(7)
        )


def prepare(folder: Path, galaxies: int) -> None:
    """Write packed crops and their labels into a folder, for the jobs below."""
    crops, labels = crops_and_labels(galaxies, SMALL_PX)
    np.save(folder / "crops.npy", crops)
    np.save(folder / "labels.npy", labels)


def train_once(folder: Path) -> None:
    """Train a small network for one short stage on the crops in a folder."""
    crops, labels = np.load(folder / "crops.npy", mmap_mode="r"), np.load(folder / "labels.npy")
    rows = np.arange(len(crops))
    data = load_galaxies(crops, labels, rows, SMALL_PX, 1.0, best_device(), stream=False)
    stage = STAGE | {"size": SMALL_PX, "batch_size": 64}
    network = ready_network("test_resnet", SMALL_PX, torch.float32)
    saved = SavedState(folder / "benchmark.state", {}, save_minutes=5)
    learner = Learner(network, data, stage, AUGMENTATION, 0)
    train_stage(learner, data, saved, lambda *tables: None)


def predict_once(folder: Path) -> None:
    """Predict the crops in a folder with a small network and test-time augmentation."""
    crops = np.load(folder / "crops.npy", mmap_mode="r")
    network = ready_network("test_resnet", SMALL_PX, torch.float32)
    two_views = tta_maps(TTA)[:2]
    predict_by_views(network, crops, np.arange(len(crops)), two_views, [1, 2], 128, best_device())


def synchronise() -> None:
    """Wait until the GPU, if there is one, has finished its work."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()


if __name__ == "__main__":
    {"train": train_once, "predict": predict_once}[sys.argv[1]](Path(sys.argv[2]))

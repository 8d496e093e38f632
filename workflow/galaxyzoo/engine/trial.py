"""How fast stages train and predictions are made here, tried for some seconds on made-up pictures.

The speed of a network does not depend on its weights and pictures, so both are random.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from galaxyzoo.engine.augmentation import middle_zoom, tta_maps
from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.devices import best_device, body_dtype, use_threads
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.prediction import predict_by_views
from galaxyzoo.engine.schedule import one_cycle
from galaxyzoo.engine.stage import needs_votes
from galaxyzoo.engine.training import Learner, pooled_rmse
from galaxyzoo.engine.transforms import wide_px
from galaxyzoo.foundation.randomness import numpy_generator
from galaxyzoo.tree.decision_tree import tree_from

AT_ONCE = 8  # galaxies of a prediction, each with all views
BANDS = 3


def training_trial(
    settings: dict[str, Any], threads: int, valid_share: float, seconds: float
) -> tuple[int, float]:
    """Train a stage for some seconds; how many galaxies that were, and what it took.

    `settings` is what a stage depends on, as `set_up_stage` takes it. For each galaxy, a
    `valid_share` of one is validated on. An epoch is one batch. The first, in which all is set up,
    does not count.
    """
    stage = settings["stage"]
    network, device = ready(settings, threads, training=True)
    if settings["compile"]:
        network.compile()
    galaxies = stage["batch_size"]
    train = made_up(galaxies, network, settings, device)
    valid = made_up(max(1, round(valid_share * galaxies)), network, settings, device)
    learner = Learner(network, train, stage, settings["augmentation"], settings["seed"])
    losses = learner.no_losses()

    def epoch() -> None:
        learner.train_epoch(1, losses, 0, one_cycle, lambda _: None)
        pooled_rmse(learner.learned, valid, stage["batch_size"])
        losses.tolist()  # which waits for a GPU

    times, took = repeated(epoch, seconds)
    return times * galaxies, took


def prediction_trial(
    settings: dict[str, Any], tta: dict[str, Any], crop_px: int, threads: int, seconds: float
) -> tuple[int, float]:
    """Predict for some seconds, with all views; how many galaxies that were, and what it took.

    `settings` is that of the last stage, `tta` the config's, and `crop_px` the side of its crops.
    """
    network, device = ready(settings, threads, training=False)
    galaxies, maps = min(tta["batch_size"], AT_ONCE), tta_maps(tta)
    crops = made_up_pictures(galaxies, crop_px)
    counts = [1, len(maps)]

    def predict() -> None:
        predict_by_views(network, crops, np.arange(galaxies), maps, counts, galaxies, device)

    times, took = repeated(predict, seconds)
    return times * galaxies, took


def ready(
    settings: dict[str, Any], threads: int, training: bool
) -> tuple[GalaxyNetwork, torch.device]:
    """The network of a stage with random weights, on its device."""
    stage, model = settings["stage"], settings["model"]
    use_threads(threads)
    device = best_device(settings["deterministic"])
    tree, dropout = tree_from(settings["tree"]), stage.get("dropout", 0.0)
    network = GalaxyNetwork(model["backbone"], model["head"], model["output"], tree, dropout)
    network.set_size(stage["size"])
    network.zoom = middle_zoom(settings["augmentation"])
    network.body_dtype = body_dtype(settings["precision"], device, network.body, training)
    return network.to(device, memory_format=torch.channels_last), device


def made_up(
    galaxies: int, network: GalaxyNetwork, settings: dict[str, Any], device: torch.device
) -> Galaxies:
    """Random pictures of a stage's size with random labels, and votes if it learns from them."""
    pictures = made_up_pictures(galaxies, wide_px(network.size_px, network.zoom))
    images = torch.from_numpy(pictures).permute(0, 3, 1, 2).to(device)
    labels = torch.full((galaxies, len(network.tree.columns)), 0.5, device=device)
    votes = labels * 40 if needs_votes(settings["stage"]) else None
    return Galaxies(images, labels, device, votes=votes)


def made_up_pictures(galaxies: int, size_px: int) -> np.ndarray:
    """Random pictures (galaxies, size, size, 3) uint8."""
    rng = numpy_generator("trial")
    return rng.integers(0, 256, (galaxies, size_px, size_px, BANDS), np.uint8)


def repeated(once: Callable[[], None], seconds: float) -> tuple[int, float]:
    """Do something again and again for some seconds, after a first time: how often, how long."""
    once()
    times, started = 0, time.perf_counter()
    while not times or time.perf_counter() - started < seconds:
        once()
        times += 1
    return times, time.perf_counter() - started

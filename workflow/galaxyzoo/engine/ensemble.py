"""The networks of an ensemble, restored from their checkpoints with what predicting takes."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from galaxyzoo.engine.augmentation import tta_maps
from galaxyzoo.engine.devices import body_dtype
from galaxyzoo.engine.loaded_networks import restored_network
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.tree.decision_tree import DecisionTree


class Member(NamedTuple):
    """A network of an ensemble, its views (views, 2, 3), and its share of the mean.

    Its crop is the middle of a picture that it sees, and its name, such as demo.seed0, has its
    experiment's in front.
    """

    name: str
    network: GalaxyNetwork
    maps: np.ndarray
    crop_px: int
    share: float


def restored_ensemble(
    checkpoints: Iterable[Path | str],
    settings: Mapping[str, Mapping[str, Any]],
    shares: Mapping[str, float],
    tree: DecisionTree,
    device: torch.device | None = None,
) -> list[Member]:
    """The networks of all `checkpoints`, which are in the order of the `settings` and their seeds.

    `settings` are those of each experiment, by name, and `shares` what each has of the mean; its
    seeds share that equally. If the networks are going to predict on a `device`, each has its
    experiment's precision there, and otherwise float32. Raises InputError if a checkpoint does not
    match its settings.
    """
    paths = iter(checkpoints)
    members = []
    for name, experiment in settings.items():
        maps = tta_maps(experiment["tta"])
        share = shares[name] / len(experiment["seeds"])
        for seed in experiment["seeds"]:
            network = restored_network(Path(next(paths)), experiment["model"], tree)
            if device is not None:
                network.body_dtype = body_dtype(
                    experiment["precision"], device, network.body, training=False
                )
            members.append(Member(f"{name}.seed{seed}", network, maps, experiment["crop"], share))
    return members

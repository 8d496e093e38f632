"""Setup of a stage: one seed's galaxies on the device, and the network to train."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import torch

from galaxyzoo.engine.augmentation import middle_zoom
from galaxyzoo.engine.checkpoints import handed_on_moments
from galaxyzoo.engine.dataset import Galaxies, load_galaxies
from galaxyzoo.engine.devices import best_device, body_dtype, use_threads
from galaxyzoo.engine.loaded_networks import stage_network
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.votes import DIRICHLET_MULTINOMIAL
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import damaged
from galaxyzoo.foundation.known_values import known_mean
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.vote_columns import votes_of


class Stage(NamedTuple):
    """The network on its device, the galaxies to train and validate on, and the moments.

    These are the optimiser's, of the previous stage, or None: the stage begins with none. `index`
    is the survey's, and `part` says what each of its galaxies is for.
    """

    network: GalaxyNetwork
    train: Galaxies
    valid: Galaxies
    moments: dict[int, dict[str, Any]] | None
    index: pd.DataFrame
    part: pd.Series


def set_up_stage(
    settings: dict[str, Any],
    weights: Path,
    crops: Path,
    index: Path,
    split: Path,
    threads: int,
    stream: bool,
) -> Stage:
    """Load what a stage of one seed starts from.

    `settings` is what the stage depends on besides its files: `seed`, and `stage`, `augmentation`,
    `model`, `tree`, `precision`, `deterministic` and `compile` as in the config. `weights` is the
    checkpoint of the previous stage, or the backbone's starting weights (.safetensors). `crops` is
    the packed array; `index` and `split` have one row per crop. With `stream`, the galaxies stay in
    host memory. No crop is read yet. Raises InputError if an answer has no label of any galaxy to
    train on.
    """
    stage, tree = settings["stage"], tree_from(settings["tree"])
    zoom = middle_zoom(settings["augmentation"])
    use_threads(threads)
    device = best_device(settings["deterministic"])
    galaxies, parts = read_index(index), read_split(split)
    if not galaxies["GalaxyID"].equals(parts["GalaxyID"]):
        raise damaged(split, f"it lists other galaxies than {index}")
    pixels, labels, part = PackedCrops(crops, galaxies), tree.probabilities(galaxies), parts["part"]
    require_labels(labels[part == "train"], tree)
    votes = votes_of(galaxies, tree) if needs_votes(stage) else None
    train, valid = (
        load_galaxies(
            pixels, labels, np.flatnonzero(part == name), stage["size"], zoom, device, stream, votes
        )
        for name in ("train", "valid")
    )
    mean_label = known_mean(labels[part == "train"], axis=0)
    network = stage_network(
        weights,
        settings["model"],
        tree,
        stage,
        zoom,
        mean_label,
        settings["seed"],
        bands=pixels.shape[-1],
    )
    network.body_dtype = body_dtype(settings["precision"], device, network.body, training=True)
    network.to(device, memory_format=torch.channels_last)
    if settings["compile"]:
        network.compile()
    return Stage(network, train, valid, handed_on_moments(weights), galaxies, part)


def needs_votes(stage: dict[str, Any]) -> bool:
    """Whether a stage learns from counted votes, besides labels."""
    return stage["loss"] == DIRICHLET_MULTINOMIAL or stage["vote_weights"] is not None


def require_labels(labels: np.ndarray, tree: DecisionTree) -> None:
    """Raise InputError if a column of the training galaxies' labels (n, columns) has none."""
    without = np.isnan(labels).all(axis=0)
    if without.any():
        names = [column for column, is_so in zip(tree.columns, without, strict=True) if is_so]
        raise InputError(
            f"none of the {len(labels)} galaxies to train on has a label of {', '.join(names)}, so "
            "that nothing can be learnt of it: train on more galaxies, or leave the question out "
            "of the tree"
        )

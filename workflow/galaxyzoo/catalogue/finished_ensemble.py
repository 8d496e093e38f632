"""A finished experiment's networks in memory, with what its catalogues take besides pictures."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch

from galaxyzoo.calibration.calibration import Calibration, read_calibration
from galaxyzoo.calibration.familiarity import Reference, read_reference
from galaxyzoo.catalogue.ensemble import needed
from galaxyzoo.catalogue.training_galaxies import TrainingFeatures, described_training
from galaxyzoo.engine.devices import best_device
from galaxyzoo.engine.ensemble import Member, restored_ensemble
from galaxyzoo.engine.prediction import ready
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import read_json
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.foundation.split_files import read_split
from galaxyzoo.plan.finished import experiment_folder, read_finished
from galaxyzoo.plan.labellers import Words, words_of
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.questions import questions_of

log = logging.getLogger(__name__)


class Learnt(NamedTuple):
    """Files of what the first network learnt from: its weights, its split, and the survey's crops.

    `index` is the table of the `crops`, and `galaxies` that of the owner's names, if there are any.
    """

    weights: Path
    split: Path
    crops: Path
    index: Path
    galaxies: Path | None


class FinishedEnsemble(NamedTuple):
    """The networks of a finished experiment, ready to predict on a device.

    They are its seeds' or, of an ensemble, its members'. `batch_size` is the number of galaxies
    that its catalogues predict at a time, and `words` are those for who labelled its survey.
    """

    name: str
    folder: Path
    tree: DecisionTree
    members: list[Member]
    calibration: Calibration
    batch_size: int
    device: torch.device
    learnt: Learnt
    words: Words

    @property
    def size_px(self) -> int:
        """The width of the crops that its networks take, or of the widest."""
        return max(member.crop_px for member in self.members)


def load_ensemble(given: Path) -> FinishedEnsemble:
    """The networks of the experiment in a folder, such as results/demo.

    Settings are those that its results were made with, and the log names keys of its config.yaml
    that differ. Raises InputError if the experiment is not finished.
    """
    folder = experiment_folder(given)
    if not folder.is_dir():
        raise InputError(
            f"{given} is no folder; give that of a finished experiment, as results/demo"
        )
    finished = read_finished(folder)
    if edited := finished.edited_keys():
        log.warning(
            "%s/config.yaml has another %s than the results were made with, which are used; run "
            "the experiment to its end for the new ones",
            *(folder, ", ".join(edited)),
        )
    folders = [folder.with_name(name) for name in finished.config.get("ensemble", [folder.name])]
    configs = [finished.config]
    if "ensemble" in finished.config:
        configs = [read_finished(member).config for member in folders]
    calibration = folder / "calibration.json"
    survey = folder.parent / "surveys" / configs[0]["survey"]["name"]
    learnt = Learnt(
        finished.networks[0],
        folders[0] / f"seed{configs[0]['seeds'][0]}" / "split.csv",
        survey / "training.npy",
        survey / "training.csv",
        finished.galaxies,
    )
    named = [finished.galaxies] if finished.galaxies else []
    finished.require_unchanged([*finished.networks, calibration, learnt.split, *named])
    for file in (learnt.crops, learnt.index):
        if not file.is_file():
            raise InputError(
                f"{folder} is not finished: there is no {file}; run the experiment to its end"
            )
    tree = tree_from(questions_of(configs[0]["tree"]))
    device = best_device(any(config["deterministic"] for config in configs))
    settings = {
        config["experiment"]: config | {"crop": config["survey"]["crop"]} for config in configs
    }
    shares = dict.fromkeys(settings, 1.0)
    if "ensemble" in finished.config:
        shares = read_json(folder / "weights.json")
    members = needed(restored_ensemble(finished.networks, settings, shares, tree, device))
    for member in members:
        ready(member.network, device)
    return FinishedEnsemble(
        finished.config["experiment"],
        folder,
        tree,
        members,
        read_calibration(calibration, tree),
        min(config["tta"]["batch_size"] for config in configs),
        device,
        learnt,
        words_of(configs[0]["survey"]),
    )


def its_reference(ensemble: FinishedEnsemble) -> Reference:
    """What galaxies of training are like: as it is kept, or computed anew in up to a minute."""
    kept = ensemble.folder / "reference.npz"
    learnt = ensemble.learnt
    if is_newer(kept, [learnt.weights, learnt.split, learnt.crops, learnt.index]):
        return read_reference(kept)
    log.info("computing what galaxies of training are like, since %s is not up to date", kept)
    return training_features(ensemble).reference


def training_features(ensemble: FinishedEnsemble) -> TrainingFeatures:
    """What the first network sees in galaxies of training, in about as long as a validation takes.

    Raises InputError if there are no validation galaxies.
    """
    learnt = ensemble.learnt
    return described_training(
        ensemble.members[0].network,
        PackedCrops(learnt.crops, read_index(learnt.index)),
        read_split(learnt.split)["part"].to_numpy(),
        ensemble.batch_size,
        ensemble.device,
    )


def is_newer(file: Path, sources: Sequence[Path]) -> bool:
    """Whether a file is there, and no older than any of those that it was made from."""
    return file.is_file() and all(
        source.stat().st_mtime_ns <= file.stat().st_mtime_ns for source in sources
    )

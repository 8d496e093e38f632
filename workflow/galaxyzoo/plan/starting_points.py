"""What `model.weights` names: weights of a file or a hub, simulated ones, an experiment."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any

from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.foundation.content_hashes import content_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan.finished import RECORD, normal, read_finished

HASH_DIGITS = 12
SIMULATED = "simulated"  # a network that the workflow teaches itself, by `simulated_starts`
HUB = "hf-hub:"  # begins the name of an encoder of a hub, as in timm
HUB_NAME = HUB + r"([\w.-]+/[\w.-]+)(?:@([\w./-]+))?"  # its owner and name, and a revision


def starts_from_a_file(model: Mapping[str, str]) -> bool:
    """Whether a resolved config's `model` starts from weights of a file that the user gives."""
    return may_have_a_head(model) and not starts_simulated(model)


def starts_simulated(model: Mapping[str, str]) -> bool:
    """Whether a resolved config's `model` starts from a network taught on simulated galaxies."""
    return model["weights"] == SIMULATED


def may_have_a_head(model: Mapping[str, str]) -> bool:
    """Whether the weights that a resolved config's `model` starts from may answer questions.

    Encoders of a hub have no head.
    """
    return may_have_learnt(model) and not is_of_a_hub(model["weights"])


def may_have_learnt(model: Mapping[str, str]) -> bool:
    """Whether the weights that a resolved config's `model` starts from may have learnt galaxies.

    ImageNet's and random ones have learnt none.
    """
    return model["weights"] not in ("pretrained", "random")


def is_of_a_hub(weights: str) -> bool:
    """Whether `model.weights` names an encoder of a hub."""
    return weights.startswith(HUB)


def parts_of_hub_name(weights: str) -> tuple[str, str | None]:
    """OWNER/NAME and the revision, None if there is none, of a name that matches HUB_NAME."""
    named = re.fullmatch(HUB_NAME, weights)
    return named[1], named[2]


def weights_file(model: Mapping[str, str], find: Callable[[str], str] = str) -> str | None:
    """The path of the file that a resolved config's `model` starts from, None if there is none."""
    return file_of_weights(model["weights"], find) if starts_from_a_file(model) else None


def file_of_weights(weights: str, find: Callable[[str], str] = str) -> str:
    """The path of the file that `model.weights` names, as the config writes paths.

    Of a finished experiment, given by its folder, it is the checkpoint of the last stage of its
    first seed. `find` turns a path of the config into that of the file. Raises InputError if there
    is no such file.
    """
    path = Path(find(weights))
    if path.is_dir():
        return network_of(weights, path)
    if not path.is_file():
        raise InputError(
            f"config: model.weights: there is no file {weights}; give the path in full, or "
            f"from {Path.cwd()}"
        )
    require_of_a_stage(weights, path)
    return weights


def network_of(weights: str, folder: Path) -> str:
    """The path of the first network of a finished experiment, as the config writes its folder.

    `weights` is that path of the `folder`. A variant may have the network in its base's folder.
    """
    if not any((folder / name).is_file() for name in ("config.yaml", RECORD)):
        raise InputError(
            f"config: model.weights: {weights} is no experiment's folder, since it has no "
            "config.yaml; give results/<experiment>, or the path of a file of weights"
        )
    try:
        finished = read_finished(folder)
        network = finished.networks[0]
        finished.require_unchanged([network])
    except InputError as error:
        raise InputError(f"config: model.weights: {error}") from error
    results = PurePath(weights.rstrip("/")).parent
    return str(results / network.relative_to(normal(folder).parent).as_posix())


def require_of_a_stage(weights: str, path: Path) -> None:
    """Raise InputError if a checkpoint in a finished experiment's folder is of none of its stages.

    A run leaves it there when a variant begins to take the stage from its base.
    """
    folder = path.parent.parent.parent
    if path.suffix != ".pt" or not (folder / RECORD).is_file():
        return
    stages = read_finished(folder).stages.values()
    if normal(path.with_suffix("")) not in stages:
        raise InputError(
            f"config: model.weights: {weights} is of no stage of the finished experiment "
            f"{folder.name}: it is left over from an earlier run; give {folder}, for its network"
        )


def starting_weights_name(model: Mapping[str, str], find: Callable[[str], str] = str) -> str:
    """The name under which a network's starting weights are kept: backbone, weights, content.

    Two files of one name with other weights then have two names, and a copy has the same. An
    encoder of a hub is named by its revision, if the config gives one.
    """
    path = weights_file(model, find)
    if path is None:
        return f"{model['backbone']}-{re.sub('[:/]', '--', model['weights'])}"
    content = content_hash(find(path))[:HASH_DIGITS]
    return f"{model['backbone']}-{PurePath(path).stem}-{content}"


def require_other_starts(
    configs: Mapping[str, Mapping[str, Any]], results: Path, find: Callable[[str], str] = str
) -> None:
    """Raise InputError if an experiment of a run starts from one that the same run makes.

    It would train on top of its own last result in each run, and never be up to date. `configs`
    are resolved ones by the experiment's name, `results` is the folder of all results.
    """
    for name, config in configs.items():
        weights = config["model"]["weights"]
        path = weights_file(config["model"], find)
        if path is None:
            continue
        file = Path(find(path)).resolve()
        for made in configs:
            if (results / made).resolve() in file.parents:
                raise InputError(
                    f"config: model.weights: {name} would start from {weights}, which is a result "
                    f"of {made}, and this run makes {made} itself; give it another name "
                    "with experiment: NAME, or start from another one"
                )


def has_seen_galaxy_zoo(model: Mapping[str, str], find: Callable[[str], str] = str) -> bool:
    """Whether a resolved config's `model` starts from a checkpoint that learnt Galaxy Zoo's votes.

    The checkpoint itself says so, under whatever name.
    """
    try:
        path = weights_file(model, find)
    except InputError:  # which is told where files are required
        return False
    note = read_note(Path(find(path))) if path else None
    return bool(note and note.get("seen_galaxy_zoo"))

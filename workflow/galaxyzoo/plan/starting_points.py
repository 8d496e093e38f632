"""What `model.weights` names: a file of weights, a stage's checkpoint or a finished experiment."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from galaxyzoo.foundation.errors import InputError


def weights_file(model: Mapping[str, str], find: Callable[[str], str] = str) -> str | None:
    """The path of the file that a resolved config's `model` starts from, None if there is none."""
    weights = model["weights"]
    return None if weights in ("pretrained", "random") else file_of_weights(weights, find)


def file_of_weights(weights: str, find: Callable[[str], str] = str) -> str:
    """The path of the file that `model.weights` names, as the config writes paths.

    Of a finished experiment, given by its folder, it is the checkpoint of the last stage of its
    first seed. `find` turns a path of the config into that of the file. Raises InputError if there
    is no such file.
    """
    path = weights
    if Path(find(weights)).is_dir():
        config = config_in(Path(find(weights)))
        if config is None:
            raise InputError(
                f"config: model.weights: {weights} is no experiment's folder, since it has no "
                "config.yaml; give results/<experiment>, or the path of a file of weights"
            )
        seed, stage = config["seeds"][0], config["stages"][-1]["name"]
        path = f"{weights.rstrip('/')}/seed{seed}/stages/{stage}.pt"
    if not Path(find(path)).is_file():
        raise InputError(
            f"config: model.weights: there is no file {path}; give the path from the folder in "
            "which snakemake is started"
        )
    return path


def has_seen_galaxy_zoo(weights: str, sources: Collection[str]) -> bool:
    """Whether `model.weights` names an experiment or checkpoint that learnt Galaxy Zoo's votes.

    It is told by the config beside them. `sources` are those of surveys with such votes.
    """
    path = Path(weights)
    folder = path if path.is_dir() else path.parent.parent.parent
    config = config_in(folder) if path.suffix == ".pt" or path.is_dir() else None
    return config is not None and (
        config["survey"]["source"] in sources or config["model"]["seen_galaxy_zoo"]
    )


def config_in(folder: Path) -> dict[str, Any] | None:
    """The resolved config in an experiment's folder, None if there is none."""
    try:
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        return config if config.keys() >= {"seeds", "stages", "survey", "model"} else None
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return None

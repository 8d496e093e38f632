"""What `model.weights` names: a file of weights, a stage's checkpoint or a finished experiment."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import yaml

from galaxyzoo.foundation.checkpoint_notes import read_note
from galaxyzoo.foundation.errors import InputError


def starts_from_a_file(model: Mapping[str, str]) -> bool:
    """Whether a resolved config's `model` starts from weights of a file."""
    return model["weights"] not in ("pretrained", "random")


def weights_file(model: Mapping[str, str], find: Callable[[str], str] = str) -> str | None:
    """The path of the file that a resolved config's `model` starts from, None if there is none."""
    return file_of_weights(model["weights"], find) if starts_from_a_file(model) else None


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
        path = f"{weights.rstrip('/')}/{last_stage_of(config)}"
    if not Path(find(path)).is_file():
        raise InputError(
            f"config: model.weights: there is no file {path}; give the path from the folder in "
            "which snakemake is started"
        )
    return path


def has_seen_galaxy_zoo(weights: str, sources: Collection[str]) -> bool:
    """Whether `model.weights` names an experiment or checkpoint that learnt Galaxy Zoo's votes.

    A checkpoint tells it itself, under whatever name. The config beside it tells it too, of a
    checkpoint of the same experiment or of an earlier version. `sources` are those of surveys with
    such votes.
    """
    path = Path(weights)
    folder = path if path.is_dir() else path.parent.parent.parent
    config = config_in(folder)
    if path.is_dir() and config is not None:
        path = path / last_stage_of(config)
    note = read_note(path) or {}
    if note.get("seen_galaxy_zoo"):
        return True
    if config is None or (path.suffix != ".pt" and not note):
        return False
    if note and not str(note.get("place")).startswith(f"{config.get('experiment')}/"):
        return False
    return bool(config["survey"]["source"] in sources or config["model"]["seen_galaxy_zoo"])


def last_stage_of(config: Mapping[str, Any]) -> str:
    """The checkpoint that an experiment is started from, within its folder, by its config."""
    return f"seed{config['seeds'][0]}/stages/{config['stages'][-1]['name']}.pt"


def config_in(folder: Path) -> dict[str, Any] | None:
    """The resolved config in an experiment's folder, None if there is none."""
    try:
        config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        return config if config.keys() >= {"seeds", "stages", "survey", "model"} else None
    except (OSError, ValueError, AttributeError, yaml.YAMLError):
        return None

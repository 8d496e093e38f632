"""An encoder of Hugging Face's hub, by the name that timm gives it: hf-hub:OWNER/NAME.

The hub's client keeps what it fetches (HF_HUB_CACHE), and takes it from there without a network.
HF_ENDPOINT is the address of another hub.
"""

import hashlib
import json
import logging
import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from huggingface_hub import RepoCard, constants, hf_hub_download
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError

from galaxyzoo.engine.network import Normalisation
from galaxyzoo.foundation.content_hashes import file_hash
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.hub_errors import first_line
from galaxyzoo.plan.galaxy_zoo_names import galaxy_zoo_names
from galaxyzoo.plan.starting_points import HUB, parts_of_hub_name

log = logging.getLogger(__name__)

CONFIG, CARD = "config.json", "README.md"
WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # the first that a hub has
# Arguments of a timm model that leave the layers of a body without its classifier as they are.
OF_NO_BODY = {"num_classes", "global_pool", "drop_rate", "drop_path_rate", "in_chans"}


class HubEncoder(NamedTuple):
    """An encoder's weights at one commit, and what config.json and the card say.

    `normalisation` has the `mean` and `std` of pictures, None for those of the backbone.
    `galaxy_zoo_names` are those that the card has.
    """

    weights: Path
    commit: str
    normalisation: Normalisation | None
    has_card: bool
    licence: str | None
    galaxy_zoo_names: list[str]

    def origin(self) -> dict[str, Any]:
        """Where the weights are from, for provenance, report and model card."""
        names = ("commit", "has_card", "licence", "galaxy_zoo_names")
        return {name: getattr(self, name) for name in names}


def fetched_encoder(name: str, backbone: str) -> HubEncoder:
    """An encoder of a hub that is a timm `backbone`, fetched or from the cache.

    Without a revision in its name, it is the newest that can be had. Raises InputError if it cannot
    be had, or is no such backbone.
    """
    repository, revision = parts_of_hub_name(name)
    config = hub_file(name, repository, CONFIG, revision)
    commit, said = config.parent.name, of_config(name, config)
    require_backbone(name, said.pop("architecture"), said.pop("arguments"), backbone)
    card = hub_file(name, repository, CARD, commit, needed=False)
    if card is None:
        log.warning("%s has no card, or none in the cache: its licence is not known", name)
    weights = hub_weights(name, repository, commit)
    if revision != commit:
        log.info(
            "%s is at commit %s, and %s%s@%s stays there", name, commit, HUB, repository, commit
        )
    return HubEncoder(weights=weights, commit=commit, **said, **of_card(card))


def hub_weights(name: str, repository: str, commit: str) -> Path:
    """The file of an encoder's weights. Raises InputError if it cannot be had."""
    for file in WEIGHTS:
        if path := hub_file(name, repository, file, commit, needed=False):
            return path
    return hub_file(name, repository, WEIGHTS[0], commit)  # which says why not


def hub_file(
    name: str, repository: str, file: str, revision: str | None, needed: bool = True
) -> Path | None:
    """A file of a hub, fetched or from the cache. None if there is none and none is `needed`.

    Raises InputError if it cannot be had.
    """
    try:
        return whole(repository, file, revision)
    except EntryNotFoundError as error:
        is_offline = isinstance(error, LocalEntryNotFoundError)
        if not needed:
            return None
        why = (
            f"no hub answers at {constants.ENDPOINT}, and {constants.HF_HUB_CACHE} has no copy: "
            "fetch it where there is a network and carry that folder here"
            if is_offline
            else f"it has no {file}, as timm's models have: choose another"
        )
    except (OSError, ValueError, RuntimeError) as error:
        why = f"{first_line(error)} (a private one needs HF_TOKEN)"
    raise InputError(
        f"model.weights: {name} cannot be fetched: {why}, or give the path of a file of weights"
    )


def whole(repository: str, file: str, revision: str | None) -> Path:
    """A file of a hub, fetched, or from the cache if it is what was fetched.

    Raises what the hub's client does, and OSError if it comes damaged.
    """
    path = downloaded(repository, file, revision)
    if not is_as_named(path):
        log.warning("%s is damaged; it is fetched anew", path)
        path = downloaded(repository, file, revision, force_download=True)
        if not is_as_named(path):
            raise OSError(f"{file} came damaged: its hash is not the one that the hub gives")
    return path


def downloaded(repository: str, file: str, revision: str | None, **how: bool) -> Path:
    """A file of a hub in the cache or, where that cannot be written to, in the user's own."""
    try:
        return Path(hf_hub_download(repository, file, revision=revision, **how))
    except OSError as error:
        if error.errno is None:  # the network's
            raise
        own = Path(constants.HF_HOME) / "hub"
        told = "downloads: %s cannot be written to (%s); %s is fetched to %s"
        log.warning(told, constants.HF_HUB_CACHE, error.strerror, file, own)
        return Path(hf_hub_download(repository, file, revision=revision, cache_dir=own, **how))


def is_as_named(path: Path) -> bool:
    """Whether a file in the cache has the hash that it is kept under; True if that is none."""
    name = path.resolve().name
    if re.fullmatch("[0-9a-f]{64}", name):
        return file_hash(path) == name
    if re.fullmatch("[0-9a-f]{40}", name):  # git's hash of a small file
        content = path.read_bytes()
        return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest() == name
    return True


def of_config(name: str, path: Path) -> dict[str, Any]:
    """What an encoder's config.json says. Raises InputError if it is not one of timm's."""
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        # Earlier versions of timm wrote these settings at the top.
        pictures = config.get("pretrained_cfg", config)
        return {
            "architecture": str(config["architecture"]),
            "arguments": dict(config.get("model_args") or {}),
            "normalisation": normalisation_in(pictures),
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"model.weights: the config.json of {name} names no timm architecture; choose a model "
            "that timm wrote there"
        ) from error


def normalisation_in(pictures: dict[str, Any]) -> Normalisation | None:
    """The mean and standard deviation of pictures that timm's settings give, None if they do not.

    Raises KeyError, TypeError or ValueError if they are not three numbers each.
    """
    if "mean" not in pictures:
        return None
    red, green, blue = zip(pictures["mean"], pictures["std"], strict=True)
    colours = [(float(mean), float(std)) for mean, std in (red, green, blue)]
    return {"mean": [mean for mean, _ in colours], "std": [std for _, std in colours]}


def of_card(path: Path | None) -> dict[str, Any]:
    """What an encoder's card says; of an encoder without one, nothing."""
    if path is None:
        return {"has_card": False, "licence": None, "galaxy_zoo_names": []}
    text = path.read_text(encoding="utf-8", errors="replace")
    names = galaxy_zoo_names(text)
    return {"has_card": True, "licence": licence_in(text), "galaxy_zoo_names": names}


def licence_in(card: str) -> str | None:
    """The licence that a card's head states."""
    try:
        data = RepoCard(card, ignore_metadata_errors=True).data
    except (ValueError, TypeError, yaml.YAMLError):
        return None
    licence = data.get("license_name") or data.get("license")
    return None if licence is None else str(licence)


def require_backbone(
    name: str, architecture: str, arguments: dict[str, Any], backbone: str
) -> None:
    """Raise InputError if an `architecture` of timm's with `arguments` is no such backbone."""
    architecture = architecture.partition(".")[0]
    if architecture != backbone.partition(".")[0]:
        raise InputError(
            f"model.weights: {name} is a {architecture}, and model.backbone is {backbone}; write "
            f"model: {{backbone: {architecture}, weights: '{name}'}}"
        )
    if own := sorted(set(arguments) - OF_NO_BODY):
        raise InputError(
            f"model.weights: {name} is a {architecture} that was built with other "
            f"{', '.join(own)} than timm's; such encoders cannot be taken: choose another"
        )

"""The features that a probe fits a head to: computed once, in several views, and kept in a file."""

import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from galaxyzoo.engine.augmentation import first_view, random_lights, random_maps
from galaxyzoo.engine.dataset import Galaxies
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.resume import SavedState, StopRequest, stop_request
from galaxyzoo.engine.transforms import relight, warp

log = logging.getLogger(__name__)

AT_ONCE = 8192  # rows that are read from the file together


class Rows(NamedTuple):
    """Some views of galaxies: `features` (n, C), `labels` and any `votes` (n, columns) float32.

    All are on the galaxies' device.
    """

    features: torch.Tensor
    labels: torch.Tensor
    votes: torch.Tensor | None


class KeptFeatures:
    """Features of galaxies in several views, in a file, of which a part is in memory at a time.

    `table` (views x galaxies, C) float32 has all galaxies in one view, then in the next.
    """

    def __init__(self, path: Path, galaxies: Galaxies, views: int) -> None:
        self.galaxies, self.views = galaxies, views
        rows = views * len(galaxies)
        features = path.stat().st_size // (rows * np.float32().itemsize)
        self.table = np.memmap(path, np.float32, "r", shape=(rows, features))

    def __len__(self) -> int:
        return len(self.table)

    def __iter__(self) -> Iterator[Rows]:
        """All rows, in parts."""
        device, labels, votes = self.galaxies.device, self.galaxies.labels, self.galaxies.votes
        for start in range(0, len(self), AT_ONCE):
            features = np.array(self.table[start : start + AT_ONCE])
            of = torch.arange(start, start + len(features), device=labels.device) % len(labels)
            yield Rows(
                torch.from_numpy(features).to(device),
                labels[of].to(device),
                None if votes is None else votes[of].to(device),
            )


def kept_features(
    network: GalaxyNetwork,
    galaxies: Galaxies,
    stage: dict[str, Any],
    augmentation: dict[str, Any],
    seed: int,
    saved: SavedState,
) -> KeptFeatures:
    """The features of galaxies in the random views of a probe, drawn as training draws them.

    They are in the file of `features_file`. A probe that was stopped goes on after the last whole
    view. Saves and exits on SIGTERM or Ctrl-C.
    """
    path, views = features_file(saved.path), stage["probe"]["views"]
    state = saved.load()
    done, size_bytes = (state["views"], state["bytes"]) if state else (0, 0)
    if not path.exists() or path.stat().st_size < size_bytes:
        done, size_bytes = 0, 0
    if done:
        log.info("goes on after view %d of %d", done, views)
    with path.open("r+b" if done else "wb") as file, stop_request() as stop:
        file.truncate(size_bytes)
        file.seek(size_bytes)
        for view in range(done, views):
            key = (seed, stage["name"], view)
            maps = random_maps(len(galaxies), augmentation, "augmentation", *key)
            lights = random_lights(len(galaxies), augmentation, "light", *key)
            for batch in features_in(network, galaxies, maps, lights, stage["batch_size"]):
                file.write(batch.cpu().numpy().tobytes())
                end_if_asked(stop)
            file.flush()
            os.fsync(file.fileno())
            saved.save({"views": view + 1, "bytes": file.tell()})
            log.debug("view %d of %d: the features are kept", view + 1, views)
    return KeptFeatures(path, galaxies, views)


def end_if_asked(stop: StopRequest) -> None:
    """Exit if the process has been asked to stop."""
    if stop.signal:
        log.warning("stopped by %s; the next run goes on after the last whole view", stop.signal)
        sys.exit(1)


def features_file(state: Path) -> Path:
    """Path of the file of a probe's features, beside the file of its state."""
    return state.with_suffix(".features")


def in_first_view(network: GalaxyNetwork, galaxies: Galaxies, batch_size: int) -> torch.Tensor:
    """The features (N, C) float32 of galaxies in the first view, on their device."""
    return torch.cat([*features_in(network, galaxies, first_view(), None, batch_size)])


@torch.no_grad()
def features_in(
    network: GalaxyNetwork,
    galaxies: Galaxies,
    maps: np.ndarray,
    lights: np.ndarray | None,
    batch_size: int,
) -> Iterator[torch.Tensor]:
    """What the head's last layer is given of each batch of galaxies, (n, C) float32.

    The network is as it predicts. `maps` (N, 2, 3), or (1, 2, 3) for all, and `lights` (N, 2) are
    those of `augmentation`.
    """
    network.eval()
    on_device, lights_on_device = (
        None if drawn is None else torch.from_numpy(drawn).to(galaxies.device)
        for drawn in (maps, lights)
    )
    rows = galaxies.rows(np.arange(len(galaxies))).split(batch_size)
    for i, (images, *_) in enumerate(galaxies.batches(rows)):
        part = slice(i * batch_size, (i + 1) * batch_size)
        of_batch = on_device if len(on_device) == 1 else on_device[part]
        views = warp(images, of_batch, network.size_px)
        if lights_on_device is not None:
            views = relight(views, lights_on_device[part])
        yield network.head[:-1](network.features_to_head(views))

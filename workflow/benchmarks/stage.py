"""Where the time of a stage's job goes: start, data, steps, validation and saves."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil
import torch

from benchmarks.engine import AUGMENTATION, STAGE, ready_network
from benchmarks.pictures import crops_and_labels
from galaxyzoo.engine.checkpoints import save_checkpoint
from galaxyzoo.engine.dataset import load_galaxies
from galaxyzoo.engine.devices import best_device, body_dtype
from galaxyzoo.engine.resume import SavedState
from galaxyzoo.engine.training import Learner, train_stage

SAVE_MINUTES = 5  # the config's default
PARTS = ("start", "data", "steps", "validation", "saves")


def stage_seconds(backbone: str, size_px: int, galaxies: int, epochs: int) -> dict[str, float]:
    """Seconds of each of the `PARTS` of a job that trains a stage in a process of its own.

    A fifth of the galaxies are validated on. What is left is in none of the parts.
    """
    with tempfile.TemporaryDirectory(dir="results") as folder:
        crops, labels = crops_and_labels(galaxies, 224)
        np.save(Path(folder) / "crops.npy", crops)
        np.save(Path(folder) / "labels.npy", labels)
        arguments = [folder, backbone, str(size_px), str(epochs)]
        started = time.perf_counter()
        job = subprocess.run(
            [sys.executable, "-m", "benchmarks.stage", *arguments],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        return json.loads(job.stdout) | {"all": time.perf_counter() - started}


def job(folder: Path, backbone: str, size_px: int, epochs: int) -> dict[str, float]:
    """Train the stage on what is in a folder; return the seconds of its parts."""
    seconds = {"start": time.time() - psutil.Process().create_time()}
    loading = time.perf_counter()
    crops, labels = np.load(folder / "crops.npy", mmap_mode="r"), np.load(folder / "labels.npy")
    train_rows, valid_rows = np.split(np.arange(len(crops)), [4 * len(crops) // 5])
    device = best_device()
    train, valid = (
        load_galaxies(crops, labels, rows, size_px, 1.0, device, stream=False)
        for rows in (train_rows, valid_rows)
    )
    stage = STAGE | {"size": size_px, "batch_size": 64, "epochs": epochs}
    network = ready_network(backbone, size_px, torch.float32)
    network.body_dtype = body_dtype("auto", device, network.body, training=True)
    seconds["data"] = time.perf_counter() - loading
    saved, tables = SavedState(folder / "all.state", {}, SAVE_MINUTES), []
    learner = Learner(network, train, stage, AUGMENTATION, seed=0)
    train_stage(learner, valid, saved, lambda history, timing: tables.append(timing))
    saving = time.perf_counter()
    save_checkpoint(network, folder / "all.pt", {"backbone": backbone}, {})
    saving = time.perf_counter() - saving
    timing = tables[-1].sum()
    seconds["steps"] = timing["seconds"] - timing["validation"] - timing["saving"]
    seconds["validation"] = timing["validation"]
    seconds["saves"] = timing["saving"] + saving
    return seconds


if __name__ == "__main__":
    print(json.dumps(job(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))

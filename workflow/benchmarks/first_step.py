"""From the start of a stage's job to its first step, part by part, against reading its crops."""

import json
import os
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
import torch

from benchmarks.costs import own_bytes
from benchmarks.engine import AUGMENTATION, STAGE
from benchmarks.pictures import DIFFERENT, crops_and_labels
from galaxyzoo.engine.network import create_body
from galaxyzoo.engine.read_ahead import in_batches, read_ahead
from galaxyzoo.engine.schedule import one_cycle
from galaxyzoo.engine.stage import set_up_stage
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.engine.training import Learner
from galaxyzoo.engine.transforms import resize
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.packed_crops import centre_colours, read_index, write_index
from galaxyzoo.foundation.split_files import write_split
from galaxyzoo.surveys.splits import draw_holdout, split
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS

CROP_PX, SIZE_PX, BATCH_SIZE = 252, 112, 64
BACKBONE = "tf_efficientnet_lite0"
MODEL = {"backbone": BACKBONE, "weights": "random", "head": "linear", "output": "sigmoid"}
FILES = ("start.safetensors", "training.npy", "training.csv", "split.csv")
# What is before the first step, then what is left of it for the steps to come, of all galaxies.
PARTS = ("start", "set_up", "first_step")
LATER = ("read_rest", "resize_rest")
SAMPLE = 32  # batches that the latter are measured on
ALLOWED = 5  # seconds beside those of reading the crops


class Stepped(Exception):
    """The first step is done."""


def first_step_seconds(galaxies: int) -> dict[str, float]:
    """Seconds of the `PARTS` of a job, of their sum, and of reading the crops' file once.

    Before the job and the reading, the kernel is asked to forget the file. The job reads `index`
    again for the seconds that this takes of `set_up`. `mb` is its memory after the first step, and
    `pictures_mb` is what it has set aside for the stage's pictures. `ratio` is that of the time
    allowed, for reading and ALLOWED, to the sum.
    """
    with tempfile.TemporaryDirectory(dir="results") as name:
        folder = Path(name)
        prepare(folder, galaxies)
        forget(folder / FILES[1])
        job = subprocess.run(
            [sys.executable, "-m", "benchmarks.first_step", name],
            stdout=subprocess.PIPE,
            check=True,
            text=True,
        )
        seconds = json.loads(job.stdout)
        forget(folder / FILES[1])
        started = time.perf_counter()
        with (folder / FILES[1]).open("rb", buffering=0) as file:
            while file.read(1 << 24):
                pass
        seconds["read_file"] = time.perf_counter() - started
    seconds["all"] = sum(seconds[part] for part in PARTS)
    return seconds | {"ratio": (seconds["read_file"] + ALLOWED) / seconds["all"]}


def prepare(folder: Path, galaxies: int) -> None:
    """Write what a stage starts from: crops, their index, a split, and random weights."""
    crops, labels = crops_and_labels(DIFFERENT, CROP_PX)
    which = np.arange(galaxies) % DIFFERENT
    weights, packed, index, parts = (folder / name for name in FILES)
    with packed.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (galaxies, *crops.shape[1:])}
        np.lib.format.write_array_header_1_0(file, header)
        for one in which:
            file.write(crops[one])
    ids = 100_000 + np.arange(galaxies)
    table = pd.DataFrame(labels[which], columns=tree_from(QUESTIONS).columns)
    table.insert(0, GALAXY_ID, ids)
    sums = np.array([zlib.crc32(crop) for crop in crops])[which].tolist()
    hashes = [f"{galaxy:032x}" for galaxy in ids]
    write_index(index, table, sums, hashes, centre_colours(crops)[which])
    write_split(split(ids, draw_holdout(ids, 0.1, seed=0), 0.05, seed=0), parts)
    save_checked(create_body(BACKBONE).state_dict(), weights, {})


def forget(path: Path) -> None:
    """Have the kernel drop what it holds of a file."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def job(folder: Path) -> dict[str, float]:
    """Take the first step of the stage in a folder; return the seconds of its parts, and memory."""
    seconds = {"start": time.time() - psutil.Process().create_time()}
    began = time.perf_counter()
    settings = {
        "seed": 0,
        "stage": STAGE | {"size": SIZE_PX, "batch_size": BATCH_SIZE},
        "augmentation": AUGMENTATION | {"zoom": [0.9, 1.4]},
        "model": MODEL,
        "tree": QUESTIONS,
        "precision": "auto",
        "deterministic": True,
        "compile": False,
    }
    paths, threads = [folder / name for name in FILES], torch.get_num_threads()
    stage = set_up_stage(settings, *paths, threads=threads, stream=False)
    of_stage = settings["stage"], settings["augmentation"], settings["seed"]
    learner = Learner(stage.network, stage.train, *of_stage)
    set_up = time.perf_counter()
    losses = learner.no_losses()

    def after_batch(done: int) -> None:
        losses[0].item()  # which waits for a GPU
        raise Stepped

    try:
        learner.train_epoch(1, losses, 0, one_cycle, after_batch)
    except Stepped:
        stepped = time.perf_counter()
    mb = own_bytes(os.getpid()) / 1e6
    read_index(paths[2])
    indexed = time.perf_counter()
    device, unread = stage.train.device, stage.train.unread
    rest = unread.rows[unread.left]
    batches = in_batches(rest, BATCH_SIZE)[:SAMPLE]
    pixels = [*read_ahead(unread.crops, batches, device)]
    read = time.perf_counter()
    for batch in pixels:
        resize(batch.to(device), unread.size_px, unread.zoom)
    if device.type == "cuda":
        torch.cuda.synchronize()
    resized = time.perf_counter()
    times = len(rest) / sum(map(len, batches))
    return seconds | {
        "set_up": set_up - began,
        "first_step": stepped - set_up,
        "index": indexed - stepped,
        "read_rest": times * (read - indexed),
        "resize_rest": times * (resized - read),
        "mb": mb,
        "pictures_mb": (stage.train.images.nbytes + stage.valid.images.nbytes) / 1e6,
    }


if __name__ == "__main__":
    print(json.dumps(job(Path(sys.argv[1]))))

"""The memory, time and room on disk that a job asks a cluster for.

Memory is what a job needs at most on a CPU, by what it imports and by the sizes of its files: a
survey's crops are as large as galaxies, bands and the square of `survey.crop` make them. What a
network computes with, and the memory of a job on a GPU (the host's; a GPU's own cannot be asked
for), are estimates, and so is all time: machines differ tenfold. All of a job's numbers grow with
each attempt. Standard library alone: this is imported when the Snakefile is read.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

MB = 1e6
SNAKEMAKE_MB = 400  # two processes of Snakemake, which a job on a node runs in, and srun
MARGIN = 1.3  # over what was measured
CUDA_MB = 2500  # that CUDA's libraries take of the host's memory, by estimate
# Peaks of what scripts import; by rule, and of all others. What torch's libraries take varies with
# what the kernel has of them in memory: the same stage was seen with 780 to 1,750 MB.
OF_OTHERS_MB = 170
IMPORTS_MB = {
    **dict.fromkeys(["evaluate", "evaluate_ensemble", "plot_classes", "suggest_galaxies"], 240),
    **dict.fromkeys(["check_survey", "plot_augmentation", "record_experiment"], 1600),
    **dict.fromkeys(["train_stage", "suggest_lr", "export_ensemble"], 1750),
    **dict.fromkeys(["predict_holdout", "predict_validation", "predict_test"], 1750),
    **dict.fromkeys(["predict_start", "plot_attribution"], 1770),
    **dict.fromkeys(["describe_training", "predict_shard", "reset_calibration"], 1875),
    "label_gz2": 2000,  # by estimate, of the published tables
}
TRAINS = ("train_stage", "suggest_lr")
# Of these, each thread is a process, which imports what the first one does.
BY_PROCESSES = ("crop_training", "crop_test", "simulate", "simulate_test")
# Sizes in memory over those in files.
OF_TABLES = 6  # of CSV and Parquet: parsed, checked, and copied once
OF_WEIGHTS = 8  # in training: weights, gradients, two moments, and the same in the state to save
OF_READ_WEIGHTS = 2
# Bytes for each pixel of a batch, of what a ResNet50 computes: 11 million numbers of 224 x 224
# pixels, kept in float32 with what normalises and clips them; without gradients, a few at a time.
TRAINED_PIXEL_BYTES = 2500
PREDICTED_PIXEL_BYTES = 500
# Time of a view of a galaxy, by its pixels; a slow GPU of ten years ago, or eight cores.
PIXELS_A_SECOND = {"gpu": 10e6, "cpu": 0.5e6}
LEAST_MINUTES, MOST_MINUTES = 30, 1440  # a stage that a day is too short for goes on in the next
LEAST_DISK_MB = 1000


class Work(NamedTuple):
    """What a network does in a job: how many views of each galaxy, how large, how many at once."""

    views: float
    size_px: int
    batch: int
    zoom: float = 1.0


class Job(NamedTuple):
    """A job: its rule, the bytes of its input files by kind, its threads, and whether on a GPU.

    Kinds are `crops` (packed arrays), `weights` (of networks), `tables` and `others`. `crop_px` is
    the width of a crop. `work` is that of a network, None without one.
    """

    rule: str
    sizes: Mapping[str, int]
    threads: int
    on_gpu: bool
    crop_px: int
    work: Work | None


def memory_mb(job: Job, attempt: int = 1) -> int:
    """Memory to ask for, in MB, with that of the Snakemake on the node."""
    return attempt * (SNAKEMAKE_MB + math.ceil(MARGIN * script_mb(job)))


def script_mb(job: Job) -> float:
    """Memory of a job's own processes at most, in MB."""
    imports = IMPORTS_MB.get(job.rule, OF_OTHERS_MB)
    if job.rule in BY_PROCESSES:
        return imports * (1 + job.threads)
    sizes = {kind: job.sizes.get(kind, 0) / MB for kind in ("crops", "weights", "tables")}
    of_weights = OF_WEIGHTS if job.rule in TRAINS else OF_READ_WEIGHTS
    own = imports + OF_TABLES * sizes["tables"] + of_weights * sizes["weights"] + sizes["crops"]
    if job.on_gpu:
        own += CUDA_MB
    if job.work is None:
        return own
    if job.rule in TRAINS:  # which keeps all in the size of the stage
        own += sizes["crops"] * (job.work.size_px * job.work.zoom / job.crop_px) ** 2
    pixel = TRAINED_PIXEL_BYTES if job.rule in TRAINS else PREDICTED_PIXEL_BYTES
    at_once = job.work.batch * job.work.size_px**2 * pixel / MB
    return own + (0 if job.on_gpu else at_once)


def runtime_minutes(job: Job, attempt: int = 1) -> int:
    """Time to ask for, in minutes: an estimate, a day at most."""
    minutes = LEAST_MINUTES
    if job.work is not None:
        # Three bytes of a crop are a pixel; with fewer bands there are more galaxies.
        galaxies = job.sizes.get("crops", 0) / (3 * job.crop_px**2)
        pixels = galaxies * job.work.views * job.work.size_px**2
        minutes += math.ceil(pixels / PIXELS_A_SECOND["gpu" if job.on_gpu else "cpu"] / 60)
    return min(attempt * minutes, MOST_MINUTES)


def disk_mb(job: Job) -> int:
    """Room on the disk for what a job writes, in MB: twice what it reads, and at least 1 GB."""
    return LEAST_DISK_MB + math.ceil(2 * sum(job.sizes.values()) / MB)


def kind_of(path: str) -> str:
    """The kind of an input file, by its name."""
    endings = {"crops": (".npy",), "weights": (".pt", ".safetensors")}
    endings["tables"] = (".csv", ".csv.gz", ".parquet", ".npz", ".json", ".fits", ".vot")
    return next((kind for kind, ends in endings.items() if path.endswith(ends)), "others")


def work_of_stage(stage: Mapping[str, Any], augmentation: Mapping[str, Any]) -> Work:
    """What a stage of the resolved config does: its epochs, and a validation for each."""
    zoom = augmentation["middle"] or math.sqrt(math.prod(augmentation["zoom"]))
    # A step forward and back takes three times as long as a prediction.
    views = stage["probe"]["views"] if "probe" in stage else 3 * stage["epochs"]
    return Work(views + 1, stage["size"], stage["batch_size"], zoom)


def work_of_prediction(config: Mapping[str, Any]) -> Work:
    """What test-time augmentation of a resolved config does, with a single view besides."""
    tta, last = config["tta"], config["stages"][-1]
    views = tta["rotations"] * (2 if tta["flips"] else 1) * len(tta["zooms"])
    return work_of_stage(last, config["augmentation"])._replace(
        views=views + 1, batch=tta["batch_size"]
    )

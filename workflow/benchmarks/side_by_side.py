"""Seeds side by side, each on a thread of its own, against as many bare steps of one thread."""

import multiprocessing
import os
import statistics
from multiprocessing.synchronize import Barrier

import torch

from benchmarks.engine import bare_steps, ready_learner
from benchmarks.pairs import Speeds, timed
from galaxyzoo.engine.devices import use_threads
from galaxyzoo.engine.schedule import one_cycle

BATCHES = 24


def training(size_px: int, batch_size: int, start: Barrier) -> float:
    """Images per second of an epoch with one thread, from when all processes are ready."""
    use_threads(1)
    backbone = "tf_efficientnet_lite0"
    learner = ready_learner(backbone, size_px, torch.float32, batch_size, BATCHES)
    losses = learner.no_losses()
    learner.train_epoch(1, losses, 0, one_cycle, lambda done: None)
    start.wait()
    seconds = timed(lambda: learner.train_epoch(2, losses, 0, one_cycle, lambda done: None))
    return BATCHES * batch_size / seconds


def bare(size_px: int, batch_size: int, start: Barrier) -> float:
    """The same of bare steps."""
    use_threads(1)
    steps = bare_steps("tf_efficientnet_lite0", size_px, torch.float32, batch_size, BATCHES)
    steps()
    start.wait()
    return BATCHES * batch_size / timed(steps)


def speeds_of(processes: int, work: object, size_px: int, batch_size: int) -> float:
    """Images per second of processes that work at the same time, together."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(processes) as pool:
        start = manager.Barrier(processes)
        return sum(pool.starmap(work, [(size_px, batch_size, start)] * processes, chunksize=1))


def ensemble_speeds(size_px: int, batch_size: int, pairs: int = 3) -> Speeds:
    """As many seeds as there are cores, against cores x the bare step of one thread by itself."""
    cores = os.cpu_count() or 1
    rates = [
        (
            speeds_of(cores, training, size_px, batch_size),
            cores * speeds_of(1, bare, size_px, batch_size),
        )
        for _ in range(pairs)
    ]
    return Speeds(
        ours=statistics.median(ours for ours, _ in rates),
        bare=statistics.median(limit for _, limit in rates),
        ratio=statistics.median(ours / limit for ours, limit in rates),
    )

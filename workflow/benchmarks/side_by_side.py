"""Seeds side by side, each on a thread of its own, against as many bare steps of one thread."""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from multiprocessing.synchronize import Barrier

import torch

from benchmarks.engine import bare_steps, ready_learner
from benchmarks.pairs import Speeds
from galaxyzoo.engine.devices import use_threads
from galaxyzoo.engine.schedule import one_cycle

BACKBONE = "tf_efficientnet_lite0"
SECONDS_TO_BE_READY = 300

# When a process began and ended its work, on the machine's clock.
Times = tuple[float, float]


def training(size_px: int, batch_size: int, batches: int, start: Barrier) -> Times:
    """An epoch with one thread, from when all processes are ready."""
    use_threads(1)
    learner = ready_learner(BACKBONE, size_px, torch.float32, batch_size, batches)
    losses = learner.no_losses()

    def epoch() -> None:
        learner.train_epoch(1, losses, 0, one_cycle, lambda done: None)

    return times(epoch, start)


def bare(size_px: int, batch_size: int, batches: int, start: Barrier) -> Times:
    """Times of bare steps, without the engine."""
    use_threads(1)
    return times(bare_steps(BACKBONE, size_px, torch.float32, batch_size, batches), start)


def times(work: Callable[[], None], start: Barrier) -> Times:
    """Do some work once to warm up, and again when all processes have done so."""
    work()
    start.wait(SECONDS_TO_BE_READY)
    began = time.time()
    work()
    return began, time.time()


def rate(
    processes: int, work: Callable[..., Times], size_px: int, batch_size: int, batches: int
) -> float:
    """Images per second of processes that work at the same time, until the last has ended."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, context.Pool(processes) as pool:
        start = manager.Barrier(processes)
        done = pool.starmap(work, [(size_px, batch_size, batches, start)] * processes, chunksize=1)
    seconds = max(end for _, end in done) - min(began for began, _ in done)
    return processes * batches * batch_size / seconds


def ensemble_speeds(size_px: int, batch_size: int, batches: int, pairs: int = 3) -> Speeds:
    """As many seeds as there are cores, against cores x the bare step of one thread by itself."""
    cores = os.cpu_count() or 1
    step = (size_px, batch_size, batches)
    rates = [(rate(cores, training, *step), cores * rate(1, bare, *step)) for _ in range(pairs)]
    return Speeds(
        ours=statistics.median(ours for ours, _ in rates),
        bare=statistics.median(limit for _, limit in rates),
        ratio=statistics.median(ours / limit for ours, limit in rates),
    )

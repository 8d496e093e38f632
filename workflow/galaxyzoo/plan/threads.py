"""How many threads and GPUs a job gets, by the machine's cores and GPUs and the chains of the run.

On a cluster, they follow from the command alone, and not from the machine that submits.

A chain is one seed's stages, which run one after the other. Threads scale badly on small pictures,
so chains run side by side, each with few. The numbers follow from the machine, the config and the
command alone, since a stopped stage goes on only with as many threads.
Standard library alone: this is imported when the Snakefile is read.
"""

from typing import NamedTuple

ON_A_CLUSTER = 8  # threads of a job without a GPU on a machine that is not known here
ON_A_GPU = 4  # threads of a job that has a GPU, at most: it computes on the GPU


class Machine(NamedTuple):
    """What jobs run on: cores, whether GPUs are to be used, and how many at a time.

    `cores` is None if jobs run on the machines of a cluster, which are not known.
    """

    cores: int | None
    has_gpu: bool
    gpus_at_once: int


def gpus_at_once(visible: int, limit: int | None) -> int:
    """How many of a machine's GPUs are in use at a time, by the limit on the resource `gpu`."""
    return max(1, visible if limit is None else min(visible, limit))


def network_gpus(machine: Machine) -> int:
    """GPUs of a job that trains a network or predicts with it."""
    return int(machine.has_gpu)


def network_threads(machine: Machine, chains: int) -> int:
    """Threads of such a job: the cores divided by the jobs on GPUs or, without any, by chains.

    Jobs on GPUs leave as many cores as one of them has to the jobs beside them.
    """
    if machine.cores is None:
        return ON_A_GPU if machine.has_gpu else ON_A_CLUSTER
    if machine.has_gpu:
        return max(1, min(ON_A_GPU, machine.cores // (machine.gpus_at_once + 1)))
    return max(1, machine.cores // chains)


def shard_threads(machine: Machine, chains: int, shards: int) -> int:
    """Threads of a job that predicts a shard: without a GPU, all cores divided by the shards."""
    if machine.cores is None or machine.has_gpu:
        return network_threads(machine, chains)
    return max(1, machine.cores // max(1, shards))

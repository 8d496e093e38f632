"""How many threads and GPUs a job gets."""

import pytest

from galaxyzoo.plan.threads import (
    Machine,
    gpus_at_once,
    network_gpus,
    network_threads,
    shard_threads,
)


def cpus(cores: int) -> Machine:
    """A machine without a GPU."""
    return Machine(cores, has_gpu=False, gpus_at_once=1)


def gpus(cores: int, at_once: int) -> Machine:
    """A machine of which some GPUs are in use at a time."""
    return Machine(cores, has_gpu=True, gpus_at_once=at_once)


CLUSTER = Machine(None, has_gpu=True, gpus_at_once=1)


@pytest.mark.parametrize(
    ("machine", "chains", "threads"),
    [
        (cpus(8), 2, 4),  # seeds side by side share the cores
        (cpus(2), 5, 1),  # and each has one in any case
        (cpus(16), 1, 16),
        (gpus(32, at_once=2), 5, 4),  # no more than a GPU can be fed by
        (gpus(8, at_once=1), 5, 4),  # and half of the cores are for what runs beside it
        (gpus(6, at_once=2), 5, 2),
        (gpus(2, at_once=4), 5, 1),
        (CLUSTER, 5, 4),
        (CLUSTER._replace(has_gpu=False), 5, 8),
    ],
)
def test_a_network_s_threads_are_its_share_of_the_cores(machine, chains, threads):
    assert network_threads(machine, chains) == threads


@pytest.mark.parametrize(
    ("machine", "shards", "threads"),
    [
        (cpus(8), 1, 8),  # of a catalogue of one shard, all
        (cpus(8), 3, 2),
        (cpus(2), 0, 2),  # before the galaxies are listed
        (gpus(8, at_once=2), 1, 2),
        (CLUSTER, 1, 4),
        (CLUSTER._replace(has_gpu=False), 1, 8),
    ],
)
def test_a_shard_s_threads_are_all_cores_over_the_shards(machine, shards, threads):
    assert shard_threads(machine, 4, shards) == threads


def test_a_network_asks_for_a_gpu_where_there_may_be_one():
    assert [network_gpus(one) for one in (cpus(8), gpus(8, 1), CLUSTER)] == [0, 1, 1]
    assert network_gpus(CLUSTER._replace(has_gpu=False)) == 0  # as --resources gpu=0 says


def test_the_limit_on_gpus_lowers_and_never_raises_what_the_machine_has():
    assert [gpus_at_once(4, limit) for limit in (None, 1, 8, 0)] == [4, 1, 4, 1]
    assert gpus_at_once(0, None) == 1

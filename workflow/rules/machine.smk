# The threads and GPUs of jobs, by what they run on.
from galaxyzoo.foundation.gpus import has_gpu, hidden_in_words, visible_gpus
from galaxyzoo.plan import threads
from galaxyzoo.plan.first_reading import as_first_read

given = workflow.global_resources.get("gpu")
# A job on a cluster's node reads the Snakefile again, without the limits of the run.
LIMIT_ON_GPUS = as_first_read("gpus", None if given is None else given.value)

if workflow.is_main_process and (sentence := hidden_in_words()):
    logger.warning(sentence)


def machine():
    """What jobs run on: this machine, or those of a cluster.

    Asked when the graph is built: the executor is not known while the Snakefile is read.
    """
    on_a_cluster = workflow.non_local_exec or workflow.remote_exec
    return threads.Machine(
        None if on_a_cluster else workflow.cores,
        LIMIT_ON_GPUS != 0 and (on_a_cluster or has_gpu()),
        threads.gpus_at_once(len(visible_gpus()), LIMIT_ON_GPUS),
    )


def network_threads(wildcards):
    """Threads of a job that trains a network or predicts with it."""
    teaches_a_start = wildcards.get("experiment") in PLAN.teaching  # which all else waits for
    chains = len(PLAN.teaching) if teaches_a_start else paths.chains(PLAN)
    return threads.network_threads(machine(), chains)


def network_gpus(wildcards):
    """GPUs of such a job."""
    return threads.network_gpus(machine())


def shard_threads(wildcards):
    """Threads of a job that predicts a shard."""
    contents = listed_galaxies.contents_of(listing_of(wildcards)) or {"parts": {}}
    return threads.shard_threads(machine(), paths.chains(PLAN), len(contents["parts"]))

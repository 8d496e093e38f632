# The threads, GPUs, memory and time of jobs, by what they run on and what they do.
from galaxyzoo.foundation.gpus import has_gpu, hidden_in_words, visible_gpus
from galaxyzoo.plan import job_resources, threads
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
    # A dry run has an executor of its own; Snakemake says in this way what it stands for.
    would_be = workflow.dryrun and workflow.execution_settings.use_threads
    on_a_cluster = workflow.non_local_exec or workflow.remote_exec or would_be
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


def work_of(rulename, wildcards):
    """What a network does in a job, or None if the job has none."""
    if "experiment" not in wildcards.keys():
        return None
    config = config_of(wildcards)
    if rulename in job_resources.TRAINS:
        stage = config["stages"][stage_position(wildcards)]
        return job_resources.work_of_stage(stage, config["augmentation"])
    return job_resources.work_of_prediction(config)


def job_of(wildcards, input, threads, rulename, has_network):
    """What the memory, time and disk of a job follow from. Its input files must be there."""
    # Of files in a bucket, Snakemake asks the bucket.
    in_a_bucket = any(getattr(path, "is_storage", False) for path in input)
    sizes_bytes = input.size_files if in_a_bucket else map(os.path.getsize, input)
    # Tables that may hold pictures, which are read one by one.
    pictures = {GALAXIES, *(str(path) for name, path in input.items() if "images" in name)}
    sizes = {}
    for path, size in zip(map(str, input), sizes_bytes, strict=True):
        kind = "others" if path in pictures else job_resources.kind_of(path)
        sizes[kind] = sizes.get(kind, 0) + size
    survey = wildcards.get("survey") or survey_of(wildcards.get("experiment", PLAN.base))
    return job_resources.Job(
        rulename,
        sizes,
        threads,
        has_network and network_gpus(wildcards) > 0,
        SURVEYS[survey]["survey"]["crop"],
        work_of(rulename, wildcards) if has_network else None,
    )


def needs(has_network):
    """Input functions for resources, by name. Their numbers are known when a job can run."""

    def memory(wildcards, input, threads, attempt, rulename):
        job = job_of(wildcards, input, threads, rulename, has_network)
        return job_resources.memory_mb(job, attempt)

    def runtime(wildcards, input, threads, attempt, rulename):
        job = job_of(wildcards, input, threads, rulename, has_network)
        return job_resources.runtime_minutes(job, attempt)

    def disk(wildcards, input, threads, rulename):
        return job_resources.disk_mb(job_of(wildcards, input, threads, rulename, has_network))

    return {"mem_mb": memory, "runtime": runtime, "disk_mb": disk}


NEEDS = needs(has_network=False)
NEEDS_OF_A_NETWORK = {"gpu": network_gpus} | needs(has_network=True)

import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

from snakemake.exceptions import WorkflowError
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.settings.types import DeploymentMethod

# Inherited by all jobs. If another process wants the cores, threads that spin for long while they
# wait for each other slow training down tenfold or more.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")


def workflow_folder():
    """The folder `workflow` on disk, even if another workflow loads this one as a module.

    From a git host, Snakemake fetches only the files it is asked for, so this asks for all of them.
    """
    here = workflow.current_basedir
    if isinstance(here, os.PathLike):
        return Path(here).parent
    if not hasattr(here, "hosted_repo"):
        sys.exit(
            f"{here}: as a module, this workflow can only be loaded from a folder, or with "
            "github(...) or gitlab(...)"
        )
    for file in here.hosted_repo.repo.tree(here.ref)["workflow"].traverse():
        if file.type == "blob" and not file.name.endswith(".jpg"):
            workflow.source_path(f"../../{file.path}")
    return Path(workflow.source_path("../Snakefile")).parent


WORKFLOW = workflow_folder()
sys.path.insert(0, str(WORKFLOW))  # Snakemake passes it on to the scripts

from galaxyzoo.plan.config import OF_A_CATALOGUE, catalogue_settings, load_schema, require_files
from galaxyzoo.plan.fingerprints import code_fingerprints
from galaxyzoo.plan.first_reading import library_versions, remember
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.gpus import has_gpu, visible_gpus
from galaxyzoo.foundation.listings import listing_hash
from galaxyzoo.plan.stage_owners import stage_owners
from galaxyzoo.plan.starting_points import file_of_weights
from galaxyzoo.surveys import layout
from galaxyzoo.surveys.layout import SurveyFiles
from galaxyzoo.tree.questions import questions_of, without_words
from galaxyzoo.plan.variants import (
    experiments,
    plan_in_words,
    require_own_folders,
    starting_weights_name,
)


@contextmanager
def input_errors_told():
    """Exit Snakemake with the message of an InputError, without a traceback."""
    try:
        yield
    except InputError as error:
        sys.exit(str(error))


ENVIRONMENT = Path(workflow.source_path("../../envs/environment.yaml"))
# Of the libraries that decide what a network learns and predicts.
VERSIONS = library_versions(
    ("numpy", "timm", "torch"),
    ENVIRONMENT,
    deployed=DeploymentMethod.CONDA in workflow.deployment_settings.deployment_method,
)
remember(WORKFLOW, VERSIONS)
FINGERPRINTS = code_fingerprints(WORKFLOW)

SCHEMA = load_schema(WORKFLOW / "schemas" / "config.schema.yaml")
with input_errors_told():
    PLAN = experiments(config, SCHEMA, find=workflow.modifier.modify_path)
    require_own_folders(PLAN, Path(workflow.modifier.modify_path("results/")))
    for one in PLAN.configs.values():
        require_files(one, find=workflow.modifier.modify_path)

AS_WRITTEN = {key: value for key, value in config.items() if key not in OF_A_CATALOGUE}
GALAXIES = config.get("galaxies")
CATALOGUE = catalogue_settings(config, SCHEMA)
CONFIGS = PLAN.configs
BASE = config = CONFIGS[PLAN.base]  # what scripts read of it is the same in all variants
SURVEYS = {one["survey"]["name"]: one["survey"] for one in CONFIGS.values()}
# All surveys of a run have the base's raw files, and its decision tree.
SURVEY = BASE["survey"]
TREE = questions_of(BASE["tree"])
TREE_WITHOUT_WORDS = without_words(TREE)
STARTING_WEIGHTS = {starting_weights_name(one["model"]): one["model"] for one in CONFIGS.values()}
NAMES = [*CONFIGS, PLAN.ensemble] if PLAN.members else [*CONFIGS]
STAGE_OWNERS = {name: stage_owners(one, BASE) for name, one in CONFIGS.items()}
# What no report is made from, each the template of something else or the script of another page.
PAGES = (
    *("report.html.j2", "comparison.html.j2", "catalogue.html.j2", "model_card.md.j2"),
    *("show.html.j2", "show.js"),
)

if workflow.is_main_process:
    for line in plan_in_words(PLAN, STAGE_OWNERS):
        logger.info(line)


def any_of(names):
    """A regular expression for one of several names."""
    return "|".join(map(re.escape, names))


# The names of the experiments that have networks of their own, which an ensemble has not.
WITH_NETWORKS = any_of(CONFIGS)


wildcard_constraints:
    experiment=any_of(NAMES),
    survey=any_of(SURVEYS),
    starting_weights=any_of(STARTING_WEIGHTS),
    seed=r"\d+",
    stage=any_of({stage["name"] for one in CONFIGS.values() for stage in one["stages"]}),
    subset="holdout|test",
    catalogue=re.escape(CATALOGUE["name"]),
    shard=r"\d+",


def experiment_file(name):
    """Path of a file of an experiment."""
    return f"results/{{experiment}}/{name}"


def survey_file(name):
    """Path of a file that is shared by all experiments on a survey."""
    return f"results/surveys/{{survey}}/{name}"


def catalogue_file(name):
    """Path of a file of a catalogue."""
    return f"results/{{experiment}}/catalogues/{{catalogue}}/{name}"


def raw_file(name):
    """Path of a file that is shared by all surveys of the run."""
    return f"results/surveys/{SURVEY['name']}/{name}"


def config_of(wildcards):
    """The resolved config of an experiment; of an ensemble, that of its first member."""
    return CONFIGS.get(wildcards.experiment) or CONFIGS[PLAN.members[0]]


def its_survey(name):
    """An input function: path of a file of the experiment's survey."""
    return lambda wildcards: survey_file(name).format(survey=config_of(wildcards)["survey"]["name"])


def each_seed(name):
    """An input function: paths of a file for each seed of the experiment."""

    def paths(wildcards):
        folder = f"results/{wildcards.experiment}"
        return [f"{folder}/seed{seed}/{name}" for seed in config_of(wildcards)["seeds"]]

    return paths


def each_stage(name):
    """An input function: paths of a file for each stage of each seed, in its owner's folder."""

    def paths(wildcards):
        owners = STAGE_OWNERS[wildcards.experiment]
        return [
            f"results/{owner}/{name.format(seed=seed, stage=stage)}"
            for (seed, stage), owner in owners.items()
        ]

    return paths


def weights_of(experiment, seed, stage):
    """Path of the weights that a stage ends with."""
    owner = STAGE_OWNERS[experiment].get((seed, stage), experiment)
    return f"results/{owner}/seed{seed}/stages/{stage}.pt"


def last_weights(wildcards):
    """Path of the weights that a seed predicts with."""
    last = config_of(wildcards)["stages"][-1]["name"]
    return weights_of(wildcards.experiment, int(wildcards.seed), last)


def first_seeds_last_weights(wildcards):
    """Path of the weights that the first seed predicts with."""
    config = config_of(wildcards)
    return weights_of(wildcards.experiment, config["seeds"][0], config["stages"][-1]["name"])


def fingerprints(script):
    """Fingerprints of the code that the outputs of a script depend on, one string per file."""
    return FINGERPRINTS[script]


def listing(images):
    """What is in a folder of images. Nothing for a zip, whose date tells of a change."""
    path = workflow.modifier.modify_path(images)
    return {"listing": listing_hash(path, dates=True)} if os.path.isdir(path) else {}


def fair_ids(survey):
    """Path of the file that limits a survey's hold-out to a fair subset, or nothing."""
    return survey["fair_ids"] or SURVEY_FILES.fair_ids or []


def weights_file(wildcards):
    """Path of the starting weights if the config names them, or nothing."""
    weights = STARTING_WEIGHTS[wildcards.starting_weights]["weights"]
    if weights in ("pretrained", "random"):
        return []
    return file_of_weights(weights, find=workflow.modifier.modify_path)


def weights_to_start_from(wildcards):
    """Path of the weights that an experiment's first stage starts from."""
    return f"results/backbones/{starting_weights_name(config_of(wildcards)['model'])}.safetensors"


def stage_position(wildcards):
    """The position of a stage in its experiment's list."""
    names = [stage["name"] for stage in config_of(wildcards)["stages"]]
    if wildcards.stage not in names:
        raise WorkflowError(
            f"{wildcards.experiment} has no stage {wildcards.stage}; it has {', '.join(names)}"
        )
    return names.index(wildcards.stage)


def previous_weights(wildcards):
    """Path of the weights that a stage starts from."""
    position = stage_position(wildcards)
    if position == 0:
        return weights_to_start_from(wildcards)
    previous = config_of(wildcards)["stages"][position - 1]["name"]
    return weights_of(wildcards.experiment, int(wildcards.seed), previous)


def file_to_submit(wildcards):
    """Path of the submission; exits before any job if Kaggle would not accept it.

    Kaggle's client is imported here, so that only a submission needs it.
    """
    if SURVEY["source"] != "kaggle":
        sys.exit(
            "submit: Kaggle scores only its own test galaxies, but survey.source is "
            f"{SURVEY['source']}; use an experiment with survey.source: kaggle, such as "
            "config/experiments/kaggle.yaml"
        )
    from galaxyzoo.surveys.kaggle_client import NO_CREDENTIALS, has_credentials

    if not has_credentials():
        sys.exit(f"submit: {NO_CREDENTIALS}")
    return f"results/{wildcards.experiment}/submission.csv.gz"


def report_file(name):
    """Path of a file in `workflow/report/`, relative where all runs in the folder of this workflow.

    So a folder that is moved has the same inputs.
    """
    path = WORKFLOW / "report" / name
    as_a_module = workflow.modifier.modify_path("results/") != "results/"
    here = Path.cwd()
    return str(path if as_a_module or here not in path.parents else path.relative_to(here))


def page_parts():
    """Paths of what the report's template includes: macros, sections, styles and script."""
    folder = WORKFLOW / "report"
    files = [path for kind in ("*.j2", "*.css", "*.js") for path in folder.rglob(kind)]
    return sorted(report_file(path.relative_to(folder)) for path in files if path.name not in PAGES)


def members_of_the_bag(wildcards):
    """Paths of the predictions that are averaged: over seeds or, for an ensemble, over bags."""
    if wildcards.experiment == PLAN.ensemble:
        return [f"results/{name}/bag/{wildcards.subset}.parquet" for name in PLAN.members]
    return each_seed(f"predictions/{wildcards.subset}_tta.parquet")(wildcards)


def networks_of_the_bag(wildcards):
    """The experiment and seed of each network that is averaged, in order."""
    of_an_ensemble = wildcards.experiment == PLAN.ensemble
    names = PLAN.members if of_an_ensemble else [wildcards.experiment]
    return [(name, seed) for name in names for seed in CONFIGS[name]["seeds"]]


def weights_of_the_networks(wildcards):
    """Paths of the weights of all networks that are averaged."""
    return [
        weights_of(name, seed, CONFIGS[name]["stages"][-1]["name"])
        for name, seed in networks_of_the_bag(wildcards)
    ]


def validation_of_the_networks(wildcards):
    """Paths of what each network that is averaged predicts of its validation galaxies."""
    return [
        f"results/{name}/seed{seed}/predictions/validation_tta.parquet"
        for name, seed in networks_of_the_bag(wildcards)
    ]


def split_of_the_first_network(wildcards):
    """Path of the split of the first network that is averaged."""
    name, seed = networks_of_the_bag(wildcards)[0]
    return f"results/{name}/seed{seed}/split.csv"


def galaxies_of_the_catalogue(wildcards):
    """Path of the galaxies; exits before any job if there are none."""
    if not GALAXIES:
        sys.exit(
            "catalogue: no galaxies; give the path of a folder, zip or tar of images, or of a "
            "table, as in --config galaxies=PATH"
        )
    if not Path(workflow.modifier.modify_path(GALAXIES)).exists():
        sys.exit(
            f"galaxies: there is no {GALAXIES}; give the path from the folder in which snakemake is "
            "started"
        )
    return GALAXIES


def shards_of_the_catalogue(name):
    """An input function: paths of a file of each shard, once the galaxies are listed."""

    def paths(wildcards):
        listing = Path(checkpoints.list_galaxies.get(**wildcards).output.listing)
        return [
            f"{catalogue_file(name).format(shard=part.stem, **wildcards)}"
            for part in sorted(listing.glob("*.parquet"))
        ]

    return paths


def refuse_to_train():
    """Exit if a catalogue or an export would have stages of its networks trained."""
    jobs = list(workflow.dag.needrun_jobs())
    stages = [job for job in jobs if job.rule.name == "train_stage"]
    finished = {"list_galaxies": "catalogue", "predict_shard": "catalogue"}
    finished["export_ensemble"] = "export"
    asked = [finished[job.rule.name] for job in jobs if job.rule.name in finished]
    if stages and asked:
        named = ", ".join(str(job.output.weights) for job in stages[:3])
        more = f" and {len(stages) - 3} more" if len(stages) > 3 else ""
        sys.exit(
            f"{asked[0]}: it trains nothing, and these stages are missing or out of date: {named}"
            f"{more}; run the experiment first, without {asked[0]} (snakemake -n tells why)"
        )


def members_of_the_holdout(wildcards):
    """Paths of the predictions of the held-out galaxies by an ensemble's members."""
    return [f"results/{name}/bag/holdout.parquet" for name in PLAN.members]


def members_of_the_validation(wildcards):
    """Paths of each seed's predictions of its validation galaxies, member by member."""
    return [
        f"results/{name}/seed{seed}/predictions/validation_tta.parquet"
        for name in PLAN.members
        for seed in CONFIGS[name]["seeds"]
    ]


def weights_of_the_bag(wildcards):
    """Path of the weights with which an ensemble's members are averaged; seeds have none."""
    if wildcards.experiment == PLAN.ensemble:
        return f"results/{PLAN.ensemble}/weights.json"
    return []


def first_members_splits(wildcards):
    """Paths of the splits of an ensemble's first member."""
    member = PLAN.members[0]
    return [f"results/{member}/seed{seed}/split.csv" for seed in CONFIGS[member]["seeds"]]


def each_learning_rate():
    """Paths of the finder's figure for each stage that an experiment trains itself, first seeds."""
    return [
        f"results/{name}/seed{seed}/lr_find/{stage}.svg"
        for name, config in CONFIGS.items()
        for (seed, stage), owner in STAGE_OWNERS[name].items()
        if owner == name and seed == config["seeds"][0]
    ]


def each_experiment(name):
    """Paths of a file of each experiment of the run, and of their ensemble if there is one."""
    return [f"results/{experiment}/{name}" for experiment in NAMES]


def all_stages(*endings):
    """Paths of files of every stage of the run, each once: its weights' path with other endings."""
    stems = [
        f"results/{owner}/seed{seed}/stages/{stage}"
        for owners in STAGE_OWNERS.values()
        for (seed, stage), owner in owners.items()
    ]
    return [f"{stem}{ending}" for stem in dict.fromkeys(stems) for ending in endings]


def final_output():
    """Paths of all files that a default run makes."""
    files = ["config.yaml", "report.html", "metrics.json"]
    if SURVEY_FILES.test_images:
        files.append("submission.csv.gz")
    comparison = [f"results/{PLAN.base}/comparison.html"] if len(CONFIGS) > 1 else []
    return [path for file in files for path in each_experiment(file)] + comparison


def on_this_machine():
    """Whether jobs run here, and not on the machines of a cluster."""
    return not (workflow.non_local_exec or workflow.remote_exec)


def chains():
    """Number of the run's chains of stages, each one seed's, those that are shared once."""
    return len(
        {
            weights_of(name, seed, config["stages"][-1]["name"])
            for name, config in CONFIGS.items()
            for seed in config["seeds"]
        }
    )


def gpus_at_once():
    """How many of this machine's GPUs are in use at a time."""
    limit = workflow.global_resources.get("gpu")
    gpus = len(visible_gpus())
    return max(1, min(gpus, limit.value) if limit else gpus)


def network_threads(wildcards):
    """Threads of a job that trains a network or predicts with it.

    On this machine, jobs share the cores: those on GPUs, or without any all chains, since training
    scales badly over threads. It follows from the machine, the config and the command alone, since
    a stopped stage goes on only with as many threads.
    """
    if not on_this_machine():
        return 8
    if has_gpu():
        return max(1, min(8, workflow.cores // gpus_at_once()))
    return max(1, workflow.cores // chains())


def network_gpus(wildcards):
    """GPUs of such a job."""
    return 0 if on_this_machine() and not has_gpu() else 1


def shard_threads(wildcards):
    """Threads of a job that predicts a shard: without a GPU, all cores divided by the shards."""
    if not on_this_machine() or has_gpu():
        return network_threads(wildcards)
    listing = Path(catalogue_file("listing").format(**wildcards))
    return max(1, workflow.cores // max(1, len(list(listing.glob("*.parquet")))))

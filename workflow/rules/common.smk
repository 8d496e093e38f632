# Start-up: the shared module, the plan of the run, and what several files of rules need.
import os
import re
import sys
from contextlib import contextmanager
from pathlib import Path

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

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.listings import listing_hash
from galaxyzoo.plan import paths
from galaxyzoo.plan.config import OF_A_CATALOGUE, catalogue_settings, load_schema, require_files
from galaxyzoo.plan.fingerprints import code_fingerprints
from galaxyzoo.plan.first_reading import library_versions, remember
from galaxyzoo.plan.paths import catalogue_file, experiment_file, survey_file
from galaxyzoo.plan.starting_points import weights_file
from galaxyzoo.plan.variants import (
    experiments,
    plan_in_words,
    require_own_folders,
    starting_weights_name,
)
from galaxyzoo.surveys import layout


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
config = PLAN.configs[PLAN.base]  # what scripts read of it is the same in all variants
# Not in the params of a rule: what is only said about weights retrains nothing.
config = config | {"seen_galaxy_zoo": paths.have_seen_galaxy_zoo(PLAN, SCHEMA)}
# The surveys of the run, each as the config of an experiment on it, and their raw files' owners.
SURVEYS = paths.surveys(PLAN)
RAW_SURVEYS = paths.raw_surveys(PLAN)
# By source, a function that gives the `SurveyFiles` of a survey. Its file of rules puts it here.
FILES_OF_SOURCE = {}
STARTING_WEIGHTS = {
    starting_weights_name(one["model"]): one["model"] for one in PLAN.configs.values()
}
NAMES = [*PLAN.configs, PLAN.ensemble] if PLAN.members else [*PLAN.configs]
OF_EACH_EXPERIMENT = ("config.yaml", "report.html", "metrics.json")

if workflow.is_main_process:
    for line in plan_in_words(PLAN):
        logger.info(line)


def any_of(names):
    """A regular expression for one of several names; for none, one that nothing matches."""
    return "|".join(map(re.escape, names)) or r"\b\B"


# The names of the experiments that have networks of their own, which an ensemble has not.
WITH_NETWORKS = any_of(PLAN.configs)


wildcard_constraints:
    experiment=any_of(NAMES),
    survey=any_of(SURVEYS),
    starting_weights=any_of(STARTING_WEIGHTS),
    seed=r"\d+",
    stage=any_of({stage["name"] for one in PLAN.configs.values() for stage in one["stages"]}),
    subset="holdout|test",
    catalogue=re.escape(CATALOGUE["name"]),
    shard=r"\d+",


def config_of(wildcards):
    """The resolved config of an experiment; of an ensemble, that of its first member."""
    return paths.config_of(PLAN, wildcards.experiment)


def raw_surveys_of(source):
    """The surveys whose folders hold raw files of a source."""
    return [name for name in dict.fromkeys(RAW_SURVEYS.values()) if source_of(name) == source]


def source_of(survey):
    """The source of a survey, by its name."""
    return SURVEYS[survey]["survey"]["source"]


def source_settings(wildcards):
    """The settings of a survey's source."""
    return SURVEYS[wildcards.survey]["survey"][source_of(wildcards.survey)]


def files_of(survey):
    """The `SurveyFiles` of a survey, by its name."""
    return FILES_OF_SOURCE[source_of(survey)](RAW_SURVEYS[survey])


def survey_of(experiment):
    """The name of an experiment's survey."""
    return paths.config_of(PLAN, experiment)["survey"]["name"]


def raw_file(survey, name):
    """Path of a raw file of a survey, by the survey's name."""
    return survey_file(f"raw/{name}").format(survey=survey)


def its_survey(name):
    """An input function: path of a file of the experiment's survey."""
    return lambda wildcards: survey_file(name).format(survey=survey_of(wildcards.experiment))


def fair_ids(survey):
    """Path of the file that limits a survey's hold-out to a fair subset, or nothing."""
    return SURVEYS[survey]["survey"]["fair_ids"] or files_of(survey).fair_ids or []


def raw(kind):
    """An input function: path of a survey's raw file of a kind, or nothing if it has none."""
    return lambda wildcards: getattr(files_of(wildcards.survey), kind) or []


def its_raw(kind):
    """An input function: path of a raw file of the experiment's survey, or nothing."""
    return lambda wildcards: getattr(files_of(survey_of(wildcards.experiment)), kind) or []


def its_test_index(wildcards):
    """Path of the index of the experiment's test galaxies, or nothing if there are none."""
    has_test = files_of(survey_of(wildcards.experiment)).test_images
    return its_survey("test.csv")(wildcards) if has_test else []


def its_fair_ids(wildcards):
    """Path of the file that limits the experiment's hold-out to a fair subset, or nothing."""
    return fair_ids(survey_of(wildcards.experiment))


def each_seed(name):
    """An input function: paths of a file for each seed of the experiment."""
    return lambda wildcards: paths.seed_files(PLAN, wildcards.experiment, name)


def each_stage(name):
    """An input function: paths of a file for each stage of each seed, in its owner's folder."""
    return lambda wildcards: paths.stage_files(PLAN, wildcards.experiment, name)


def each_experiment(name):
    """Paths of a file of each experiment of the run, and of their ensemble if there is one."""
    return [f"results/{experiment}/{name}" for experiment in NAMES]


def networks(wildcards):
    """The experiment and seed of each network that is averaged, in order."""
    return paths.networks(PLAN, wildcards.experiment)


def network_weights(wildcards):
    """Paths of the weights of all networks that are averaged."""
    return paths.network_weights(PLAN, wildcards.experiment)


def validation_predictions(wildcards):
    """Paths of what each network that is averaged predicts of its validation galaxies."""
    return paths.validation_predictions(PLAN, wildcards.experiment)


def previous_weights(wildcards):
    """Path of the weights that a stage starts from."""
    seed, position = int(wildcards.seed), stage_position(wildcards)
    return paths.previous_weights(PLAN, wildcards.experiment, seed, position)


def learnt_by_the_start_of_the_stage(wildcards):
    """Path of the list of galaxies that a first stage's starting weights learnt, or nothing."""
    first = stage_position(wildcards) == 0
    return paths.learnt_by_starts(PLAN, [wildcards.experiment]) if first else []


def learnt_by_its_starts(wildcards):
    """Paths of the lists of galaxies that starts learnt of the networks that are averaged."""
    return paths.learnt_by_starts(PLAN, members_of(wildcards))


def if_starts_learnt(path):
    """An input function: what another one gives, or nothing if no start is a file."""
    return lambda wildcards: path(wildcards) if learnt_by_its_starts(wildcards) else []


def its_last_weights(wildcards):
    """Path of the weights that a seed predicts with."""
    return paths.last_weights(PLAN, wildcards.experiment, int(wildcards.seed))


def member_weights(wildcards):
    """Path of the weights with which an ensemble's members are averaged; seeds have none."""
    is_ensemble = wildcards.experiment == PLAN.ensemble
    return f"results/{PLAN.ensemble}/weights.json" if is_ensemble else []


def shards_of_the_catalogue(name):
    """An input function: paths of a file of each shard, once the galaxies are listed."""

    def shards(wildcards):
        listing = Path(checkpoints.list_galaxies.get(**wildcards).output.listing)
        return [
            f"{catalogue_file(name).format(shard=part.stem, **wildcards)}"
            for part in sorted(listing.glob("*.parquet"))
        ]

    return shards


def fingerprints(script):
    """Fingerprints of the code that the outputs of a script depend on, one string per file."""
    return FINGERPRINTS[script]


def listing(images):
    """What is in a folder of images. Nothing for a zip, whose date tells of a change."""
    path = workflow.modifier.modify_path(images)
    return {"listing": listing_hash(path, dates=True)} if os.path.isdir(path) else {}


def final_output():
    """Paths of all files that a default run makes."""
    files = [path for name in OF_EACH_EXPERIMENT for path in each_experiment(name)]
    predicted = [name for name in NAMES if files_of(survey_of(name)).test_images]
    files += [f"results/{name}/submission.csv.gz" for name in predicted]
    return files + ([f"results/{PLAN.base}/comparison.html"] if len(PLAN.configs) > 1 else [])

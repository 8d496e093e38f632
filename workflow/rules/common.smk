import os
import sys
from contextlib import contextmanager
from pathlib import Path

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

from galaxyzoo.config import load_schema, validated
from galaxyzoo.fingerprints import code_fingerprints
from galaxyzoo.first_reading import library_versions, remember
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.surveys import layout
from galaxyzoo.surveys.layout import SurveyFiles
from galaxyzoo.tree.questions import questions_of, without_words


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

with input_errors_told():
    config = validated(config, load_schema(WORKFLOW / "schemas" / "config.schema.yaml"))

SURVEY = config["survey"]
SURVEY_FOLDER = f"results/surveys/{SURVEY['name']}"
EXPERIMENT = config["experiment"]
EXPERIMENT_FOLDER = f"results/{EXPERIMENT}"
TREE = questions_of(config["tree"])
TREE_WITHOUT_WORDS = without_words(TREE)
STAGES = config["stages"]
STAGE_NAMES = [stage["name"] for stage in STAGES]
LAST_STAGE = STAGE_NAMES[-1]
STARTING_WEIGHTS = "results/backbones/{}-{}.safetensors".format(
    config["model"]["backbone"], Path(config["model"]["weights"]).stem
)
PAGES = ("report.html.j2", "comparison.html.j2")


wildcard_constraints:
    seed=r"\d+",
    stage="|".join(STAGE_NAMES),
    subset="holdout|test",


def survey_file(name):
    """Path of a file that is shared by all experiments on the survey."""
    return f"{SURVEY_FOLDER}/{name}"


def experiment_file(name):
    """Path of a file of this experiment."""
    return f"{EXPERIMENT_FOLDER}/{name}"


def each_seed(name):
    """Paths of a file for each seed."""
    return [experiment_file(f"seed{seed}/{name}") for seed in config["seeds"]]


def each_stage(name):
    """Paths of a file for each stage of each seed."""
    return [path.format(stage=s) for path in each_seed(name) for s in STAGE_NAMES]


def each_benchmark(name):
    """Paths of a benchmark for each stage of each seed."""
    paths = [experiment_file(f"benchmarks/seed{seed}/{name}") for seed in config["seeds"]]
    return [path.format(stage=s) for path in paths for s in STAGE_NAMES]


def fingerprints(script):
    """Fingerprints of the code that the outputs of a script depend on, one string per file."""
    return code_fingerprints(WORKFLOW / "scripts" / f"{script}.py", WORKFLOW / "galaxyzoo")


def fair_ids():
    """Path of the file that limits the hold-out to a fair subset, or nothing."""
    return SURVEY["fair_ids"] or SURVEY_FILES.fair_ids or []


def weights_file():
    """Path of the starting weights if the config names a file, or nothing."""
    weights = config["model"]["weights"]
    return [] if weights in ("pretrained", "random") else weights


def crop_settings():
    """What the crops depend on besides images and labels."""
    return {name: SURVEY[name] for name in ("crop", "on_bad_galaxy")}


def previous_weights(wildcards):
    """Path of the weights that a stage starts from."""
    position = STAGE_NAMES.index(wildcards.stage)
    if position == 0:
        return STARTING_WEIGHTS
    return experiment_file(f"seed{wildcards.seed}/stages/{STAGE_NAMES[position - 1]}.pt")


def stage_settings(wildcards):
    """What a stage depends on besides its starting weights and the galaxies."""
    return {
        "seed": int(wildcards.seed),
        "stage": STAGES[STAGE_NAMES.index(wildcards.stage)],
        "augmentation": config["augmentation"],
        "model": config["model"],
        "tree": TREE_WITHOUT_WORDS,
        "precision": config["precision"],
        "compile": config["compile"],
    }


def prediction_settings():
    """What a prediction depends on besides the network and the galaxies."""
    return {
        "model": config["model"],
        "tree": TREE_WITHOUT_WORDS,
        "tta": config["tta"],
        "precision": config["precision"],
    }


def file_to_submit(wildcards):
    """Path of the submission; exits before any job if Kaggle would not accept it.

    Kaggle's client is imported here, so that only the rule `submit` needs it.
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
    return experiment_file("submission.csv.gz")


def page_parts():
    """Paths of what the report's template includes: macros, sections, styles and script."""
    folder = WORKFLOW / "report"
    files = [path for kind in ("*.j2", "*.css", "*.js") for path in folder.rglob(kind)]
    return sorted(str(path) for path in files if path.name not in PAGES)


def final_output():
    """Paths of all files that a default run makes."""
    submission = [experiment_file("submission.csv.gz")] if SURVEY_FILES.test_images else []
    return [
        experiment_file("config.yaml"),
        experiment_file("report.html"),
        experiment_file("metrics.json"),
        *submission,
    ]

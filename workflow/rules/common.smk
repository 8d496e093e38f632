import os
import sys
from pathlib import Path

# Jobs inherit it: threads that spin for long while they wait for each other would slow training
# tenfold and more wherever another process wants the cores.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")


def workflow_folder():
    """The folder `workflow` on disk, also where another workflow takes this one as a module.

    Of a module on a git host, Snakemake has only those files on disk that it was asked for.
    """
    here = workflow.current_basedir
    if isinstance(here, os.PathLike):
        return Path(here).parent
    if not hasattr(here, "hosted_repo"):
        sys.exit(
            f"{here}: as a module, this workflow is taken from a folder, or by github(...) or "
            "gitlab(...), and from nowhere else"
        )
    for file in here.hosted_repo.repo.tree(here.ref)["workflow"].traverse():
        if file.type == "blob" and not file.name.endswith(".jpg"):
            workflow.source_path(f"../../{file.path}")
    return Path(workflow.source_path("../Snakefile")).parent


WORKFLOW = workflow_folder()
sys.path.insert(0, str(WORKFLOW))  # Snakemake hands it on to the scripts

from galaxyzoo import kaggle_files, own_files
from galaxyzoo.config import load_schema, validated
from galaxyzoo.decision_tree import without_words
from galaxyzoo.errors import InputError
from galaxyzoo.fingerprints import code_fingerprints

try:
    config = validated(config, load_schema(WORKFLOW / "schemas" / "config.schema.yaml"))
    SURVEY = config["survey"]
    SOURCE = SURVEY["source"]
    SIMULATED = SOURCE == "simulation"
    OWN_FILES = SURVEY.get("files")
    if OWN_FILES:
        own_files.require_files(OWN_FILES)
    FILES = kaggle_files.find(config["files"]) if SOURCE == "files" and not OWN_FILES else None
except InputError as error:
    sys.exit(str(error))

SURVEY_FOLDER = f"results/surveys/{SURVEY['name']}"
EXPERIMENT = config["experiment"]
EXPERIMENT_FOLDER = f"results/{EXPERIMENT}"
TREE = config["tree"]
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
    galaxies="holdout|test",


def survey_file(name):
    """Path of a file that all experiments on the survey share."""
    return f"{SURVEY_FOLDER}/{name}"


def experiment_file(name):
    """Path of a file of this experiment."""
    return f"{EXPERIMENT_FOLDER}/{name}"


def each_seed(name):
    """Paths of a file that each seed has its own of."""
    return [experiment_file(f"seed{seed}/{name}") for seed in config["seeds"]]


def each_stage(name):
    """Paths of a file that each stage of each seed has its own of."""
    return [path.format(stage=s) for path in each_seed(name) for s in STAGE_NAMES]


def each_benchmark(name):
    """Paths of a benchmark that each stage of each seed has its own of."""
    paths = [experiment_file(f"benchmarks/seed{seed}/{name}") for seed in config["seeds"]]
    return [path.format(stage=s) for path in paths for s in STAGE_NAMES]


def fingerprints(script):
    """The code a rule's result depends on, as strings for its params: one a file."""
    return code_fingerprints(WORKFLOW / "scripts" / f"{script}.py", WORKFLOW / "galaxyzoo")


def raw_file(content):
    """Path of the survey's training_images, solutions or test_images as they came."""
    if SIMULATED:
        return getattr(rules.simulate.output, content)
    if SOURCE == "kaggle":
        return getattr(rules.download_kaggle.output, content)
    if SOURCE == "gz2":
        return {
            "training_images": rules.download_gz2.output.images,
            "solutions": rules.label_gz2.output.solutions,
        }.get(content, "")
    if OWN_FILES:
        return {
            "training_images": OWN_FILES["images"],
            "solutions": rules.label_files.output.solutions,
        }.get(content, "")
    return str(getattr(FILES, content) or "")


def image_names():
    """Path of the table of images that are not named by GalaxyID, or nothing."""
    if OWN_FILES:
        return rules.label_files.output.image_names
    return rules.label_gz2.output.image_names if SOURCE == "gz2" else []


def gz2_settings(*names):
    """Some settings of Galaxy Zoo 2's own files, if those are the survey."""
    return {name: SURVEY["gz2"][name] for name in names if SOURCE == "gz2"}


def has_test_images():
    """Whether the survey has unlabelled images, to make a submission for."""
    if SIMULATED:
        return SURVEY["simulation"]["test_galaxies"] > 0
    return SOURCE == "kaggle" or (FILES is not None and FILES.test_images is not None)


def fair_ids():
    """Path of the file that limits the hold-out to a fair subset, or nothing."""
    return SURVEY["fair_ids"] or (FILES and FILES.fair_ids and str(FILES.fair_ids)) or []


def true_probabilities():
    """Path of what the volunteers' answers were drawn from, where that is known, or nothing."""
    return rules.simulate.output.true_probabilities if SIMULATED else []


def weights_file():
    """Path of the starting weights where the config gives a file of them, or nothing."""
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
    """What a stage depends on besides the weights it starts from and the galaxies."""
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
    """Path of the submission; ends Snakemake, before any job, where Kaggle would not take it.

    Only the rule that asks for it imports Kaggle's client.
    """
    if SOURCE != "kaggle":
        sys.exit(
            f"submit: Kaggle scores only its own test galaxies, and survey.source is {SOURCE}; "
            "take an experiment with survey.source: kaggle, such as config/experiments/kaggle.yaml"
        )
    from galaxyzoo.kaggle_client import NO_CREDENTIALS, has_credentials

    if not has_credentials():
        sys.exit(f"submit: {NO_CREDENTIALS}")
    return experiment_file("submission.csv.gz")


def page_parts():
    """Paths of what the report's template includes: macros, sections, style and script."""
    folder = WORKFLOW / "report"
    files = [path for kind in ("*.j2", "*.css", "*.js") for path in folder.rglob(kind)]
    return sorted(str(path) for path in files if path.name not in PAGES)


def final_output():
    """Paths of all that a plain run makes."""
    submission = [experiment_file("submission.csv.gz")] if has_test_images() else []
    return [
        experiment_file("config.yaml"),
        experiment_file("report.html"),
        experiment_file("metrics.json"),
        *submission,
    ]

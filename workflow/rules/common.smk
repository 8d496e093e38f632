# Start-up: the shared module, the plan of the run, and what several files of rules need.
import os
import re
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace

from snakemake.cli import get_argument_parser
from snakemake.exceptions import WorkflowError
from snakemake.logging import logger
from snakemake.settings.types import DeploymentMethod

# Inherited by all jobs. If another process wants the cores, threads that spin for long while they
# wait for each other slow training down tenfold or more.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")


def targets_given():
    """The targets of the command, which the workflow itself knows once the Snakefile is read."""
    if workflow.dag_settings is not None:
        return {*workflow.dag_settings.targets}
    words = sys.argv[1:]
    if not {"plan", "verify"} & {*words}:  # others are of no account
        return set()
    return {*get_argument_parser().parse_args(words).targets}


def plan_is_asked_for():
    """Whether a plan is among what is asked for."""
    return "plan" in targets_given()


def plan_by_a_dry_run():
    """Let a dry run of the same command take the place of a run that asks for a plan.

    A job could not see what else would be run, and a run would wait for one that is at work.
    """
    is_ours = workflow.modifier.is_main_snakefile() and workflow.is_main_process
    if is_ours and not workflow.output_settings.dryrun and plan_is_asked_for():
        os.chdir(workflow.workdir_init)  # --directory is followed once more
        command = [sys.executable, "-m", "snakemake", *sys.argv[1:], "--dry-run"]
        os.execv(sys.executable, command)


plan_by_a_dry_run()


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
NOW = datetime.now(UTC).isoformat()
IN_THE_MODULE = workflow.modifier.modify_path  # functions that are called later have it no more
sys.path.insert(0, str(WORKFLOW))  # Snakemake passes it on to the scripts

from galaxyzoo.foundation.content_hashes import content_hash
from galaxyzoo.foundation.downloads_folder import VARIABLE, can_be_written, environment_of
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.listings import listing_hash
from galaxyzoo.plan import listed_galaxies, paths
from galaxyzoo.plan.config import (
    OF_A_CATALOGUE,
    OF_A_RUN,
    catalogue_settings,
    counts_votes,
    has_classes,
    load_schema,
    publish_settings,
    require_files,
    suggest_settings,
)
from galaxyzoo.plan.command_line import with_numbers
from galaxyzoo.plan.config_files import require_keys_once
from galaxyzoo.plan.fingerprints import code_fingerprints
from galaxyzoo.plan.first_reading import (
    library_versions,
    remember,
    require_first_config,
    require_first_rules,
)
from galaxyzoo.plan.images import image_of
from galaxyzoo.plan.joined_surveys import is_joined, surveys_of
from galaxyzoo.plan.labellers import words_of
from galaxyzoo.plan.own_configs import own_command
from galaxyzoo.plan.paths import catalogue_file, experiment_file, survey_file
from galaxyzoo.plan.probes import losses_of_two_kinds
from galaxyzoo.plan.publishing import publication
from galaxyzoo.plan.simulated_starts import FOLDER, teaching_in_words
from galaxyzoo.plan.starting_points import (
    may_have_a_head,
    may_have_learnt,
    require_other_starts,
    weights_file,
)
from galaxyzoo.plan.suggestion_methods import OF_DISAGREEMENT, OF_FEATURES
from galaxyzoo.plan.training_lists import OF_LISTS, list_name, training_list_of
from galaxyzoo.plan.variants import experiments, plan_in_words, require_own_folders
from galaxyzoo.surveys import layout


@contextmanager
def input_errors_told():
    """Exit Snakemake with the message of an InputError, without a traceback.

    On a cluster's node, as a job's script ends: the run finds the sentence in the cluster's log.
    """
    try:
        yield
    except InputError as error:
        sys.exit(str(error) if workflow.is_main_process else f"Error: {error}")


@contextmanager
def own_config_named():
    """Add to an InputError the command that uses a finished experiment of this name.

    That command has the experiment's own config, which includes what was given on the command line
    when its networks were trained. Not where a catalogue's keys are wrong: they would be there too.
    """
    try:
        yield
    except InputError as error:
        asked = "catalogue" if AS_GIVEN.get("galaxies") else "export"
        command = own_command(asked, AS_GIVEN, RESULTS)
        is_given = {os.path.abspath(file) for file in workflow.overwrite_configfiles}
        is_own = command and is_given & {os.path.abspath(word) for word in command.split()}
        of_a_catalogue = str(error).startswith(tuple(f"config: {key}" for key in OF_A_CATALOGUE))
        if command is None or is_own or of_a_catalogue or not workflow.modifier.is_main_snakefile():
            raise
        told = "results of this name are finished; to use their networks, ask by their own config"
        raise InputError(f"{error}; {told}, as in: {command}") from error


def named_in_part(files):
    """The first few of some files, and how many more there are."""
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return ", ".join(map(str, files[:3])) + more


def names_of(plan):
    """The names of a plan's experiments, with that of their ensemble if there is one."""
    return [*plan.configs, plan.ensemble] if plan.members else [*plan.configs]


# Records alone are read then, and what the experiments were made of may be gone: in their place
# stands one that needs nothing.
ONLY_VERIFIES = workflow.modifier.is_main_snakefile() and targets_given() == {"verify"}
WITHOUT_DATA = {
    "seeds": [0],
    "survey": {"name": "none", "source": "simulation"},
    "stages": [{"name": "none", "size": 32, "epochs": 1, "lr": 0.001}],
}

DEPLOYED = set(workflow.deployment_settings.deployment_method)
IN_AN_IMAGE = DeploymentMethod.APPTAINER in DEPLOYED
ENVIRONMENT = Path(workflow.source_path("../../envs/environment.yaml"))
# Of the libraries that decide what a network learns and predicts.
VERSIONS = library_versions(
    ("numpy", "timm", "torch"),
    ENVIRONMENT,
    deployed=IN_AN_IMAGE or DeploymentMethod.CONDA in DEPLOYED,
)
remember(WORKFLOW, VERSIONS)
with input_errors_told():
    require_first_rules(WORKFLOW)
FINGERPRINTS = code_fingerprints(WORKFLOW)

SCHEMA = load_schema(WORKFLOW / "schemas" / "config.schema.yaml")
config = with_numbers(config, workflow.config_settings.config, SCHEMA)
RESULTS = Path(IN_THE_MODULE("results/"))
AS_GIVEN = config
with input_errors_told():
    require_first_config({key: value for key, value in config.items() if key not in OF_A_RUN})
with input_errors_told(), own_config_named():
    require_keys_once([*workflow.configfiles, *workflow.overwrite_configfiles])
    PLAN = experiments(config, SCHEMA, find=IN_THE_MODULE)
    VERIFIED = names_of(PLAN)
    if ONLY_VERIFIES:
        PLAN = experiments(WITHOUT_DATA | {"experiment": PLAN.base}, SCHEMA)
    require_own_folders(PLAN, RESULTS)
    for one in PLAN.configs.values():
        require_files(one, find=IN_THE_MODULE)
    require_other_starts(PLAN.trained, RESULTS, find=IN_THE_MODULE)
    # The names under which starting weights are kept, by experiment.
    STARTS = paths.starting_weights_names(PLAN, find=IN_THE_MODULE)
    # What the owners of starting weights list, by name, and the name of each experiment's list.
    GIVEN_LISTS = {
        name: given
        for name, one in PLAN.trained.items()
        if (given := training_list_of(one["model"]))
    }
    LIST_NAMES = {name: list_name(given, IN_THE_MODULE) for name, given in GIVEN_LISTS.items()}
    TRAINING_LISTS = {LIST_NAMES[name]: given for name, given in GIVEN_LISTS.items()}

if shared := AS_GIVEN.get("downloads") or os.environ.get(VARIABLE):
    shared = Path(shared).expanduser().absolute()
    for variable, value in environment_of(shared).items():
        # Inherited by all jobs. What the user has set for a library alone stays.
        os.environ[variable] = value if variable == VARIABLE else os.environ.get(variable, value)
    if workflow.is_main_process and not can_be_written(shared):
        logger.warning(
            f"downloads: {shared} cannot be written to; files that are in it are used, and others, "
            "with all weights, are fetched as without it"
        )

if IN_AN_IMAGE:
    with input_errors_told():
        # A module's rules may be run in the image of the workflow that loads it.
        IMAGE = image_of(AS_GIVEN, required=workflow.modifier.is_main_snakefile())
    if IMAGE:

        container: IMAGE

elif workflow.is_main_process and AS_GIVEN.get("container"):
    logger.warning("container: jobs run outside of it, since --sdm apptainer is not given")

AS_WRITTEN = {
    key: value for key, value in config.items() if key not in (*OF_A_CATALOGUE, *OF_A_RUN)
}
GALAXIES = config.get("galaxies")
CATALOGUE = catalogue_settings(config, SCHEMA)
SUGGEST = suggest_settings(config, SCHEMA)
# The surveys of the run, each as the config of an experiment on it, and their raw files' owners.
SURVEYS = paths.surveys(PLAN)
# For scripts, which redo nothing for it. What they read is the same in all variants, but for two
# mappings: what is done about bad galaxies, by survey, and what is said of a network, by experiment.
config = PLAN.configs[PLAN.base] | {
    "on_bad_galaxy": {name: one["survey"]["on_bad_galaxy"] for name, one in SURVEYS.items()},
    "seen_galaxy_zoo": paths.have_seen_galaxy_zoo(PLAN, SCHEMA),
}
RAW_SURVEYS = paths.raw_surveys(PLAN)
# By source, a function that gives the `SurveyFiles` of a survey. Its file of rules puts it here.
FILES_OF_SOURCE = {}
# By source, a function that gives the table of names and positions that only owners' lists of starting
# weights are compared with.
GALAXIES_OF_SOURCE = {}
NOT_JOINED = [name for name, one in SURVEYS.items() if not is_joined(one)]
LABELLED = ("labels", "label_notes", "image_names", "faults")  # files that tell of labels
STARTING_WEIGHTS = {STARTS[name]: one["model"] for name, one in PLAN.trained.items()}
# Keys of a catalogue that its galaxies' pixels do not depend on.
NOT_OF_PICTURES = ("name", "features", "labels")
CATALOGUE_OF_THE_RUN = {
    "experiment": PLAN.ensemble if PLAN.members else PLAN.base,
    "catalogue": CATALOGUE["name"],
}
WRITTEN = (
    *(f"catalogue.{kind}" for kind in ("fits", "vot", "csv", "html")),
    *(f"catalogue_plain.{kind}" for kind in ("parquet", "fits", "vot", "csv")),
    "README.md",
)
PUBLISHED = (*WRITTEN, "catalogue.parquet", "neighbours")
NAMES = names_of(PLAN)
OF_EACH_EXPERIMENT = ("config.yaml", "report.html", "metrics.json", "finished.json")

if workflow.is_main_process and not ONLY_VERIFIES:
    for line in plan_in_words(PLAN):
        logger.info(line)
    for one in PLAN.configs.values():
        for line in losses_of_two_kinds(one):
            logger.warning(line)
    if leftovers := paths.leftover_weights(PLAN, RESULTS):
        logger.info(
            "No stage of this config ends with these checkpoints, which an earlier run left; they "
            f"may be deleted: {named_in_part(leftovers)}"
        )


def any_of(names):
    """A regular expression for one of several names; for none, one that nothing matches."""
    return "|".join(map(re.escape, names)) or r"\b\B"


# The names of the experiments that have networks of their own, which an ensemble has not.
WITH_NETWORKS = any_of(PLAN.configs)


wildcard_constraints:
    experiment=any_of([*NAMES, *PLAN.teaching]),
    survey=any_of(SURVEYS),
    starting_weights=any_of(STARTING_WEIGHTS),
    training_list=any_of(TRAINING_LISTS),
    seed=r"\d+",
    stage=any_of({stage["name"] for one in PLAN.trained.values() for stage in one["stages"]}),
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


def parts_of(survey):
    """The names of the surveys that a survey is joined of; its own if it is one by itself."""
    return [one["name"] for one in surveys_of(SURVEYS[survey])]


def each_part(name):
    """An input function: paths of a file of each survey that a survey is joined of."""
    return lambda wildcards: [
        survey_file(name).format(survey=part) for part in parts_of(wildcards.survey)
    ]


def files_of_parts(*kinds):
    """An input function, to be unpacked: raw files by kind and place, such as `labels_0`.

    They are of each survey that the wildcards' one, or the experiment's, is joined of. The owner's
    `galaxies` are also a kind `carried`: only if a column is carried along.
    """

    def files(wildcards):
        found = {}
        survey = wildcards.get("survey") or survey_of(wildcards.experiment)
        for place, part in enumerate(parts_of(survey)):
            for kind in kinds:
                name = "galaxies" if kind == "carried" else kind
                if kind == "carried" and not carries(part):
                    continue
                if path := getattr(files_of(part), name):
                    found[f"{name}_{place}"] = path
        return found

    return files


def each_list_of_fair_ids(wildcards):
    """Paths of the lists of fair galaxies, by the place of the survey that has one."""
    lists = enumerate(map(fair_ids, parts_of(wildcards.survey)))
    return {f"fair_ids_{place}": path for place, path in lists if path}


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


def carries(survey):
    """Whether a column of the owner's table is carried along, in any part of a survey."""
    owns = [one.get("own") or {} for one in surveys_of(SURVEYS[survey])]
    return any(own.get("carry") for own in owns)


def its_carried_columns(wildcards):
    """Path of the owner's names and columns if any is carried along in the experiment's survey."""
    has_some = carries(survey_of(wildcards.experiment))
    return its_raw("galaxies")(wildcards) if has_some else []


def names_of_the_survey(wildcards):
    """Path of the names and positions of a survey's galaxies, or nothing if GalaxyIDs are all."""
    source = GALAXIES_OF_SOURCE.get(source_of(wildcards.survey), lambda _: [])
    return raw("galaxies")(wildcards) or source(RAW_SURVEYS[wildcards.survey])


def its_raw(kind):
    """An input function: path of a raw file of the experiment's survey, or nothing."""
    return lambda wildcards: getattr(files_of(survey_of(wildcards.experiment)), kind) or []


def its_twins(wildcards):
    """Path of the list of galaxies that are in more than one of the joined surveys, or nothing."""
    joined = is_joined(config_of(wildcards))
    return its_survey("twins.csv")(wildcards) if joined else []


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


def each_stage_table(wildcards):
    """Paths of the histories and timings of all stages of an experiment; none of an ensemble."""
    return [
        path
        for table in ("{stage}.csv", "{stage}_timing.csv")
        for path in paths.stage_files(PLAN, wildcards.experiment, f"seed{{seed}}/stages/{table}")
    ]


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
    if position == 0:
        return starting_weights(wildcards)
    return paths.previous_weights(PLAN, wildcards.experiment, seed, position)


def starting_weights(wildcards):
    """Path of the weights that an experiment's first stage starts from."""
    name = networks(wildcards)[0][0]
    return f"results/backbones/{STARTS[name]}.safetensors"


def taught_weights(wildcards):
    """Path of the checkpoint that simulated starting weights are taken from; nothing for others."""
    name = f"{FOLDER}/{wildcards.starting_weights}"
    return paths.network_weights(PLAN, name)[0] if name in PLAN.teaching else []


def begun_with(wildcards):
    """Path of the record of where the weights are from that a simulated start began with itself."""
    name = f"{FOLDER}/{wildcards.starting_weights}"
    return f"results/backbones/{STARTS[name]}.json" if name in PLAN.teaching else []


def of_starts(experiments, ending):
    """Paths of a file beside the starting weights of each of some experiments, each once.

    None for ImageNet's and random ones, which learnt no galaxies.
    """
    starts = [STARTS[name] for name in experiments if may_have_learnt(PLAN.trained[name]["model"])]
    return [f"results/backbones/{start}{ending}" for start in dict.fromkeys(starts)]


def learnt_by_starts(experiments):
    """Paths of the lists of galaxies that the experiments' starting weights learnt, each once.

    Where owners publish a list, it is of what was found there of the experiment's survey.
    """
    without = [name for name in experiments if name not in LIST_NAMES]
    return of_starts(without, "_learnt.npz") + found_in_lists(experiments, ".npz")


def found_in_lists(experiments, ending):
    """Paths of what was found in owners' lists for each of some experiments, each once."""
    found = [
        survey_file(f"{OF_LISTS}/{STARTS[name]}-{LIST_NAMES[name]}{ending}").format(
            survey=survey_of(name)
        )
        for name in experiments
        if name in LIST_NAMES
    ]
    return [*dict.fromkeys(found)]


def found_for_its_starts(wildcards):
    """Paths of what is told of owners' lists for the networks that are averaged."""
    return found_in_lists(members_of(wildcards), ".json")


def origins_of_its_starts(wildcards):
    """Paths of the records of where the starts of the networks that are averaged are from."""
    return of_starts(members_of(wildcards), ".json")


def learnt_by_the_start_of_the_stage(wildcards):
    """Paths of the lists of galaxies that a first stage's starting weights learnt, or nothing.

    What was found in an owner's list is of this survey alone: of others, a checkpoint does not know.
    """
    if stage_position(wildcards) > 0:
        return []
    own = [wildcards.experiment]
    return of_starts(own, "_learnt.npz") + found_in_lists(own, ".npz")


def learnt_by_starts_of_its_run(wildcards):
    """Paths of the lists of galaxies that starts of the run learnt, on which no seed validates.

    Of simulated starts, it is the experiment's own alone: their galaxies are in no other survey, and
    a new variant with one shall redo no split. What teaches one is the same in every run.
    """
    own = wildcards.experiment
    if own in PLAN.teaching:
        return learnt_by_starts([own])
    return learnt_by_starts(
        [name for name in PLAN.configs if name == own or name not in PLAN.starts]
    )


def learnt_by_its_starts(wildcards):
    """Paths of the lists of galaxies that starts learnt of the networks that are averaged."""
    return learnt_by_starts(members_of(wildcards))


def if_starts_learnt(path):
    """An input function: what another one gives, or nothing if no start may have learnt galaxies."""
    return lambda wildcards: path(wildcards) if learnt_by_its_starts(wildcards) else []


def of_its_start(name):
    """An input function: path of a file of the start's own predictions, or nothing.

    Only a network with a head can predict.
    """

    def path(wildcards):
        has_head = may_have_a_head(config_of(wildcards)["model"])
        return experiment_file(name).format(**wildcards) if has_head else []

    return path


def its_last_weights(wildcards):
    """Path of the weights that a seed predicts with."""
    return paths.last_weights(PLAN, wildcards.experiment, int(wildcards.seed))


def member_weights(wildcards):
    """Path of the weights with which an ensemble's members are averaged; seeds have none."""
    is_ensemble = wildcards.experiment == PLAN.ensemble
    return f"results/{PLAN.ensemble}/weights.json" if is_ensemble else []


def calibration_of_the_catalogue(wildcards):
    """Path of what recalibrates a catalogue: the experiment's, or one reset on labelled galaxies."""
    is_reset = CATALOGUE["labels"] is not None
    path = catalogue_file("calibration.json") if is_reset else experiment_file("calibration.json")
    return path.format(**wildcards)


def shards_of_the_catalogue(name):
    """An input function: paths of a file of each shard, once the galaxies are listed."""

    def shards(wildcards):
        listing = Path(checkpoints.list_galaxies.get(**wildcards).output.listing)
        contents = listed_galaxies.contents_of(listing) or {"parts": {}}
        return [
            catalogue_file(name).format(shard=shard, **wildcards)
            for shard in sorted(contents["parts"])
        ]

    return shards


def features_of_the_catalogue(wildcards):
    """Paths of the features of each shard, if they are wanted."""
    if not CATALOGUE["features"]:
        return []
    return shards_of_the_catalogue("shards/features/{shard}.parquet")(wildcards)


def features_to_suggest_by(wildcards):
    """Paths of the features of each shard, if galaxies are suggested by them; exits without any.

    Exits as well if they are suggested by the disagreement of networks, and there is one network.
    """
    if SUGGEST["method"] in OF_DISAGREEMENT and len(networks(wildcards)) == 1:
        sys.exit(
            f"suggest.method: {SUGGEST['method']} needs networks that may disagree, and "
            f"{wildcards.experiment} has one; give it more seeds, or take random or variety"
        )
    if SUGGEST["method"] not in OF_FEATURES:
        return []
    if not CATALOGUE["features"]:
        sys.exit(
            f"suggest.method: {SUGGEST['method']} needs the galaxies' features; add --config "
            "'catalogue={features: true}', with the catalogue's other keys, or take another method"
        )
    return features_of_the_catalogue(wildcards)


def labelled_already(_):
    """Paths of tables of galaxies that are not suggested; exits if one is not there."""
    tables = given_labelled()
    for table, key in tables.items():
        if not Path(IN_THE_MODULE(table)).is_file():
            sys.exit(
                f"{key['key']}: there is no {table}; give the path from the folder in which "
                "snakemake is started"
            )
    return [*tables]


def given_labelled():
    """Tables of galaxies with labels by path: the key that names each, and its column of ids."""
    tables = {}
    if table := SUGGEST["labelled"]:
        tables[table] = {"key": "suggest.labelled", "id_column": None}
    if labels := CATALOGUE["labels"]:
        tables[labels["table"]] = {"key": "catalogue.labels", "id_column": labels["id_column"]}
    return tables


def listing_of(wildcards):
    """Path of the list of a catalogue's galaxies."""
    return Path(IN_THE_MODULE(catalogue_file("listing").format(**wildcards)))


def shards_of_the_run(_):
    """Paths of all shards of the run's catalogue, so that one that was lost is predicted again."""
    return shards_of_the_catalogue("shards/{shard}.parquet")(CATALOGUE_OF_THE_RUN)


def fingerprints(script):
    """Fingerprints of the code that the outputs of a script depend on, one string per file."""
    return FINGERPRINTS[script]


@cache
def what_is_given(path):
    """What the user's file or folder at a path is: a hash, taken once for all jobs of a run.

    A file's is that of its content, whatever its date. Of a folder of thousands of images, it is that
    of their names, sizes and dates: reading them all would take minutes.
    """
    file = IN_THE_MODULE(path)
    try:
        return listing_hash(file, dates=True) if os.path.isdir(file) else content_hash(file)
    except OSError as error:
        sys.exit(f"{path}: it cannot be read ({error.strerror}); see that it is there and readable")


def given_files(survey, *kinds):
    """What those of a survey's files are that the user gives, by kind; a rule makes the others."""
    by_a_rule = raw_file(RAW_SURVEYS[survey], "")
    found = {kind: getattr(files_of(survey), kind) for kind in kinds}
    # No rule makes what the config's `files` holds, even if that is another run's raw folder.
    return {
        kind: what_is_given(path)
        for kind, path in found.items()
        if path and (source_of(survey) == "files" or not path.startswith(by_a_rule))
    }


def given_parts(survey, *kinds):
    """What the user's files are of a survey, as `given_files`; by name of each that is joined."""
    parts = parts_of(survey)
    if parts == [survey]:
        return given_files(survey, *kinds)
    return {part: given_files(part, *kinds) for part in parts}


def rejects_galaxies(survey, name):
    """Whether a table of rejected galaxies, which crops leave behind, has any."""
    path = Path(IN_THE_MODULE(survey_file(name).format(survey=survey)))
    return path.is_file() and len(path.read_text(encoding="utf-8").splitlines()) > 1


def final_output():
    """Paths of all files that a default run makes."""
    files = [path for name in OF_EACH_EXPERIMENT for path in each_experiment(name)]
    predicted = [name for name in NAMES if files_of(survey_of(name)).test_images]
    files += [f"results/{name}/submission.csv.gz" for name in predicted]
    return files + ([f"results/{PLAN.base}/comparison.html"] if len(PLAN.configs) > 1 else [])

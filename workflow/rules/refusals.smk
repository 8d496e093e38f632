# What is refused before any job.
import ast

from galaxyzoo.foundation.folder_locks import hold_folders
from galaxyzoo.plan.finished import read_finished
from galaxyzoo.plan.own_configs import OF_ALL, finished_in, retraining_differences


def file_to_submit(wildcards):
    """Path of the submission; exits before any job if Kaggle would not accept it.

    Kaggle's client is imported here, so that only a submission needs it.
    """
    source = source_of(survey_of(wildcards.experiment))
    if source != "kaggle":
        sys.exit(
            "submit: Kaggle scores only its own test galaxies, but survey.source is "
            f"{source}; use an experiment with survey.source: kaggle, such as "
            "config/experiments/kaggle.yaml"
        )
    from galaxyzoo.surveys.kaggle_client import NO_CREDENTIALS, has_credentials

    if not has_credentials():
        sys.exit(f"submit: {NO_CREDENTIALS}")
    return f"results/{wildcards.experiment}/submission.csv.gz"


def settings_of_publishing(wildcards):
    """What is published where, of which experiment; exits before any job if that is not known."""
    with input_errors_told():
        settings = publication(publish_settings(AS_GIVEN, SCHEMA))
    if settings["to"] != wildcards.place:
        sys.exit(f"publish.to: {settings['to']}, and the file of {wildcards.place} was asked for")
    return settings | {"experiment": wildcards.experiment}


def record_of_publishing(_):
    """Path of the record of what is published; exits if nothing can be."""
    with input_errors_told():
        place = publication(publish_settings(AS_GIVEN, SCHEMA))["to"]
    return f"results/{PLAN.ensemble if PLAN.members else PLAN.base}/published_{place}.json"


def archive_settings(_):
    """What is archived, and what the archive says of itself; exits if there is no licence for it."""
    with input_errors_told():
        settings = publish_settings(AS_GIVEN, SCHEMA)
    if settings["licence"] is None:
        sys.exit(
            "publish.licence: missing, which an archive says; choose one for config, networks, "
            "predictions and report, as in --config 'publish={licence: cc-by-4.0}', within the "
            "licences of data and starting weights: nobody chooses it for you"
        )
    sources = [SCHEMA["$defs"]["sources"][source_of(name)] for name in SURVEYS]
    return {
        "folders": [IN_THE_MODULE(f"results/{name}") for name in NAMES],
        "config": f"results/{PLAN.base}/{OF_ALL if len(NAMES) > 1 else 'config.yaml'}",
        "title": settings["title"] or f"Galaxy Zoo networks: {PLAN.base}",
        "licences": list(dict.fromkeys(source["licence"] for source in sources)),
        "who": words_of(PLAN.configs[NAMES[0]]["survey"])["who"],
        **{name: settings[name] for name in ("licence", "creators")},
    }


def galaxies_of_the_catalogue(wildcards):
    """Path of the galaxies; exits before any job if there are none."""
    if not GALAXIES:
        sys.exit(
            "catalogue: no galaxies; give the path of a folder, zip or tar of images, or of a "
            "table, as in --config galaxies=PATH"
        )
    if not Path(IN_THE_MODULE(GALAXIES)).exists():
        sys.exit(
            f"galaxies: there is no {GALAXIES}; give the path from the folder in which snakemake is "
            "started"
        )
    with input_errors_told():
        listed_galaxies.require_own_name(listing_of(wildcards).parent, IN_THE_MODULE(GALAXIES))
    picture_settings(wildcards.experiment)
    return GALAXIES


def labels_of_the_catalogue(_):
    """Path of the labels on which the catalogue's intervals are reset; exits if there are none."""
    table = CATALOGUE["labels"]["table"]
    if not Path(IN_THE_MODULE(table)).is_file():
        sys.exit(
            f"catalogue.labels.table: there is no {table}; give the path from the folder in which "
            "snakemake is started"
        )
    return table


OF_A_CATALOGUE_S_GALAXIES = (
    "list_galaxies",
    "look_at_galaxies",
    "reset_calibration",
    "predict_shard",
    "find_neighbours",
    "write_catalogue",
    "publish_catalogue",
    "suggest_galaxies",
)
# Rules that use finished networks, each with the target in whose name it trains nothing.
OF_THE_FINISHED = dict.fromkeys(OF_A_CATALOGUE_S_GALAXIES, "catalogue")
OF_THE_FINISHED["export_ensemble"] = "export"


def refuse_to_train():
    """Exit if a catalogue or an export would have stages of its networks trained."""
    jobs = list(workflow.dag.needrun_jobs())
    stages = [job for job in jobs if job.rule.name == "train_stage"]
    asked = [OF_THE_FINISHED[job.rule.name] for job in jobs if job.rule.name in OF_THE_FINISHED]
    if stages and asked:
        named = named_in_part(sorted(job.output.weights for job in stages))
        sys.exit(
            f"{asked[0]}: it trains nothing, and these stages are missing or out of date: {named}; "
            f"{why_trained(stages, asked[0]) or what_changed(jobs)}; to train them, run the "
            f"experiment first, without {asked[0]}"
        )


def why_trained(stages, asked):
    """In words, that the experiments of stages are not finished, or were trained by another config.

    With the command that asks for finished networks. Nothing if their config is the run's.
    """
    names = dict.fromkeys(job.wildcards.experiment for job in stages)
    names = [name for name in PLAN.configs if name in names]
    keys = []
    for name in names:
        try:
            made_with = read_finished(RESULTS / name).config
        except InputError as error:
            return f"{error}{others_finished(asked)}"
        keys += retraining_differences(made_with, PLAN.configs[name])
    if not keys:
        return ""
    scale = (
        f"; epochs_scale is {AS_GIVEN.get('epochs_scale', 1)} now" if ".epochs " in keys[0] else ""
    )
    by = f"{named_in_part(names)} was trained by another config: {', '.join(keys)}{scale}"
    return by + as_in(own_command(asked, AS_GIVEN, RESULTS))


def others_finished(asked):
    """Which experiments are finished, in words, and how one of them is used; nothing without any."""
    if not (others := finished_in(RESULTS)):
        return ""
    other = AS_GIVEN | {"experiment": others[0].name}
    found = f"; finished are {named_in_part(others)}"
    return found + as_in(own_command(asked, other, RESULTS))


def as_in(command):
    """How finished networks are used, in words; nothing without a command."""
    return f"; to use the finished networks, ask by their own config: {command}" if command else ""


def what_changed(jobs):
    """What Snakemake has found changed, in a line."""
    return named_in_part(changes_found(jobs)) or "snakemake -n tells why"


def changes_found(jobs):
    """What Snakemake has found changed since jobs were last run, other than settings, in words."""
    reasons = {}
    for job in jobs:
        reason = workflow.dag.reason(job)
        if job.rule.name == "train_stage":
            reasons |= {f"there is no {file}": None for file in reason.missing_output}
        given = reason.updated_input - reason.updated_input_run
        reasons |= {f"{file} is newer than what is made of it": None for file in given}
        before, now = (
            {line for text in lists for line in literal_list(text)}
            for lists in (reason.params_changed.only_old, reason.params_changed.only_new)
        )
        # Each line of `code` and `versions` is a name and what it is now.
        for name, is_now in sorted(line.rsplit(" ", 1) for line in now - before):
            edited = f"workflow/{name} was edited"
            reasons[edited if name.endswith(".py") else f"{name} is {is_now} now"] = None
    return list(reasons)


def literal_list(text):
    """The list that Snakemake has kept as the text of a parameter; none for a mapping."""
    value = ast.literal_eval(text)
    return value if isinstance(value, list) else []


def hold_the_folders_of_the_run():
    """Exit if another run, from another checkout, makes files where this one does, or reads them."""
    jobs = list(workflow.dag.needrun_jobs())
    with input_errors_told():
        hold_folders(
            Path(IN_THE_MODULE("results")),
            made=[str(path) for job in jobs for path in job.output],
            read=[str(path) for job in jobs for path in job.input],
        )

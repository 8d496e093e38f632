# What is refused before any job.
from galaxyzoo.foundation.folder_locks import hold_folders


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
    return GALAXIES


def refuse_to_train():
    """Exit if a catalogue or an export would have stages of its networks trained."""
    jobs = list(workflow.dag.needrun_jobs())
    stages = [job for job in jobs if job.rule.name == "train_stage"]
    finished = {"list_galaxies": "catalogue", "predict_shard": "catalogue"}
    finished["export_ensemble"] = "export"
    asked = [finished[job.rule.name] for job in jobs if job.rule.name in finished]
    if stages and asked:
        named = named_in_part([job.output.weights for job in stages])
        sys.exit(
            f"{asked[0]}: it trains nothing, and these stages are missing or out of date: {named}; "
            f"run the experiment first, without {asked[0]} (snakemake -n tells why)"
        )


def hold_the_folders_of_the_run():
    """Exit if another run, from another checkout, makes files where this one does, or reads them."""
    jobs = list(workflow.dag.needrun_jobs())
    with input_errors_told():
        hold_folders(
            Path(IN_THE_MODULE("results")),
            made=[str(path) for job in jobs for path in job.output],
            read=[str(path) for job in jobs for path in job.input],
        )

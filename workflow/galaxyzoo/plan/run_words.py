"""What a run does, in words: a line for a job, for what would be redone, and for what was made.

Standard library alone: this is imported when the Snakefile is read.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

# What each job does, by its rule. The others note what is known already, and take no time.
JOBS = {
    "download_gz2": "download Galaxy Zoo 2",
    "label_gz2": "read the votes of Galaxy Zoo 2",
    "download_kaggle": "download Kaggle's files",
    "label_own": "read your labels",
    "group_own": "read which of your galaxies stay together",
    "name_own": "read the names of your galaxies",
    "simulate": "simulate galaxies and volunteers",
    "simulate_test": "simulate test galaxies",
    "check_survey": "look at the survey",
    "write_check": "write what was found",
    "crop_training": "crop the labelled galaxies",
    "crop_test": "crop the test galaxies",
    "join_crops": "join the crops of several surveys",
    "join_groups": "find galaxies that are in several surveys",
    "hold_out": "hold galaxies out",
    "split": "split into training and validation",
    "starting_weights": "get the starting weights",
    "find_learnt": "look for galaxies that the starting weights learnt",
    "train_stage": "train",
    "suggest_lr": "look for a learning rate",
    "predict_holdout": "predict the held-out galaxies",
    "predict_validation": "predict the validation galaxies",
    "predict_test": "predict the test galaxies",
    "predict_start": "predict with the start alone",
    "bag": "average the networks",
    "weigh_members": "weigh the ensemble's members",
    "calibrate": "recalibrate, and fit the intervals",
    "describe_training": "describe the training galaxies",
    "evaluate": "score",
    "evaluate_ensemble": "score the ensemble",
    "submission": "write the submission",
    "submit_to_kaggle": "submit to Kaggle",
    "plot_learning_curves": "draw the learning curves",
    "plot_errors": "draw the errors",
    "predictions_by_name": "list predictions by your galaxies' names",
    "plot_classes": "draw how classes are told apart",
    "plot_averaging": "draw what averaging gains",
    "plot_label_curve": "draw what more labels would bring",
    "plot_galaxies": "draw galaxies",
    "plot_augmentation": "draw augmentation",
    "plot_attribution": "draw what the network looks at",
    "explorer": "make the explorer",
    "write_report": "write the report",
    "report_ensemble": "write the report",
    "compare": "compare all experiments",
    "compare_variants": "compare the variants",
    "verify": "compare files with their records",
    "list_galaxies": "list the galaxies",
    "look_at_galaxies": "look at the galaxies",
    "reset_calibration": "reset the intervals on labelled galaxies",
    "predict_shard": "predict",
    "find_neighbours": "compare the galaxies with each other",
    "write_catalogue": "write the catalogue",
    "suggest_galaxies": "suggest galaxies to label",
    "export_ensemble": "export the networks",
    "publish_export": "publish the export",
    "archive": "archive the experiment",
}
NOTES = {
    *("join_holdouts", "join_galaxies", "place_gz2"),
    *("resolved_config", "compare_missing", "record_survey", "record_experiment", "finish"),
    "publish_catalogue",
}
MOST_CAUSES, MOST_LINES = 3, 7  # of what would be redone: all of it is read at a glance


class Job(NamedTuple):
    """A job: the name of its rule, and the values of its wildcards."""

    rule: str
    wildcards: Mapping[str, str]


def whose(wildcards: Mapping[str, str]) -> str:
    """What a job is about: `demo, seed 1, all_80`."""
    named = [
        f"{key} {value}" if key in ("seed", "catalogue", "shard") else value
        for key, value in wildcards.items()
    ]
    return ", ".join(named)


def job_in_words(job: Job) -> str | None:
    """The line of a job that begins; None for one that is not worth a line."""
    if job.rule in NOTES:
        return None
    does = JOBS.get(job.rule)
    if does is None:
        return None if not job.wildcards else f"{whose(job.wildcards)}: {job.rule}"
    return f"{whose(job.wildcards)}: {does}" if job.wildcards else does


def redone_in_words(jobs: Iterable[Job], causes: Iterable[str]) -> Iterator[str]:
    """What jobs would redo, by experiment, seed and stage, after its causes: ten lines or so.

    Seeds, and experiments, of which the same would be redone share a line.
    """
    jobs = sorted(jobs, key=place)
    yield from counted_in_words(len(jobs), list(causes))
    doings: dict[tuple[str, str], dict[str, None]] = {}  # by whose they are, and of which seed
    for job in jobs:
        if job.rule not in NOTES:
            does = f"{JOBS.get(job.rule, job.rule)} {job.wildcards.get('stage', '')}".strip()
            seed = job.wildcards.get("seed", "")
            doings.setdefault((owner_of(job), seed), {})[does] = None
    seeds: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (owner, seed), does in doings.items():
        seeds[owner, listed(does)] += [seed] if seed else []
    owners: dict[tuple[str, str], list[str]] = defaultdict(list)
    for (owner, does), numbers in seeds.items():
        of_seeds = f", seed{'s' * (len(numbers) > 1)} {', '.join(numbers)}" if numbers else ""
        owners[of_seeds, does].append(owner)
    lines = [f"  {', '.join(names)}{seeds}: {does}" for (seeds, does), names in owners.items()]
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"  and {len(lines) - MOST_LINES} more such lines; snakemake -n -p tells each job"


def counted_in_words(jobs: int, causes: Sequence[str]) -> Iterator[str]:
    """How many jobs a run would have, and why."""
    yield f"This would run {jobs} jobs:"
    yield from (f"  because {cause}" for cause in causes[:MOST_CAUSES])
    if len(causes) > MOST_CAUSES:
        yield f"  and because of {len(causes) - MOST_CAUSES} more changes"


def place(job: Job) -> tuple[int, int]:
    """Where a job stands in what would be redone: as `JOBS` does, and by seed."""
    rule = list(JOBS).index(job.rule) if job.rule in JOBS else len(JOBS)
    return rule, int(job.wildcards.get("seed", -1))


def owner_of(job: Job) -> str:
    """Whose a job is: an experiment, a catalogue of one, or a survey."""
    names = ("experiment", "catalogue", "survey", "starting_weights")
    return whose({key: job.wildcards[key] for key in names if key in job.wildcards}) or "all"


def listed(does: Iterable[str]) -> str:
    """Doings in a line; those that begin with the same word are joined: `train head, all`."""
    joined: dict[str, list[str]] = {}
    for one in does:
        verb, _, rest = one.partition(" ")
        joined.setdefault(verb, []).append(rest)
    return "; ".join(f"{verb} {', '.join(rest)}".strip() for verb, rest in joined.items())


def made_in_words(files: Sequence[str], results: Path) -> Iterator[str]:
    """The pages among the files that a run was asked for, the report with its score last."""
    for end, words in PAGES.items():
        for path in sorted({Path(file) for file in files if file.endswith(f"/{end}")}):
            if path.is_file() and path.is_relative_to(results):
                yield f"{words(path.parent)}: {path}"


def check_in_words(folder: Path) -> str:
    """The galaxies that a look before training counted in an experiment's folder."""
    try:
        held = json.loads((folder / "check.json").read_text(encoding="utf-8"))
        return (
            f"{folder.name}: {held['usable']:,} of {held['galaxies']:,} galaxies can be used, "
            f"{held['galaxies'] - held['usable']:,} cannot; {held['looked_at']:,} of "
            f"{held['pictures']:,} pictures were read, page"
        )
    except (OSError, ValueError, KeyError):
        return f"{folder.name}, page"


def score_in_words(folder: Path) -> str:
    """The error that an experiment's scores tell; where there are none, the experiment's name."""
    try:
        told = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        apart = [of_a_survey(one) for one in told.get("surveys", ())]
        return (
            f"{told['experiment']}: error {told['rmse']['bag']:.4f} on "
            f"{told['subset']['galaxies']} held-out galaxies (the mean label's is "
            f"{told['rmse']['mean_label']:.4f}){''.join(apart)}, page"
        )
    except (OSError, ValueError, KeyError):
        return f"{folder.name}, page"


def published_in_words(place: str) -> Callable[[Path], str]:
    """A function of an experiment's folder: where its export was published, in words."""

    def words(folder: Path) -> str:
        try:
            told = json.loads((folder / f"published_{place}.json").read_text(encoding="utf-8"))
            return f"published at {told['address']}, record"
        except (OSError, ValueError, KeyError):
            return "published, record"

    return words


def of_a_survey(told: Mapping[str, Any]) -> str:
    """The error on one of several surveys, of metrics.json, as an ending of a line."""
    low, high = told["rmse_interval"]
    return (
        f", of {told['survey']} {told['rmse']:.4f} ({low:.4f} to {high:.4f}) on {told['galaxies']}"
    )


# What a run was asked for, by how its path ends, and what is said of it, by its folder.
PAGES: dict[str, Callable[[Path], str]] = {
    "check.html": check_in_words,
    "look.txt": lambda folder: f"look at the galaxies of {folder.name}",
    "catalogue.html": lambda folder: f"catalogue {folder.name}",
    "suggested.html": lambda folder: f"galaxies of {folder.name} to label next",
    "export/README.md": lambda _: "exported networks",
    "published_huggingface.json": published_in_words("huggingface"),
    "published_zenodo.json": published_in_words("zenodo"),
    "comparison.html": lambda _: "comparison",
    "report.html": score_in_words,
}

"""What a run would do, as a table: why, and how many hours, by experiment, seed and stage.

Standard library and PyYAML alone: this is imported when the Snakefile is read.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from galaxyzoo.plan.estimates import Costs, Estimate, Past, Work, estimate, shortest_seconds
from galaxyzoo.plan.finished import differences
from galaxyzoo.plan.own_configs import in_short
from galaxyzoo.plan.run_words import JOBS, Job, owner_of
from galaxyzoo.plan.works import (
    PREDICTED,
    Raw,
    galaxies_of,
    prediction_work,
    rows,
    stage_work,
    survey_galaxies,
)

Config = Mapping[str, Any]

LAST_TIME, NOT_TIMED = "as it took last time", "none of its kind was timed here"
MOST_REASONS = 2
UNCHANGED = MISSING, FOLLOWS, FORCED = "not made yet", "follows", "asked for anew"
HEADER = ("experiment", "seed", "job", "hours", "why", "ground")


class Planned(NamedTuple):
    """A job that would be run, with why it would be, and where in the plan stand those it follows.

    `last_seconds` is what it took when its outputs were last made, None if that is not recorded.
    """

    rule: str
    wildcards: Mapping[str, str]
    why: str
    threads: int
    gpus: int
    after: tuple[int, ...]
    last_seconds: float | None


class Folders(NamedTuple):
    """Where a run's results are: `results`, as a path that can be opened, and what it would make.

    `made` are the paths of all outputs of the planned jobs, as `results` begins them. `labels` and
    `test_images` are the files that a survey is of, by its name, whether they are there or not.
    """

    results: Path
    made: frozenset[Path] = frozenset()
    labels: Mapping[str, Path] = {}
    test_images: Mapping[str, Path] = {}


def works_of(
    jobs: Sequence[Planned], config_of: Callable[[str], Config], folders: Folders
) -> list[Work | None]:
    """What each job has to do; None of those whose time is taken as it was.

    `config_of` gives the resolved config of an experiment.
    """

    def stands(path: Path) -> bool:
        return path.is_file() and path not in folders.made

    @cache
    def counts(experiment: str, seed: int) -> Mapping[str, float | None]:
        config = config_of(experiment)
        name = config["survey"]["name"]
        survey = folders.results / "surveys" / name
        raw = Raw(folders.labels.get(name), folders.test_images.get(name))
        return galaxies_of(config, folders.results / experiment, seed, survey, stands, raw)

    def of_job(job: Planned) -> Work | None:
        if job.rule not in ("train_stage", *PREDICTED):
            return None
        experiment, seed = job.wildcards["experiment"], int(job.wildcards["seed"])
        config = config_of(experiment)
        machine = {"device": "GPU" if job.gpus else "CPU", "threads": job.threads}
        if job.rule in PREDICTED:
            return prediction_work(job.rule, config, counts(experiment, seed), machine)
        stages = {stage["name"]: stage for stage in config["stages"]}
        stage = stages[job.wildcards["stage"]]
        return stage_work(config, stage, counts(experiment, seed), machine)

    return [of_job(job) for job in jobs]


def estimates_of(
    jobs: Sequence[Planned],
    works: Sequence[Work | None],
    surveys: Mapping[str, Config],
    pasts: Sequence[Past],
    results: Path,
) -> list[Estimate]:
    """What each job will take, in order, by the jobs of past runs.

    `surveys` has a resolved config on each survey, by name.
    """

    def of_job(job: Planned, work: Work | None) -> Estimate:
        if work is not None:
            return estimate(work, whose_job(job.wildcards), pasts)
        if job.last_seconds is None:
            return Estimate(None, NOT_TIMED)
        survey = job.wildcards.get("survey")
        return last_time(job, surveys.get(survey), results / "surveys" / str(survey))

    return [of_job(job, work) for job, work in zip(jobs, works, strict=True)]


def whose_job(wildcards: Mapping[str, str]) -> str:
    """Whose a stage or a prediction is, as past runs are named."""
    stage = f", {wildcards['stage']}" if "stage" in wildcards else ""
    return f"{wildcards['experiment']}, seed {wildcards['seed']}{stage}"


def last_time(job: Planned, config: Config | None, survey: Path) -> Estimate:
    """What a job took last, which on a survey is scaled by the number of its galaxies."""
    words = LAST_TIME if job.why in UNCHANGED else f"{LAST_TIME}, with other settings"
    if config is None:
        return Estimate(job.last_seconds, words)
    if job.rule in ("simulate_test", "crop_test"):
        sky = config["survey"].get("simulation") or {}
        then = rows(survey / "test.csv")
        now = sky.get("test_galaxies") if config["survey"]["source"] == "simulation" else then
    else:
        then, now = rows(survey / "training.csv"), survey_galaxies(config, survey)
    if not then or not now or then == now:
        return Estimate(job.last_seconds, words)
    scaled = f"{words}, scaled from {then:,} to {now:,} galaxies"
    return Estimate(job.last_seconds * now / then, scaled)


def plan_table(jobs: Sequence[Planned], estimates: Sequence[Estimate]) -> Iterator[str]:
    """The lines of the table: each stage and prediction, then the other jobs by their owner."""
    lines: list[tuple[str, ...]] = []
    others: dict[str, list[tuple[Planned, Estimate]]] = defaultdict(list)
    for job, one in zip(jobs, estimates, strict=True):
        if job.rule == "train_stage" or job.rule in PREDICTED:
            does = f"{JOBS[job.rule]} {job.wildcards.get('stage', '')}".strip()
            owner, seed = job.wildcards["experiment"], job.wildcards["seed"]
            lines.append((owner, seed, does, hours(one.seconds), job.why, one.ground))
        else:
            others[owner_of(Job(job.rule, job.wildcards))].append((job, one))
    owners = list(dict.fromkeys(line[0] for line in lines))
    lines.sort(key=lambda line: (owners.index(line[0]), int(line[1])))
    lines += [row_of_others(owner, pairs) for owner, pairs in others.items()]
    return aligned([HEADER, *lines])


def row_of_others(owner: str, pairs: Sequence[tuple[Planned, Estimate]]) -> tuple[str, ...]:
    """The row of all other jobs of an owner."""
    whys = Counter(job.why for job, _ in pairs)
    why = "; ".join(word for word, _ in whys.most_common(1))
    known = [one for _, one in pairs if one.seconds is not None]
    grounds = [ground for ground, _ in Counter(one.ground for one in known).most_common()]
    ground = "; ".join(grounds).replace(LAST_TIME, "as they took last time")
    if missing := len(pairs) - len(known):
        without = f"{missing} of them without a ground" if known else "no ground: never timed here"
        ground = f"{ground}; {without}".removeprefix("; ")
    total = sum(one.seconds for one in known) if known else None
    number = f"{len(pairs)} other job{'s' * (len(pairs) > 1)}"
    return owner, "", number, hours(total), why, ground


def aligned(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    """Lines of cells, each column as wide as its widest cell, but for the last."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)][:-1]
    for *cells, last in lines:
        padded = [
            cell.rjust(width) if name in ("seed", "hours") else cell.ljust(width)
            for cell, width, name in zip(cells, widths, HEADER, strict=False)
        ]
        yield f"  {'  '.join([*padded, last])}".rstrip()


def hours(seconds: float | None) -> str:
    """Seconds as hours; a question mark where there is no ground."""
    if seconds is None:
        return "?"
    return f"{seconds / 3600:.2f}" if seconds >= 36 else "<0.01"


def totals(
    jobs: Sequence[Planned], estimates: Sequence[Estimate], cores: int | None, gpus: int | None
) -> Iterator[str]:
    """What all jobs take together, and what is not in it."""
    seconds = [one.seconds or 0.0 for one in estimates]
    missing = sum(one.seconds is None for one in estimates)
    if missing == len(jobs):
        yield "No hours: nothing like these jobs was run here before"
        return
    threads, used = [job.threads for job in jobs], [job.gpus for job in jobs]
    costs = Costs(seconds, threads, used, [job.after for job in jobs])
    least = shortest_seconds(costs, cores, gpus)
    yield (
        f"In all about {hours(sum(seconds))} hours of one job after another; side by side on this "
        f"machine not under {hours(least)}"
        if cores
        else f"In all about {hours(sum(seconds))} hours of one job after another"
    )
    if missing:
        yield f"{missing} of {len(jobs)} jobs have no ground, and are not in these hours"


def why_in_words(
    missing: bool, before: Iterable[Any], now: Iterable[Any], newer: Iterable[str], follows: bool
) -> str:
    """Why a job would be run, in short.

    `before` and `now` are its parameters that differ: of both, the mapping of its settings, and
    lists of what its code and libraries are. `newer` are inputs that are newer than its outputs.
    """
    settings = [
        next((one for one in each if isinstance(one, Mapping)), {}) for each in (before, now)
    ]
    reasons = [
        f"{key} {in_short(was)} -> {in_short(is_now)}"
        for key, was, is_now in differences(*settings)
    ]
    lists = [
        {line for one in each if isinstance(one, list) for line in one} for each in (before, now)
    ]
    for name, is_now in sorted(str(line).rsplit(" ", 1) for line in lists[1] - lists[0]):
        reasons.append(f"{name} was edited" if name.endswith(".py") else f"{name} is {is_now} now")
    reasons += [f"{file} is newer" for file in newer]
    if not reasons:
        return MISSING if missing else FOLLOWS if follows else FORCED
    more = f" and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
    return "; ".join(reasons[:MOST_REASONS]) + more

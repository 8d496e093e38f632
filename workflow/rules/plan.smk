# What a run would do, why, and how long it would take. It is a dry run, and makes nothing.
from galaxyzoo.plan.past_runs import past_runs
from galaxyzoo.plan.planned import (
    Folders,
    Planned,
    estimates_of,
    plan_table,
    totals,
    why_in_words,
    works_of,
)
from galaxyzoo.plan.trials import tried, trials_of

if workflow.is_main_process and AS_GIVEN.get("trial") and not plan_is_asked_for():
    logger.warning("trial: nothing is tried, since only `snakemake plan` tries what would be run")


def what_is_planned(_):
    """Paths of what a run makes; exits if this is not a dry run, which would make them."""
    if not workflow.output_settings.dryrun:
        sys.exit("plan: it makes nothing, so ask for it as a dry run: snakemake --dry-run plan")
    return final_output()


def plan_in_lines(jobs):
    """The plan of jobs that a dry run has found: a table and its totals."""
    numbers = {job: number for number, job in enumerate(jobs)}
    planned = [planned_job(job, numbers) for job in jobs]
    made = frozenset(Path(IN_THE_MODULE(str(file))) for job in jobs for file in job.output)
    folders = Folders(RESULTS, made, given_by_survey("labels"), given_by_survey("test_images"))
    works = works_of(planned, lambda name: paths.config_of(PLAN, name), folders)
    pasts = list(past_runs(RESULTS))
    estimates = estimates_of(planned, works, SURVEYS, pasts, RESULTS)
    if AS_GIVEN.get("trial"):
        tried_now, failed = tried(trials(planned, works, estimates), WORKFLOW / "scripts/trial.py")
        estimates = estimates_of(planned, works, SURVEYS, [*pasts, *tried_now], RESULTS)
        yield from failed
    there = machine()
    yield from plan_table(planned, estimates)
    yield from totals(
        planned, estimates, there.cores, there.gpus_at_once if there.has_gpu else None
    )
    if any(job.rule.name == "list_galaxies" for job in jobs):
        yield "A catalogue's galaxies are predicted once they are listed: not in these hours"


def trials(planned, works, estimates):
    """The trials of jobs that would be run and for whose time there is no ground."""
    known = [(job, work, one) for job, work, one in zip(planned, works, estimates) if work]
    configs = [paths.config_of(PLAN, job.wildcards["experiment"]) for job, _, _ in known]
    asked = [
        (work, config, job.wildcards.get("stage")) for (job, work, _), config in zip(known, configs)
    ]
    return trials_of(asked, [one for _, _, one in known])


def given_by_survey(kind):
    """The file of a kind of each survey that has one, by the survey's name."""
    found = {name: getattr(files_of(name), kind) for name in NOT_JOINED}
    return {name: Path(IN_THE_MODULE(file)) for name, file in found.items() if file}


def planned_job(job, numbers):
    """A job of the plan, with the numbers of the jobs before that it follows."""
    before = workflow.dag.dependencies[job]
    return Planned(
        job.rule.name,
        job.wildcards_dict,
        why_run(job),
        job.threads,
        job.resources.get("gpu", 0),
        tuple(numbers[one] for one in before if one in numbers),
        last_seconds(job),
    )


def why_run(job):
    """Why a job would be run, in short."""
    reason = workflow.dag.reason(job)
    before, now = (
        [ast.literal_eval(text) for text in texts]
        for texts in (reason.params_changed.only_old, reason.params_changed.only_new)
    )
    newer = sorted(map(str, reason.updated_input - reason.updated_input_run))
    missing = bool(reason.missing_output or reason.incomplete_output)
    return why_in_words(missing, before, now, newer, bool(reason.updated_input_run))


def last_seconds(job):
    """How long a job took when its outputs were last made; None if Snakemake did not record it."""
    record = workflow.persistence.metadata(job.output[0])
    if record is None or None in (record.starttime, record.endtime):
        return None
    return max(0.0, record.endtime - record.starttime)

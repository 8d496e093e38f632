# What a run prints: lines for people, where Snakemake's own output is not asked for.
from galaxyzoo.plan.finished import differences
from galaxyzoo.plan.own_configs import in_short
from galaxyzoo.plan.run_words import Job, counted_in_words, made_in_words, redone_in_words
from galaxyzoo.plan.terminal import ListeningTerminal


def own_output_is_asked_for():
    """Whether Snakemake shall print for itself: by a flag that says what of its own to print.

    A plan is ours alone.
    """
    if plan_is_asked_for():
        return False
    settings = workflow.output_settings
    flags = ("printshellcmds", "verbose", "debug_dag", "quiet", "show_failed_logs")
    return any(getattr(settings, flag) for flag in flags)


def write_for_people():
    """Put our own handler in the place of Snakemake's, unless a logger plugin has taken that.

    Where jobs cannot send what they say to the run, Snakemake's stays.
    """
    own = next((one for one in logger.handlers if one.name == "DefaultStreamHandler"), None)
    is_ours = workflow.modifier.is_main_snakefile() and workflow.is_main_process
    if own is None or not is_ours or own_output_is_asked_for():
        return
    is_dry = workflow.output_settings.dryrun
    at_the_end = would_be_redone if is_dry else was_made
    try:
        logger.addHandler(ListeningTerminal(own.stream, at_the_end, is_dry))
    except OSError:
        return
    logger.removeHandler(own)


def was_made():
    """The pages of what the run was asked for, in words."""
    if workflow._dag is None:
        return []
    files = [str(file) for job in workflow.dag.jobs for file in job.output]
    return made_in_words(files, RESULTS)


def would_be_redone():
    """What a dry run has found, in words."""
    if workflow._dag is None or not (jobs := jobs_to_run()):
        return []
    if plan_is_asked_for():
        return [*counted_in_words(len(jobs), causes(jobs)), *plan_in_lines(jobs)]
    redone = redone_in_words((Job(job.rule.name, job.wildcards_dict) for job in jobs), causes(jobs))
    return [*redone, *starts_to_teach(jobs)]


def starts_to_teach(jobs):
    """What is told of each simulated start that some of the jobs teach."""
    names = {job.wildcards_dict["experiment"] for job in jobs if job.rule.name == "train_stage"}
    return [teaching_in_words(one) for name, one in PLAN.teaching.items() if name in names]


def tell_of_starts():
    """Tell of the simulated starts that the run teaches first, which may take long."""
    for line in starts_to_teach(workflow.dag.needrun_jobs()):
        logger.info(line)


def jobs_to_run():
    """The jobs that a dry run has found to run, each after those that it follows."""
    jobs = set(workflow.dag.needrun_jobs(exclude_finished=False))
    return [job for level in workflow.dag.toposorted(jobs) for job in level if job.output]


def causes(jobs):
    """Why jobs would run: keys that changed, edited code, newer or missing files."""
    keys = {name: changed_keys(name) for name in experiments_of(jobs)}
    unfinished = [name for name, changed in keys.items() if changed is None]
    found = [f"{name}: {', '.join(changed)}" for name, changed in keys.items() if changed]
    if unfinished:
        found.append(f"not finished yet: {named_in_part(unfinished)}")
    found += [
        change
        for change in changes_found(jobs)
        if not (unfinished and change.startswith("there is no "))
    ]
    missing = [file for job in jobs for file in workflow.dag.reason(job).missing_output]
    named = f"there is no {named_in_part(missing)}" if missing else "their rules are forced"
    return found or [named]


def experiments_of(jobs):
    """The names of the experiments that have networks of their own, of which some jobs are."""
    names = dict.fromkeys(job.wildcards_dict.get("experiment") for job in jobs)
    return [name for name in PLAN.configs if name in names]


def changed_keys(name):
    """The keys that differ from the config of a finished experiment; None if it is not finished."""
    try:
        made_with = read_finished(RESULTS / name).config
    except InputError:
        return None
    keys = [
        f"{key} {in_short(before)} -> {in_short(now)}"
        for key, before, now in differences(made_with, PLAN.configs[name])
    ]
    return keys[:3] + ([f"and {len(keys) - 3} more keys"] if len(keys) > 3 else [])


write_for_people()

"""Trials of some seconds, which stand in for runs before where there were none.

Standard library alone: this is imported when the Snakefile is read.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from galaxyzoo.plan.estimates import NEVER_RUN, Estimate, Past, Work
from galaxyzoo.plan.stage_settings import stage_settings

ALL_SECONDS = 60.0  # of all trials, without the time in which torch is imported
LEAST_SECONDS = 2.0  # of one
A_TRIAL = "a trial on made-up pictures"


class Trial(NamedTuple):
    """A trial of a job's `work`, and what it is `asked` of the script that makes it."""

    work: Work
    asked: dict[str, Any]


def trials_of(
    works: Iterable[tuple[Work, Mapping[str, Any], str | None]], estimates: Sequence[Estimate]
) -> list[Trial]:
    """A trial for each kind of work without a ground, once for all seeds and numbers of galaxies.

    Of each job, `works` has its work, its config and its stage, None for a prediction. A probe is
    not tried.
    """
    found: dict[str, Trial] = {}
    for (work, config, stage), one in zip(works, estimates, strict=True):
        if one.ground == NEVER_RUN and not work.same.get("is_probe"):
            kind = json.dumps([work.rule, work.amounts["pixels"], work.same, work.others])
            found.setdefault(kind, Trial(work, asked_of(work, config, stage)))
    return [*found.values()]


def asked_of(work: Work, config: Mapping[str, Any], stage: str | None) -> dict[str, Any]:
    """What the script of trials is asked of a job."""
    names = [one["name"] for one in config["stages"]]
    position = len(names) - 1 if stage is None else names.index(stage)
    share = config["validation"]
    valid = 1 / len(config["seeds"]) if isinstance(share, str) else share
    return {
        "settings": stage_settings(config, config["seeds"][0], position),
        "tta": config["tta"] if stage is None else None,
        "crop": config["survey"]["crop"],
        "valid_share": valid / (1 - valid) if valid < 1 else 1.0,
        "threads": work.others["threads"],
    }


def tried(trials: Sequence[Trial], script: Path) -> tuple[list[Past], list[str]]:
    """What trials took, as jobs of the past, and a sentence for each that failed."""
    if not trials:
        return [], []
    asked = {
        "seconds": max(LEAST_SECONDS, ALL_SECONDS / len(trials)),
        "gpu": any(trial.work.same["device"] == "GPU" for trial in trials),
        "trials": [trial.asked for trial in trials],
    }
    run = subprocess.run(
        [sys.executable, script],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        answers = json.loads(run.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = run.stderr.strip().splitlines()[-1:] or [f"they ended with status {run.returncode}"]
        return [], [f"The trials failed: {last[0]}"]
    pasts, failed = [], []
    for trial, answer in zip(trials, answers, strict=True):
        if isinstance(answer, str):
            failed.append(f"A trial of {trial.work.same['backbone']} failed: {answer}")
            continue
        galaxies, seconds = answer
        amounts = {**trial.work.amounts, "epochs": 1, "galaxies": galaxies}
        amounts = {name: amounts[name] for name in trial.work.amounts}
        work = trial.work._replace(amounts=amounts)
        pasts.append(Past(work, seconds, 0.0, A_TRIAL, time.time()))
    return pasts, failed

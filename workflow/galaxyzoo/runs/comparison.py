"""Comparison of experiments: which can be compared, how they differ, and how well each did."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.evaluation.bootstrap import RESAMPLES, resampled_rmse, simultaneous_intervals
from galaxyzoo.evaluation.metrics import label_counts, squared_sums
from galaxyzoo.evaluation.starts import are_cleared
from galaxyzoo.plan.labellers import words_of
from galaxyzoo.runs.finished_experiments import Experiment

NOT_SET = "not set"
NAMING = ("experiment", "variant_of")  # keys that say what a config is of, and not what is done


def on_one_holdout(
    experiments: Sequence[Experiment], preferred: str
) -> tuple[list[Experiment], dict[str, str]]:
    """Comparable experiments and, for each of the others, by name, the reason it is left out.

    Comparable experiments share answers, held-out galaxies and votes. Those returned include the
    experiment named `preferred`; if there is none of that name, they are the largest group.
    """
    groups: list[list[Experiment]] = []
    for experiment in experiments:
        same = (group for group in groups if reason_apart(experiment, group[0]) is None)
        group = next(same, None)
        if group is None:
            groups.append([experiment])
        else:
            group.append(experiment)
    with_preferred = (group for group in groups if preferred in [one.name for one in group])
    chosen = next(with_preferred, None) or max(groups, key=len)
    reasons = {one.name: reason_apart(one, chosen[0]) for one in experiments}
    return chosen, {name: reason for name, reason in reasons.items() if reason is not None}


def reason_apart(experiment: Experiment, reference: Experiment) -> str | None:
    """Why the errors of two experiments cannot be compared, in words; None if they can."""
    if experiment.columns != reference.columns:
        return (
            f"it predicts other answers: the {len(experiment.columns)} columns of another decision "
            f"tree than that of {reference.name}"
        )
    if not np.array_equal(experiment.ids, reference.ids):
        shared = len(np.intersect1d(experiment.ids, reference.ids))
        return (
            f"it holds out other galaxies: {len(experiment.ids):,} of the survey "
            f"{experiment.config['survey']['name']}, of which, by GalaxyID, {shared:,} are among "
            f"the {len(reference.ids):,} of {reference.name}"
        )
    if not np.array_equal(np.isnan(experiment.voted), np.isnan(reference.voted)):
        return f"other answers of the held-out galaxies have labels than in {reference.name}"
    if not np.array_equal(experiment.voted, reference.voted, equal_nan=True):
        return (
            f"it was scored against other {words_of(experiment.config['survey'])['votes']} than "
            f"{reference.name}, on galaxies with the same GalaxyIDs"
        )
    return None


def score_table(
    experiments: Sequence[Experiment], base: str | None = None, resamples: int = RESAMPLES
) -> pd.DataFrame:
    """One row per experiment on the same hold-out: the base first if there is one, then by error.

    They are ordered by the error on validation galaxies, so that the hold-out is not used to choose
    among them; an ensemble that has no such galaxies comes last. Columns: experiment; valid_rmse;
    rmse, on the hold-out, from its metrics.json; difference, of rmse from the first, with
    difference_low and difference_high, which for all rows together are paired bootstrap intervals
    over galaxies; valid_rmse_recalibrated and rmse_recalibrated, both errors of recalibrated
    predictions, as in a catalogue; training_seconds, for all epochs of all stages and seeds,
    those of a base included; networks, their number; epochs, of one seed (not of an ensemble);
    sizes_px, in the order of the stages; galaxies, the number held out; seen_galaxy_zoo, whether a
    network began with weights that were trained on Galaxy Zoo's votes, perhaps on these galaxies;
    starts_learnt, whether starting weights learnt galaxies (none, known or unknown), and
    holdout_seen, how many of those held out; start_rmse and start_rmse_recalibrated, the errors of
    the starting network before training, if it answers the same questions.
    """
    experiments = sorted(
        experiments, key=lambda one: (one.name != base, one.validation_rmse or np.inf)
    )
    squared = np.stack([squared_sums(one.predicted, one.voted) for one in experiments], axis=1)
    errors = resampled_rmse(squared, label_counts(experiments[0].voted), resamples)
    rmse = np.array([one.metrics["rmse"]["bag"] for one in experiments])
    starts = [one.metrics.get("starts") or {} for one in experiments]
    alone = [one.metrics.get("start") or {} for one in experiments]
    low, high = simultaneous_intervals(rmse - rmse[0], errors - errors[:, :1])
    return pd.DataFrame(
        {
            "experiment": [one.name for one in experiments],
            "valid_rmse": pd.array([one.validation_rmse for one in experiments], dtype="Float64"),
            "rmse": rmse,
            "difference": rmse - rmse[0],
            "difference_low": low,
            "difference_high": high,
            "valid_rmse_recalibrated": pd.array(
                [one.metrics["recalibration"]["validation_rmse"] for one in experiments],
                dtype="Float64",
            ),
            "rmse_recalibrated": [one.metrics["recalibration"]["rmse"] for one in experiments],
            "training_seconds": [sum(one.stage_seconds.values()) for one in experiments],
            "networks": [one.networks for one in experiments],
            "epochs": pd.array([one.epochs for one in experiments], dtype="Int64"),
            "sizes_px": [", ".join(map(str, one.sizes_px)) for one in experiments],
            "galaxies": [len(one.ids) for one in experiments],
            "seen_galaxy_zoo": [
                one.metrics["seen_galaxy_zoo"] and not are_cleared(one.metrics.get("starts"))
                for one in experiments
            ],
            "starts_learnt": [one.get("learnt") for one in starts],
            "holdout_seen": pd.array([one.get("holdout_seen") for one in starts], dtype="Int64"),
            "start_rmse": pd.array([one.get("rmse") for one in alone], dtype="Float64"),
            "start_rmse_recalibrated": pd.array(
                [one.get("recalibration", {}).get("rmse") for one in alone], dtype="Float64"
            ),
        }
    )


def on_one_validation(experiments: Sequence[Experiment]) -> bool:
    """Whether experiments on one hold-out have the same validation galaxies, seed by seed."""
    subsets = {
        (
            *(tuple(one.config["seeds"]), one.config["validation"]),
            *(one.metrics["galaxies"]["valid"], one.metrics.get("validation_galaxies")),
        )
        for one in experiments
        if not one.members
    }
    return len(subsets) == 1


def learning_curves(experiments: Sequence[Experiment]) -> pd.DataFrame:
    """Validation error of each experiment after each epoch, with the stages joined end to end.

    An ensemble has none.

    Columns: experiment; epoch, counted over all stages; and, as means over seeds, minutes of
    training so far and valid_rmse.
    """
    curves = []
    for one in experiments:
        if one.members:
            continue
        stages = [stage["name"] for stage in one.config["stages"]]
        seeds = []
        for seed, history in one.histories.items():
            seconds = pd.concat([one.timings[seed][name]["seconds"] for name in stages])
            errors = pd.concat([history[name]["valid_rmse"] for name in stages])
            seeds.append(
                pd.DataFrame(
                    {
                        "epoch": np.arange(1, len(errors) + 1),
                        "minutes": seconds.to_numpy().cumsum() / 60,
                        "valid_rmse": errors.to_numpy(),
                    }
                )
            )
        mean = pd.concat(seeds).groupby("epoch", as_index=False).mean()
        mean.insert(0, "experiment", one.name)
        curves.append(mean)
    return pd.concat(curves, ignore_index=True)


def config_differences(configs: Mapping[str, Mapping[str, Any]]) -> dict[str, list[str]]:
    """The keys on which configs, given by experiment, differ: key -> each config's value as text.

    Keys are written as `survey.holdout` or, for a stage, with its name, as `stages[head].lr`.
    """
    texts = [dict(flattened(config)) for config in configs.values()]
    keys = dict.fromkeys(key for text in texts for key in text if key not in NAMING)
    values_by_key = {key: [text.get(key, NOT_SET) for text in texts] for key in keys}
    return {key: values for key, values in values_by_key.items() if len(set(values)) > 1}


def flattened(value: Any, key: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401  (any YAML)
    """The keys of a config and their values as text; a list of mappings first yields their names.

    A mapping in a list is identified by its column or name, or by its position if it has neither.
    """
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from flattened(part, f"{key}.{name}" if key else name)
    elif isinstance(value, list) and value and isinstance(value[0], Mapping):
        called = next((one for one in ("column", "name") if value[0].get(one)), None)
        names = [str(part.get(called, position)) for position, part in enumerate(value)]
        yield key, ", ".join(names)
        for name, part in zip(names, value, strict=True):
            rest = {inner: what for inner, what in part.items() if inner != called}
            yield from flattened(rest, f"{key}[{name}]")
    else:
        yield key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

"""What starting weights learnt of the galaxies that judge a result, counted and in words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.learnt_galaxies import are_among, read_all
from galaxyzoo.foundation.packed_crops import IMAGE_HASH

NONE, KNOWN, UNKNOWN = "none", "known", "unknown"
UNKNOWN_IN_WORDS = (
    "It is not known which galaxies the starting weights learnt: those that judge this result may "
    "be among them."
)


def what_starts_learnt(
    lists: Sequence[str],
    survey: pd.DataFrame | None,
    holdout: np.ndarray | None,
    test: pd.DataFrame | None,
    seen_galaxy_zoo: bool,
    origins: Sequence[Mapping[str, Any]],
    found_in_lists: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """What the starts of a result learnt, as in metrics.json under `starts`.

    `lists` are the paths of what starting weights that are files learnt. `survey` is the index of
    the labelled galaxies, `holdout` (n,) their GalaxyIDs that are held out, `test` the index of the
    galaxies without labels, None if there are none; they are read if there is a list. `origins` say
    where weights that may have learnt galaxies are from, and `found_in_lists` what was found in
    lists of their owners (`surveys.training_lists`). Returns these, the latter as `lists`, and
    `learnt`: `none`, `known` or `unknown`; `galaxies`, the number that is known to be learnt; and
    `holdout_seen` and `test_seen`, how many held-out and test galaxies are among these. Raises
    InputError if a list is damaged.
    """
    if not lists:
        # A backbone under the name of Galaxy Zoo has learnt some of its galaxies.
        learnt = UNKNOWN if seen_galaxy_zoo else NONE
        seen = {"learnt": learnt, "galaxies": 0, "holdout_seen": 0, "test_seen": 0}
        return seen | {"origins": [], "lists": []}
    learnt = read_all(lists)
    held_out = survey[survey[GALAXY_ID].isin(holdout)]
    return {
        "learnt": KNOWN if learnt.known else UNKNOWN,
        "galaxies": learnt.galaxies[IMAGE_HASH].nunique(),
        "holdout_seen": int(are_among(held_out, learnt).sum()),
        "test_seen": 0 if test is None else int(are_among(test, learnt).sum()),
        "origins": [*origins],
        "lists": [*found_in_lists],
    }


def are_cleared(starts: Mapping[str, Any] | None) -> bool:
    """Whether owners' lists of all starts have none of the held-out galaxies, all being compared.

    `starts` are those of metrics.json, None if it says nothing of them.
    """
    lists = starts.get("lists") if starts else None
    if not lists or len(lists) < len(starts["origins"]):
        return False
    return starts["learnt"] == KNOWN and not starts["holdout_seen"]


def starts_in_words(starts: Mapping[str, Any] | None) -> list[str]:
    """Sentences that every page with a result must show: none if its starts learnt nothing of it.

    What was found in an owner's list is told in any case. `starts` are those of metrics.json, None
    if it says nothing of them.
    """
    if starts is None:
        return []
    sentences = []
    if seen := starts["holdout_seen"]:
        sentences.append(
            f"The starting weights learnt {seen:,} of the held-out galaxies, with their labels: no "
            "error, interval or comparison on held-out galaxies means anything here."
        )
    if seen := starts["test_seen"]:
        sentences.append(
            f"The starting weights learnt {seen:,} of the test galaxies: a score on these means "
            "nothing."
        )
    if starts["learnt"] == UNKNOWN:
        sentences.append(UNKNOWN_IN_WORDS)
    sentences += map(list_in_words, starts.get("lists", ()))
    origins = () if are_cleared(starts) else starts.get("origins", ())
    for origin in with_their_own(origins):
        if names := origin.get("galaxy_zoo_names"):
            sentences.append(
                f"The card of {origin['weights']} names {', '.join(names)}: if it learnt Galaxy "
                "Zoo's votes, perhaps on these very galaxies, set model.seen_galaxy_zoo: true."
            )
    return sentences


def list_in_words(found: Mapping[str, Any]) -> str:
    """What was found of a survey's galaxies in an owner's list, and by what it was looked for."""
    ways = []
    if found["with_positions"] and found["rows_with_positions"]:
        ways.append(f"{found['by_position']:,} by position, within {found['arcsec']:g} arcsec")
    if found["names_of_one_kind"]:
        ways.append(f"{found['by_name']:,} by name")
    of_list = f"{found['table']}, the owners' list of the {found['rows']:,} galaxies"
    if not ways:
        return (
            f"No galaxy of {found['survey']} could be compared with {of_list} that the starting "
            f"weights learnt: {found['with_positions']:,} of the {found['galaxies']:,} galaxies "
            f"and {found['rows_with_positions']:,} of the list have a position here, and no name "
            "is in both."
        )
    told = (
        f"Of the {found['galaxies']:,} galaxies of {found['survey']}, {found['listed']:,} are in "
        f"{of_list} that the starting weights learnt ({' and '.join(ways)})."
    )
    if left := found["not_compared"]:
        told += (
            f" {left:,} could not be compared with all of it, for want of a position or of a name "
            "of the same kind: these may have been learnt."
        )
    return told


def start_in_words(start: Mapping[str, Any] | None) -> list[str]:
    """What training made of the start: a sentence, if it answers the same questions.

    `start` is that of metrics.json: errors are of what would be published, recalibrated if that
    lowers the error on validation galaxies.
    """
    if start is None:
        return []
    recalibration = start["recalibration"]
    alone, how = start["rmse"], "as it is"
    if recalibration["helps_on_validation"]:
        alone, how = recalibration["rmse"], "recalibrated on validation galaxies"
    low, high = start["difference_interval"]
    compared = (
        f"the start alone, {how}, has an error of {alone:.5f} on held-out galaxies, and the "
        f"trained networks {start['published_rmse']:.5f}, a difference of "
        f"{start['difference']:+.5f} ({start['interval_percent']} % interval {low:+.5f} to "
        f"{high:+.5f})"
    )
    if low > 0:
        return [f"Training made the start worse: {compared}. Use the start without training."]
    if high < 0:
        return [f"Training made the start better: {compared}."]
    return [f"Whether training made the start better is not shown: {compared}."]


def with_their_own(origins: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Where starting weights are from, and where those are from that simulated ones began with."""
    for origin in origins:
        yield origin
        if "begun_with" in origin:
            yield origin["begun_with"]


def taught_in_words(origin: Mapping[str, Any]) -> str:
    """A sentence that tells how the workflow taught simulated weights, and by which code."""
    simulated, taught = origin["simulated"], origin["taught"]
    epochs, size_px = simulated["epochs"], simulated["size"]
    commit = f"commit {taught['commit']}" if taught["commit"] else "an unknown commit"
    changes = " with uncommitted changes" if taught["diff"] else ""
    return (
        f"The starting weights were taught by this workflow, at {commit}{changes}, on "
        f"{simulated['galaxies']:,} simulated galaxies with simulated votes ({epochs} "
        f"epoch{'s' * (epochs > 1)} at {size_px} px): no volunteer's vote was among these."
    )


def origin_in_words(origin: Mapping[str, Any]) -> str:
    """A sentence that tells where starting weights are from, and their licence."""
    named = origin["weights"]
    if "commit" not in origin:
        return f"The starting weights were those of `{named}`, whose licence is to be looked up."
    start = f"The starting weights were those of `{named}` at commit {origin['commit']}"
    if not origin["has_card"]:
        return f"{start}, of which no card was at hand: its licence is to be looked up."
    licence = origin["licence"]
    stated = f"states the licence {licence}" if licence else "states no licence"
    return f"{start}, whose card {stated}."

"""A survey's labels with all that is known of them: masked ones, faults, and the owner's names."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from galaxyzoo.foundation.handed_on import damaged
from galaxyzoo.surveys.crops import Faults, with_names
from galaxyzoo.surveys.label_checks import label_faults
from galaxyzoo.surveys.labels import (
    read_faults,
    read_image_names,
    read_labels,
    read_names,
    read_radii,
)
from galaxyzoo.surveys.missing_labels import masked_labels, read_notes
from galaxyzoo.tree.decision_tree import DecisionTree
from galaxyzoo.tree.vote_columns import with_votes

KINDS = ("labels", "label_notes", "image_names", "faults", "votes")


class Labelled(NamedTuple):
    """The labels of a survey's galaxies, and what is said of them.

    `labels` (N, columns) float64 and `notes` (N, columns) uint8 are those of `missing_labels`, by
    GalaxyID. `faults` says what is wrong with labels and with rows of the owner's table. `called`
    is what the owner calls galaxies, by GalaxyID. `image_ids` maps names of images to GalaxyIDs,
    None if images are named by GalaxyID. `votes` (N, columns) float64 counts the votes for each
    answer, with the rows of `labels`; None if they were not counted. `radii` are in arcsec, by
    GalaxyID, None without any.
    """

    labels: pd.DataFrame | None
    notes: pd.DataFrame | None
    faults: Faults
    called: Mapping[int, str]
    image_ids: Mapping[str, int] | None
    votes: pd.DataFrame | None = None
    radii: Mapping[int, float] | None = None

    @property
    def to_index(self) -> pd.DataFrame | None:
        """The labels, with the votes beside if these were counted."""
        return self.labels if self.votes is None else with_votes(self.labels, self.votes)


UNLABELLED = Labelled(None, None, {}, {}, None)


def read_labelled(files: Mapping[str, str], tree: DecisionTree) -> Labelled:
    """What a survey's files tell of its galaxies.

    `files` has the paths of `labels` and, of a survey that has them, of `label_notes`,
    `image_names`, `faults` and `votes`, by the names of `layout.SurveyFiles`. Raises InputError if
    one of them cannot be read, or if the votes are on other galaxies than the labels.
    """
    paths = {kind: Path(files[kind]) for kind in KINDS if files.get(kind)}
    notes = read_notes(paths["label_notes"], tree.columns) if "label_notes" in paths else None
    labels, told = masked_labels(read_labels(paths["labels"], tree), notes, tree)
    votes = read_labels(paths["votes"], tree) if "votes" in paths else None
    if votes is not None and not votes.index.equals(labels.index):
        raise damaged(paths["votes"], f"it lists other galaxies than {paths['labels']}")
    names = paths.get("image_names")
    called = read_names(names) if names else {}
    faults = with_names(label_faults(labels, tree), called)
    if "faults" in paths:
        faults |= read_faults(paths["faults"])
    if names is None:
        return Labelled(labels, told, faults, called, None, votes)
    radii = read_radii(names)
    return Labelled(labels, told, faults, called, read_image_names(names), votes, radii)

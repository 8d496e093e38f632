"""Whether suggested galaxies teach more than random ones, on a survey whose galaxies have labels.

    python workflow/scripts/compare_suggestions.py results/surveys/simulated

The features of all galaxies are those of a frozen ImageNet network, at 64 px, and are computed
once. Held-out galaxies judge; the others are the pool that galaxies are suggested from.
"""

import argparse
import os
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("GOMP_SPINCOUNT", "2000")  # before torch is imported; see show.py

from galaxyzoo.catalogue.suggestion_trials import ROUNDS, Sky, compared, scaled, trial
from galaxyzoo.engine.devices import best_device, use_threads
from galaxyzoo.engine.network import GalaxyNetwork
from galaxyzoo.engine.pooled_features import features_of
from galaxyzoo.engine.pretrained import starting_weights
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.galaxy_id import GALAXY_ID
from galaxyzoo.foundation.handed_on import read_csv
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.report.figures.style import save
from galaxyzoo.report.figures.suggestions import suggestion_curves
from galaxyzoo.surveys.labels import read_fair_ids
from galaxyzoo.tree.decision_tree import DecisionTree, tree_from
from galaxyzoo.tree.galaxy_zoo_trees import TREES
from galaxyzoo.tree.questions import questions_of

BACKBONE, SIZE_PX, BATCH = "tf_efficientnet_lite0", 64, 64


def features_in(survey: Path, rows: np.ndarray, tree: DecisionTree) -> np.ndarray:
    """Features (rows, C) of some of a survey's crops."""
    network = GalaxyNetwork(BACKBONE, "linear", "softmax", tree, 0.0)
    network.body.load_state_dict(starting_weights(BACKBONE, "pretrained"))
    network.set_size(SIZE_PX)
    crops = PackedCrops(survey / "training.npy", read_index(survey / "training.csv"))
    return features_of(network, crops, rows, BATCH, best_device(True))


def compare(arguments: argparse.Namespace) -> None:
    """Print the errors of each method, and draw them if a figure is asked for."""
    tree = tree_from(questions_of(arguments.tree))
    index = read_index(arguments.survey / "training.csv")
    labels = index[list(tree.columns)].to_numpy()
    known = ~np.isnan(labels).any(axis=1)
    if arguments.fair_ids:
        known &= index[GALAXY_ID].isin(read_fair_ids(arguments.fair_ids)).to_numpy()
    held = index[GALAXY_ID].isin(read_csv(arguments.survey / "holdout.csv")[GALAXY_ID]).to_numpy()
    rows = np.flatnonzero(known)
    is_held = held[rows]
    if (pool := int((~is_held).sum())) < 2 * max(ROUNDS):
        raise InputError(
            f"{arguments.survey} has {pool} galaxies with all labels that are not held out, and "
            f"{2 * max(ROUNDS)} are needed"
        )
    features = scaled(features_in(arguments.survey, rows, tree))
    print(f"{pool} galaxies to suggest from, {int(is_held.sum())} held out")
    skies = [Sky(features[part], labels[rows][part]) for part in (~is_held, is_held)]
    trials = [one for seed in range(arguments.seeds) for one in trial(*skies, tree, seed)]
    table = compared(trials)
    print(f"Mean of {arguments.seeds} seeds, with 95 % intervals over these")
    print(table.round(4).to_string(index=False))
    if arguments.figure:
        save(suggestion_curves(table), arguments.figure)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("survey", type=Path, help="its folder, such as results/surveys/simulated")
    trees = ["galaxy_zoo_2", *TREES]
    parser.add_argument("--tree", default=trees[0], choices=trees, help="the survey's")
    parser.add_argument("--fair-ids", type=Path, help="a list of the galaxies to take; all")
    parser.add_argument("--seeds", type=int, default=10, help="at least 2; 10")
    parser.add_argument("--figure", type=Path, help="a file .png or .svg to draw into; none")
    arguments = parser.parse_args()
    if arguments.seeds < 2:
        parser.error("--seeds: an interval needs two at least")
    if arguments.figure and arguments.figure.suffix not in (".png", ".svg"):
        parser.error(f"--figure: {arguments.figure} is not allowed; allowed: a file .png or .svg")
    use_threads(1)
    try:
        compare(arguments)
    except InputError as error:
        sys.exit(f"Error: {error}")

"""How often a finished experiment's intervals hold by predicted number, over repeated splits.

    python workflow/scripts/coverage_over_splits.py results/demo

Validation and held-out galaxies are pooled, and 20 times drawn apart anew: as many rows as there
are validation rows calibrate, and the bag's predictions of the held-out galaxies among the others
are tested, and those of single networks.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.calibration.repeated_splits import coverage_over_splits
from galaxyzoo.evaluation.validation import read_validation
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import read_own_parquet
from galaxyzoo.foundation.packed_crops import read_index
from galaxyzoo.plan.finished import read_finished
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of

SPLITS = 20


def tell_coverage(folder: Path) -> None:
    """Print a table for the bag and the networks of the experiment in a folder."""
    config = read_finished(folder).config
    tree = tree_from(questions_of(config["tree"]))
    index = read_index(folder.parent / "surveys" / config["survey"]["name"] / "training.csv")
    valid, held_out = (
        read_validation(
            {
                seed: folder / f"seed{seed}" / "predictions" / f"{part}_tta.parquet"
                for seed in config["seeds"]
            },
            index,
            tree,
        )
        for part in ("validation", "holdout")
    )
    bag = read_own_parquet(folder / "bag" / "holdout.parquet").set_index("GalaxyID")
    of_the_bag = tree.probabilities(bag.loc[held_out.galaxies].reset_index())
    predicted, voted, galaxies = (
        np.concatenate([getattr(one, name) for one in (valid, held_out)])
        for name in ("predicted", "voted", "galaxies")
    )
    published = {
        "bag": np.concatenate([np.full_like(valid.predicted, np.nan), of_the_bag]),
        "single networks": predicted,
    }
    rows = len(valid.rows)
    table = coverage_over_splits(predicted, voted, galaxies, published, rows, SPLITS, tree)
    print(f"Mean of {SPLITS} splits, {rows} rows to calibrate on")
    print(table.round(3).to_string(index=False))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of a finished experiment, such as results/demo")
    try:
        tell_coverage(parser.parse_args().folder)
    except InputError as error:
        sys.exit(f"Error: {error}")

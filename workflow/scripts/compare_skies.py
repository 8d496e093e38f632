"""Print how near the simulated sky is to a real survey in Kaggle's layout. No rule runs this.

python workflow/scripts/compare_skies.py FOLDER, where FOLDER has the training images and labels
and, if only some of its galaxies are a fair sample, an unbiased.csv.
"""

import sys
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.files.archives import GalaxyImages
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.simulation.nearness import (
    centre_offsets,
    farthest_correlations,
    label_differences,
)
from galaxyzoo.simulation.survey import simulate_labels, simulate_picture
from galaxyzoo.simulation.votes import TREE
from galaxyzoo.surveys import layout
from galaxyzoo.surveys.labels import read_fair_ids, read_labels

SEED, VOLUNTEERS = 2013, 40
GALAXIES, PICTURES = 6000, 800
QUANTILES = (0.5, 0.75, 0.9)


def compare(folder: Path) -> None:
    """Print summary numbers of the simulated sky and of the survey in a folder."""
    files = layout.find(folder)
    real = read_labels(Path(files.labels), TREE)
    if files.fair_ids:
        real = real[real.index.isin(read_fair_ids(Path(files.fair_ids)))]
    label = partial(simulate_labels, volunteers=VOLUNTEERS, seed=SEED)
    simulated = np.stack([label(galaxy)[0] for galaxy in range(GALAXIES)])
    voted = real[list(TREE.columns)].to_numpy()
    print(f"{len(real)} real galaxies, {GALAXIES} simulated")
    print(label_differences(simulated, voted).round(3).to_string())
    print(farthest_correlations(simulated, voted, TREE.columns).round(2).to_string(index=False))
    images = GalaxyImages(Path(files.training_images))
    for name, pictures in (
        ("real", map(images.read, real.index[:PICTURES])),
        ("simulated", (simulate_picture(galaxy, seed=SEED) for galaxy in range(PICTURES))),
    ):
        offsets = centre_offsets(pictures)
        away = np.quantile(np.hypot(*offsets.T), QUANTILES).round(1)
        print(
            f"{name}: centres off by {away} px at quantiles {QUANTILES}, medians right and down "
            f"{np.median(offsets, axis=0)} px"
        )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Give a folder with a survey in Kaggle's layout")
    try:
        compare(Path(sys.argv[1]))
    except InputError as error:
        sys.exit(f"Error: {error}")

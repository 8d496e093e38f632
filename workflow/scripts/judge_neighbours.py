"""Whether near galaxies of a survey are alike, and whether oddities among them are found.

python workflow/scripts/judge_neighbours.py results/surveys/kaggle-files

Oddities of ten kinds are made of some of its galaxies, and counted among the strangest hundred.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from galaxyzoo.catalogue.judged_neighbours import FIRST, OF_A_KIND, judge
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import PackedCrops, read_index
from galaxyzoo.simulation.oddities import ODDITIES
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.galaxy_zoo_2 import QUESTIONS


def tell(folder: Path) -> None:
    """Print what was judged on the survey in a folder."""
    for name in ("training.csv", "training.npy"):
        if not (folder / name).is_file():
            raise InputError(f"there is no {folder / name}; give the folder of a cropped survey")
    index = read_index(folder / "training.csv")
    judged = judge(PackedCrops(folder / "training.npy", index), index, tree_from(QUESTIONS))
    print(f"Of {judged.galaxies} galaxies, the nearest ten share the first answer:")
    for name, share in judged.agreement.items():
        print(f"  by {name}: {share:.3f}")
    print(f"{judged.recall:.3f} of the nearest by features are among those by reduced features")
    print(f"Of {OF_A_KIND} oddities of each kind, among the {FIRST} strangest:")
    for of_galaxy, title in ((True, "galaxies"), (False, "pictures")):
        of_these = {
            kind: judged.found[kind]
            for kind, oddity in ODDITIES.items()
            if oddity.of_galaxy == of_galaxy
        }
        told = ", ".join(f"{kind} {number}" for kind, number in of_these.items())
        print(f"  {title}: {sum(of_these.values())} of {OF_A_KIND * len(of_these)} ({told})")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="of a survey, such as results/surveys/simulated")
    try:
        tell(parser.parse_args().folder)
    except InputError as error:
        sys.exit(f"Error: {error}")

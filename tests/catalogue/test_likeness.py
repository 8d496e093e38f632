"""A catalogue of other galaxies than those of calibration says that its promise does not hold."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.calibration.calibration import fitted_calibration
from galaxyzoo.catalogue.columns import FLAGS
from galaxyzoo.catalogue.likeness import differences_in_words
from galaxyzoo.tree.decision_tree import tree_from

TREE = tree_from([{"text": "Is it red?", "answers": [{"column": "red"}, {"column": "blue"}]}])
NAMES = [name for name, _ in FLAGS]


def answers(galaxies, seed, redder=0.0):
    red = np.random.default_rng(seed).beta(2, 4, galaxies) * (1 - redder) + redder
    return np.stack([red, 1 - red], axis=1)


@pytest.fixture(scope="module")
def calibration():
    truth = answers(300, 0)
    noise = np.random.default_rng(1).normal(0, 0.05, 300)
    red = (truth[:, 0] + noise).clip(0, 1)
    return fitted_calibration(truth, np.stack([red, 1 - red], axis=1), np.arange(300), TREE)


def shards(folder, probabilities, flagged=0.0):
    """Two shards, in the second of which some rows are flagged, and one has no numbers."""
    paths = []
    for number, part in enumerate(np.array_split(probabilities, 2)):
        table = pd.DataFrame(part, columns=list(TREE.columns))
        flags = dict.fromkeys(NAMES, False)
        flags["flag_scale"] = np.arange(len(table)) < 2 * flagged * len(table) * number
        table = pd.concat([table.assign(**flags), pd.DataFrame({"flag_bad_image": [True]})])
        paths.append(folder / f"{number}.parquet")
        table.fillna(dict.fromkeys(NAMES, False)).to_parquet(paths[-1])
    return paths


def test_galaxies_like_those_of_calibration_need_no_words(tmp_path, calibration):
    assert differences_in_words(shards(tmp_path, answers(500, 2)), calibration) == []


def test_predictions_that_are_distributed_otherwise_are_told(tmp_path, calibration):
    [told] = differences_in_words(shards(tmp_path, answers(500, 2, redder=0.4)), calibration)
    assert "The promise of the intervals does not reach these galaxies" in told
    assert "the predictions of 2 of 2 answers are distributed otherwise" in told
    assert "flag_" not in told


def test_flags_that_are_too_many_are_told(tmp_path, calibration):
    [told] = differences_in_words(shards(tmp_path, answers(500, 2), flagged=0.4), calibration)
    assert "40% have flag_scale, which 1 % of validation galaxies have" in told
    assert "distributed otherwise" not in told


def test_a_catalogue_without_a_single_number_has_nothing_to_compare(tmp_path, calibration):
    assert differences_in_words(shards(tmp_path, answers(0, 2)), calibration) == []

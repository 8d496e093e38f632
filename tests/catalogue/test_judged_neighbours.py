"""Neighbours and strangeness are judged on a labelled survey."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from checkout import ROOT
from galaxyzoo.catalogue import judged_neighbours
from galaxyzoo.catalogue.judged_neighbours import judge
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.simulation.oddities import ODDITIES
from trees import GALAXY_ZOO_2

GALAXIES = 90


@pytest.fixture
def survey(monkeypatch) -> tuple[np.ndarray, pd.DataFrame]:
    """Small smooth galaxies and large ones with features, in turn: their crops and their index."""
    monkeypatch.setattr(judged_neighbours, "ORDINARY", 60)
    monkeypatch.setattr(judged_neighbours, "OTHERS", 30)
    rng = np.random.default_rng(5)
    ruler = np.arange(64) - 31.5
    radii = np.hypot(*np.meshgrid(ruler, ruler))
    crops = np.empty((GALAXIES, 64, 64, 3), np.uint8)
    for row in range(GALAXIES):
        light = 200 * np.exp(-radii / (4 + 12 * (row % 2) + rng.random()))
        crops[row] = (light + rng.uniform(0, 20, radii.shape))[..., None].clip(0, 255)
    smooth = 1.0 - np.arange(GALAXIES) % 2
    answers = {"Class1.1": smooth, "Class1.2": 1 - smooth, "Class1.3": 0.0}
    return crops, pd.DataFrame(answers)


def test_alike_galaxies_are_near_and_chance_is_what_their_numbers_make_it(survey):
    judged = judge(*survey, GALAXY_ZOO_2)
    assert judged.galaxies == 60
    assert 0.5 <= judged.agreement["chance"] < 0.52  # by hand: two answers, about as frequent
    for name in ("features", "reduced features", "pixels"):
        assert judged.agreement[name] > 0.9
    assert 0 < judged.recall <= 1
    assert judged.found.keys() == ODDITIES.keys()
    assert 0 < sum(judged.found.values()) <= 50


def test_labels_of_another_tree_are_refused(survey):
    crops, index = survey
    with pytest.raises(InputError, match=r"the survey's labels have no Class1\.1"):
        judge(crops, index.rename(columns={"Class1.1": "smooth"}), GALAXY_ZOO_2)


def test_the_script_refuses_a_folder_without_a_survey(tmp_path):
    command = [sys.executable, "workflow/scripts/judge_neighbours.py", str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "training.csv; give the folder of a cropped survey" in run.stderr

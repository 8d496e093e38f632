"""What a stage starts from is read from the files of the steps before it."""

import zlib

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.engine.network import create_body
from galaxyzoo.engine.stage import set_up_stage
from galaxyzoo.engine.torch_files import save_checked
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import read_index, write_index
from galaxyzoo.foundation.split_files import write_split
from tiny_network import AUGMENTATION, MODEL, STAGE, pictures_of
from trees import GALAXY_ZOO_2

PARTS = ["train", "valid", "holdout", "train", "train", "valid"]


@pytest.fixture
def files(tmp_path, random_labels):
    """Six galaxies, and the arguments of the stage that starts from them."""
    crops = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    np.save(tmp_path / "training.npy", crops)
    labels = random_labels(range(10, 16)).reset_index()
    write_index(tmp_path / "training.csv", labels, [zlib.crc32(crop) for crop in crops])
    write_split(pd.Series(PARTS, pd.Index(labels["GalaxyID"])), tmp_path / "split.csv")
    save_checked(create_body(MODEL["backbone"]).state_dict(), tmp_path / "start.safetensors", {})
    names = ("start.safetensors", "training.npy", "training.csv", "split.csv")
    settings = {
        "seed": 0,
        "stage": STAGE,
        "augmentation": AUGMENTATION | {"zoom": [1.0, 1.0]},
        "model": MODEL,
        "tree": [
            {"parent": q.parents, "answers": [{"column": column} for column in q.columns]}
            for q in GALAXY_ZOO_2.questions
        ],
        "precision": "float32",
        "deterministic": True,
        "compile": False,
    }
    paths = [tmp_path / name for name in names]
    return crops, labels, (settings, *paths, 1, False)


def test_a_stage_trains_and_validates_on_the_galaxies_of_its_split(files):
    crops, labels, arguments = files
    stage = set_up_stage(*arguments)
    for galaxies, part in ((stage.train, "train"), (stage.valid, "valid")):
        rows = np.flatnonzero(np.array(PARTS) == part)
        np.testing.assert_array_equal(pictures_of(galaxies), crops[rows])
        expected = GALAXY_ZOO_2.probabilities(labels)[rows]
        np.testing.assert_allclose(galaxies.labels, expected, rtol=1e-6)
    assert stage.moments is None


def test_it_starts_by_predicting_the_mean_label_of_what_it_trains_on(files):
    _, labels, arguments = files
    network = set_up_stage(*arguments).network
    bias = network.head[-1].bias.detach()
    mean = GALAXY_ZOO_2.probabilities(labels)[np.array(PARTS) == "train"].mean(axis=0)
    predicted = network.output.probabilities(bias[None], GALAXY_ZOO_2)[0].numpy()
    np.testing.assert_allclose(predicted, mean, atol=1e-3)


def test_a_split_of_other_galaxies_is_refused(files):
    _, _, arguments = files
    split = arguments[4]
    split.write_text(split.read_text(encoding="utf-8").replace("10,", "9,"), encoding="utf-8")
    with pytest.raises(InputError, match=r"split.csv is damaged \(it lists other galaxies than"):
        set_up_stage(*arguments)


def without_labels(path, labels, rows, column):
    """Write the index anew, without labels of a column in some rows."""
    fewer = labels.copy()
    fewer.loc[rows, column] = np.nan
    write_index(path, fewer, read_index(path)["crop_crc32"].tolist())


def test_a_label_that_is_missing_stays_missing_and_the_mean_is_of_the_others(files):
    _, labels, arguments = files
    without_labels(arguments[3], labels, [0, 1], "Class7.1")
    stage = set_up_stage(*arguments)
    column = GALAXY_ZOO_2.columns.index("Class7.1")
    assert stage.train.labels[:, column].isnan().tolist() == [True, False, False]
    assert stage.valid.labels[:, column].isnan().tolist() == [True, False]
    bias = stage.network.head[-1].bias.detach()
    predicted = stage.network.output.probabilities(bias[None], GALAXY_ZOO_2)[0, column].item()
    assert predicted == pytest.approx(labels["Class7.1"].iloc[[3, 4]].mean(), abs=1e-3)


def test_an_answer_that_no_training_galaxy_has_a_label_of_is_refused(files):
    _, labels, arguments = files
    without_labels(arguments[3], labels, [0, 3, 4], "Class7.1")
    with pytest.raises(InputError, match=r"none of the 3 galaxies to train on has .* of Class7\.1"):
        set_up_stage(*arguments)

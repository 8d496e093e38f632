"""Rounds of labels: who judges, who is labelled, and how a catalogue is scored."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

from benchmarks import labelling_loop
from benchmarks.labelling_loop import pictures_and_labels, scores
from galaxyzoo.catalogue.columns import ID, fraction_name, joint_names, question_names
from galaxyzoo.evaluation.metrics import rmse
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.report.figures.labelling_rounds import labelling_rounds
from galaxyzoo.simulation.survey import simulate_labels
from trees import GALAXY_ZOO_2


def votes(galaxies: int) -> pd.DataFrame:
    """Labels of simulated galaxies, by GalaxyID."""
    rows = [simulate_labels(i, volunteers=40, seed=1)[0] for i in range(galaxies)]
    index = pd.RangeIndex(1, galaxies + 1, name="GalaxyID")
    return pd.DataFrame(rows, index, GALAXY_ZOO_2.columns)


@pytest.fixture
def files(tmp_path):
    """Kaggle's layout with 12 galaxies, of which the last two are not fair."""
    folder = tmp_path / "files"
    (folder / "images_training_rev1").mkdir(parents=True)
    for galaxy in range(1, 13):
        (folder / "images_training_rev1" / f"{galaxy}.jpg").write_bytes(b"picture")
    votes(12).to_csv(folder / "training_solutions_rev1.csv")
    fair = pd.DataFrame({"GalaxyID": range(1, 13), "fair": [1] * 10 + [0] * 2})
    fair.to_csv(folder / "unbiased.csv", index=False)
    return folder


def test_judges_and_pool_are_different_fair_galaxies(files, tmp_path, monkeypatch):
    monkeypatch.setattr(labelling_loop, "FOLDER", tmp_path / "loop")
    monkeypatch.setattr(labelling_loop, "JUDGES", 3)
    monkeypatch.setattr(labelling_loop, "POOL", 7)
    labels, judges, pool = pictures_and_labels(files)
    assert sorted(judges + pool) == [*range(1, 11)]
    assert (len(judges), len(pool)) == (3, 7)
    assert labels.loc[12].tolist() == pytest.approx(votes(12).loc[12].tolist())
    for name, galaxies in (("judges", judges), ("galaxies", judges + pool)):
        written = {int(picture.stem) for picture in (tmp_path / "loop" / name).iterdir()}
        assert written == set(galaxies)
    monkeypatch.setattr(labelling_loop, "POOL", 8)
    with pytest.raises(InputError, match=r"has 10 galaxies .* fair ones, and 11 are needed"):
        pictures_and_labels(files)


def test_a_catalogue_is_scored_on_the_judges_alone(tmp_path):
    """Intervals of the first 40 of 80 galaxies hold all votes; those of the others hold none."""
    labels = votes(80)
    predicted = labels.to_numpy() * 0.9
    holds = np.arange(80) < 40
    columns = {ID: labels.index.astype(str)}
    names = [
        fraction_name(question, answer)
        for question, answers in question_names(GALAXY_ZOO_2)
        for answer in answers
    ]
    for i, (fraction, joint) in enumerate(zip(names, joint_names(GALAXY_ZOO_2), strict=True)):
        columns[joint] = predicted[:, i]
        for name in (fraction, joint):
            columns[f"{name}_90pc_lower"] = np.where(holds, 0.0, 2.0)
            columns[f"{name}_90pc_upper"] = np.where(holds, 1.0, 3.0)
    catalogue = tmp_path / "catalogue.parquet"
    catalogue.mkdir()
    parquet.write_table(pa.table(columns), catalogue / "1.parquet")
    found = scores(tmp_path, labels.iloc[:40])
    assert (found["coverage"], found["width"]) == (1, 1)
    assert found["rmse"] == pytest.approx(rmse(predicted[:40], labels.to_numpy()[:40]))
    assert found["rmse_low"] < found["rmse"] < found["rmse_high"]
    assert scores(tmp_path, labels.iloc[40:])["coverage"] == 0
    table = pd.DataFrame([{"labels": 100, "reset": after, **found} for after in (False, True)])
    assert len(labelling_rounds(table).axes) == 2

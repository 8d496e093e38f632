"""Held-out galaxies, their votes and predictions are matched by id, or refused."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.evaluation.held_out import held_out, read_held_out
from galaxyzoo.evaluation.predictions import views_table
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.handed_on import write_parquet
from galaxyzoo.foundation.packed_crops import write_index
from held_out_galaxies import table, votes
from trees import GALAXY_ZOO_2

SURVEY = table(votes(5), [3, 5, 8, 11, 20])


@pytest.fixture
def galaxies(tmp_path):
    """Galaxies 20, 3 and 5 of a survey in no order."""
    write_index(tmp_path / "training.csv", SURVEY, [0] * len(SURVEY))
    pd.DataFrame({"GalaxyID": [20, 3, 5]}).to_csv(tmp_path / "holdout.csv", index=False)
    return read_held_out(tmp_path / "training.csv", tmp_path / "holdout.csv", GALAXY_ZOO_2)


def test_tables_in_any_order_are_matched_by_id(galaxies, tmp_path):
    assert galaxies.ids.tolist() == [3, 5, 20]
    assert galaxies.rows.tolist() == [0, 1, 4]
    assert galaxies.other_rows.tolist() == [2, 3]
    labels = votes(5)
    np.testing.assert_allclose(galaxies.voted, labels[[0, 1, 4]], rtol=1e-12)
    np.testing.assert_allclose(galaxies.mean_label, labels[[2, 3]].mean(axis=0), rtol=1e-12)
    predicted = votes(3, seed=1)
    write_parquet(table(predicted, [5, 20, 3]), tmp_path / "p.parquet")
    np.testing.assert_array_equal(galaxies.predicted(tmp_path / "p.parquet"), predicted[[2, 0, 1]])


def test_views_are_matched_for_each_number(galaxies, tmp_path):
    by_views = {1: votes(3, seed=1), 4: votes(3, seed=2)}
    ids = np.array([20, 3, 5])
    write_parquet(views_table(ids, by_views, GALAXY_ZOO_2), tmp_path / "v.parquet")
    found = galaxies.predicted_by_views(tmp_path / "v.parquet")
    assert list(found) == [1, 4]
    for views, predicted in by_views.items():
        np.testing.assert_allclose(found[views], predicted[[1, 2, 0]], atol=1e-7)  # float32


@pytest.mark.parametrize("ids", [[3, 5], [3, 5, 8], [3, 5, 20, 20], [3, 5, 5]])
def test_predictions_of_other_galaxies_are_refused(galaxies, tmp_path, ids):
    write_parquet(table(votes(len(ids)), ids), tmp_path / "p.parquet")
    with pytest.raises(InputError, match=r"p\.parquet holds other galaxies than the 3 held out"):
        galaxies.predicted(tmp_path / "p.parquet")


@pytest.mark.parametrize("ids", [[3, 4], [3, 3]])
def test_held_out_galaxies_that_are_not_once_in_the_survey_are_refused(ids):
    with pytest.raises(InputError, match=r"holdout\.csv does not list each of its galaxies once"):
        held_out(SURVEY, pd.Series(ids), GALAXY_ZOO_2, "holdout.csv")


def test_a_survey_with_a_galaxy_twice_is_refused():
    twice = pd.concat([SURVEY, SURVEY[:1]])
    with pytest.raises(InputError, match=r"holdout\.csv .* delete it"):
        held_out(twice, pd.Series([3]), GALAXY_ZOO_2, "holdout.csv")

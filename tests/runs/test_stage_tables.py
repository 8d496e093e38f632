"""Tables of all stages of an experiment."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.runs.stage_tables import kept_weights, stage_costs


@pytest.mark.parametrize(
    ("keep", "begun", "kept"),
    [("last", 0.05, (4, 0.2)), ("best", 0.4, (2, 0.1)), ("best", 0.1, (0, 0.1))],
)
def test_the_weights_that_are_kept_are_the_last_or_the_first_with_the_lowest_error(
    keep, begun, kept
):
    history = pd.DataFrame({"valid_rmse": [0.3, 0.1, 0.1, 0.2], "begun_rmse": begun})
    assert kept_weights({"keep": keep}, history) == kept


def test_costs_are_of_all_seeds_and_epochs():
    timings = {
        seed: {"all": pd.DataFrame({"seconds": [10, 20], "images_per_second": [100 * seed, 90]})}
        for seed in (1, 2)
    }
    benchmarks = {
        seed: {"all": pd.DataFrame({"s": [40 + seed], "max_rss": [memory]})}
        for seed, memory in ((1, 900.0), (2, np.nan))
    }
    [row] = stage_costs(timings, benchmarks).to_dict("records")
    assert row == {
        "stage": "all",
        "job_seconds": 41.5,
        "epoch_seconds": 30,
        "images_per_second": 95,
        "peak_memory_mib": 900,
    }

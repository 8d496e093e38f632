"""Tables of all stages of an experiment."""

import numpy as np
import pandas as pd

from galaxyzoo.runs.stage_tables import stage_costs


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

"""What each stage took: time, images a second, memory."""

import pandas as pd

from galaxyzoo.histories import Histories


def stage_costs(timings: Histories, benchmarks: Histories) -> pd.DataFrame:
    """One row a stage, in order, of tables by seed and stage.

    `timings` have a row an epoch: seconds and images_per_second; `benchmarks` are Snakemake's, of
    one row: s, the job's seconds, and max_rss, its highest resident memory in MiB, NaN of a job too
    short to be looked at. Columns: stage; job_seconds and epoch_seconds, means over seeds;
    images_per_second, the median of all epochs; peak_memory_mib, the highest of all seeds. The job
    is the one that finished the stage: of a stage that was stopped, its last part; the epochs are
    all.
    """
    rows = []
    for stage in next(iter(timings.values())):
        epochs = [by_stage[stage] for by_stage in timings.values()]
        jobs = pd.concat([by_stage[stage] for by_stage in benchmarks.values()])
        rows.append(
            {
                "stage": stage,
                "job_seconds": jobs["s"].mean(),
                "epoch_seconds": sum(table["seconds"].sum() for table in epochs) / len(epochs),
                "images_per_second": pd.concat(epochs)["images_per_second"].median(),
                "peak_memory_mib": jobs["max_rss"].max(),
            }
        )
    return pd.DataFrame(rows)

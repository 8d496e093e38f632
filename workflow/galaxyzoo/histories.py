"""Tables of how the stages went, as the figures and the report take them: by seed and stage."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

Histories = Mapping[int, Mapping[str, pd.DataFrame]]


def read_histories(
    paths: Iterable[str], seeds: Sequence[int], stages: Sequence[str]
) -> dict[int, dict[str, pd.DataFrame]]:
    """Tables by seed and stage, of CSV files that list all stages of one seed, then the next."""
    paths = iter(paths)
    return {seed: {stage: pd.read_csv(next(paths)) for stage in stages} for seed in seeds}

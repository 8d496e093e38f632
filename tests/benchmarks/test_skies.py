"""How near one sky is to another."""

import numpy as np
import pytest

from benchmarks.skies import farthest_correlations, label_differences
from galaxyzoo.simulation.survey import simulate_labels
from trees import GALAXY_ZOO_2


def test_how_near_two_sets_of_labels_are() -> None:
    labels = np.array([simulate_labels(i, volunteers=40, seed=1)[0] for i in range(300)])
    same = label_differences(labels, labels)
    assert same["largest difference of a correlation"] == 0
    assert same["correlation of correlations"] == pytest.approx(1)
    swapped = labels.copy()
    swapped[:, 0] = labels[::-1, 0]
    other = label_differences(swapped, labels)
    assert other["largest difference of a mean"] == pytest.approx(0, abs=1e-12)
    assert other["median ratio of spreads"] == pytest.approx(1)
    farthest = farthest_correlations(swapped, labels, GALAXY_ZOO_2.columns)
    assert set(farthest["one"]) == {"Class1.1"}
    assert other["largest difference of a correlation"] == pytest.approx(
        (farthest["simulated"] - farthest["real"]).abs().max()
    )

"""Pictures that are made to look like another survey's, and what a reset gains on these."""

import numpy as np
import pytest

from benchmarks.resets import (
    BLUR_PX,
    CHANGES,
    DRAWS,
    LABELS,
    NOISE,
    as_pixels,
    in_a_row,
    resets,
)
from galaxyzoo.calibration.calibration import fitted_calibration
from galaxyzoo.tree.decision_tree import tree_from
from galaxyzoo.tree.questions import questions_of

TREE = tree_from(questions_of({"classes": ["smooth", "spiral"]}))


def test_each_change_does_what_it_says():
    crops = np.zeros((2, 65, 65, 3), np.float32)
    crops[:, 32, 32] = 255
    crops[:, 28:37, 28:37] += 100
    changed = {name: change(crops.copy()) for name, change in CHANGES.items()}
    assert {one.shape for one in changed.values()} == {crops.shape}
    assert np.array_equal(changed["as they are"], crops)
    blurred = changed["blurred"][0, :, :, 0]
    assert blurred[32, 32] < 100
    assert blurred.sum() == pytest.approx(crops[0, :, :, 0].sum(), rel=1e-3)
    assert blurred[32, 37 + round(BLUR_PX)] > 0
    assert (changed["noisier"] - crops).std() == pytest.approx(NOISE, rel=0.02)
    red, green, blue = changed["redder"][0, 28, 28]
    assert red > green > blue
    # The middle is as bright, and reaches farther out.
    assert changed["finer pixels"][0, 32, 26, 0] == pytest.approx(100, abs=1)
    assert crops[0, 32, 26, 0] == 0
    pixels = as_pixels(changed["all of these"])
    assert pixels.dtype == np.uint8
    assert pixels.min() == 0


def test_a_reset_is_judged_on_galaxies_that_were_not_labelled():
    rng = np.random.default_rng(0)
    share = rng.random((3 * LABELS, 1))
    predicted = np.hstack([share, 1 - share])
    before = fitted_calibration(predicted, predicted, np.arange(len(predicted)), TREE)
    other = (predicted + rng.normal(0, 0.2, share.shape) * [1, -1]).clip(0, 1)
    scores = resets(before, predicted, other)
    assert len(scores) == 2 * DRAWS
    coverage = scores.groupby("when")["coverage"].mean()
    assert coverage["before"] < 0.5
    assert 0.85 < coverage["after"] < 0.98
    assert in_a_row(scores).count("|") == 5

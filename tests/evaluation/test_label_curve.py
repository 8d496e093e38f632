"""What twice as many labels would bring, by a power law through the errors on parts of them."""

import numpy as np
import pytest

from galaxyzoo.evaluation.label_curve import at_power_law, curve_in_words, label_curve, table_of
from galaxyzoo.foundation.errors import InputError

GALAXIES = [50, 100, 200]


def curve_with(errors: list[float], noise: float = 0.0) -> dict:
    """A curve of predictions that are off by some errors on 300 galaxies, each its own."""
    rng = np.random.default_rng(0)
    voted = rng.random((300, 4))
    off = rng.choice([-1, 1], voted.shape)
    predicted = [voted + off * (error + rng.normal(0, noise, (300, 1))) for error in errors]
    return label_curve(GALAXIES, predicted, voted)


def test_a_power_law_is_read_at_twice_as_many():
    errors = 3.0 * np.array(GALAXIES) ** -0.25
    assert at_power_law(GALAXIES, errors[None], 400) == pytest.approx([3.0 * 400**-0.25])
    # By hand: the line of least squares through three logarithms, of which the last is off.
    errors = np.array([[0.4, 0.2, 0.2]])
    assert at_power_law(GALAXIES, errors, 400) == pytest.approx([0.2 * 2 ** (1 / 3) / 2])


def test_errors_that_fall_are_told_with_what_twice_as_many_would_bring():
    curve = curve_with([0.2, 0.2 * 0.8, 0.2 * 0.8**2], noise=0.005)
    assert [row["galaxies"] for row in curve["points"]] == GALAXIES
    assert curve["doubled"]["galaxies"] == 400
    assert curve["doubled"]["rmse"] == pytest.approx(0.2 * 0.8**3, rel=0.02)
    low, high = curve["doubled"]["interval"]
    assert low < curve["doubled"]["rmse"] < high
    told = curve_in_words(curve)
    assert told.startswith("More labels help: from 100 to 200 training galaxies, the error fell by")
    assert "Extrapolated, twice as many would lower it from 0.1" in told
    table = table_of(curve)
    assert table["extrapolated"].tolist() == [False, False, False, True]
    assert (table["low"] <= table["high"]).all()


def test_errors_that_do_not_fall_promise_nothing():
    told = curve_in_words(curve_with([0.2, 0.15, 0.15], noise=0.05))
    assert told.startswith("Whether more labels would help is not shown: from 100 to 200 training")
    assert "would bring" not in told
    told = curve_in_words(curve_with([0.2, 0.15, 0.18]))
    assert told.startswith("More labels did not help: from 100 to 200 training galaxies, the error")


def test_galaxies_without_a_label_count_with_the_labels_that_they_have():
    rng = np.random.default_rng(1)
    voted = rng.random((100, 3))
    voted[:50, 0] = np.nan
    curve = label_curve(GALAXIES, [voted + off for off in (0.3, 0.2, 0.1)], voted)
    assert [row["rmse"] for row in curve["points"]] == pytest.approx([0.3, 0.2, 0.1])


def test_a_handful_of_galaxies_gives_no_curve():
    with pytest.raises(InputError, match="all of the training galaxies are 1, 1, 2, of which no"):
        label_curve([1, 1, 2], [np.ones((2, 1))] * 3, np.zeros((2, 1)))

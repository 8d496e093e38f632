"""Joined GalaxyIDs are unique, tell the survey, and keep each survey's order."""

import numpy as np
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.joined_ids import joined_ids, survey_names

SURVEYS = ["near", "far", "own"]


def test_ids_of_several_surveys_are_unique_and_tell_which():
    own = np.array([0, 1, 587722981742084144])
    joined = [joined_ids(own, place, SURVEYS) for place in range(3)]
    together = np.concatenate(joined)
    assert len(set(together)) == 9
    assert survey_names(together, SURVEYS).tolist() == ["near"] * 3 + ["far"] * 3 + ["own"] * 3
    assert joined[2].tolist() == [2, 5, 3 * 587722981742084144 + 2]
    assert joined_ids([], 1, SURVEYS).tolist() == []


def test_an_id_that_has_no_room_is_refused_with_its_survey():
    largest = np.array([(2**63 - 1 - 1) // 2])
    assert joined_ids(largest, 1, ["a", "b"]) == 2**63 - 1
    with pytest.raises(InputError, match=r"GalaxyID 4611686018427387904 of b is too large"):
        joined_ids(largest + 1, 1, ["a", "b"])

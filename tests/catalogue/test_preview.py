"""The first rows of a catalogue, as its page shows and searches them."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.catalogue.columns import FLAGS, joint_names
from galaxyzoo.catalogue.preview import preview
from trees import GALAXY_ZOO_2, RING_TREE


@pytest.fixture
def shards(tmp_path):
    """Two shards of two galaxies; the picture of the second could not be used."""
    names = joint_names(GALAXY_ZOO_2)
    paths = []
    for first in (1, 3):
        table = pd.DataFrame({"id": [first, first + 1], "sentence": ["A smooth <b> galaxy.", None]})
        values = np.array([[0.1234567], [np.nan]]) * np.ones(len(names))
        flags = {name: [False, name == "flag_bad_image"] for name, _ in FLAGS}
        table = table.join(pd.DataFrame(values, columns=names)).assign(**flags)
        paths.append(tmp_path / f"{first}.parquet")
        table.to_parquet(paths[-1], index=False)
    return paths


def test_rows_have_id_sentence_probabilities_and_flags(shards):
    found = preview(shards, GALAXY_ZOO_2)
    assert found.columns == ["id", "sentence", "smooth", "edge-on", "bar", "spiral", "flags"]
    assert found.rows[0] == ["1", "A smooth <b> galaxy.", *[0.123] * 4, ""]
    assert found.rows[1] == ["2", "", *[None] * 4, "flag_bad_image"]
    assert [row[0] for row in found.rows] == ["1", "2", "3", "4"]


def test_no_more_rows_than_the_page_has_room_for(shards):
    assert [row[0] for row in preview(shards, GALAXY_ZOO_2, most=3).rows] == ["1", "2", "3"]
    assert len(preview(shards, GALAXY_ZOO_2, most=2).rows) == 2


def test_a_tree_of_few_questions_has_a_column_for_each(tmp_path):
    table = pd.DataFrame({"id": ["a"], "sentence": ["A ring."]})
    table = table.assign(**dict.fromkeys(joint_names(RING_TREE), 0.5))
    table = table.assign(**{name: False for name, _ in FLAGS})
    table.to_parquet(tmp_path / "1.parquet", index=False)
    found = preview([tmp_path / "1.parquet"], RING_TREE)
    assert found.columns == ["id", "sentence", "ring", "inner", "z", "flags"]

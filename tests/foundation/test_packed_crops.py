"""The index of crops gives back labels that are missing, to the bit."""

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import (
    centre_colours,
    centre_columns,
    read_index,
    row_sums,
    write_index,
)

OTHER_NAN = np.array([0xFFF8000000000001], np.uint64).view(np.float64)[0]


def labelled() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "GalaxyID": [1, 2, 587722981742084144],
            "a": [1 / 3, np.nan, OTHER_NAN],
            "throughout": [np.nan] * 3,
            "whole": [1.0, np.nan, 0.0],
        }
    )


def test_missing_labels_are_read_as_they_were_written(tmp_path):
    path = tmp_path / "training.csv"
    write_index(path, labelled(), [3, 2, 1], ["00", "11", "22"])
    index = read_index(path)
    pd.testing.assert_frame_equal(index[list(labelled())], labelled(), check_exact=True)
    assert "nan" not in path.read_text(encoding="utf-8").lower()
    write_index(tmp_path / "again.csv", index.drop(columns="crop_crc32"), [3, 2, 1])
    assert (tmp_path / "again.csv").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(("cell", "other"), [(",,1,", ",,0.5,"), ("1,0.3", "1,,0.3")])
def test_a_label_lost_or_found_is_seen(tmp_path, cell, other):
    path = tmp_path / "training.csv"
    write_index(path, labelled(), [3, 2, 1], ["00", "11", "22"])
    text = path.read_text(encoding="utf-8")
    assert cell in text
    path.write_text(text.replace(cell, other, 1), encoding="utf-8")
    with pytest.raises(InputError, match=r"training\.csv is damaged"):
        read_index(path)


def test_an_empty_label_is_not_a_label_of_0():
    zero = labelled().fillna({"throughout": 0.0})
    assert not set(row_sums(labelled())) & set(row_sums(zero))


@pytest.mark.parametrize("bands", [1, 3, 5])
def test_the_index_keeps_the_colour_of_the_ten_pixels_in_the_middle_to_the_bit(tmp_path, bands):
    path = tmp_path / "training.csv"
    crops = np.random.default_rng(0).integers(0, 256, (3, 17, 17, bands), dtype=np.uint8)
    labels = labelled().rename(columns={"whole": "centre_of_a_spiral"})
    write_index(path, labels, [3, 2, 1], ["00", "11", "22"], centre_colours(crops))
    index = read_index(path)
    assert centre_columns(index) == [f"centre_{band}" for band in range(1, bands + 1)]
    middle = crops[:, 3:13, 3:13].reshape(3, 100, bands)
    np.testing.assert_array_equal(index[centre_columns(index)], middle.mean(axis=1))
    path.write_text(path.read_text(encoding="utf-8").replace(",1", ",2"), encoding="utf-8")
    with pytest.raises(InputError, match=r"training\.csv is damaged"):
        read_index(path)

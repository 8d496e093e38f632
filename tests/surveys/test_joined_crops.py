"""Crops of several surveys as those of one: each galaxy keeps its crop, its labels and its hash."""

import tracemalloc
import zlib

import numpy as np
import pandas as pd
import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.packed_crops import packed_crops, read_index, write_index
from galaxyzoo.surveys import joined_crops as module
from galaxyzoo.surveys.joined_crops import (
    join_crops,
    joined_fair,
    joined_holdout,
    joined_masked,
    joined_rejected,
)

SURVEYS = ["near", "far"]
COLUMNS = ["a", "b"]
CENTRES = ["centre_1", "centre_2", "centre_3"]


def write_survey(folder, ids, first_level, size=4, columns=COLUMNS):
    """A survey's crops and index: each crop has one level, and labels that tell its galaxy."""
    folder.mkdir()
    levels = first_level + np.arange(len(ids))
    crops = np.broadcast_to(levels[:, None, None, None], (len(ids), size, size, 3)).astype(np.uint8)
    np.save(folder / "training.npy", crops)
    table = pd.DataFrame({"GalaxyID": [*ids]})
    for i, column in enumerate(columns):
        table[column] = levels / 256 + i
    write_index(
        folder / "training.csv",
        table,
        [zlib.crc32(crop.tobytes()) for crop in crops],
        [f"{level:032x}" for level in levels],
        crops.mean(axis=(1, 2)),
    )
    return folder


@pytest.fixture
def folders(tmp_path):
    near = write_survey(tmp_path / "near", [3, 5, 9], 10)
    far = write_survey(tmp_path / "far", [2, 5], 20, columns=[*COLUMNS, "votes_a"])
    return [near, far]


def joined(folders, out, columns=COLUMNS):
    crops, indices = ([one / name for one in folders] for name in ("training.npy", "training.csv"))
    join_crops(SURVEYS, crops, indices, columns, out / "training.npy", out / "training.csv")
    return read_index(out / "training.csv")


@pytest.mark.parametrize("chunk", [1, 2, 256])
def test_each_galaxy_keeps_its_crop_labels_and_hash(folders, tmp_path, monkeypatch, chunk):
    monkeypatch.setattr(module, "CHUNK", chunk)
    index = joined(folders, tmp_path)
    assert index["GalaxyID"].tolist() == [5, 6, 10, 11, 18]  # 2 x the own one, + 1 in far
    levels = [20, 10, 11, 21, 12]
    crops = packed_crops(tmp_path / "training.npy", tmp_path / "training.csv")
    assert crops[:][:, 0, 0, 0].tolist() == levels
    assert index["b"].tolist() == [level / 256 + 1 for level in levels]
    assert index["image_hash"].tolist() == [f"{level:032x}" for level in levels]
    beside = [*CENTRES, "image_hash", "crop_crc32"]
    assert [*index] == ["GalaxyID", "a", "b", *beside]  # votes of one alone go
    for column in CENTRES:
        assert index[column].tolist() == levels


def test_a_damaged_crop_of_one_survey_is_refused_and_nothing_is_left(folders, tmp_path):
    path = folders[1] / "training.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"far/training\.npy is damaged.*crop 2 is not"):
        joined(folders, tmp_path)
    assert not [*tmp_path.glob("training*")]


def test_crops_of_other_widths_are_refused(folders, tmp_path):
    other = write_survey(tmp_path / "other", [7], 30, size=5)
    with pytest.raises(InputError, match=r"its crops are \(5, 5, 3\), and others \(4, 4, 3\)"):
        joined([folders[0], other], tmp_path)


def test_crops_are_joined_a_few_at_a_time(tmp_path, monkeypatch):
    """Ten times the galaxies take the memory of their index, not that of their crops."""
    monkeypatch.setattr(module, "CHUNK", 8)
    near = write_survey(tmp_path / "near", range(100), 0, size=64)
    far = write_survey(tmp_path / "far", range(100), 100, size=64)
    (tmp_path / "out").mkdir()
    tracemalloc.start()
    joined([near, far], tmp_path / "out")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < (tmp_path / "out" / "training.npy").stat().st_size / 2


def test_what_surveys_were_left_without_is_listed_with_the_survey(tmp_path):
    rows = {"near": [(4, "no picture"), ("x.jpg", "no GalaxyID")], "far": []}
    paths = []
    for name, faults in rows.items():
        paths.append(tmp_path / f"{name}.csv")
        pd.DataFrame(faults, columns=["GalaxyID", "reason"]).to_csv(paths[-1], index=False)
    table = joined_rejected(SURVEYS, paths)
    assert table.to_numpy().tolist() == [
        [8, "near", "no picture"],
        ["x.jpg", "near", "no GalaxyID"],
    ]


def test_masked_answers_are_added_up_over_all_galaxies(tmp_path):
    columns = ["question", "reason", "galaxies", "answers", "of_galaxies", "masked"]
    rows = {
        "near": [(1, "empty", 2, 4, 10, True), (2, "few", 1, 1, 10, True)],
        "far": [(1, "empty", 3, 5, 20, True), (1, "few", 7, 7, 20, True)],
    }
    paths = []
    for name, masked in rows.items():
        paths.append(tmp_path / f"{name}.csv")
        pd.DataFrame(masked, columns=columns).to_csv(paths[-1], index=False)
    table = joined_masked(paths, 30)
    assert [*table] == columns
    assert table.to_numpy().tolist() == [
        [1, "empty", 5, 9, 30, True],
        [1, "few", 7, 7, 30, True],
        [2, "few", 1, 1, 30, True],
    ]
    for path in paths:
        pd.DataFrame(columns=columns).to_csv(path, index=False)
    assert joined_masked(paths, 30).empty


def test_each_survey_keeps_what_it_holds_out_and_its_fair_galaxies(folders, tmp_path):
    paths = []
    for folder, ids in zip(folders, ([5, 9], [2]), strict=True):
        paths.append(folder / "holdout.csv")
        pd.DataFrame({"GalaxyID": ids}).to_csv(paths[-1], index=False)
    assert joined_holdout(SURVEYS, paths).tolist() == [5, 10, 18]
    indices = [folder / "training.csv" for folder in folders]
    assert joined_fair(SURVEYS, indices, {0: {3, 77}}).tolist() == [5, 6, 11]

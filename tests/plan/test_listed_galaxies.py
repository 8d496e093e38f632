"""Which galaxies a catalogue is of, and whether their list is whole."""

import os
from pathlib import Path

import pytest

from galaxyzoo.foundation.errors import InputError
from galaxyzoo.plan import listed_galaxies
from galaxyzoo.plan.listed_galaxies import (
    asked_at,
    contents_of,
    part_of_the_list,
    require_own_name,
    write_contents,
    write_record,
)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Path:
    """A folder to run in, with a catalogue `of` galaxies."""
    project = tmp_path / "project"
    (project / "of").mkdir(parents=True)
    monkeypatch.chdir(project)
    return project


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("a/table.csv", "b/table.csv", "b_table_csv"),
        ("x/list.fits", "x/list.csv", "x_list_csv"),
        ("x/night.1", "x/night.2", "x_night_2"),
    ],
)
def test_other_galaxies_are_refused_with_a_name_to_type(project, first, second, name):
    write_record(project / "of", Path(first))
    require_own_name(project / "of", first)
    with pytest.raises(InputError, match=r"^catalogue\.name: .*of is the catalogue of") as told:
        require_own_name(project / "of", second)
    assert first in str(told.value)
    assert f"--config galaxies={second} 'catalogue={{name: {name}}}'" in str(told.value)


def test_the_same_galaxies_by_another_path_or_in_a_moved_project_are_no_others(
    project, monkeypatch
):
    (project / "table.csv").touch()
    (project / "link.csv").symlink_to("table.csv")
    write_record(project / "of", Path("table.csv"))
    for path in ("./table.csv", project / "table.csv", "link.csv"):
        require_own_name(project / "of", path)
    moved = project.rename(project.with_name("moved"))
    monkeypatch.chdir(moved)
    require_own_name(moved / "of", "table.csv")
    require_own_name(moved / "of", moved / "table.csv")


def test_a_damaged_record_is_told(project):
    write_record(project / "of", Path("table.csv"))
    (project / "of" / listed_galaxies.RECORD).write_text("{")
    with pytest.raises(InputError, match=r"galaxies\.json is damaged"):
        require_own_name(project / "of", "table.csv")


@pytest.fixture
def listing(tmp_path) -> Path:
    """A list of two parts, without missing cut-outs, made on Monday."""
    (tmp_path / "0.parquet").write_bytes(b"abc")
    (tmp_path / "1.parquet").write_bytes(b"de")
    write_contents(tmp_path, {"0": 3, "1": 2}, missing=0, asked_at="Monday")
    return tmp_path


def test_a_whole_list_is_not_asked_for_again(listing):
    assert contents_of(listing)["parts"]["1"]["galaxies"] == 2
    assert asked_at(listing, "Tuesday") == "Monday"


def test_a_list_that_lacks_cut_outs_is_asked_for_again(listing):
    write_contents(listing, {"0": 3, "1": 2}, missing=1, asked_at="Monday")
    assert asked_at(listing, "Tuesday") == "Tuesday"


@pytest.mark.parametrize("lost", ["0.parquet", "1.parquet", listed_galaxies.CONTENTS])
@pytest.mark.parametrize("how", [os.unlink, lambda path: path.write_bytes(b"{")])
def test_a_list_that_lost_a_file_is_asked_for_again(listing, lost, how):
    how(listing / lost)
    assert contents_of(listing) is None
    assert asked_at(listing, "Tuesday") == "Tuesday"


@pytest.mark.parametrize("part", ["1", "2"])
def test_a_part_of_another_list_is_told(listing, part):
    (listing / f"{part}.parquet").write_bytes(b"xy")
    with pytest.raises(InputError, match=r"parquet is not what was listed; delete the folder"):
        part_of_the_list(listing / f"{part}.parquet")

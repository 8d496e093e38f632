"""Folders of results are made by one run at a time, from whatever checkout."""

import multiprocessing
from pathlib import Path

import pytest

from galaxyzoo.foundation import folder_locks
from galaxyzoo.foundation.errors import InputError
from galaxyzoo.foundation.folder_locks import hold_folders, name_of_folder


def message_of(results: Path, made: list[str], read: list[str]) -> str | None:
    """What a process says that wants to make and read some files; None if it may."""
    try:
        hold_folders(
            results, [f"{results}/{name}" for name in made], [f"{results}/{name}" for name in read]
        )
    except InputError as error:
        return str(error)
    return None


def in_another_process(*arguments) -> str | None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        return pool.apply(message_of, arguments)


@pytest.fixture(autouse=True)
def freed():
    yield
    while folder_locks.held:
        folder_locks.held.pop().close()


def test_what_one_run_makes_no_other_makes_or_reads(tmp_path):
    assert message_of(tmp_path, ["a/x"], ["surveys/s/y", "surveys/s/z"]) is None
    for made, read in ((["a/z"], []), ([], ["a/seed0/z"])):
        said = in_another_process(tmp_path, made, read)
        assert f", in {Path.cwd()}) makes files there; wait until" in said
    assert "another run reads files there" in in_another_process(tmp_path, ["surveys/s/y"], [])
    assert in_another_process(tmp_path, ["b/x", "surveys/t/x"], ["surveys/s/y"]) is None


def test_a_link_to_the_results_has_the_locks_of_the_folder(tmp_path):
    (tmp_path / "results").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "results")
    assert message_of(tmp_path / "results", ["a/x"], []) is None
    assert in_another_process(tmp_path / "link", ["a/x"], []) is not None


def test_a_lock_ends_with_its_process(tmp_path):
    assert in_another_process(tmp_path, ["a/x"], []) is None
    assert message_of(tmp_path, ["a/x"], []) is None


def test_each_thing_that_is_made_apart_has_its_lock():
    for path, name in (
        ("results/a/seed0/x", "a"),
        ("results/a/catalogues/c/x", "a/catalogues/c"),
        ("results/surveys/s/x", "surveys/s"),
        ("results/backbones/w.safetensors", "backbones/w.safetensors"),
        ("results/starts/s/seed0/stages/all.pt", "starts/s"),
        ("results/comparison.html", "comparison.html"),
        ("elsewhere/x", None),
    ):
        assert name_of_folder(Path("results"), path) == name
